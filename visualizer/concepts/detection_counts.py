"""How many answers of a detector are right, and how many objects it finds, at one threshold of the score."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Counts:
    """The answers with a score of `threshold` or more, all pictures together.

    Attributes:
        threshold: From 0 to 1.
        right: Answers that find an object: true positives.
        wrong: Answers that find none: false positives.
        missed: Objects that no answer finds: false negatives.
    """

    threshold: float
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float | None:
        """The share of the answers that are right; None where there is no answer."""
        answers = self.right + self.wrong
        return self.right / answers if answers else None

    @property
    def recall(self) -> float:
        """The share of the objects that are found."""
        return self.right / (self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where no answer is right."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)


def counts_at(scores: np.ndarray, right: np.ndarray, objects: int, threshold: float) -> Counts:
    """Count the answers from a threshold on.

    Args:
        scores: (n,) of the answers to all pictures.
        right: (n,) bool, whether each finds an object that no answer with a higher score has found.
        objects: How many there are, at least one.
        threshold: From 0 to 1.
    """
    answered = scores >= threshold
    hits = int((right & answered).sum())
    return Counts(threshold, hits, int(answered.sum()) - hits, objects - hits)
