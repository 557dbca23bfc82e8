"""What is gathered over batches of different sizes."""

import numpy as np
import pytest
import torch

from visualizer.training.loop.metric_sums import ConstantOutput, MetricSums


def right(outputs: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"accuracy": outputs.argmax(1) == targets}


def scores(*answers: int) -> torch.Tensor:
    return torch.eye(3)[list(answers)]


def test_batches_of_different_sizes_count_by_their_pictures():
    sums = MetricSums(right)
    sums.add(2.0, scores(0, 1, 2, 2), torch.tensor([0, 1, 2, 0]))
    sums.add(5.0, scores(1), torch.tensor([0]))
    losses, accuracies = sums.take()
    assert losses.tolist() == [2, 5]
    assert accuracies["accuracy"].tolist() == [0.75, 0]
    assert (losses.dtype, accuracies["accuracy"].dtype) == (np.float32, np.float32)
    assert sums.mean() == (pytest.approx((4 * 2 + 1 * 5) / 5), {"accuracy": pytest.approx(3 / 5)})


def test_what_was_taken_still_counts_in_the_mean():
    sums = MetricSums(right)
    for _ in range(3):
        sums.add(1.0, scores(1, 2), torch.tensor([1, 1]))
        assert sums.take()[1]["accuracy"].tolist() == [0.5]
        assert [len(part) for part in sums.take()] == [0, 0]
    assert sums.mean() == (1.0, {"accuracy": 0.5})


def test_large_outputs_are_measured_before_they_fill_the_memory():
    measured = []

    def count(outputs: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
        measured.append(len(outputs))
        return {"sum": outputs.sum((1, 2))}

    sums = MetricSums(count)
    for number in range(4):
        sums.add(1.0, torch.full((3, 100, 200), float(number)), torch.zeros(3))
    assert measured == [6, 6]
    assert sums.take()[1]["sum"].tolist() == [0, 20_000, 40_000, 60_000]
    assert sums.mean()[1] == {"sum": 30_000}


def test_the_penalty_in_the_losses_is_a_mean_over_the_pictures_too():
    sums = MetricSums(right)
    sums.add(2.0, scores(0, 1, 2, 2), torch.tensor([0, 1, 2, 0]), 0.5)
    sums.take()
    sums.add(5.0, scores(1), torch.tensor([0]), 0.25)
    assert sums.mean()[0] == pytest.approx((4 * 2 + 1 * 5) / 5)
    assert sums.mean_penalty() == pytest.approx((4 * 0.5 + 1 * 0.25) / 5)
    assert MetricSums(right, sums.sums).mean_penalty() == sums.mean_penalty()
    assert MetricSums(right, sums.sums).mean() == sums.mean()


def test_one_picture_that_differs_is_enough():
    output = ConstantOutput()
    for _ in range(3):
        output.add(torch.tensor([[0.1, -2.0]] * 4) + 1e-8)
    assert output.constant
    output.add(torch.tensor([[0.1, -2.0], [0.1, -2.001]]))
    assert not output.constant
    output.add(torch.tensor([[0.1, -2.0]]))
    assert not output.constant


def test_batches_that_are_each_alike_but_differ_are_not():
    output = ConstantOutput()
    output.add(torch.zeros(3, 2))
    output.add(torch.ones(3, 2))
    assert not output.constant


def test_numbers_that_are_no_numbers_are_not_called_alike():
    output = ConstantOutput()
    output.add(torch.full((3, 2), torch.nan))
    assert not output.constant
