"""What the map of codes is sent to the browser, also where a network's weights grew too large."""

import json

import numpy as np
import pytest

from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.ui.parts.latent_map import _map_data

NETWORK = build(Autoencoder.preset().architecture, seed=2).eval()
DIGITS = load_dataset("digits")


@pytest.mark.parametrize("spoilt", [0, 5, len(DIGITS.test)])
def test_every_code_of_two_numbers_is_on_the_map_and_the_others_are_not(spoilt):
    codes = np.random.default_rng(0).normal(size=(len(DIGITS.test), 2)).astype(np.float32)
    codes[:spoilt, 1] = np.nan
    data = _map_data(f"test-{spoilt}", NETWORK, DIGITS, codes)
    json.dumps({name: value for name, value in data.items() if name != "sheet"}, allow_nan=False)
    assert len(data["points"]) == len(codes) - spoilt
    assert [label for _, _, label in data["points"]] == DIGITS.labels[DIGITS.test][spoilt:].tolist()
    assert all(len(each) >= 2 for each in data["ticks"])
