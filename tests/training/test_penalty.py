"""The penalty of the weights: a part of the loss that is minimised, and reported as such."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.examples import curve, epochs, few_digits, spec, train_all
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.separable_conv2d import SeparableConv2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import TINY
from visualizer.tasks.classification import Classification
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import Health
from visualizer.training.loop.loop import Training
from visualizer.training.loop.speed import measure_speed

DIGITS = few_digits()
# One layer of each type that has kernels, and one without a penalty.
ALL = Architecture(
    "penalties",
    (1, 8, 8),
    (
        Conv2D(filters=3, l1=0.02),
        DepthwiseConv2D(depth_multiplier=2, l2=0.03),
        SeparableConv2D(filters=4, kernel_size=(2, 2), l1=0.01, l2=0.05),
        Conv2D(filters=2, kernel_size=(1, 1)),
        Conv2DTranspose(filters=2, l2=0.04),
        Flatten(),
        Dense(units=10, activation="softmax", l1=0.001, l2=0.002),
    ),
)


def by_hand(network: Network) -> float:
    """l1 · Σ|w| + l2 · Σw² over the kernels of each layer, in numpy."""
    total = 0.0
    for layer, module in zip(network.architecture.layers, network.layers, strict=True):
        for weights in (weights for weights in module.parameters() if weights.ndim > 1):
            numbers = weights.detach().numpy().astype(np.float64)
            total += layer.l1 * np.abs(numbers).sum() + layer.l2 * (numbers**2).sum()
    return total


def with_biases(network: Network) -> Network:
    with torch.no_grad():
        for weights in network.parameters():
            if weights.ndim == 1:
                weights.fill_(3.0)
    return network


def test_the_penalty_by_hand():
    network = with_biases(build(ALL, seed=5))
    assert network.penalty().item() == pytest.approx(by_hand(network), rel=1e-6)
    one = build(Architecture("", (1, 1, 1), (Flatten(), Dense(units=2, l1=0.5, l2=0.25))))
    with torch.no_grad():
        one.layers[1].dense.weight.copy_(torch.tensor([[2.0], [-3.0]]))
    assert one.penalty().item() == 0.5 * (2 + 3) + 0.25 * (4 + 9)


def test_without_a_penalty_there_is_none():
    assert build(TINY.architecture).penalty() is None
    history = epochs(train_all(Training(spec(epochs=1), DIGITS)))
    assert [(epoch.train_penalty, epoch.validation_penalty) for epoch in history] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_it_is_a_part_of_the_loss_of_every_batch_and_of_the_validation_loss(loss):
    training = Training(spec(ALL, epochs=2, loss=loss, learning_rate=0.01), DIGITS)
    events, penalties, expected = [], [], []
    while not training.ended:
        evaluating, step = training.evaluating, training.step
        before = by_hand(training.network)
        events += training.advance()
        if not evaluating:
            assert training.step == step + 1
            penalties.append(before)
    sizes = np.array([32, 32, 32, 4])
    for number, epoch in enumerate(epochs(events)[1:]):
        of_epoch = np.array(penalties[4 * number : 4 * number + 4])
        expected.append((of_epoch * sizes).sum() / 100)
        assert epoch.train_penalty == pytest.approx(expected[-1], rel=1e-5)
        losses = curve(events)[4 * number : 4 * number + 4, 0]
        assert epoch.train_loss == pytest.approx((losses * sizes).sum() / 100, rel=1e-5)
        assert (losses > of_epoch).all()
    last = epochs(events)[-1]
    pictures, labels = training.examples.validation.batch(torch.arange(70))
    with torch.no_grad():
        of_answers, _ = Classification().loss_and_outputs(training.network.eval(), pictures, labels, loss)
    assert last.validation_penalty == pytest.approx(by_hand(training.network), rel=1e-5)
    assert last.validation_loss == pytest.approx(of_answers.item() + last.validation_penalty, rel=1e-5)
    untrained = epochs(events)[0]
    assert untrained.validation_penalty == pytest.approx(by_hand(build(ALL)), rel=1e-5)


def test_the_first_batch_and_its_step_by_hand():
    """Its loss is that of the answers and the penalty; SGD follows the gradient of both: l1 · sign(w) + 2 · l2 · w."""
    training = Training(spec(ALL, optimizer="sgd", learning_rate=0.1, momentum=0.0, seed=4), DIGITS)
    while training.evaluating:
        training.advance()
    twin = build(ALL, "glorot_uniform", 4)
    first = torch.randperm(100, generator=torch.Generator().manual_seed(4))[:32]
    value, _ = Classification().loss_and_outputs(twin, *training.examples.train.batch(first), "cross_entropy")
    value.backward()
    training.advance()
    (loss,) = training.report()[0].losses
    assert loss == pytest.approx(value.item() + by_hand(twin), rel=1e-6)
    for layer, before, after in zip(ALL.layers, twin.layers, training.network.layers, strict=True):
        for old, new in zip(before.parameters(), after.parameters(), strict=True):
            gradient = old.grad
            if old.ndim > 1:
                gradient = gradient + layer.l1 * old.sign() + 2 * layer.l2 * old
            assert torch.allclose(new, old - 0.1 * gradient, atol=1e-6)


def test_the_layers_health_knows_its_gradient():
    def norms(architecture: Architecture) -> list[float]:
        training = Training(spec(architecture, epochs=1), DIGITS)
        (first, *_) = (event for event in train_all(training) if isinstance(event, Health))
        return [layer.gradient_norm for layer in first.layers]

    free = ALL.with_layers((*ALL.layers[:-1], replace(ALL.layers[-1], l1=0.0, l2=0.0)))
    assert norms(ALL)[-1] != pytest.approx(norms(free)[-1], rel=1e-6)


def penalised(**penalty: float) -> Architecture:
    layers = TINY.architecture.layers
    return TINY.architecture.with_layers((*layers[:-1], replace(layers[-1], **penalty)))


def last_kernels(architecture: Architecture) -> np.ndarray:
    training = Training(spec(architecture, epochs=30, learning_rate=0.01), DIGITS)
    train_all(training)
    return training.network.layers[-1].dense.weight.detach().numpy()


def test_weights_shrink_with_it():
    free, squares, sizes = (last_kernels(penalised(**values)) for values in ({}, {"l2": 0.02}, {"l1": 0.005}))
    assert np.linalg.norm(squares) < 0.5 * np.linalg.norm(free)
    assert np.abs(sizes).sum() < 0.5 * np.abs(free).sum()
    # What L1 is known for: many weights end next to 0.
    near_0 = [(np.abs(kernels) < 0.01).mean() for kernels in (sizes, squares, free)]
    assert near_0[0] > 2 * near_0[1] > 2 * near_0[2]


def test_a_training_that_goes_on_in_the_middle_of_an_epoch_reports_the_same_penalty():
    whole = Training(spec(ALL, epochs=2), DIGITS)
    events = train_all(whole)
    first = Training(spec(ALL, epochs=2), DIGITS)
    while first.step < 6:
        first.advance()
    (checkpoint,) = (event for event in first.checkpoint() if isinstance(event, Checkpoint))
    second = Training(spec(ALL, epochs=2), DIGITS, checkpoint=checkpoint)
    assert epochs(train_all(second))[-1] == epochs(events)[-1]


def test_it_is_a_part_of_the_time_that_a_step_takes():
    assert measure_speed(ALL, spec(ALL).settings, np.arange(10)).picture > 0
