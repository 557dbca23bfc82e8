"""A logit taken apart adds up to torch's logit, also on the home network."""

from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.model_file import load_model
from visualizer.concepts.dense import logit_sum, strongest
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.inspection.load import load_network
from visualizer.inspection.probe import probe

HOME_NETWORK = Path(__file__).parents[2] / "assets" / "home_network.safetensors"


def random_dense(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    maps = random.normal(size=(3, 4, 5)).astype(np.float32)
    weights = random.normal(size=(7, 60)).astype(np.float32)
    return maps, weights, random.normal(size=7).astype(np.float32)


def logits_of(maps, weights, biases):
    """The logits of all classes by torch's own Flatten and Linear."""
    flat = torch.from_numpy(maps).flatten()
    return torch.nn.functional.linear(flat, torch.from_numpy(weights), torch.from_numpy(biases)).numpy()


def test_contributions_and_bias_add_up_to_the_logit():
    maps, weights, biases = random_dense()
    logits = logits_of(maps, weights, biases)
    for unit in range(7):
        parts = logit_sum(maps, weights, biases, unit)
        assert parts.logit == pytest.approx(logits[unit], abs=1e-5)
        assert parts.total + parts.bias == parts.logit
        np.testing.assert_allclose(parts.by_position.sum(), parts.total)


def test_a_weight_stands_at_the_place_that_torch_flattens():
    """Only one number of the maps is not 0: the logit must be that number times the weight that is drawn there."""
    _, weights, biases = random_dense()
    for place in ((0, 0, 0), (1, 2, 3), (2, 3, 4)):
        maps = np.zeros((3, 4, 5), dtype=np.float32)
        maps[place] = 2
        parts = logit_sum(maps, weights, biases, 5)
        assert logits_of(maps, weights, biases)[5] == pytest.approx(2 * parts.weights[place] + biases[5], abs=1e-5)


def test_strongest_are_sorted_by_size_and_say_where_they_are():
    maps, weights, biases = random_dense()
    parts = logit_sum(maps, weights, biases, 2)
    top = strongest(parts, 60)
    sizes = [abs(part.value) for part in top]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(part.value for part in top) == pytest.approx(parts.total)
    channels_last = maps.transpose(1, 2, 0).ravel()
    for part in top:
        assert maps[part.channel, part.row, part.column] == maps.ravel()[part.index] == part.activation
        assert channels_last[part.keras_index] == part.activation
        assert weights[2, part.index] == np.float32(part.weight)
        assert part.value == pytest.approx(part.activation * part.weight)
    assert strongest(parts, 4) == top[:4]


def test_the_home_network_ends_in_flatten_and_dense_and_its_logits_add_up():
    network = load_network(*load_model(HOME_NETWORK))
    *_, flatten, dense = network.architecture.layers
    assert isinstance(flatten, Flatten)
    assert isinstance(dense, Dense)
    dataset = load_dataset("digits")
    pictures = prepare(dataset.pictures[dataset.test[:12]], network.architecture.input_shape)
    with torch.no_grad():
        logits = network.logits(torch.from_numpy(pictures)).numpy()
    for picture, expected in zip(pictures, logits, strict=True):
        *_, flattened, last = probe(network, picture).layers
        for unit in range(10):
            parts = logit_sum(flattened.input, last.kernels, last.bias, unit)
            assert parts.logit == pytest.approx(expected[unit], abs=1e-5)
