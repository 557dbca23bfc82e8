"""What a detector answers to many pictures, and which of its answers are right."""

from dataclasses import dataclass

import numpy as np

from visualizer.data.boxes import found, survivors
from visualizer.data.dataset import NO_OBJECT
from visualizer.tasks.cells import candidates
from visualizer.tasks.detection import LEAST_SCORE, MOST_CANDIDATES, OVERLAP


@dataclass(frozen=True)
class DetectorAnswers:
    """The candidates of N pictures, the highest score of each first; those without a score of 0.05 have the score 0.

    Attributes:
        boxes: (N, n, 4) float32 as shares of the picture's sides.
        classes: (N, n) int64.
        scores: (N, n) float32 from 0 to 1.
        kept: (N, n) bool, those with a score that non-maximum suppression keeps.
        found: (N, n) int64, the object that each of these finds, by its row in the targets; -1 for none. It is the
            same at every threshold of the score, since only answers with a higher score can have found it before.
        objects: How many there are in all pictures.
    """

    boxes: np.ndarray
    classes: np.ndarray
    scores: np.ndarray
    kept: np.ndarray
    found: np.ndarray
    objects: int

    @property
    def answers(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the kept ones of all pictures: the scores, and whether each is right, (n,) each."""
        return self.scores[self.kept], self.found[self.kept] >= 0


def detector_answers(maps: np.ndarray, targets: np.ndarray) -> DetectorAnswers:
    """Read the maps of a detector, (N, 5 + classes, H, W), as its task does; targets are (N, most, 5)."""
    import torch

    boxes, classes, scores = candidates(torch.from_numpy(maps), MOST_CANDIDATES, LEAST_SCORE)
    kept = (scores > 0) & survivors(boxes, classes, OVERLAP)
    finds = found(boxes, classes, kept, targets[..., 1:], targets[..., 0])
    return DetectorAnswers(boxes, classes, scores, kept, finds, int((targets[..., 0] != NO_OBJECT).sum()))
