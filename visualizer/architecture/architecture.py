"""A whole network as plain data, its shapes, counts and problems without building it, and its JSON."""

import json
from dataclasses import dataclass, replace
from typing import Any

from visualizer import log
from visualizer.architecture.bounds import largest_batch, passed_bound
from visualizer.architecture.layer import (
    Fix,
    Layer,
    LayerDoesNotFit,
    Problem,
    layer_from_dict,
    layer_to_dict,
)
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.shapes import BYTES_PER_NUMBER, Shape, describe_shape, is_maps, numbers_in
from visualizer.errors import UserError, short_repr
from visualizer.words import counted

JSON_FORMAT = "cnn-visualizer/architecture"
JSON_VERSION = 1
MAX_JSON_BYTES = 200_000
MAX_LAYERS = 60
MAX_NAME_LENGTH = 60
MAX_INPUT_SIZE = 1024  # of any architecture; `Limits` says what a server trains


class ArchitectureError(UserError):
    """An architecture, or a file that should hold one, cannot be used."""


@dataclass(frozen=True)
class Architecture:
    """A chain of layers. `input_shape` is (C, H, W), 1 or 3 channels, at most 1024 pixels high and wide.

    Raises:
        ArchitectureError: The input shape is out of range, or there are over 60 layers.
    """

    name: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        shape = self.input_shape
        whole = isinstance(shape, tuple) and len(shape) == 3 and all(type(size) is int for size in shape)
        if not whole or shape[0] not in (1, 3) or not all(1 <= size <= MAX_INPUT_SIZE for size in shape[1:]):
            raise ArchitectureError(
                f"The input cannot have the shape {short_repr(shape)}.",
                f"An input has 1 or 3 channels, and 1 to {MAX_INPUT_SIZE} pixels in height and in width.",
                "Change the input size.",
            )
        _check_layer_count(len(self.layers))

    @property
    def ends_in_softmax(self) -> bool:
        """Whether the last layer applies a softmax, so that its output is probabilities."""
        last = self.layers[-1:]
        return any(getattr(layer, setting.name) == "softmax" for layer in last for setting in layer.settings())

    def with_layers(self, layers: tuple[Layer, ...]) -> "Architecture":
        """This architecture with other layers. Raises ArchitectureError where they are too many."""
        return replace(self, layers=layers)


def _check_layer_count(count: int) -> None:
    if count > MAX_LAYERS:
        raise ArchitectureError(f"The network has {count:,} layers.", f"At most {MAX_LAYERS} fit here.", "Remove some.")


@dataclass(frozen=True)
class LayerReport:
    """One layer in its place. Shapes and counts are None where an earlier layer does not fit.

    `parameters` are trained; `kept` numbers are used but not trained.
    """

    layer: Layer
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int | None
    multiply_adds: int | None
    problem: Problem | None = None
    kept: int = 0


@dataclass(frozen=True)
class ArchitectureReport:
    """What `summarize` returns. Totals count the layers that fit; `fits`: all layers fit, and no bound is passed."""

    input_shape: tuple[int, int, int]
    layers: tuple[LayerReport, ...]
    problem: Problem | None
    parameters: int
    multiply_adds: int
    activation_numbers: int

    @property
    def kept(self) -> int:
        """Numbers of all layers that are used but not trained."""
        return sum(report.kept for report in self.layers)

    @property
    def fits(self) -> bool:
        return self.problem is None and all(report.problem is None for report in self.layers)

    def activation_bytes(self, batch_size: int) -> int:
        """Bytes of the input and every layer's output for one batch, in float32.

        A layer's output counts once, after its activation. A forward pass keeps about as much for the gradient, and
        more where an activation function keeps its own input.
        """
        return self.activation_numbers * batch_size * BYTES_PER_NUMBER

    def passed_bound(self, batch_size: int = 1) -> Problem | None:
        """The first bound of this server that the network passes with such batches; see `bounds.passed_bound`."""
        counts = self.parameters, self.activation_numbers, self.multiply_adds
        return passed_bound(self.input_shape, *counts, batch_size)

    @property
    def largest_batch(self) -> int:
        """How many pictures may go through the network at once, at least 1."""
        return largest_batch(self.activation_numbers, self.multiply_adds)


