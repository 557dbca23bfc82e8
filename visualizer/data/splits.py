"""How a data set is divided into training, validation and test pictures."""

import numpy as np

TRAIN_SHARE, VALIDATION_SHARE = 0.70, 0.15  # the rest is the test split


def stratified_split(labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the training (70 %), validation (15 %) and test (15 %) pictures among N with these (N,) labels.

    Each class is divided separately, so that every split has the same share of each class. The same labels and seed
    give the same split: three int64 arrays, shuffled, disjoint, together 0 .. N-1.
    """
    # RandomState rather than default_rng: its stream is frozen, so that the split is the same with any NumPy version
    # (https://numpy.org/neps/nep-0019-rng-policy.html).
    random = np.random.RandomState(seed)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        train_end = round(TRAIN_SHARE * len(members))
        validation_end = round((TRAIN_SHARE + VALIDATION_SHARE) * len(members))
        for part, chosen in zip(parts, np.split(members, [train_end, validation_end]), strict=True):
            part.append(chosen)
    train, validation, test = (random.permutation(np.concatenate(part)).astype(np.int64) for part in parts)
    return train, validation, test
