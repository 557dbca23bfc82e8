"""Codes between the pictures: what the decoder draws of them."""

import numpy as np
import torch

from visualizer.architecture.network import build
from visualizer.inspection.latent import decoded, interpolated, latent_map
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.pictures import narrowest
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder

NETWORK = build(VariationalAutoencoder.preset().architecture, seed=2).eval()
CODES = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)


def drawn(code: np.ndarray) -> np.ndarray:
    """By running the layers one after the other."""
    place = narrowest(NETWORK)
    assert place is not None
    values = torch.from_numpy(code.astype(np.float32))[None]
    with torch.no_grad():
        for layer in list(NETWORK.layers)[place + 1 :]:
            values = layer(values)
    return (values[0].movedim(0, -1) * 255).round().numpy().astype(np.uint8)


def test_a_code_is_drawn_by_the_layers_after_the_narrowest():
    np.testing.assert_array_equal(decoded(NETWORK, CODES)[7], drawn(CODES[7]))


def test_the_map_holds_all_codes_and_draws_the_place_of_each():
    found = latent_map(NETWORK, CODES, 5)
    assert found.pictures.shape == (5, 5, 16, 16, 1)
    assert (np.array(found.low) < CODES.min(axis=0)).all()
    assert (np.array(found.high) > CODES.max(axis=0)).all()
    np.testing.assert_array_equal(found.pictures[4, 0], drawn(np.array(found.low)))
    np.testing.assert_array_equal(found.pictures[0, 4], drawn(np.array(found.high)))
    np.testing.assert_array_equal(found.pictures[0, 0], drawn(np.array([found.low[0], found.high[1]])))


def test_the_way_from_one_code_to_another_is_straight():
    found = interpolated(NETWORK, CODES[0], CODES[1], 5)
    for place, picture in enumerate(found):
        np.testing.assert_array_equal(picture, drawn(CODES[0] + place / 4 * (CODES[1] - CODES[0])))


def test_the_narrowest_layer_is_the_code_of_both_examples():
    assert narrowest(NETWORK) == 7
    assert NETWORK.nodes[7].shape == (2,)
    other = build(Autoencoder.preset().architecture)
    place = narrowest(other)
    assert place is not None
    assert other.nodes[place].shape == (2,)


def test_codes_that_are_no_numbers_lie_nowhere_on_the_map():
    spoilt = CODES.copy()
    spoilt[3, 1], spoilt[4, 0] = np.nan, np.inf
    found, of_others = latent_map(NETWORK, spoilt, 3), latent_map(NETWORK, np.delete(CODES, [3, 4], axis=0), 3)
    assert (found.low, found.high) == (of_others.low, of_others.high)
    nowhere = latent_map(NETWORK, np.full((3, 2), np.nan, np.float32), 3)
    np.testing.assert_allclose([nowhere.low, nowhere.high], [[-1.1, -1.1], [1.1, 1.1]])


def test_what_is_drawn_of_no_number_is_black():
    spoilt = build(VariationalAutoencoder.preset().architecture, seed=2).eval()
    with torch.no_grad():
        for weights in spoilt.parameters():
            weights.fill_(np.nan)
    assert not decoded(spoilt, CODES[:2]).any()
