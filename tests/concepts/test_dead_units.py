"""Dead ReLUs are counted right, and get no gradient."""

import numpy as np
import pytest

from visualizer.concepts.dead_units import HIDDEN_LAYERS, UNITS, FiringUnits, train_and_count
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare


@pytest.fixture(scope="module")
def splits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    dataset = load_dataset("digits")
    train, count = (prepare(dataset.pictures[part], (1, 8, 8)) for part in (dataset.train, dataset.validation))
    return train, dataset.labels[dataset.train], count, dataset.labels[dataset.validation]


@pytest.fixture(scope="module")
def calm(splits) -> FiringUnits:
    return train_and_count(*splits, 0.1)


@pytest.fixture(scope="module")
def wild(splits) -> FiringUnits:
    return train_and_count(*splits, 2.0)


def test_shapes_and_moments(calm):
    assert calm.firing.shape == (HIDDEN_LAYERS, UNITS)
    assert calm.steps.tolist() == list(range(0, 101, 10))
    assert calm.dead_shares.shape == calm.losses.shape == (11,)
    assert calm.dead_shares[-1] == pytest.approx(calm.dead.mean())
    assert calm.pictures == 270


def test_a_small_rate_learns_and_a_large_one_kills(calm, wild):
    assert calm.losses[-1] < 0.5
    assert calm.dead.mean() < 0.15
    assert wild.losses[-1] > 2
    assert wild.dead.mean() > 0.75


def test_dead_relus_get_no_gradient_and_leaky_ones_would(calm, wild):
    for found in (calm, wild):
        assert found.dead.any()
        assert found.still_learning == 0
        assert found.learning_if_leaky == found.dead.sum()


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 2.0])
def test_every_loss_that_the_page_shows_is_a_number(splits, rate):
    assert np.isfinite(train_and_count(*splits, rate).losses).all()


def test_a_unit_that_fires_for_one_picture_is_not_dead(splits):
    """Counting on one picture finds what fires for it; on more pictures fewer units are dead."""
    train, labels, count, answers = splits
    one = train_and_count(train, labels, count[:1], answers[:1], 0.1, steps=0)
    many = train_and_count(train, labels, count, answers, 0.1, steps=0)
    assert set(np.unique(one.firing)) == {0, 1}
    assert many.dead.sum() < one.dead.sum()
    assert not (many.dead & ~one.dead).any()
