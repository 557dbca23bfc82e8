"""Four trainings of one network that differ in nothing but the optimizer."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.concepts.network_race import (
    BATCH_SIZE,
    LAP,
    NETWORK_RATES,
    OptimizerRun,
    RaceData,
    lowest_loss,
    race,
    trailing_mean,
    train_with,
)
from visualizer.concepts.optimizers import LEARNING_RATES, OPTIMIZERS

CLASSES = 10


@pytest.fixture(scope="module")
def examples():
    """Pictures with a bright pixel whose place is the class: learnt within an epoch or two."""
    random = np.random.default_rng(0)
    labels = random.integers(0, CLASSES, 400)
    pictures = random.uniform(0, 0.2, (400, 1, 8, 8)).astype(np.float32)
    pictures[np.arange(400), 0, 2 * (labels // 4), 2 * (labels % 4)] = 1
    return RaceData(pictures[:320], labels[:320], pictures[320:], labels[320:])


def train(examples, name, rate, epochs=2):
    *_, last = train_with(name, rate, TINY.architecture, examples, epochs=epochs)
    return last


def test_all_begin_with_the_same_weights_and_batch(examples):
    first = {train(examples, name, rate, epochs=1).losses[0] for name, rate in NETWORK_RATES.items()}
    assert len(first) == 1
    # An untrained network guesses: about -ln(1/10).
    assert first.pop() == pytest.approx(np.log(CLASSES), abs=0.4)


def test_the_same_settings_give_the_same_curve(examples):
    once, again = (train(examples, "adam", 0.01) for _ in range(2))
    assert np.array_equal(once.losses, again.losses)
    assert once.accuracy == again.accuracy


def test_losses_are_those_of_a_loop_that_nobody_wrote_here(examples):
    pictures, labels = torch.from_numpy(examples.pictures), torch.from_numpy(examples.labels)
    network = build(TINY.architecture)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    expected = []
    for batch in torch.randperm(320, generator=torch.Generator().manual_seed(0)).split(BATCH_SIZE):
        loss = functional.nll_loss(network.logits(pictures[batch]).log_softmax(1), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    trained = train(examples, "momentum", 0.1, epochs=1)
    assert trained.steps_per_epoch == len(expected) == 10
    assert np.allclose(trained.losses, expected, rtol=1e-4)


def test_it_learns_and_says_how_much_of_the_rest_was_right(examples):
    trained = train(examples, "adam", 0.01, epochs=8)
    assert trained.losses[-10:].mean() < 0.3 * trained.losses[:10].mean()
    assert trained.accuracy > 0.9
    assert trained.failed_at is None


def test_steps_that_are_too_large_end_the_training(examples):
    trained = train(examples, "sgd", 1e20)
    assert trained.failed_at == len(trained.losses) < 20
    assert trained.accuracy is None
    assert np.isfinite(trained.losses[:-1]).all()
    assert not np.isfinite(trained.losses[-1])


def test_in_a_race_each_gets_what_it_gets_alone(examples):
    states = list(race({"sgd": 1e20, "adam": 0.01}, TINY.architecture, examples, epochs=2))
    assert np.array_equal(states[-1]["adam"].losses, train(examples, "adam", 0.01).losses)
    assert states[-1]["sgd"].failed_at is not None
    assert [len(state["adam"].losses) for state in states[:2]] == [LAP, 2 * LAP]
    assert states[0]["adam"].accuracy is None
    assert states[-1]["adam"].accuracy is not None


def test_who_failed_is_never_lowest():
    def state(losses, failed_at=None):
        return OptimizerRun("adam", 0.1, 10, np.array(losses), None, failed_at)

    raced = {"sgd": state([9.0, 0.1, 0.3]), "adam": state([1.0, 0.3, 0.3]), "momentum": state([0.0], failed_at=1)}
    assert lowest_loss(raced, 2) == "sgd"
    assert lowest_loss(raced, 3) == "adam"


def test_every_optimizer_has_a_rate_that_the_slider_has():
    assert set(NETWORK_RATES) == set(OPTIMIZERS)
    assert all(rate in LEARNING_RATES for rate in NETWORK_RATES.values())


def test_trailing_mean_by_hand():
    assert np.allclose(trailing_mean(np.array([4.0, 2.0, 6.0, 8.0]), 2), [4, 3, 4, 7])
    assert np.allclose(trailing_mean(np.array([4.0, 2.0, 6.0]), 10), [4, 3, 4])
