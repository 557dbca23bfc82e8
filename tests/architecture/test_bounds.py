"""A network that passes a bound of the server is told so, and never built."""

import pytest

from visualizer.architecture import bounds
from visualizer.architecture.architecture import (
    Architecture,
    ArchitectureError,
    architecture_from_json,
    architecture_to_json,
    summarize,
)
from visualizer.architecture.bounds import largest_batch, passed_bound
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.model_file import load_model, save_model
from visualizer.architecture.network import Network
from visualizer.errors import UserError
from visualizer.limits import Limits
from visualizer.source_code.keras_reader import read_keras
from visualizer.training.link import LinkedNetwork, link_text, read_link
from visualizer.training.settings import TrainingSettings

MIB = 2**20
SMALL = Limits(parameters=1_000, input_side=32, picture_mib=1, batch_mib=4, batch_billions=1)
# 4 bytes a number: 262,144 of them are one MiB.
FITS = {
    "input_shape": (1, 32, 32),
    "parameters": 1_000,
    "activation_numbers": 262_144,
    "multiply_adds": 10**9,
    "batch_size": 1,
}


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(bounds, "limits", lambda: SMALL)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, None),
        ({"input_shape": (1, 33, 8)}, "The input is 33 × 8 pixels. At most 32 × 32 are taken here. Make the "),
        ({"input_shape": (1, 8, 33)}, "The input is 8 × 33 pixels. At most 32 × 32 are taken here. Make the "),
        ({"parameters": 1_001}, "The network has 1,001 parameters. At most 1,000 fit here. Pool before Flatten"),
        ({"activation_numbers": 300_000}, "One picture makes 1.14 MiB of numbers in all layers. At most 1 MiB"),
        ({"multiply_adds": 2 * 10**9}, "One picture takes 2 billion multiplications. At most 1 billion are done"),
        ({"multiply_adds": 10**6, "batch_size": 4}, None),
        (
            {"multiply_adds": 10**6, "batch_size": 5},
            "A batch of 5 pictures makes 5 MiB of numbers in all layers. At most 4 MiB fit here. Use a batch size "
            "of at most 4.",
        ),
        (
            {"activation_numbers": 100, "multiply_adds": 10**8, "batch_size": 11},
            "A batch of 11 pictures takes 1.1 billion multiplications. At most 1 billion are done at once here, "
            "since other runs wait. Use a batch size of at most 10.",
        ),
    ],
)
def test_each_bound_has_its_sentence(small, changed, sentence):
    problem = passed_bound(**{**FITS, **changed})
    assert (problem is None) == (sentence is None)
    if sentence is not None:
        assert str(problem).startswith(sentence)


@pytest.mark.parametrize("numbers", [1, 1_000, 200_000])
@pytest.mark.parametrize("multiply_adds", [0, 10**6, 9 * 10**8])
def test_the_proposed_batch_size_is_the_largest_that_fits(small, numbers, multiply_adds):
    counts = (FITS["input_shape"], 10, numbers, multiply_adds)
    problem = passed_bound(*counts, batch_size=10**7)
    assert problem is not None
    assert problem.batch_size == largest_batch(numbers, multiply_adds)
    assert passed_bound(*counts, batch_size=problem.batch_size) is None
    assert passed_bound(*counts, batch_size=problem.batch_size + 1) is not None


def test_what_fits_in_no_batch_has_no_batch_size_that_fixes_it(small):
    assert passed_bound(**{**FITS, "activation_numbers": 10**9, "batch_size": 9}).batch_size is None
    assert largest_batch(10**12, 10**15) == 1


WIDE = Architecture("wide", (3, 256, 256), (Flatten(), Dense(units=4096)))
DEEP = Architecture("deep", (3, 1024, 1024), (Conv2D(filters=2), Flatten(), Dense(units=2)))


@pytest.mark.parametrize(("network", "words"), [(WIDE, "805,310,464 parameters"), (DEEP, "1,024 × 1,024 pixels")])
def test_every_way_in_shows_it_and_none_builds_it(network, words):
    """JSON and links bring it into Build, where it can be fixed; what needs the weights refuses it."""
    from_json = architecture_from_json(architecture_to_json(network))
    from_link = read_link(link_text(LinkedNetwork(network, TrainingSettings()))).architecture
    for arrived in (from_json, from_link):
        assert arrived == network
        assert words in str(summarize(arrived).problem)
        assert not summarize(arrived).fits
    with pytest.raises(ArchitectureError, match=words):
        Network(network)
    with pytest.raises(UserError, match=words):
        save_model(network, {})


def test_keras_source_brings_a_large_network_into_build_without_building_it():
    source = "Sequential([Input((64, 64, 3)), Flatten(), Dense(4096), Dense(4096), Dense(10)])"
    reading = read_keras(f"from keras import *\nfrom keras.layers import *\nmodel = {source}", 10)
    assert "parameters. At most 20,000,000 fit here." in str(summarize(reading.architecture).problem)


def test_a_model_file_of_a_network_that_is_too_large_is_refused_by_its_header(monkeypatch):
    network = Architecture("some", (1, 8, 8), (Flatten(), Dense(units=100)))
    weights = {name: tensor.numpy() for name, tensor in Network(network).state_dict().items()}
    data = save_model(network, weights)
    assert load_model(data)[0] == network
    monkeypatch.setattr(bounds, "limits", lambda: SMALL)
    monkeypatch.setattr("visualizer.architecture.model_file.load", lambda data: pytest.fail("its weights were read"))
    with pytest.raises(UserError, match="6,500 parameters"):
        load_model(data)


def test_pictures_go_through_a_network_as_many_at_once_as_fit():
    small = Architecture("small", (1, 8, 8), (Conv2D(filters=2),))
    large = Architecture("large", (3, 256, 256), (Conv2D(filters=256, padding="same"),))
    assert Network(small).largest_batch > 1_000
    report = summarize(large)
    assert report.fits
    assert report.largest_batch == 1024 * MIB // report.activation_bytes(1) < 64
    assert Network(large).largest_batch == report.largest_batch
