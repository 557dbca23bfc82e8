"""How precise and how complete the answers of a detector are, at every threshold of their scores."""

import numpy as np


def precision_and_recall(scores: np.ndarray, right: np.ndarray, objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall if only answers from each score on count, (n,) each, from the highest score down.

    Precision is the share of the answers that are right, recall the share of the objects that are found.

    Args:
        scores: (n,) of the answers to all pictures.
        right: (n,) bool, whether each finds an object that no answer with a higher score has found.
        objects: How many there are, at least one.
    """
    hits = right[np.argsort(-scores, kind="stable")].cumsum()
    return hits / np.arange(1, len(hits) + 1), hits / objects


def interpolated(precision: np.ndarray) -> np.ndarray:
    """For each threshold the best precision at its recall or more, which falls without saw teeth."""
    best: np.ndarray = np.maximum.accumulate(precision[::-1])[::-1]
    return best


def average_precision(precision: np.ndarray, recall: np.ndarray) -> float:
    """The area below the interpolated precision over the recall, from 0 to 1, with all points.

    Everingham et al., The PASCAL Visual Object Classes Challenge, 2010 on, section 4.2,
    https://doi.org/10.1007/s11263-014-0733-5
    """
    return float(np.diff(recall, prepend=0.0) @ interpolated(precision))
