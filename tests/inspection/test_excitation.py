"""The strongest pictures are those that a search of every picture and every place finds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.inspection.branching import Branching
from tests.inspection.draining import drained
from tests.strategies import architectures, graphs
from visualizer.architecture.flow import FlowNetwork
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.inspection import excitation
from visualizer.inspection.excitation import Ranking, strongest
from visualizer.inspection.probe import probe


def pictures_for(network: FlowNetwork, count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, *network.input_shape), dtype=np.float32)


def by_hand(network: FlowNetwork, index: int, picture: np.ndarray) -> np.ndarray:
    """What the probe says of one picture: (F, H', W')."""
    view = probe(network, picture).layers[index]
    values = view.output if view.before_activation is None else view.before_activation
    return values.reshape(len(values), *(values.shape[1:] or (1, 1)))


def search(network: FlowNetwork, index: int, pictures: np.ndarray, count: int) -> excitation.Excitation:
    return drained(strongest(network, index, lambda start, stop: pictures[start:stop], len(pictures), count))[1]


def agrees(ranking: Ranking, every: np.ndarray, sign: int) -> None:
    """`every`: (N, F, H', W'), `sign` 1 where the largest are wanted, −1 for the least."""
    signed = sign * every
    wanted = np.sort(signed.max(axis=(2, 3)), axis=0)[::-1][: ranking.values.shape[1]].T
    np.testing.assert_allclose(sign * ranking.values, wanted, rtol=1e-4, atol=1e-5)
    for filter, (values, numbers, places) in enumerate(
        zip(ranking.values, ranking.pictures, ranking.places, strict=True)
    ):
        assert len(set(numbers)) == len(numbers)
        for value, number, (row, column) in zip(values, numbers, places, strict=True):
            assert every[number, filter, row, column] == pytest.approx(value, rel=1e-4, abs=1e-5)


@settings(max_examples=40)
@given(architectures() | graphs(), st.integers(0, 1000), st.integers(1, 5), st.integers(1, 4), st.data())
def test_it_finds_what_a_search_of_every_place_of_every_picture_finds(architecture, seed, total, count, data):
    network = build(architecture, "he_normal", seed)
    index = data.draw(st.integers(0, len(network.nodes) - 1))
    pictures = pictures_for(network, total, seed)
    found = search(network, index, pictures, count)
    every = np.stack([by_hand(network, index, picture) for picture in pictures])
    agrees(found.strongest, every, 1)
    agrees(found.weakest, every, -1)
    assert found.count == total
    assert found.strongest.values.shape == (every.shape[1], min(count, total))
    tolerance = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(found.place_mean, every.max(axis=(2, 3)).mean(axis=0), **tolerance)
    np.testing.assert_allclose(found.map_mean, every.mean(axis=(0, 2, 3)), **tolerance)
    np.testing.assert_allclose(found.map_best, every.mean(axis=(2, 3)).max(axis=0), **tolerance)


@pytest.mark.parametrize("index", range(4))
def test_it_searches_a_network_that_branches(index):
    network = Branching()
    pictures = pictures_for(network, 7)
    every = np.stack([by_hand(network, index, picture) for picture in pictures])
    agrees(search(network, index, pictures, 3).strongest, every, 1)


def test_batches_make_no_difference(monkeypatch):
    network = build(TINY.architecture)
    pictures = pictures_for(network, 23)
    at_once = search(network, 2, pictures, 4)
    monkeypatch.setattr(excitation, "MAX_BATCH", 5)
    done, in_parts = drained(strongest(network, 2, lambda start, stop: pictures[start:stop], 23, 4))
    assert done == [5, 10, 15, 20, 23]
    np.testing.assert_array_equal(in_parts.strongest.pictures, at_once.strongest.pictures)
    np.testing.assert_array_equal(in_parts.weakest.places, at_once.weakest.places)


def test_of_equal_pictures_the_first_come_first():
    network = build(TINY.architecture)
    pictures = np.repeat(pictures_for(network, 1), 9, axis=0)
    assert search(network, 0, pictures, 3).strongest.pictures.tolist() == [[0, 1, 2]] * 8


def test_only_what_leads_to_the_layer_is_run_and_its_own_activation_is_left_out():
    network = Branching()
    pictures = torch.from_numpy(pictures_for(network, 2))
    with torch.no_grad():
        first, wide, narrow, last = network.parts
        arrived = functional.leaky_relu(first(pictures))
        torch.testing.assert_close(
            network.run(pictures, until=3, activated=False), last(wide(arrived) + narrow(arrived))
        )
        torch.testing.assert_close(network.run(pictures, until=0, activated=False), first(pictures))
        network.parts[1].weight.fill_(torch.nan)
        assert torch.isfinite(network.run(pictures, until=2, activated=False)).all()


def test_the_more_a_picture_takes_the_smaller_the_batches(monkeypatch):
    network = build(TINY.architecture)
    assert excitation._batch_size(network, 5) == excitation.MAX_BATCH
    # 8 maps of 8 × 8 before and after the activation: 1,024 numbers.
    monkeypatch.setattr(excitation, "NUMBERS_AT_ONCE", 5_000)
    assert excitation._batch_size(network, 0) == 4
    monkeypatch.setattr(excitation, "NUMBERS_AT_ONCE", 1)
    assert excitation._batch_size(network, 0) == 1


def test_finite_numbers_whose_sum_overflows_have_a_finite_mean():
    network = build(TINY.architecture, "he_normal", 0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.0)
        next(network.parameters()).fill_(2e37)  # a sum of nine products is below float32's largest number, 3.4e38
    found = search(network, 0, np.ones((1, *network.input_shape), dtype=np.float32), 1)
    assert found.map_mean[0] == pytest.approx(1.8e38, rel=0.2)
    assert found.map_best[0] == found.map_mean[0]
