import torch

from visualizer.training.loop.constant_output import ConstantOutput


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
