"""Losses and gradients against the formulas on the page and against differences."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.concepts.loss import learn_one, logits_of, losses, most_wrong, sweep

scores = st.lists(st.floats(-12, 12), min_size=2, max_size=10).map(np.array)


@given(scores, st.data())
def test_values_and_gradients_are_those_of_the_formulas(logits, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    seen = losses(logits, target)
    p = np.exp(logits) / np.exp(logits).sum()
    t = np.eye(len(logits))[target]
    assert np.allclose(seen.probabilities, p)
    assert np.array_equal(seen.one_hot, t)
    assert seen.cross_entropy == pytest.approx(-np.log(p[target]), abs=1e-9)
    assert seen.mse == pytest.approx(((p - t) ** 2).sum() / len(logits), abs=1e-12)
    assert np.allclose(seen.cross_entropy_gradient, p - t, atol=1e-9)
    assert np.allclose(seen.mse_gradient, 2 / len(logits) * p * ((p - t) - ((p - t) * p).sum()), atol=1e-9)
    assert seen.cross_entropy_size == pytest.approx(np.linalg.norm(p - t), abs=1e-9)


@pytest.mark.parametrize("logits", [[0.3, -1.2, 2.0], [-2.4, 5.1, -2.9]])
def test_gradients_are_the_slopes_of_the_losses(logits):
    logits = np.array(logits)
    seen = losses(logits, 0)
    for index in range(3):
        above, below = (losses(logits + sign * 1e-5 * np.eye(3)[index], 0) for sign in (1, -1))
        assert seen.cross_entropy_gradient[index] == pytest.approx(
            (above.cross_entropy - below.cross_entropy) / 2e-5, abs=1e-7
        )
        assert seen.mse_gradient[index] == pytest.approx((above.mse - below.mse) / 2e-5, abs=1e-7)


def test_undecided_between_three_classes_by_hand():
    seen = losses(np.zeros(3), 2)
    assert seen.cross_entropy == pytest.approx(np.log(3))
    assert seen.mse == pytest.approx((1 / 9 + 1 / 9 + 4 / 9) / 3)
    assert np.allclose(seen.cross_entropy_gradient, [1 / 3, 1 / 3, -2 / 3])
    assert np.allclose(seen.mse_gradient, [2 / 27, 2 / 27, -4 / 27])


def test_the_more_confidently_wrong_the_weaker_is_the_push_of_mse():
    seen = sweep(np.array([0.0, 0.0, 0.0]), 0, 1, np.array([2.0, 4.0, 8.0, 12.0]))
    assert (np.diff(seen.mse) > 0).all()
    assert (np.diff(seen.mse_size) < 0).all()
    assert seen.mse_size[-1] < seen.mse_size[0] / 1000
    assert (np.diff(seen.cross_entropy_size) > 0).all()
    assert seen.cross_entropy_size[-1] == pytest.approx(np.sqrt(2), abs=1e-3)
    # Cross-entropy grows by what the wrong logit grows by, MSE stays below 2 / classes.
    assert np.diff(seen.cross_entropy)[-1] == pytest.approx(4, abs=0.01)
    assert seen.mse[-1] < 2 / 3


def test_a_sweep_moves_one_logit_and_leaves_the_others():
    seen = sweep(np.array([1.0, -2.0, 0.5]), 0, 1, np.array([-2.0, 3.0]))
    assert seen.cross_entropy[0] == pytest.approx(losses(np.array([1.0, -2.0, 0.5]), 0).cross_entropy)
    assert seen.mse_size[1] == pytest.approx(losses(np.array([1.0, 3.0, 0.5]), 0).mse_size)


@pytest.fixture(scope="module")
def network():
    return build(TINY.architecture, seed=1)


def test_most_wrong_is_the_lowest_probability_of_the_right_class(network):
    pictures = np.random.default_rng(0).uniform(0, 1, (20, 1, 8, 8)).astype(np.float32)
    labels = np.arange(20) % 10
    logits = logits_of(network, pictures)
    with torch.no_grad():
        right = network(torch.from_numpy(pictures)).numpy()[np.arange(20), labels]
    assert most_wrong(logits, labels) == right.argmin()


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_learning_one_picture_leaves_the_network_as_it_was(network, loss):
    before = copy.deepcopy(network.state_dict())
    picture = np.random.default_rng(0).uniform(0, 1, (1, 8, 8)).astype(np.float32)
    learnt = learn_one(network, picture, 3, loss, 0.1, 30)
    assert len(learnt) == 31
    assert learnt[0] == pytest.approx(losses(logits_of(network, picture[None])[0], 3).probabilities[3], abs=1e-6)
    assert learnt[-1] > learnt[0]
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
