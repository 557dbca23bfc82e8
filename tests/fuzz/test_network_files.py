"""Descriptions of Keras models with damage: always a network or a sentence, in little time."""

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.hostile import many
from visualizer.architecture.architecture import summarize
from visualizer.errors import UserError
from visualizer.source_code.files.keras_config import read_keras_json
from visualizer.training.settings import TrainingSettings

LAYER = {
    "Conv2D": {"filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "activation": "relu"},
    "BatchNormalization": {"axis": [3], "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": False},
    "LayerNormalization": {"axis": -1, "epsilon": 1e-3},
    "PReLU": {"shared_axes": [1, 2]},
    "ReLU": {"max_value": 6, "negative_slope": 0.0, "threshold": 0.0},
    "MaxPooling2D": {"pool_size": [2, 2], "strides": None},
    "ZeroPadding2D": {"padding": [[1, 0], [0, 1]]},
    "Conv2DTranspose": {"filters": 2, "kernel_size": [2, 2], "strides": [2, 2], "output_padding": None},
    "Reshape": {"target_shape": [4, 4, -1]},
    "GlobalMaxPooling2D": {"keepdims": True},
    "Rescaling": {"scale": 0.00392156862745098, "offset": 0.0},
    "Add": {},
    "Flatten": {"data_format": "channels_last"},
    "Dense": {"units": 3, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 2.0}}},
}


def node(name: str, kind: str, config: dict[str, Any], *reads: str) -> dict[str, Any]:
    inbound = [[[read, 0, 0, {}] for read in reads]] if reads else []
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, "dtype": "float32", **config},
        "inbound_nodes": inbound,
    }


def sequential() -> dict[str, Any]:
    start = node("start", "InputLayer", {"batch_shape": [None, 8, 8, 3]})
    entries = [start, *(node(kind, kind, config) for kind, config in LAYER.items())]
    config = {"name": "m", "layers": entries}
    return {"class_name": "Sequential", "config": config, "compile_config": {"optimizer": "adam", "loss": "mse"}}


def functional() -> dict[str, Any]:
    entries = [node("start", "InputLayer", {"batch_input_shape": [None, 8, 8, 3]})]
    before = "start"
    for kind, config in LAYER.items():
        reads = (before, before) if kind == "Add" else (before,)
        entries.append(node(kind, kind, config, *reads))
        before = kind
    inner = {**sequential(), "name": "inner", "inbound_nodes": [[["start", 0, 0, {}]]]}
    ends = {"input_layers": [["start", 0, 0]], "output_layers": [[before, 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "f", "layers": [*entries, inner], **ends}}


ANY = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(),
        st.sampled_from(
            ["relu", "same", "start", "Conv2D", "Sequential", "channels_first", "", "__keras_tensor__", "\ud800"]
        ),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["class_name", "config", "name", "layers", "keras_history", "items"]), inner),
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values inside of a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


@st.composite
def damaged(draw: st.DrawFn) -> str:
    document = copy.deepcopy(draw(st.sampled_from([sequential(), functional()])))
    for _ in range(draw(st.integers(1, 4))):
        left = places(document)
        if not left:
            break
        *way, last = draw(st.sampled_from(left))
        inside = document
        for key in way:
            inside = inside[key]
        if draw(st.booleans()):
            inside[last] = draw(ANY)
        else:
            del inside[last]
    return json.dumps(document)


def read(text: str | bytes) -> None:
    try:
        model = read_keras_json(text)
    except UserError:
        return
    str(summarize(model.architecture).problem)
    TrainingSettings(**model.settings)
    assert len(model.places) == len(model.orders) == len(model.architecture.layers)


def test_without_damage_they_are_read():
    for document in (sequential(), functional()):
        read_keras_json(json.dumps(document))


@many(300)
@given(damaged())
def test_a_description_with_damage(text):
    read(text)


@many(60)
@given(ANY)
def test_any_json(value):
    read(json.dumps(value))
    read(json.dumps({"class_name": "Sequential", "config": value}))
    read(
        json.dumps(
            {"class_name": "Functional", "config": {"layers": [value], "input_layers": value, "output_layers": value}}
        )
    )


@many(60)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text(text):
    read(text)
