"""The moments of a run that are kept to go back to, and the sizes of the gradient's numbers at each of them.

Most happens in the first batches, so these are kept closely: before training, after batch 1, 2, 4, 8, … of the first
epoch, then after each epoch. No torch here: pages use this too.
"""

from collections.abc import Sequence

import numpy as np

MAX_EPOCHS = 100  # moments at the ends of epochs; in longer runs every 2nd, 4th, … is kept
FIRST_SHARE = 0.25  # of the room for weights, at most, that the first batches take

# Four per power of ten. Smaller numbers have their own count, larger ones are in the last bin.
GRADIENT_EDGES = 10.0 ** np.arange(-8, 1.01, 0.25)


def is_among_first(step: int, steps_per_epoch: int) -> bool:
    """Whether the moment after batch `step` (from 1) is kept although the first epoch has not ended."""
    return 0 < step < steps_per_epoch and step & (step - 1) == 0


def kept_steps(moments: Sequence[tuple[int, int | None]], steps_per_epoch: int, size: int, limit: int) -> set[int]:
    """The steps of the moments to keep; the untrained and the last one are kept even above the limit.

    A moment that was dropped is never kept later.

    Args:
        moments: (step, finished epochs or None within an epoch) of all moments, in order.
        steps_per_epoch: Batches in an epoch.
        size: Bytes of the weights at one moment.
        limit: Bytes that all of them may take.
    """
    first = [step for step, epoch in moments if epoch is None and is_among_first(step, steps_per_epoch)]
    # One more than there are: room for the moment of a pause.
    places = min(int(limit * FIRST_SHARE / size), limit // size - 3) if size else len(first)
    stride = 1
    while stride <= 64 and sum(_power(step) % stride == 0 for step in first) > places:
        stride *= 2
    first = [step for step in first if _power(step) % stride == 0] if places > 0 else []
    epochs = max((epoch or 0 for _, epoch in moments), default=0)
    every = epoch_stride(epochs, size, limit - len(first) * size)
    ends = [step for step, epoch in moments if epoch is not None and epoch % every == 0]
    return {*first, *ends, *(step for step, _ in moments[-1:])}


def epoch_stride(epochs: int, size: int, limit: int) -> int:
    """1, 2, 4, …: the weights of every so many epochs are kept, so that they stay within the limit of bytes.

    There is room for two more: the untrained weights, and those of a pause.
    """
    stride = 1
    while epochs >= stride and ((epochs // stride + 2) * size > limit or epochs // stride > MAX_EPOCHS):
        stride *= 2
    return stride


def gradient_counts(gradients: Sequence[np.ndarray]) -> np.ndarray:
    """A histogram of the sizes of a layer's gradient numbers, without sign: (len(GRADIENT_EDGES),) int64.

    The first count is that of the numbers below the first edge, including zeros.
    """
    sizes = np.abs(np.concatenate([gradient.ravel() for gradient in gradients]))
    places = np.searchsorted(GRADIENT_EDGES, sizes, side="right")
    return np.bincount(np.minimum(places, len(GRADIENT_EDGES) - 1), minlength=len(GRADIENT_EDGES))


def _power(step: int) -> int:
    return step.bit_length() - 1
