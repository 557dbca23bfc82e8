"""Non-maximum suppression, one kept box at a time."""

from dataclasses import dataclass

import numpy as np

from visualizer.data.boxes import overlaps


@dataclass(frozen=True)
class Suppression:
    """What happens when one box is kept.

    Attributes:
        kept: The index of the box: the highest score of those that are left.
        removed: The overlap with each box of its class that it removes, by that box's index.
        spared: The overlap with each box of its class that is left after it.
    """

    kept: int
    removed: dict[int, float]
    spared: dict[int, float]


def suppression_steps(boxes: np.ndarray, classes: np.ndarray, limit: float) -> tuple[Suppression, ...]:
    """The steps in which `survivors` of `visualizer/data/boxes.py` chooses boxes, as a person would do it.

    Args:
        boxes: (n, 4) as shares of the picture's sides, the highest score first.
        classes: (n,).
        limit: A box is removed if it overlaps with a kept one of its class by more, from 0 to 1.
    """
    shared = overlaps(boxes, boxes)
    left = list(range(len(boxes)))
    steps = []
    while left:
        kept, *others = left
        rivals = {other: float(shared[kept, other]) for other in others if classes[other] == classes[kept]}
        removed = {other: overlap for other, overlap in rivals.items() if overlap > limit}
        steps.append(Suppression(kept, removed, {other: rivals[other] for other in rivals.keys() - removed.keys()}))
        left = [other for other in others if other not in removed]
    return tuple(steps)
