"""A new layer type is one new file: nothing else is touched, and everything works with it."""

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from visualizer.architecture import layers
from visualizer.architecture.architecture import (
    Architecture,
    architecture_from_json,
    architecture_to_json,
    summarize,
)
from visualizer.architecture.layer import Layer, _registry, layer_types
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.network import build

ROOT = Path(__file__).resolve().parents[2]

NEW_FILE = '''
"""Transposed convolution: the map grows."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import OPTIONAL_FUNCTION_OPTIONS, activation_stages
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.settings import Choice, Integer, IntegerPair, setting
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """Adds each input pixel's kernel, times the pixel, into a larger map."""

    title: ClassVar[str] = "Conv2DTranspose"
    group: ClassVar[str] = "1 Convolution"
    icon: ClassVar[str] = ":material/zoom_out_map:"
    explanation: ClassVar[str] = "Each pixel paints its kernel into a larger map."

    filters: int = setting(4, Integer("Filters", "How many maps leave.", 1, 512))
    kernel_size: tuple[int, int] = setting((2, 2), IntegerPair("Kernel", "What one pixel paints.", 1, 31))
    strides: tuple[int, int] = setting((2, 2), IntegerPair("Stride", "How far apart the pixels paint.", 1, 16))
    activation: str = setting("relu", Choice("Activation", "What is applied.", OPTIONAL_FUNCTION_OPTIONS))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        sides = zip(input_shape[1:], self.kernel_size, self.strides, strict=True)
        return (self.filters, *((size - 1) * stride + kernel for size, kernel, stride in sides))

    def parameter_count(self, input_shape: Shape) -> int:
        return self.filters * (input_shape[0] * self.kernel_size[0] * self.kernel_size[1] + 1)

    def stages(self, input_shape: Shape):
        from torch import nn

        convolution = nn.ConvTranspose2d(input_shape[0], self.filters, self.kernel_size, stride=self.strides)
        return [("convolution", convolution), *activation_stages(self.activation)]
'''


@pytest.fixture
def add_layer_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Layer]]:
    """Puts a file (name, text) into a folder beside visualizer/architecture/layers; a layer of the type in it."""
    monkeypatch.setattr(layers, "__path__", [*layers.__path__, str(tmp_path)])
    before = set(layer_types())

    def add(name: str, text: str) -> Layer:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        (new,) = set(layer_types()) - before
        return layer_types()[new]()

    yield add
    for new in set(_registry) - before:
        name = _registry.pop(new).__module__.rpartition(".")[2]
        del sys.modules[f"{layers.__name__}.{name}"]
        delattr(layers, name)


@pytest.fixture
def new_layer(add_layer_type) -> Layer:
    return add_layer_type("conv2d_transpose", NEW_FILE)


@pytest.fixture
def architecture(new_layer: Layer) -> Architecture:
    rest = (Conv2D(filters=3), new_layer, Activation(), Flatten(), Dense(units=10, activation="softmax"))
    return Architecture("with a new type", (1, 8, 8), rest)


def test_it_is_found_and_its_settings_are_known(new_layer):
    assert [setting.name for setting in new_layer.settings()] == ["filters", "kernel_size", "strides", "activation"]
    groups = [layer_type.group for layer_type in layer_types().values()]
    assert groups == sorted(groups)


def test_its_json_is_read_back(architecture):
    assert architecture_from_json(architecture_to_json(architecture)) == architecture


def test_its_shape_parameters_and_problem_are_reported(architecture, new_layer):
    report = summarize(architecture, classes=10)
    assert report.fits
    assert report.layers[1].output_shape == (4, 12, 12)
    assert report.layers[1].parameters == 4 * (3 * 4 + 1)
    assert report.parameters == sum(parameter.numel() for parameter in build(architecture).parameters())
    after_flatten = summarize(architecture.with_layers((Flatten(), new_layer)))
    assert "Conv2DTranspose needs feature maps" in str(after_flatten.layers[1].problem)


def test_it_is_built_run_and_initialised_like_any_other(architecture):
    network = build(architecture, "zeros")
    assert not any(parameter.any() for parameter in network.parameters())
    network = build(architecture, "glorot_uniform", seed=1)
    weight = dict(network.layers[1].named_children())["convolution"].weight
    # Glorot's range; torch's own default would stay within 0.25.
    assert 0.4 < float(weight.detach().abs().max()) <= (6 / (3 * 4 + 4 * 4)) ** 0.5
    assert network(torch.rand(2, 1, 8, 8)).shape == (2, 10)


def test_it_is_looked_into(architecture):
    from visualizer.inspection.probe import probe

    network = build(architecture).eval()
    picture = torch.rand(1, 8, 8)
    view = probe(network, picture.numpy()).layers[1]
    with torch.no_grad():
        expected = network.layers[1](network.layers[0](picture[None]))[0]
    assert view.output.shape == (4, 12, 12)
    np.testing.assert_allclose(view.output, expected.numpy(), atol=1e-6)


