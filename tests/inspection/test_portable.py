"""What the browser is told of a network is all of it; tests/browser/test_engine.py holds what it computes of that."""

import json
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.architecture.new_types import EXAMPLES
from tests.branching import BRANCHING
from tests.strategies import architectures, graphs, layers_of
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.flow import FlowNetwork, Node
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layer import layer_types
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.errors import UserError
from visualizer.inspection.portable import portable, size_of
from visualizer.pretrained.converter import convert
from visualizer.ui.kit.links import ASSETS

OPERATIONS = (ASSETS / "lib" / "engine" / "operations.js").read_text(encoding="utf-8")


def references(header: dict) -> list[dict]:
    """The places of all arrays among the weights, in order."""
    stages = [stage for node in header["nodes"] for stage in node["stages"]]
    return [value for stage in stages for value in stage.values() if isinstance(value, dict)]


def shapes_in_torch(network: FlowNetwork) -> list[list[list[int]]]:
    found: list[list[list[int]]] = [[] for _ in network.nodes]

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        if stages_run:
            found[node.index].append(list(value.shape[1:]))

    with torch.no_grad():
        network.eval().run(torch.zeros(1, *network.input_shape), watch=watch)
    return found


@given(architectures() | graphs())
def test_the_shape_of_each_stage_and_all_weights_of_any_network_are_told(architecture):
    network = build(architecture, "he_normal", 3)
    made = portable(network)
    header = json.loads(json.dumps(made.header, allow_nan=False))
    assert header == made.header
    nodes = header["nodes"]
    assert [[stage["shape"] for stage in node["stages"]] for node in nodes] == shapes_in_torch(network)
    assert [tuple(node["sources"]) for node in nodes] == list(architecture.sources)
    assert header["multiply_adds"] == summarize(architecture).multiply_adds
    assert all(
        re.search(rf"^  {stage['op']}: ", OPERATIONS, re.MULTILINE) for node in nodes for stage in node["stages"]
    )
    # The arrays lie one after the other, and nothing else lies there.
    at = 0
    for reference in references(header):
        assert reference["at"] == at
        at += int(np.prod(reference["shape"]))
    assert len(made.weights) == 4 * at
    size = size_of(network)
    assert (size.weights, size.numbers) == (
        at,
        sum(int(np.prod(stage["shape"])) for node in nodes for stage in node["stages"]),
    )
    assert size.multiply_adds >= header["multiply_adds"] + size.numbers


@pytest.mark.parametrize("name", layer_types())
def test_every_type_of_layer_is_known(name):
    chosen = layers_of(layer_types()[name])
    if layer_types()[name].most_inputs > 1:
        assert name in {type(layer).__name__ for layer in BRANCHING.layers}
        portable(build(BRANCHING))
        return

    @settings(max_examples=10)
    @given(architectures(chosen=st.lists(chosen, min_size=1, max_size=2)))
    def check(architecture):
        portable(build(architecture))

    check()


def test_the_weights_are_the_networks():
    network = build(Architecture("", (1, 4, 4), (Conv2D(filters=3), Flatten(), Dense(units=2))), seed=1)
    made = portable(network)
    numbers = np.frombuffer(made.weights, "<f4")
    expected = [parameter.detach().numpy().ravel() for parameter in network.parameters()]
    np.testing.assert_array_equal(numbers, np.concatenate(expected))
    assert [reference["shape"] for reference in references(made.header)] == [[3, 1, 3, 3], [3], [2, 12], [2]]


@pytest.mark.parametrize(
    ("architecture", "softmax_in_loss", "answer"),
    [
        (TINY.architecture, False, "probabilities"),
        (Architecture("", (1, 2, 2), (Flatten(), Dense(units=3))), False, "scores"),
        (Architecture("", (1, 2, 2), (Flatten(), Dense(units=3))), True, "probabilities"),
        (Architecture("", (1, 4, 4), (Conv2D(filters=3),)), True, None),
    ],
)
def test_it_is_told_what_the_numbers_at_the_end_are(architecture, softmax_in_loss, answer):
    network = build(architecture, softmax_in_loss=softmax_in_loss)
    header = portable(network).header
    assert (header["answer"], header["ends_in_softmax"]) == (answer, network.ends_in_softmax)


class Doubled(nn.ReLU):
    """A subclass that does more than its base class."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return 2 * super().forward(input)


@pytest.mark.parametrize(
    "module",
    [
        Doubled(),
        nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(1, 1, 3, padding="same"),
        nn.BatchNorm2d(1, track_running_stats=False),
        nn.Softmax(dim=3),
        nn.Flatten(2),
        nn.Linear(8, 2),
        nn.LayerNorm(8),
        nn.Upsample(scale_factor=2.0, mode="bicubic"),
        nn.Upsample(scale_factor=1.5),
        nn.Upsample(size=(9, 9)),
        nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=True),
    ],
    ids=repr,
)
def test_what_the_browser_cannot_compute_is_refused_by_name(module):
    network = build(Architecture("", (1, 8, 8), (Conv2D(filters=1, kernel_size=(1, 1)),)))
    (node,) = network.nodes
    network.nodes = (Node(0, node.layer, (*node.stages, ("own", module)), node.sources, node.shape, node.sees),)
    with pytest.raises(UserError, match=f"“{type(module).__name__}”"):
        portable(network)
    with pytest.raises(UserError):
        size_of(network)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_new_type_of_layer_is_told_if_its_modules_are_torchs_own(add_layer_type, name):
    layer = add_layer_type(name, EXAMPLES[name])
    network = build(Architecture("", (1, 12, 11), (Conv2D(filters=4), layer)))
    header = portable(network).header
    assert [[stage["shape"] for stage in node["stages"]] for node in header["nodes"]] == shapes_in_torch(network)


def test_a_network_from_elsewhere_is_told():
    module = nn.Sequential(
        *(
            nn.Conv2d(3, 8, 3, 2, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.Hardswish(),
            nn.MaxPool2d(3, 2, 1, ceil_mode=True),
        ),
        *(nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4), nn.GELU(), nn.AdaptiveAvgPool2d(3), nn.Flatten()),
        *(nn.Linear(72, 5),),
    ).eval()
    network = convert(module, (3, 21, 19), (0.5,) * 3, (0.2,) * 3)
    header = portable(network).header
    assert [[stage["shape"] for stage in node["stages"]] for node in header["nodes"]] == shapes_in_torch(network)
    assert header["answer"] == "probabilities"
    assert not header["ends_in_softmax"]


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.name)
def test_each_small_network_of_the_gallery_has_the_size_that_build_says(entry):
    architecture = entry.make_small()
    network, report = build(architecture, None), summarize(architecture)
    assert portable(network).header["multiply_adds"] == report.multiply_adds
    assert size_of(network).weights <= report.parameters + report.kept


def test_the_classic_example_takes_20_million_multiply_adds():
    # 62 · 62 · 32 · 27 + 29 · 29 · 64 · 288 + 12,544 · 128 + 128 · 10
    assert portable(build(CLASSIC.architecture, None)).header["multiply_adds"] == 20_429_440
