"""A made picture excites its filter, and the network itself says how much."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.inspection.branching import Branching
from tests.inspection.draining import drained
from tests.inspection.test_excitation import by_hand, pictures_for
from tests.strategies import architectures, graphs
from visualizer.architecture.flow import FlowNetwork
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.errors import UserError
from visualizer.inspection.made_picture import Ascent, MadePicture, maximise, total_variation


def make(network: FlowNetwork, index: int, filter: int, ascent: Ascent) -> MadePicture:
    return drained(maximise(network, index, filter, ascent))[1]


def aimed(values: np.ndarray, aim: str) -> float:
    return float(values.max() if aim == "place" else values.mean())


@settings(max_examples=30)
@given(
    architectures(max_layers=4) | graphs(max_layers=4),
    st.integers(0, 1000),
    st.sampled_from(["place", "map"]),
    st.data(),
)
def test_what_it_reaches_is_what_the_network_gives_for_the_picture(architecture, seed, aim, data):
    network = build(architecture, "he_normal", seed)
    index = data.draw(st.integers(0, len(network.nodes) - 1))
    ascent = Ascent(aim, steps=3, jitter=data.draw(st.integers(0, 2)), seed=seed)
    try:
        made = make(network, index, 0, ascent)
    except UserError:
        assume(False)
    values = by_hand(network, index, made.picture)[0]
    assert made.reached == pytest.approx(aimed(values, aim), rel=1e-4, abs=1e-5)
    assert values[made.place] == pytest.approx(values.max(), rel=1e-4, abs=1e-5)
    assert made.picture.shape == network.input_shape
    assert 0 <= made.picture.min() <= made.picture.max() <= 1
    assert made.history.shape == (3,)


@pytest.mark.parametrize("aim", ["place", "map"])
@pytest.mark.parametrize("index", [0, 2, 5])
def test_it_excites_more_than_any_of_many_random_pictures(index, aim):
    network = build(TINY.architecture, "he_normal", 1)
    random = [aimed(by_hand(network, index, picture)[0], aim) for picture in pictures_for(network, 200)]
    assert make(network, index, 0, Ascent(aim)).reached > max(random)


@pytest.mark.parametrize("index", range(4))
def test_it_rises_in_a_network_that_branches(index):
    network = Branching()
    made = make(network, index, 1, Ascent(steps=40, jitter=1))
    assert made.reached > made.history[0]


def test_of_a_first_layer_it_draws_the_sign_of_each_weight():
    """Light where the weight is above 0, none where it is below: that is the best that pixels in [0, 1] can do."""
    network = build(TINY.architecture, "he_normal", 4)
    made = make(network, 0, 3, Ascent(steps=200, total_variation=0.0))
    kernel = network.layers[0][0].weight[3, 0].detach().numpy()
    row, column = made.place
    seen = made.picture[0, row - 1 : row + 2, column - 1 : column + 2]
    np.testing.assert_allclose(seen, kernel > 0, atol=0.05)


def test_the_same_seed_makes_the_same_picture_and_another_one_another():
    network = build(TINY.architecture, "he_normal", 1)
    first, again, other = (make(network, 2, 5, Ascent(steps=8, jitter=1, seed=seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.picture, again.picture)
    assert first.reached == again.reached
    assert not np.array_equal(first.picture, other.picture)


def test_it_grows_before_one_s_eyes():
    network = build(TINY.architecture, "he_normal", 1)
    yielded, made = drained(maximise(network, 2, 0, Ascent(steps=20)))
    assert [len(growing.history) for growing in yielded] == list(range(1, 21))
    np.testing.assert_array_equal(yielded[-1].history, made.history)


def test_each_value_on_the_way_is_what_the_network_gives_for_the_picture_that_is_shown_with_it():
    """At the strongest place in the middle of its map; moved by the jitter, as the network sees it."""
    network = build(TINY.architecture, "he_normal", 1)
    yielded, _ = drained(maximise(network, 2, 0, Ascent(steps=9, jitter=2)))
    for growing in yielded:
        values = by_hand(network, 2, growing.picture)[0]
        assert growing.history[-1] == pytest.approx(values[1:3, 1:3].max(), rel=1e-4)
        assert values[growing.place] == values.max()


def test_it_is_moved_at_first_and_settles_at_last():
    """Where it is not moved, a further picture differs from the one before by the step alone."""
    network = build(TINY.architecture, "he_normal", 1)
    yielded, made = drained(maximise(network, 2, 0, Ascent(steps=40, jitter=2)))
    pictures = [growing.picture for growing in yielded] + [made.picture]
    changes = [np.abs(after - before).max() for before, after in itertools.pairwise(pictures)]
    # A logit changes by about Adam's rate in one step, a pixel by at most a quarter of that.
    assert max(changes[30:]) < 0.06 < max(changes[:29])
    assert made.reached >= made.history[30]


def test_total_variation_makes_it_smoother():
    network = build(TINY.architecture, "he_normal", 1)
    rough, smooth = (make(network, 5, 2, Ascent(total_variation=weight)).picture for weight in (0.0, 0.5))
    assert total_variation(torch.tensor(smooth)[None]) < total_variation(torch.tensor(rough)[None]) / 2


def test_total_variation_adds_up_the_differences_to_the_right_and_below():
    picture = torch.tensor([[[[0.0, 1.0], [0.5, 0.25]]]])
    assert total_variation(picture) == pytest.approx((1 + 0.25 + 0.5 + 0.75) / 4)
    assert total_variation(torch.ones(1, 3, 1, 1)) == 0


def test_the_shared_network_stays_as_it_was():
    network = build(TINY.architecture, "he_normal", 1)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    make(network, 5, 2, Ascent(steps=3))
    assert all(parameter.grad is None for parameter in network.parameters())
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())


def test_a_filter_that_no_picture_can_change_is_said_to_be_one():
    network = build(TINY.architecture, "zeros")
    with pytest.raises(UserError, match="No picture can be made for this filter"):
        make(network, 2, 0, Ascent(steps=2))