def test_its_numbers_are_explained(architecture):
    from visualizer.inspection.pixel import explain
    from visualizer.inspection.probe import probe
    from visualizer.inspection.steps import Activated, Spot, WeightedSum

    network = build(architecture, "torch_default").eval()
    seen = probe(network, torch.rand(1, 8, 8).numpy())
    explanation = explain(network, seen, Spot(1, (2, 5, 7)))
    first, last = explanation.steps
    # Nothing knows this module: that it is a weighted sum, here of one pixel in three maps, is found by trying.
    assert isinstance(first, WeightedSum)
    assert [first.place(item) for item in range(len(first.indices))] == [(0, 2, 3), (1, 2, 3), (2, 2, 3)]
    assert isinstance(last, Activated)
    assert last.before == pytest.approx(first.result, abs=1e-5)
    assert last.result == explanation.value == seen.layers[1].output[2, 5, 7]


def test_it_is_read_and_written_as_source(architecture):
    from visualizer.source_code.keras_reader import read_keras
    from visualizer.source_code.keras_writer import keras_model
    from visualizer.source_code.pytorch_writer import pytorch_model

    written = keras_model(architecture)
    assert 'layers.Conv2DTranspose(filters=4, kernel_size=(2, 2), strides=(2, 2), activation="relu")' in written
    assert read_keras(written).architecture == architecture
    assert "nn.ConvTranspose2d(3, 4, kernel_size=(2, 2), stride=(2, 2))" in pytorch_model(architecture)


def test_its_form_is_drawn_from_its_settings(new_layer):
    def page():
        from visualizer.architecture.layer import layer_types
        from visualizer.ui.layer_form import layer_form

        layer_form(layer_types()["Conv2DTranspose"](), "card", lambda changes: None)

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [field.label for field in app.number_input] == [
        "Filters",
        "Kernel height",
        "Kernel width",
        "Stride height",
        "Stride width",
    ]
    assert [field.value for field in app.number_input] == [4, 2, 2, 2, 2]
    assert [field.label for field in app.selectbox] == ["Activation"]


def test_the_readmes_example_works(add_layer_type):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?@register.*?)```", text, re.DOTALL)
    layer = add_layer_type("zero_padding2d", code)
    architecture = Architecture("", (1, 8, 8), (layer, Conv2D()))
    assert summarize(architecture).layers[0].output_shape == (1, 10, 10)
    assert build(architecture)(torch.rand(2, 1, 8, 8)).shape == (2, 32, 8, 8)


def test_afterwards_they_are_gone():
    assert not {"Conv2DTranspose", "ZeroPadding2D"} & set(layer_types())


# Concept pages are about certain layers and make networks of them. All else may name a layer class only here.
CONCEPTS = ("pages/", "visualizer/ui/", "visualizer/lessons/", "visualizer/architecture/presets.py")
MAY_NAME = {
    ("visualizer/architecture/architecture.py", "Dense"): "the change that gives the right number of classes",
    ("visualizer/architecture/architecture.py", "Flatten"): "goes before that Dense where feature maps leave",
    ("visualizer/architecture/layers/dense.py", "Flatten"): "the change that mends a Dense layer on feature maps",
    ("visualizer/architecture/layers/dense.py", "GlobalAveragePooling2D"): "the other such change",
}
# Even so, only this file asks which type a layer is.
MAY_TELL_APART = {
    ("visualizer/architecture/architecture.py", "Dense"): "its units can be changed to the number of classes",
}


def identifiers(tree: ast.AST) -> set[str]:
    """The names in some code, imported ones too; nn.Flatten and nn.Dropout are torch's."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("nn", "torch.nn"):
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
    return names


def told_apart(tree: ast.AST) -> set[str]:
    """The names and texts that decide something: in isinstance, comparisons, tables and match statements."""
    deciding: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            deciding.append(node.args[1])
        elif isinstance(node, ast.Compare):
            deciding += [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            deciding += node.keys
        elif isinstance(node, ast.MatchValue):
            deciding.append(node.value)
        elif isinstance(node, ast.MatchClass):
            deciding.append(node.cls)
        elif isinstance(node, ast.Subscript):
            deciding.append(node.slice)
    inside = [inner for node in deciding if node is not None for inner in ast.walk(node)]
    texts = {node.value for node in inside if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {node.id for node in inside if isinstance(node, ast.Name)}


def app_files() -> dict[str, ast.Module]:
    paths = [path for folder in ("visualizer", "pages") for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 30
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def own_files() -> dict[str, str]:
    """The file of each layer type."""
    modules = {name: sys.modules[layer_type.__module__] for name, layer_type in layer_types().items()}
    return {name: Path(module.__file__).relative_to(ROOT).as_posix() for name, module in modules.items()}


def test_no_machinery_knows_a_layer_type_by_name():
    own = own_files()
    found = {
        (path, name)
        for path, tree in app_files().items()
        if not path.startswith(CONCEPTS)
        for name in identifiers(tree) & set(own)
        if own[name] != path
    }
    assert sorted(found) == sorted(MAY_NAME)


def test_nothing_decides_by_the_type_of_a_layer():
    own = own_files()
    found = {(path, name) for path, tree in app_files().items() for name in told_apart(tree) & set(own)}
    assert sorted(found) == sorted(MAY_TELL_APART)


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(layer, Dense)",
        "isinstance(layer, Flatten | Dense)",
        "type(layer) is Dense",
        'type(layer).__name__ == "Dense"',
        'kind in ("Dense", "Conv2D")',
        '{"Dense": 1}[kind]',
        "{Dense: draw}",
        "match layer:\n    case Dense(): pass",
    ],
)
def test_the_check_above_sees(code):
    assert "Dense" in told_apart(ast.parse(code))
