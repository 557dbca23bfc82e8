"""Sums over batches of different sizes."""

import numpy as np
import pytest
import torch

from visualizer.training.loop.metric_sums import MetricSums


def scores(*answers: int) -> torch.Tensor:
    return torch.eye(3)[list(answers)]


def test_batches_of_different_sizes_count_by_their_pictures():
    sums = MetricSums()
    sums.add(2.0, scores(0, 1, 2, 2), torch.tensor([0, 1, 2, 0]))
    sums.add(5.0, scores(1), torch.tensor([0]))
    losses, accuracies = sums.take()
    assert losses.tolist() == [2, 5]
    assert accuracies.tolist() == [0.75, 0]
    assert (losses.dtype, accuracies.dtype) == (np.float32, np.float32)
    assert sums.mean() == pytest.approx(((4 * 2 + 1 * 5) / 5, 3 / 5))


def test_what_was_taken_still_counts_in_the_mean():
    sums = MetricSums()
    for _ in range(3):
        sums.add(1.0, scores(1, 2), torch.tensor([1, 1]))
        assert sums.take()[1].tolist() == [0.5]
        assert [len(part) for part in sums.take()] == [0, 0]
    assert sums.mean() == (1.0, 0.5)
