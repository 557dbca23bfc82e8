"""Arithmetic of boxes: how much they overlap, and which of many are about the same object.

A box is the centre's x and y, its width and its height, as shares of the picture's sides. Leading dimensions (…) are
pictures, which are computed together.
"""

import numpy as np

ENOUGH = 0.5  # the overlap from which an answer has found an object


def corners(boxes: np.ndarray) -> np.ndarray:
    """(…, 4) as left, top, right and bottom."""
    center, half = boxes[..., :2], boxes[..., 2:] / 2
    return np.concatenate([center - half, center + half], axis=-1)


def classes_of_largest(targets: np.ndarray) -> np.ndarray:
    """The class of the box with the largest area of each picture, (N,) int64; rows of `Dataset.boxes`, (N, m, 5)."""
    largest = (targets[:, :, 3] * targets[:, :, 4]).argmax(axis=1)
    classes: np.ndarray = targets[np.arange(len(targets)), largest, 0].astype(np.int64)
    return classes


def overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The overlap of each pair of boxes, (…, n, 4) and (…, m, 4): (…, n, m), from 0 to 1.

    It is the area that both cover, of the area that either covers: intersection over union (IoU). Two boxes without an
    area have none in common.
    """
    one, other = corners(first)[..., :, None, :], corners(second)[..., None, :, :]
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared = np.prod(np.maximum(sides, 0), axis=-1)
    areas = np.prod(first[..., 2:], axis=-1)[..., :, None] + np.prod(second[..., 2:], axis=-1)[..., None, :]
    either = areas - shared
    return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def survivors(boxes: np.ndarray, classes: np.ndarray, overlap: float) -> np.ndarray:
    """Which boxes non-maximum suppression keeps, each class by itself: (…, n) bool.

    The box with the highest score is kept; all of its class that overlap with it by more than `overlap` are about the
    same object and are removed; and so on with what is left. Since a box is removed by one with a higher score alone,
    those above a threshold are the same whether the rest is left out before or after.

    Args:
        boxes: (…, n, 4), the highest score first.
        classes: (…, n).
        overlap: From 0 to 1; with 1, all are kept.
    """
    near = overlaps(boxes, boxes) > overlap
    rivals = near & (classes[..., :, None] == classes[..., None, :])
    kept = np.ones(classes.shape, bool)
    for place in range(boxes.shape[-2]):
        kept[..., place + 1 :] &= ~(kept[..., place : place + 1] & rivals[..., place, place + 1 :])
    return kept


def found(
    boxes: np.ndarray, classes: np.ndarray, answered: np.ndarray, true: np.ndarray, true_classes: np.ndarray
) -> np.ndarray:
    """Which true box each answer finds, (…, n) int64: its index, -1 for none.

    Each true box is found once: answers come in the order of their scores, and each takes the box of its class that it
    overlaps with most of those that are left, if by half or more, as in COCO (Lin et al., 2014,
    https://arxiv.org/abs/1405.0312).

    Args:
        boxes: (…, n, 4), the highest score first.
        classes: (…, n).
        answered: (…, n) bool, which of them are answers; the others find nothing.
        true: (…, m, 4).
        true_classes: (…, m); a box without an object has a class that no answer has.
    """
    fits = (classes[..., :, None] == true_classes[..., None, :]) & answered[..., None]
    shared = np.where(fits, overlaps(boxes, true), 0)
    left = np.ones(true_classes.shape, bool)
    result = np.full(classes.shape, -1)
    if not true.shape[-2]:
        return result
    for place in range(boxes.shape[-2]):
        overlap = np.where(left, shared[..., place, :], 0)
        best = overlap.argmax(axis=-1)
        finds = np.take_along_axis(overlap, best[..., None], -1)[..., 0] >= ENOUGH
        result[..., place] = np.where(finds, best, -1)
        left &= ~(finds[..., None] & (np.arange(true.shape[-2]) == best[..., None]))
    return result
