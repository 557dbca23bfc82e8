"""A place on a 2-D map for each picture, from many numbers of it, by scikit-learn."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

PERPLEXITY = 30.0
STAGES = 4
_ITERATIONS = 250  # of one stage; scikit-learn's minimum


@dataclass(frozen=True)
class Embedding:
    """A 2-D map.

    Attributes:
        places: (N, 2).
        kept: (2,) share of all variance along each axis, 0 to 1; None for t-SNE, whose axes mean nothing.
    """

    places: np.ndarray
    kept: np.ndarray | None


def principal_components(numbers: np.ndarray) -> Embedding:
    """The two directions along which (N, F) numbers vary most; N and F are at least 2."""
    from sklearn.decomposition import PCA

    analysis = PCA(n_components=2, svd_solver="full").fit(numbers)
    return Embedding(analysis.transform(numbers), np.nan_to_num(analysis.explained_variance_ratio_))


def neighbours(numbers: np.ndarray) -> Generator[tuple[float, np.ndarray], None, Embedding]:
    """t-SNE of (N, F) numbers: similar pictures lie together, distances between groups mean little.

    It begins with the two principal components and continues in stages, so that it can be stopped between them. Source:
    van der Maaten and Hinton, 2008, https://jmlr.org/papers/v9/vandermaaten08a.html

    Yields:
        The share that is done, 0 to 1, and the (N, 2) places so far.
    """
    from sklearn.manifold import TSNE

    places = principal_components(numbers).places
    # The size of scikit-learn's own first places.
    places = (places / (np.std(places[:, 0]) or 1.0) * 1e-4).astype(np.float32)
    for stage in range(STAGES):
        yield stage / STAGES, places
        places = TSNE(
            perplexity=min(PERPLEXITY, (len(numbers) - 1) / 3),
            init=places,
            early_exaggeration=12.0 if stage == 0 else 1.0,
            max_iter=_ITERATIONS,
            random_state=0,
        ).fit_transform(numbers)
    return Embedding(places, None)
