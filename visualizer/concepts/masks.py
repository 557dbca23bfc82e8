"""How good a mask is: pixels in error, and intersection over union (IoU) of each class, with their counts.

A mask is (H, W) uint8, the class of each pixel; leading dimensions are pictures, which count together.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Overlap:
    """Two areas of pixels of one class, and what they share.

    Attributes:
        both: Pixels that are of the class and are called so: the intersection.
        answer_only: Pixels that are called so and are not.
        truth_only: Pixels that are of the class and are called otherwise.
    """

    both: int
    answer_only: int
    truth_only: int

    @property
    def either(self) -> int:
        """The union: pixels that are of the class or called so."""
        return self.both + self.answer_only + self.truth_only

    @property
    def iou(self) -> float | None:
        """From 0 to 1; None where there is neither such a pixel nor such an answer."""
        return self.both / self.either if self.either else None


def overlap_of(answer: np.ndarray, truth: np.ndarray, label: int) -> Overlap:
    """The overlap of one class in two masks of the same shape."""
    said, true = answer == label, truth == label
    return Overlap(int((said & true).sum()), int((said & ~true).sum()), int((~said & true).sum()))


def mean_iou(answer: np.ndarray, truth: np.ndarray, classes: int) -> float:
    """The mean over the classes 0 to `classes` − 1 that occur in either mask, from 0 to 1."""
    shares = [overlap_of(answer, truth, label).iou for label in range(classes)]
    return float(np.mean([share for share in shares if share is not None]))


def pixel_error(answer: np.ndarray, truth: np.ndarray) -> float:
    """The share of the pixels that have another class than the truth, from 0 to 1."""
    return float((answer != truth).mean())


def at_edges(masks: np.ndarray) -> np.ndarray:
    """Which pixels have a neighbour of another class above, below, left or right: (…, H, W) bool."""
    edges = np.zeros(masks.shape, bool)
    for axis in (-2, -1):
        here, there = np.moveaxis(masks, axis, -1)[..., 1:], np.moveaxis(masks, axis, -1)[..., :-1]
        view = np.moveaxis(edges, axis, -1)
        view[..., 1:] |= here != there
        view[..., :-1] |= here != there
    return edges


def reduced(masks: np.ndarray, factor: int) -> np.ndarray:
    """Masks of a height and width that are `factor` times smaller; each pixel takes the class of the nearest one."""
    return masks[..., factor // 2 :: factor, factor // 2 :: factor]


def moved_right(mask: np.ndarray, pixels: int) -> np.ndarray:
    """The mask so many pixels further right; what comes in is background."""
    moved = np.zeros_like(mask)
    moved[..., pixels:] = mask[..., : mask.shape[-1] - pixels]
    return moved


def coarse(masks: np.ndarray, factor: int, classes: int) -> np.ndarray:
    """The best masks of one class for each square of `factor` × `factor` pixels: the one that most of its pixels have.

    Height and width are multiples of `factor`. No other masks with such squares have fewer wrong pixels.
    """
    height, width = masks.shape[-2:]
    squares = masks.reshape(*masks.shape[:-2], height // factor, factor, width // factor, factor)
    counts = np.stack([(squares == label).sum(axis=(-3, -1)) for label in range(classes)])
    best = counts.argmax(axis=0).astype(masks.dtype)
    return best.repeat(factor, axis=-2).repeat(factor, axis=-1)