def summarize(architecture: Architecture, classes: int | None = None) -> ArchitectureReport:
    """Shapes, counts and problems of every layer, without torch.

    Args:
        architecture: Any architecture, also one that does not fit.
        classes: How many numbers the output must have; None for any.
    """
    shape: Shape | None = architecture.input_shape
    reports: list[LayerReport] = []
    activation_numbers = numbers_in(architecture.input_shape)
    for layer in architecture.layers:
        if shape is None:
            reports.append(LayerReport(layer, None, None, None, None))
            continue
        try:
            output_shape = layer.output_shape(shape)
        except LayerDoesNotFit as error:
            reports.append(LayerReport(layer, shape, None, None, None, error.problem))
            shape = None
            continue
        counts = layer.parameter_count(shape), layer.multiply_adds(shape)
        reports.append(LayerReport(layer, shape, output_shape, *counts, kept=layer.kept_count(shape)))
        activation_numbers += numbers_in(output_shape)
        shape = output_shape
    report = ArchitectureReport(
        input_shape=architecture.input_shape,
        layers=tuple(reports),
        problem=None,
        parameters=sum(row.parameters or 0 for row in reports),
        multiply_adds=sum(row.multiply_adds or 0 for row in reports),
        activation_numbers=activation_numbers,
    )
    if not report.fits:
        return report
    if not reports:
        return replace(report, problem=Problem("The network has no layers yet.", "It needs at least one.", ()))
    report = replace(report, problem=report.passed_bound())
    if report.problem is None and classes is not None and shape is not None:
        report = _check_classes(report, shape, classes)
    return report


def _check_classes(report: ArchitectureReport, output_shape: Shape, classes: int) -> ArchitectureReport:
    """Put the problem on the layer that sets the number of outputs where that is not `classes`."""
    if output_shape == (classes,):
        return report
    index = len(report.layers) - 1
    while index > 0 and report.layers[index].layer.keeps_shape:
        index -= 1
    row = report.layers[index]
    scores = Dense(units=classes, activation="softmax")
    needs = f"The last layer must output one number for each of the {classes} classes."
    fixes: tuple[Fix, ...]
    if is_maps(output_shape):
        arrives = f"The network outputs feature maps of {describe_shape(output_shape)}."
        fixes = (Fix(f"Add Flatten and Dense {classes}", (row.layer, Flatten(), scores)),)
    else:
        arrives = f"The network outputs {counted(output_shape[0], 'number')}."
        fixes = (Fix(f"Add Dense {classes} with softmax", (row.layer, scores)),)
        own = row.layer.giving(classes)
        fixes = fixes if own is None else (own, *fixes)
    rows = list(report.layers)
    rows[index] = replace(row, problem=Problem(arrives, needs, fixes))
    return replace(report, layers=tuple(rows))


def architecture_to_dict(architecture: Architecture) -> dict[str, Any]:
    """The architecture as plain JSON values."""
    return {
        "format": JSON_FORMAT,
        "version": JSON_VERSION,
        "name": architecture.name,
        "input_shape": list(architecture.input_shape),
        "layers": [layer_to_dict(layer) for layer in architecture.layers],
    }


def architecture_to_json(architecture: Architecture) -> str:
    """The architecture as a JSON text that people can read and edit."""
    return json.dumps(architecture_to_dict(architecture), indent=2, ensure_ascii=False)


def architecture_from_dict(data: Any) -> Architecture:
    """The architecture that `architecture_to_dict` wrote. Raises UserError where it is anything else."""
    if not isinstance(data, dict) or data.get("format") != JSON_FORMAT:
        raise ArchitectureError(
            "This is not a network of this app.",
            f'It has no "format": "{JSON_FORMAT}".',
            "Choose a file that “Download” on the Build page wrote.",
        )
    version = data.get("version")
    if type(version) is not int or version != JSON_VERSION:
        raise ArchitectureError(
            f"This network has version {short_repr(version)}.",
            f"This app reads version {JSON_VERSION}.",
            "Save it again with this version of the app.",
        )
    name, shape, layers = data.get("name"), data.get("input_shape"), data.get("layers")
    if not isinstance(name, str) or not isinstance(shape, list) or not isinstance(layers, list):
        raise ArchitectureError(
            "The network could not be read.", 'It needs "name", "input_shape" and "layers".', "Add what is missing."
        )
    _check_layer_count(len(layers))
    return Architecture(one_line(name), tuple(shape), tuple(layer_from_dict(layer) for layer in layers))


def one_line(name: str) -> str:
    """A name from a file, without line breaks and what cannot be printed or stored (such as half of a UTF-16 pair)."""
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:MAX_NAME_LENGTH].rstrip()


def architecture_from_json(text: str | bytes) -> Architecture:
    """The architecture in a JSON text. Raises UserError where it holds none."""
    with log.refusals("network", len(text), UserError):
        return _from_json(text)


def _from_json(text: str | bytes) -> Architecture:
    if len(text) > MAX_JSON_BYTES:
        raise ArchitectureError(
            f"The file has {len(text):,} bytes.",
            f"The JSON of a network has at most {MAX_JSON_BYTES:,} bytes.",
            "Choose a file that “Download” on the Build page wrote.",
        )
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchitectureError("The file could not be read.", "It is not JSON.", "Choose another file.") from error
    return architecture_from_dict(data)
