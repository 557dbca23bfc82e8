"""A network's JSON: what is written is read back, and anything else is refused with a sentence."""

import copy
import json
import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import any_architectures, graphs, with_blocks
from visualizer.architecture.architecture import (
    MAX_JSON_BYTES,
    MAX_LAYERS,
    MAX_NAME_LENGTH,
    Architecture,
    ArchitectureError,
    Block,
    architecture_from_dict,
    architecture_from_json,
    architecture_to_dict,
    architecture_to_json,
    summarize,
)
from visualizer.architecture.layer import layer_from_dict, layer_to_dict
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.presets import CLASSIC, PRESETS, TINY
from visualizer.architecture.settings import SettingError
from visualizer.errors import UserError


@given(any_architectures() | graphs().flatmap(with_blocks))
def test_written_and_read_back_is_the_same(architecture):
    text = architecture_to_json(architecture)
    assert architecture_from_json(text) == architecture
    assert architecture_from_json(text.encode()) == architecture


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_read_back(preset):
    assert architecture_from_json(architecture_to_json(preset.architecture)) == preset.architecture


def test_the_format_by_example():
    # A file that somebody saved must stay readable: a change here needs a new version.
    text = """{
        "format": "cnn-visualizer/architecture", "version": 1, "name": "by hand", "input_shape": [1, 8, 8],
        "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": [3, 2], "activation": "tanh", "padding": "same",
             "strides": [2, 1], "dilation_rate": [1, 1], "use_bias": false},
            {"type": "MaxPooling2D", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
            {"type": "Flatten"},
            {"type": "Dense", "units": 10}
        ]
    }"""
    architecture = architecture_from_json(text)
    assert architecture.name == "by hand"
    assert architecture.layers[0] == Conv2D(4, (3, 2), "tanh", "same", (2, 1), (1, 1), use_bias=False)
    assert [layer.summary() for layer in architecture.layers[1:]] == ["MaxPooling2D 2 × 2", "Flatten", "Dense 10"]
    assert architecture.layers[3].activation == "relu"  # left out, so its default


def test_the_format_of_a_graph_by_example():
    text = """{
        "format": "cnn-visualizer/architecture", "version": 2, "name": "by hand", "input_shape": [1, 8, 8],
        "layers": [
            {"type": "Conv2D", "filters": 4, "padding": "same"},
            {"type": "Conv2D", "filters": 4, "padding": "same"},
            {"type": "Conv2D", "filters": 4, "kernel_size": [1, 1], "from": [-1]},
            {"type": "Add", "from": [1, 0, 2]}
        ],
        "blocks": [{"title": "Residual block", "first": 1, "last": 3}]
    }"""
    architecture = architecture_from_json(text)
    assert architecture.sources == ((-1,), (0,), (-1,), (1, 0, 2))
    assert architecture.blocks == (Block("Residual block", 1, 3),)
    assert summarize(architecture).fits
    written = architecture_to_dict(architecture)
    assert ["from" in layer for layer in written["layers"]] == [False, False, True, True]


@given(any_architectures())
def test_a_chain_is_written_as_the_first_version_has_it(architecture):
    written = architecture_to_dict(architecture)
    assert written["version"] == 1
    assert list(written) == ["format", "version", "name", "input_shape", "layers"]
    assert all("from" not in layer for layer in written["layers"])
    in_full = replace(architecture, wires=tuple((index - 1,) for index in range(len(architecture.layers))))
    assert in_full == architecture


def test_a_setting_that_a_type_got_later_is_stored_only_where_it_matters():
    """The JSON of a network that was stored before stays the same, byte for byte."""
    assert layer_to_dict(Conv2D(4)) == {
        "type": "Conv2D",
        "filters": 4,
        "kernel_size": [3, 3],
        "activation": "relu",
        "padding": "valid",
        "strides": [1, 1],
        "dilation_rate": [1, 1],
        "use_bias": True,
    }
    assert layer_to_dict(Conv2D(4, groups=2))["groups"] == 2
    penalised = Dense(units=10, kernel_initializer="he_uniform", l2=0.0001)
    assert layer_to_dict(penalised) == {
        "type": "Dense",
        "units": 10,
        "activation": "relu",
        "use_bias": True,
        "kernel_initializer": "he_uniform",
        "l2": 0.0001,
    }
    assert layer_from_dict(layer_to_dict(penalised)) == penalised
    assert layer_from_dict(layer_to_dict(Conv2D(4, groups=2))) == Conv2D(4, groups=2)


def test_a_byte_order_mark_and_other_unicode_are_read():
    text = architecture_to_json(TINY.architecture)
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert architecture_from_json(text.encode(encoding)) == TINY.architecture


def edited(**changes) -> str:
    return json.dumps(architecture_to_dict(TINY.architecture) | changes)


def with_layer(**layer) -> str:
    return edited(layers=[layer])


def with_wires(first, second, last: str = "Flatten") -> str:
    return edited(version=2, layers=[{"type": "Flatten", "from": first}, {"type": last, "from": second}])


