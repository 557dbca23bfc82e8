import numpy as np
import pytest

from visualizer.concepts.detection_counts import Counts, counts_at
from visualizer.tasks.average_precision import precision_and_recall


def test_counts_by_hand():
    scores, right = np.array([0.9, 0.5, 0.5, 0.2]), np.array([True, False, True, True])
    assert counts_at(scores, right, 4, 0.5) == Counts(0.5, right=2, wrong=1, missed=2)
    assert counts_at(scores, right, 4, 0.95) == Counts(0.95, right=0, wrong=0, missed=4)
    assert counts_at(scores, right, 4, 0.5).precision == 2 / 3
    assert counts_at(scores, right, 4, 0.5).recall == 2 / 4
    assert counts_at(scores, right, 4, 0.95).precision is None


def test_precision_and_recall_are_those_of_the_evaluation():
    random = np.random.default_rng(0)
    scores, right = random.uniform(size=50), random.uniform(size=50) < 0.6
    precision, recall = precision_and_recall(scores, right, 60)
    for place, score in enumerate(np.sort(scores)[::-1]):
        counts = counts_at(scores, right, 60, score)
        assert (counts.precision, counts.recall) == pytest.approx((precision[place], recall[place]))
