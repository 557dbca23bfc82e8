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


# Where the code may name a layer class: its own file, the presets, and these, with the reason.
MAY_NAME = {
    "visualizer/architecture/architecture.py": {
        "Dense": "the change that gives the right number of classes",
        "Flatten": "goes before that Dense where feature maps leave the network",
    },
    "visualizer/architecture/layers/dense.py": {
        "Flatten": "the change that mends a Dense layer on feature maps",
        "GlobalAveragePooling2D": "the other such change",
    },
    "visualizer/architecture/presets.py": dict.fromkeys(layer_types(), "the presets are made of layers"),
}


def named_in(tree: ast.AST) -> set[str]:
    """The identifiers in some code, and the texts that it compares with or looks up (`kind == "Dense"`)."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("nn", "torch.nn"):
            names.add(node.attr)  # nn.Flatten and nn.Dropout are torch's
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.name for alias in node.names)
        texts: list[ast.expr | None] = []
        if isinstance(node, ast.Compare):
            texts = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            texts = list(node.keys)
        elif isinstance(node, ast.MatchValue):
            texts = [node.value]
        elif isinstance(node, ast.Subscript):
            texts = [node.slice]
        names.update(text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str))
    return names


def test_no_other_file_knows_a_layer_type_by_name():
    files = [
        ROOT / "streamlit_app.py",
        *(path for folder in ("visualizer", "pages") for path in (ROOT / folder).rglob("*.py")),
    ]
    assert len(files) > 30
    known = {name: Path(sys.modules[kind.__module__].__file__) for name, kind in layer_types().items()}
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in files
        for name in named_in(ast.parse(path.read_text()))
        if name in known and known[name] != path
    }
    allowed = {(path, name) for path, names in MAY_NAME.items() for name in names}
    assert found <= allowed
    # The list of exceptions does not outlive them.
    assert {path for path, _ in found} == set(MAY_NAME)
