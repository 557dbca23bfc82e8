"""Pasted source is read in the language in which it defines a network; what this app writes is read again."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings

from tests.source_code.keras_sources import EXAMPLES as KERAS_EXAMPLES
from tests.source_code.pytorch_sources import EXAMPLES as PYTORCH_EXAMPLES
from tests.source_code.test_writers import EVERYTHING, EVERYTHING_ELSE, PADDED_AVERAGE, with_random_numbers
from tests.strategies import architectures, graphs
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.network import Network
from visualizer.architecture.presets import PRESETS
from visualizer.source_code.keras_writer import keras_model
from visualizer.source_code.pytorch_writer import _model
from visualizer.source_code.reading import NoNetworkError
from visualizer.source_code.source_reader import language_of, read_source

SOME_KERAS = list(KERAS_EXAMPLES)[::3]


@pytest.mark.parametrize("name", SOME_KERAS)
def test_keras_source_is_taken_for_keras(name):
    assert language_of(KERAS_EXAMPLES[name].source) == "Keras"


@pytest.mark.parametrize("name", PYTORCH_EXAMPLES)
def test_pytorch_source_is_taken_for_pytorch(name):
    assert language_of(PYTORCH_EXAMPLES[name].source) == "PyTorch"


KERAS = "model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3)])\n"
PYTORCH = "model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 6 * 6, 3))\n"
BOTH = "import keras\nfrom keras import layers\nimport torch\nfrom torch import nn\n"


@pytest.mark.parametrize(("source", "language"), [(BOTH + KERAS, "Keras"), (BOTH + PYTORCH, "PyTorch")])
def test_where_both_are_imported_it_is_the_one_that_builds_a_network(source, language):
    reading = read_source(source, 3)
    assert reading.language == language
    assert summarize(reading.architecture).parameters == 4 * 10 + 3 * 145


def test_where_one_builds_none_the_other_is_tried():
    names = "# Conv2D Dense MaxPooling2D layers.Dense\n" * 3
    assert language_of(names + BOTH + PYTORCH) == "Keras"
    assert read_source(names + BOTH + PYTORCH, 3).language == "PyTorch"


def written(architecture: Architecture) -> str:
    """The network as this app writes it, and the shape of its input."""
    size = ", ".join(map(str, architecture.input_shape))
    head = "import torch\nfrom torch import nn\nfrom torch.nn import functional\n"
    return f"{head}{_model(Network(architecture), scores_apart=False)}summary(model, ({size}))\n"


def check_read_back(architecture: Architecture) -> None:
    """What is read of it has the same numbers of everything, and computes the same; or a note says what differs."""
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    try:
        reading = read_source(written(architecture))
    except NoNetworkError:  # of layers that do nothing nothing is left, such as a crop of no line
        assert torch.equal(with_random_numbers(architecture)(pictures), pictures)
        return
    assert reading.language == "PyTorch"
    if any(note.other_network for note in reading.notes):
        return
    again = reading.architecture
    assert again.input_shape == architecture.input_shape
    network, read = with_random_numbers(architecture), Network(again).eval()
    ours, theirs = network.state_dict(), read.state_dict()
    assert [weights.shape for weights in ours.values()] == [weights.shape for weights in theirs.values()]
    read.load_state_dict(dict(zip(theirs, ours.values(), strict=True)))
    with torch.no_grad():
        np.testing.assert_allclose(read(pictures), network(pictures), atol=1e-5, rtol=1e-4)


@settings(deadline=None, max_examples=80)
@given(architectures())
@example(EVERYTHING)
@example(EVERYTHING_ELSE)
@example(PADDED_AVERAGE)
def test_what_is_written_for_pytorch_is_read_back(architecture: Architecture):
    check_read_back(architecture)


@settings(deadline=None, max_examples=40)
@given(graphs())
def test_graphs_that_are_written_for_pytorch_are_read_back(architecture: Architecture):
    check_read_back(architecture)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_that_are_written_for_pytorch_are_the_same_layers_again(preset):
    reading = read_source(written(preset.architecture))
    assert not any(note.other_network for note in reading.notes)
    assert reading.architecture.layers == preset.architecture.layers


def test_what_is_written_for_keras_is_taken_for_keras():
    assert read_source(f"import keras\nfrom keras import layers\n{keras_model(EVERYTHING)}").language == "Keras"
