"""The forward pass in the browser is torch's."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.branching import BRANCHING
from tests.browser.app import collect_errors, new_context
from tests.browser.engine import assert_equals_torch
from tests.browser.modules import open_modules
from tests.strategies import architectures, graphs, layers_of
from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layer import Meeting, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import PRESETS

ONE_INPUT = [name for name, layer_type in layer_types().items() if layer_type.most_inputs == 1]


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the modules."""
    context = new_context(browser, 800, 600)
    page = context.new_page()
    errors = collect_errors(page)
    open_modules(page)
    yield page
    context.close()
    assert not errors


def trained(architecture: Architecture, seed: int = 3) -> Network:
    """A network whose weights, means and variances are not those of an untrained one."""
    network = build(architecture, "he_normal", seed)
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in network.named_parameters():
            if values.ndim == 1 or "dense" not in name:
                values += 0.1 * torch.randn(values.shape, generator=draw)
        for name, values in network.named_buffers():
            if name.endswith("running_mean"):
                values += 0.2 * torch.randn(values.shape, generator=draw)
            elif name.endswith("running_var"):
                values *= 0.5 + torch.rand(values.shape, generator=draw)
    return network


def picture_for(network: Network, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(network.input_shape, dtype=np.float32)


@settings(max_examples=150)
@given(architecture=architectures() | graphs(), seed=st.integers(0, 1000))
def test_every_stage_of_any_network_outputs_what_torchs_does(
    empty: Page, architecture: Architecture, seed: int
) -> None:
    network = trained(architecture, seed)
    assert_equals_torch(empty, network, picture_for(network, seed))


@pytest.mark.parametrize("name", ONE_INPUT)
def test_each_type_of_layer_outputs_what_torchs_does(empty: Page, name: str) -> None:
    chosen = st.lists(layers_of(layer_types()[name]), min_size=1, max_size=2)

    @settings(max_examples=12)
    @given(architectures(chosen=chosen.map(lambda layers: [Conv2D(filters=5), *layers])), st.integers(0, 1000))
    def check(architecture: Architecture, seed: int) -> None:
        network = trained(architecture, seed)
        assert_equals_torch(empty, network, picture_for(network, seed))

    check()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_is_torchs_from_small_to_large_numbers(empty: Page, function: str) -> None:
    network = build(Architecture("", (1, 8, 16), (Activation(function),)))
    for picture in (np.linspace(-12, 12, 128), np.geomspace(1e-6, 1e3, 128), -np.geomspace(1e-6, 1e3, 128)):
        assert_equals_torch(empty, network, picture.astype(np.float32).reshape(1, 8, 16))


def test_layers_meet_in_every_way(empty: Page) -> None:
    network = trained(BRANCHING)
    header = assert_equals_torch(empty, network, picture_for(network))
    met = {node["meeting"] for node in header["nodes"] if len(node["sources"]) > 1}
    assert met == set(get_args(Meeting))


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)
def test_each_small_network_of_the_gallery_outputs_what_torchs_does(empty: Page, entry) -> None:
    network = trained(entry.make_small())
    assert_equals_torch(empty, network, picture_for(network))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_outputs_what_torchs_does(empty: Page, preset) -> None:
    network = trained(preset.architecture)
    assert_equals_torch(empty, network, picture_for(network))
