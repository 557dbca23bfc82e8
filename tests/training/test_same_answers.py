import torch

from visualizer.training.loop.same_answers import SameAnswers


def test_one_picture_that_differs_is_enough():
    answers = SameAnswers()
    for _ in range(3):
        answers.add(torch.tensor([[0.1, -2.0]] * 4) + 1e-8)
    assert answers.alike
    answers.add(torch.tensor([[0.1, -2.0], [0.1, -2.001]]))
    assert not answers.alike
    answers.add(torch.tensor([[0.1, -2.0]]))
    assert not answers.alike


def test_batches_that_are_each_alike_but_differ_are_not():
    answers = SameAnswers()
    answers.add(torch.zeros(3, 2))
    answers.add(torch.ones(3, 2))
    assert not answers.alike


def test_numbers_that_are_no_numbers_are_not_called_alike():
    answers = SameAnswers()
    answers.add(torch.full((3, 2), torch.nan))
    assert not answers.alike
