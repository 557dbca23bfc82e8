"""Keras source in the styles of public repositories is never read wrongly without a word.

Each file in keras_styles/ is run with the real Keras, and compared with what is read of it: layer by layer, and by the
answers of both with the same weights. Where they differ, a note must say so: that the network is another one, or on the
line of the layer.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.source_code.keras_for_real import Ran, run_keras, taken_apart
from tests.source_code.test_graph_scripts import copy_graph_to_keras
from tests.source_code.test_writers import TOLERANCE, answer_of_keras, with_random_numbers
from visualizer.architecture.architecture import ArchitectureReport, summarize
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import PICTURE
from visualizer.source_code.keras_reader import KerasReading, read_keras
from visualizer.source_code.pasted import code_of_notebook

FOLDER = Path(__file__).parent / "keras_styles"
SOURCES = {path.stem: path for path in sorted(FOLDER.iterdir()) if path.suffix in (".py", ".txt", ".ipynb")}
# Read as another network, and why; each note about it says so.
OTHER_NETWORKS: dict[str, str] = {}
_ACTIVATIONS = (
    "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "Sigmoid",
    "Silu", "Tanh", "Softplus",
)  # fmt: skip


@dataclass
class Comparison:
    """A network that was read beside the model that Keras makes.

    Attributes:
        layers: Keras's layer or operation for each of ours; None for one that is a part of the layer before.
        skipped: What only Keras has, though all that surrounds it is the same.
        differences: What differs besides, as sentences.
    """

    layers: list[Any]
    skipped: list[Any] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def kind_of(operation: Any) -> str:
    """The layer type here of a layer or an operation of Keras."""
    name = type(operation).__name__
    return "Activation" if name in _ACTIVATIONS else {"AvgPool2D": "AveragePooling2D"}.get(name, name)


def shape_of(tensor: Any) -> tuple[int, ...]:
    """Of one picture, in torch's order."""
    shape = tuple(tensor.shape[1:])
    return (shape[2], shape[0], shape[1]) if len(shape) == 3 else shape


def counts_of(operation: Any) -> tuple[int, int]:
    """The numbers that a layer can learn, whether it is frozen or not, and the others."""
    trainable = [weight for weight in getattr(operation, "weights", []) if weight.name not in _KEPT]
    kept = [weight for weight in getattr(operation, "weights", []) if weight.name in _KEPT]
    return sum(int(np.prod(weight.shape)) for weight in trainable), sum(int(np.prod(weight.shape)) for weight in kept)


_KEPT = ("moving_mean", "moving_variance")


def compare(report: ArchitectureReport, model: Any, skippable: Any) -> Comparison:
    """Both networks from their ends to their beginnings, layer by layer."""
    rows = report.layers
    found = Comparison([None] * len(rows))
    waiting = [(len(rows) - 1, model.outputs[0])]
    done = set()
    while waiting:
        index, tensor = waiting.pop()
        history = tensor._keras_history
        operation, node = history.operation, history.operation._inbound_nodes[history.node_index]
        if (index, id(tensor)) in done:
            continue
        done.add((index, id(tensor)))
        kind = kind_of(operation)
        own = "InputLayer" if index == PICTURE else type(rows[index].layer).__name__
        shape = report.input_shape if index == PICTURE else rows[index].output_shape
        reads = node.input_tensors
        if kind != own:
            if len(reads) == 1 and skippable(operation):
                found.skipped.append(operation)
                waiting.append((index, reads[0]))
            elif own == "Activation" and type(rows[rows[index].sources[0]].layer).__name__ == kind:
                waiting.append((rows[index].sources[0], tensor))  # its activation is a layer of its own here
            else:
                found.differences.append(f"{kind} {shape_of(tensor)} is read as {own} {shape}")
            continue
        if shape != shape_of(tensor) and not (own == "InputLayer" and np.prod(shape) == np.prod(tensor.shape[1:])):
            found.differences.append(f"{kind} makes {shape_of(tensor)}, and here {shape}")
        if own == "InputLayer":
            continue
        row = rows[index]
        if counts_of(operation) != (row.parameters, row.kept):
            found.differences.append(f"{kind} has {counts_of(operation)} numbers, and here {row.parameters, row.kept}")
        if len(reads) != len(row.sources):
            found.differences.append(f"{kind} reads {len(reads)}, and here {len(row.sources)}")
            continue
        found.layers[index] = operation
        waiting += zip(row.sources, reads, strict=True)
    missing = [row for row, layer in zip(rows, found.layers, strict=True) if layer is None and row.parameters]
    found.differences += [f"only here: {type(row.layer).__name__}" for row in missing]
    return found


def is_noted(reading: KerasReading, lines: set[int]) -> bool:
    return any(lines & set(note.lines) for note in reading.notes)


@pytest.fixture(scope="module", params=SOURCES)
def tried(request, tmp_path_factory) -> tuple[str, KerasReading, Ran]:
    name = request.param
    text = SOURCES[name].read_text(encoding="utf-8")
    ran = run_keras(code_of_notebook(text), tmp_path_factory.mktemp(name), keras_1=name.startswith("keras_1"))
    return name, read_keras(text), ran


def test_nothing_is_wrong_without_a_word(tried):
    name, reading, ran = tried
    other = any(note.other_network for note in reading.notes)
    assert other == (name in OTHER_NETWORKS), [note for note in reading.notes if note.other_network or not other]
    architecture = reading.architecture
    report = summarize(architecture)
    given = getattr(ran.model, "input_shape", None)
    channels, height, width = architecture.input_shape
    shape = (height, width, channels)
    if isinstance(given, tuple) and len(given) == 2:
        shape = (channels * height * width,)
    flat = taken_apart(ran.model, shape)

    def lines_of(operation: Any) -> set[int]:
        return ran.lines.get(id(operation), set())

    found = compare(report, flat, lambda operation: is_noted(reading, lines_of(operation)))
    if any(not layer.trainable for layer in flat.layers):
        assert any("train" in note.sentence for note in reading.notes), "that layers are frozen is not said"
    if other:
        return
    assert not found.differences, "\n".join([*found.differences, *map(str, reading.notes)])
    assert isinstance(given, tuple) is False or given[1:] == shape
    shared = [operation for operation in found.layers if operation is not None and operation.__dict__.get("weights")]
    assert len(set(map(id, shared))) == len(shared)
    network = with_random_numbers(architecture)
    order = copy_graph_to_keras(network, flat, found.layers)
    pictures = torch.rand(2, channels, height, width, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = network(pictures).numpy()[:, order]
    bytes_read = any(type(operation).__name__ == "Rescaling" and operation.scale < 0.01 for operation in flat.operations)
    given_to_keras = pictures * 255 if bytes_read else pictures
    if len(shape) == 1:
        answered = np.asarray(flat(given_to_keras.permute(0, 2, 3, 1).reshape(2, -1).numpy(), training=False).detach())
    else:
        answered = answer_of_keras(flat, given_to_keras)
        whole = ran.model(given_to_keras.permute(0, 2, 3, 1).numpy(), training=False)
        assert isinstance(whole, list | tuple | dict) or np.allclose(whole.detach(), answered, atol=TOLERANCE)
    if is_maps(report.layers[-1].output_shape or ()):
        answered = answered.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(answered, expected, atol=TOLERANCE, rtol=TOLERANCE)


def test_there_are_many_styles():
    assert len(SOURCES) >= 32
