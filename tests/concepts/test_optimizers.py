"""The race is torch's own: the same positions and state as an optimizer that nobody watches."""

import numpy as np
import pytest
import torch

from visualizer.concepts.optimizers import (
    ARRIVED_WITHIN,
    LEARNING_RATES,
    OPTIMIZERS,
    STARTING_RATES,
    curvatures,
    descend,
    share_left_by_step,
    winners,
)
from visualizer.concepts.surfaces import BOWL, RAVINE, SADDLE, SURFACES, distance_to_minimum

# As one would write them in a training script.
UNWATCHED = {
    "sgd": lambda weights, rate: torch.optim.SGD(weights, lr=rate),
    "momentum": lambda weights, rate: torch.optim.SGD(weights, lr=rate, momentum=0.9),
    "rmsprop": lambda weights, rate: torch.optim.RMSprop(weights, lr=rate, alpha=0.99, eps=1e-8),
    "adam": lambda weights, rate: torch.optim.Adam(weights, lr=rate, betas=(0.9, 0.999), eps=1e-8),
}
STATE = {
    "sgd": set(),
    "momentum": {"momentum_buffer"},
    "rmsprop": {"square_avg"},
    "adam": {"exp_avg", "exp_avg_sq"},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_positions_gradients_and_state_are_those_of_torch(surface, name):
    rate = STARTING_RATES[surface.name][name]
    path = descend(surface, name, rate, steps=40)
    assert path.steps == 40
    assert set(path.state) == STATE[name]
    weights = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    optimizer = UNWATCHED[name]([weights], rate)
    for step in range(40):
        assert np.array_equal(path.positions[step], weights.detach().numpy())
        optimizer.zero_grad()
        value = surface.function(*weights)
        value.backward()
        optimizer.step()
        assert path.values[step] == pytest.approx(value.item())
        assert np.array_equal(path.gradients[step], weights.grad.numpy())
        for key, rows in path.state.items():
            assert np.array_equal(rows[step], optimizer.state_dict()["state"][0][key].numpy())
    assert np.array_equal(path.positions[40], weights.detach().numpy())


def test_first_steps_by_hand():
    # The bowl's gradient is the position itself.
    start = np.array(BOWL.start)
    rate = 0.1
    assert np.allclose(descend(BOWL, "sgd", rate, 1).positions[1], start - rate * start)
    assert np.allclose(descend(BOWL, "momentum", rate, 1).positions[1], start - rate * start)
    # Without correction v is a hundredth of g², so RMSprop's first step is ten times the learning rate.
    assert np.allclose(descend(BOWL, "rmsprop", rate, 1).positions[1], start - 10 * rate * np.sign(start), atol=1e-6)
    assert np.allclose(descend(BOWL, "adam", rate, 1).positions[1], start - rate * np.sign(start), atol=1e-6)


def test_arrived_means_near_the_minimum_until_the_race_ends():
    path = descend(RAVINE, "momentum", 0.1)
    distances = distance_to_minimum(RAVINE, path.positions)
    assert path.arrived_at is not None
    assert (distances[path.arrived_at :] <= ARRIVED_WITHIN).all()
    assert distances[path.arrived_at - 1] > ARRIVED_WITHIN


def test_who_only_passes_by_has_not_arrived():
    path = descend(BOWL, "momentum", 0.1)
    passing = int(np.abs(path.positions[:40]).max(axis=1).argmin())
    cut = descend(BOWL, "momentum", 0.1, steps=passing + 5)
    assert np.abs(cut.positions[passing]).max() < 0.3
    assert cut.arrived_at is None


@pytest.mark.parametrize("surface", [BOWL, RAVINE], ids=lambda surface: surface.name)
def test_sgd_is_stable_below_two_by_the_steepest_curvature_and_lost_above(surface):
    limit = 2 / curvatures(surface)[1]
    assert descend(surface, "sgd", 0.98 * limit, steps=400).arrived_at is not None
    gone = descend(surface, "sgd", 1.05 * limit, steps=400)
    assert gone.diverged_at == gone.steps < 400
    assert gone.arrived_at is None
    assert gone.values[-1] > 100 * gone.values[0]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
@pytest.mark.parametrize("rate", [LEARNING_RATES[0], 0.5, LEARNING_RATES[-1]])
def test_every_slider_position_gives_finite_numbers(surface, name, rate):
    path = descend(surface, name, rate)
    assert np.isfinite(path.positions).all()
    assert np.isfinite(path.values).all()
    assert path.steps in (surface.steps, path.diverged_at)


def test_each_surface_has_one_winner_and_no_optimizer_wins_all():
    first = {}
    for name, surface in SURFACES.items():
        arrived = winners({key: descend(surface, key, rate) for key, rate in STARTING_RATES[name].items()})
        assert len(arrived) == 1
        first[name] = arrived[0]
    assert first == {"ravine": "momentum", "bowl": "sgd", "saddle": "rmsprop", "beale": "adam"}


def test_a_tie_has_two_winners_and_an_idle_race_none():
    same = descend(BOWL, "sgd", 0.1)
    assert winners({"sgd": same, "adam": same}) == ("sgd", "adam")
    assert winners({"sgd": descend(BOWL, "sgd", 0.0001)}) == ()


def test_learning_rates_rise_by_1_2_5_and_hold_every_starting_rate():
    assert LEARNING_RATES[:4] == (0.0001, 0.0002, 0.0005, 0.001)
    assert LEARNING_RATES[-1] == 5
    assert all(rate in LEARNING_RATES for rates in STARTING_RATES.values() for rate in rates.values())
    assert list(LEARNING_RATES) == sorted(LEARNING_RATES)


def test_momentum_leaves_the_saddle_before_sgd():
    at = {name: descend(SADDLE, name, 0.1).arrived_at for name in ("sgd", "momentum")}
    assert at["momentum"] < at["sgd"]


@pytest.mark.parametrize(("rate", "axis", "curvature"), [(0.5, 1, 3.6), (0.5, 0, 0.08), (0.2, 1, 3.6)])
def test_what_a_step_of_sgd_leaves_is_what_its_walk_shows(rate, axis, curvature):
    way = np.abs(descend(RAVINE, "sgd", rate, 20).positions[:, axis])
    assert np.allclose(way[1:] / way[:-1], share_left_by_step(0, rate, curvature))
    assert curvatures(RAVINE) == pytest.approx((0.08, 3.6))


@pytest.mark.parametrize(("axis", "curvature"), [(1, 3.6), (0, 0.08)])
def test_what_a_step_of_momentum_leaves_is_what_its_walk_shows_in_the_long_run(axis, curvature):
    way = descend(RAVINE, "momentum", 0.1, 400).positions[:, axis]
    # It swings: the largest of 90 steps, and of the 90 that come 180 steps later.
    early, late = np.abs(way[100:190]).max(), np.abs(way[280:370]).max()
    assert (late / early) ** (1 / 180) == pytest.approx(share_left_by_step(0.9, 0.1, curvature), abs=0.004)


def test_above_two_by_the_curvature_a_step_leaves_more_than_there_was():
    assert share_left_by_step(0, 0.56, 3.6) > 1 > share_left_by_step(0, 0.55, 3.6)