def graph_with(**changes) -> str:
    return edited(version=2, **changes)


def block(first: int, last: int) -> dict[str, object]:
    return {"title": "a block", "first": first, "last": last}


HOSTILE = {
    "empty": ("", "not JSON"),
    "no bytes": (b"", "not JSON"),
    "not JSON": ("import os", "not JSON"),
    "cut off": (architecture_to_json(TINY.architecture)[:-20], "not JSON"),
    "not UTF-8": (b'{"format": "\xff\xfe\xfa"}', "not JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "not JSON"),
    "a pickle": (b"\x80\x04\x95\x1e\x00", "not JSON"),
    "zero bytes": (bytes(1000), "not JSON"),
    "a list": ("[]", "not a network"),
    "a number": ("1", "not a network"),
    "null": ("null", "not a network"),
    "NaN": ("NaN", "not a network"),
    "another format": ('{"format": "onnx"}', "not a network"),
    "a list as format": ('{"format": []}', "not a network"),
    "too large": (" " * (MAX_JSON_BYTES + 1), "at most 1,000,000"),
    "deeply nested lists": ("[" * 100_000, "not JSON"),
    "deeply nested and closed": ("[" * 90_000 + "]" * 90_000, "not JSON"),
    "deeply nested objects": ('{"a":' * 30_000 + "1" + "}" * 30_000, "not JSON"),
    "a number of 100,000 digits": (
        edited(version=0).replace('"version": 0', '"version": ' + "9" * 100_000),
        "not JSON",
    ),
    "a version of 4,000 digits": (edited(version=10**4000), "reads versions 1 and 2"),
    "version 3": (edited(version=3), "reads versions 1 and 2"),
    "version true": (edited(version=True), "reads versions 1 and 2"),
    "a list as version": (edited(version=[[[1]]]), "reads versions 1 and 2"),
    "connections in version 1": (with_layer(type="Flatten", **{"from": [-1]}), "no setting 'from'"),
    "a connection to itself": (with_wires([-1], [1]), "Layer 2, Flatten, cannot read (1,)"),
    "a connection to a later layer": (with_wires([1], [0]), "Layer 1, Flatten, cannot read (1,)"),
    "a connection before the input": (with_wires([-2], [0]), "cannot read (-2,)"),
    "a connection that is text": (with_wires(["0"], [0]), "cannot read ('0',)"),
    "a connection that is true": (with_wires([-1], [True]), "cannot read (True,)"),
    "a connection that is a list": (with_wires([[-1]], [0]), "cannot read ([-1],)"),
    "connections that are a number": (with_wires(-1, [0]), "must be a list"),
    "no connection": (with_wires([], [0]), "cannot read ()"),
    "two inputs for one": (with_wires([-1], [-1, 0]), "It reads 1 to 1"),
    "a thousand inputs": (with_wires([-1], [-1] * 1_000, last="Add"), "It reads 1 to 32"),
    "blocks that are a number": (graph_with(blocks=3), "blocks of the network could not be read"),
    "blocks that are null": (graph_with(blocks=None), "blocks of the network could not be read"),
    "a block that is text": (graph_with(blocks=["a"]), "blocks of the network could not be read"),
    "a block without an end": (graph_with(blocks=[{"title": "a", "first": 0}]), "could not be read"),
    "a block that ends before it begins": (graph_with(blocks=[block(3, 2)]), "cannot have the layers 3 to 2"),
    "a block beyond the layers": (graph_with(blocks=[block(0, 99)]), "cannot have the layers 0 to 99"),
    "a block before the layers": (graph_with(blocks=[block(-1, 1)]), "cannot have the layers -1 to 1"),
    "blocks that overlap": (graph_with(blocks=[block(0, 2), block(2, 3)]), "cannot have the layers 2 to 3"),
    "no name": (edited(name=None), '"name"'),
    "a number as name": (edited(name=3), '"name"'),
    "no layers": (edited(layers=None), '"layers"'),
    "layers by name": (edited(layers={"0": {"type": "Flatten"}}), '"layers"'),
    "a layer that is text": (edited(layers=["Flatten"]), "could not be read"),
    "a layer that is null": (edited(layers=[None]), "could not be read"),
    "a layer without type": (edited(layers=[{}]), "could not be read"),
    "a type that is a list": (with_layer(type=["Flatten"]), "could not be read"),
    "an unknown type": (with_layer(type="Conv3D"), "'Conv3D' is not known"),
    "a type of Python": (with_layer(type="__class__"), "is not known"),
    "an unknown setting": (with_layer(type="Conv2D", filter=3), "no setting 'filter'"),
    "a setting of Python": (with_layer(type="Conv2D", __class__="x"), "no setting '__class__'"),
    "a setting of a layer without any": (with_layer(type="Flatten", units=3), "no setting 'units'"),
    "a huge whole number": (with_layer(type="Dense", units=10**300), "units"),
    "a huge real number": (with_layer(type="Dropout", rate=1).replace(": 1}", ": 1e400}"), "rate"),
    "a rate that is NaN": (with_layer(type="Dropout", rate=math.nan), "rate"),
    "a rate that is infinite": (with_layer(type="Dropout", rate=-math.inf), "rate"),
    "a rate that is true": (with_layer(type="Dropout", rate=True), "rate"),
    "a whole number that is true": (with_layer(type="Dense", units=True), "units"),
    "a whole number with a point": (with_layer(type="Dense", units=3.0), "units"),
    "a number as text": (with_layer(type="Dense", units="3"), "units"),
    "a bias that is 1": (with_layer(type="Dense", use_bias=1), "use_bias"),
    "a choice that is a list": (with_layer(type="Dense", activation=["relu"]), "activation"),
    "a choice that is an object": (with_layer(type="Dense", activation={}), "activation"),
    "a pair of one": (with_layer(type="Conv2D", kernel_size=[3]), "kernel_size"),
    "a pair of three": (with_layer(type="Conv2D", kernel_size=[3, 3, 3]), "kernel_size"),
    "a pair of a pair": (with_layer(type="Conv2D", kernel_size=[[3, 3], 3]), "kernel_size"),
    "a pair with true": (with_layer(type="Conv2D", kernel_size=[True, 3]), "kernel_size"),
    "a pair that is a number": (with_layer(type="Conv2D", kernel_size=3), "kernel_size"),
    "an input shape of two": (edited(input_shape=[8, 8]), "cannot have the shape"),
    "an input shape of four": (edited(input_shape=[1, 1, 8, 8]), "cannot have the shape"),
    "an input shape with true": (edited(input_shape=[True, 8, 8]), "cannot have the shape"),
    "an input shape of text": (edited(input_shape="888"), '"input_shape"'),
    "an input shape of lists": (edited(input_shape=[[1], [8], [8]]), "cannot have the shape"),
    "an input that is huge": (edited(input_shape=[1, 10**9, 10**9]), "cannot have the shape"),
    "too many layers": (edited(layers=[{"type": "Flatten"}] * (MAX_LAYERS + 1)), "1,001 layers"),
}


@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_else_is_refused_with_a_sentence(text, words):
    with pytest.raises(UserError) as caught:
        architecture_from_json(text)
    message = str(caught.value)
    assert words in message
    assert len(message) < 400
    assert message.endswith(".")


def test_nesting_of_any_depth_is_refused():
    """Also just below what the JSON reader still takes, where printing the value could fail."""
    limit = sys.getrecursionlimit()
    for depth in range(1, limit + 50, 7):
        nested = "[" * depth + "]" * depth
        for text in (
            edited(version="?").replace('"?"', nested),
            edited(input_shape="?").replace('"?"', nested),
            with_layer(type="Dense", units="?").replace('"?"', nested),
            with_layer(type="Conv2D", kernel_size="?").replace('"?"', nested),
        ):
            with pytest.raises(UserError):
                architecture_from_json(text)


def test_many_layers_are_refused_before_they_are_read():
    with pytest.raises(ArchitectureError, match="5,000 layers"):
        architecture_from_dict(architecture_to_dict(TINY.architecture) | {"layers": [{"type": "No such"}] * 5_000})


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("LeNet-5 · “mine” äß 卷积 🙂", "LeNet-5 · “mine” äß 卷积 🙂"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("half a character \ud800 here", "half a character here"),
        ("turned \u202e round", "turned round"),
        ("x" * 1000, "x" * MAX_NAME_LENGTH),
        (" \n ", ""),
    ],
)
def test_a_name_becomes_one_line_that_can_be_shown_and_stored(name, read):
    architecture = architecture_from_json(edited(name=name))
    assert architecture.name == read
    architecture_to_json(architecture).encode()
    assert architecture_from_json(architecture_to_json(architecture)) == architecture


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def places(value) -> list[tuple]:
    """The path of every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, inner in items for path in [(key,), *((key, *rest) for rest in places(inner))]]


@given(st.data())
def test_a_network_with_one_value_changed_is_read_or_refused(data):
    changed = copy.deepcopy(architecture_to_dict(CLASSIC.architecture))
    path = data.draw(st.sampled_from(places(changed)))
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    if isinstance(inside, dict) and data.draw(st.booleans()):
        inside[data.draw(st.text(max_size=8))] = data.draw(JSON_VALUES)
    else:
        inside[path[-1]] = data.draw(JSON_VALUES)
    try:
        architecture = architecture_from_json(json.dumps(changed))
    except UserError:
        return
    assert isinstance(architecture, Architecture)
    assert architecture_from_json(architecture_to_json(architecture)) == architecture


@given(JSON_VALUES | st.builds(lambda value: {"type": "Conv2D", "filters": value}, JSON_VALUES))
def test_any_value_as_a_layer_is_read_or_refused(value):
    try:
        layer = layer_from_dict(value)
    except SettingError:
        return
    assert isinstance(layer, Conv2D)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_and_any_text_are_refused(text):
    with pytest.raises(UserError):
        architecture_from_json(text)
