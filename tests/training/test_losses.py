"""Losses and first optimizer steps against arithmetic done here."""

import numpy as np
import pytest
import torch

from tests.training.examples import few_digits, spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build
from visualizer.tasks.classification import Classification
from visualizer.training.loop.events import BatchesEnded
from visualizer.training.loop.loop import Training


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def one_dense(activation: str) -> Architecture:
    return Architecture("one layer", (1, 8, 8), (Flatten(), Dense(units=10, activation=activation)))


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return torch.rand(12, 1, 8, 8, generator=generator), torch.randint(0, 10, (12,), generator=generator)


@pytest.mark.parametrize("activation", ["softmax", "linear"])
def test_losses_by_hand(activation):
    network = build(one_dense(activation), seed=3)
    pictures, labels = batch()
    dense = network.layers[1].dense
    scores = pictures.numpy().reshape(12, 64) @ dense.weight.detach().numpy().T + dense.bias.detach().numpy()
    output = softmax(scores) if activation == "softmax" else scores
    one_hot = np.eye(10)[labels.numpy()]

    loss, given = Classification().loss_and_outputs(network, pictures, labels, "cross_entropy")
    assert loss.item() == pytest.approx(-np.log(softmax(scores)[np.arange(12), labels.numpy()]).mean(), rel=1e-5)
    assert np.allclose(given.detach().numpy(), scores, atol=1e-5)

    loss, given = Classification().loss_and_outputs(network, pictures, labels, "mse")
    assert loss.item() == pytest.approx(((output - one_hot) ** 2).mean(), rel=1e-5)
    assert np.allclose(given.detach().numpy(), output, atol=1e-5)


def test_cross_entropy_stays_finite_where_softmax_would_be_zero():
    network = build(one_dense("softmax"))
    pictures, labels = batch()
    loss, _ = Classification().loss_and_outputs(network, pictures * 1e4, labels, "cross_entropy")
    assert 100 < loss.item() < float("inf")


def adam(gradient, rate, steps_before):
    # Bias correction makes the first moment the gradient and the second its square.
    return rate * gradient / (gradient.abs() + 1e-8)


def rmsprop(gradient, rate, steps_before):
    return rate * gradient / ((0.01 * gradient**2).sqrt() + 1e-8)


def sgd(gradient, rate, steps_before):
    return rate * (gradient + 0.7 * steps_before)


@pytest.mark.parametrize(("name", "rule"), [("adam", adam), ("rmsprop", rmsprop), ("sgd", sgd)])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_first_step_by_hand(name, rule, loss):
    """The weights after one batch: the gradient from torch, the rule written out above."""
    training = Training(spec(optimizer=name, loss=loss, learning_rate=0.02, momentum=0.7, seed=4), few_digits())
    while training.evaluating:
        training.advance()
    twin = build(training.spec.architecture, "glorot_uniform", 4)
    first = torch.randperm(100, generator=torch.Generator().manual_seed(4))[:32]
    value, _ = Classification().loss_and_outputs(twin, *training.examples.train.batch(first), loss)
    value.backward()
    training.advance()
    (event,) = (event for event in training.report() if isinstance(event, BatchesEnded))
    assert event.step == 1
    assert event.losses == pytest.approx([value.item()], rel=1e-6)
    for after, before in zip(training.network.parameters(), twin.parameters(), strict=True):
        expected = before - rule(before.grad, 0.02, torch.zeros_like(before))
        assert torch.allclose(after, expected, atol=1e-6)
        assert not torch.equal(after, before)


def test_second_step_of_sgd_keeps_momentum():
    training = Training(spec(optimizer="sgd", learning_rate=0.05, momentum=0.7, batch_size=50), few_digits())
    while training.evaluating:
        training.advance()
    start = [weights.detach().clone() for weights in training.network.parameters()]
    training.advance()
    middle = [weights.detach().clone() for weights in training.network.parameters()]
    training.advance()
    for weights, before, first in zip(training.network.parameters(), middle, start, strict=True):
        momentum = (first - before) / 0.05
        assert torch.allclose(weights, before - sgd(weights.grad, 0.05, momentum), atol=1e-6)
