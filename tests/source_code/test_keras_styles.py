"""Keras source in the styles of public repositories is never read wrongly without a word.

Each file in keras_styles/ is run with the real Keras, and compared with what is read of it: layer by layer, and by the
answers of both with the same weights. Where they differ, a note must say so: that the network is another one, or on the
line of the layer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.source_code.keras_for_real import run_keras, taken_apart, takes_a_list
from tests.source_code.test_graph_scripts import copy_graph_to_keras
from tests.source_code.test_writers import TOLERANCE, answer_of_keras, with_random_numbers
from visualizer.architecture.architecture import Architecture, ArchitectureReport, summarize
from visualizer.architecture.span import PICTURE
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.pasted import code_of_notebook

FOLDER = Path(__file__).parent / "keras_styles"
SOURCES = {path.stem: path for path in sorted(FOLDER.iterdir()) if path.suffix in (".py", ".txt", ".ipynb")}
# What is read as another network, and how the note begins that says so.
OTHER_NETWORKS: dict[str, str] = {
    "lambda_layers": "“t ** 2” is not known here",
    "attention_by_operations": "“tf.reduce_mean” is not known here",
    "several_outputs": "The model has 2 outputs",
    "shared_layer": "This layer is used several times, with the same weights",
}
# The same layers, of which a setting stays open or one does not fit; a note on the line says so.
OTHER_SETTINGS = ("dense_only", "params_dict", "squeeze_excite", "tuner_choices")
_SKIPPED = "This is not about the network"
# Operations that only prepare a tensor for a model.
_WRAPPING = ("ConvertToTensor", "Identity", "Cast")
_AT_REST = ("Dropout", "SpatialDropout2D", "GaussianNoise")
_COMMUTATIVE = ("Add", "Multiply", "Average", "Maximum")
_SECOND = ("Activation", "Reshape")
_ACTIVATIONS = (
    "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "Sigmoid",
    "Silu", "Tanh", "Softplus",
)  # fmt: skip


@dataclass
class Comparison:
    """A network that was read beside the model that Keras makes.

    Attributes:
        layers: Keras's layer or operation for each of ours; None for one that is a part of the layer before.
        unsaid: What differs, and no note is on its line, as sentences.
        said: What differs and is noted, or follows from it.
    """

    layers: list[Any]
    unsaid: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


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


def depth_of(tensor: Any, depths: dict[int, int]) -> int:
    """How many layers are on the longest way to it."""
    if id(tensor) not in depths:
        history = tensor._keras_history
        reads = history.operation._inbound_nodes[history.node_index].input_tensors
        depths[id(tensor)] = 1 + max((depth_of(read, depths) for read in reads), default=0)
    return depths[id(tensor)]


def compare(report: ArchitectureReport, model: Any, is_noted: Callable[[Any], bool]) -> Comparison:
    """Both networks from their ends to their beginnings, layer by layer.

    Args:
        report: What was read.
        model: Of Keras's own layers and operations alone.
        is_noted: Whether a note is on the line of one of them.
    """
    rows = report.layers
    found = Comparison([None] * len(rows))
    depths_here, depths = {PICTURE: 0}, {}
    for index, row in enumerate(rows):
        depths_here[index] = 1 + max(depths_here[source] for source in row.sources)
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
            source = PICTURE if index == PICTURE else rows[index].sources[0]
            before = "InputLayer" if source == PICTURE else type(rows[source].layer).__name__
            if kind in _WRAPPING:
                waiting.append((index, reads[0]))
            elif own in _SECOND and before == kind and index != PICTURE:
                waiting.append((source, tensor))  # what is one layer in Keras are two here
            elif len(reads) == 1 and is_noted(operation):
                found.said.append(f"{kind} is left out")
                waiting.append((index, reads[0]))
            elif own in _AT_REST and index != PICTURE:
                waiting.append((source, tensor))  # the model of Keras is asked as in use, where this is left out
            else:
                found.unsaid.append(f"{kind} {shape_of(tensor)} is read as {own} {shape}")
            continue
        differences = []
        is_input = own == "InputLayer"
        kept = shape_of(tensor) == (*(shape or ()), 1, 1)  # a Reshape follows here
        if shape != shape_of(tensor) and not kept and not (is_input and np.prod(shape) == np.prod(tensor.shape[1:])):
            differences.append(f"{kind} makes {shape_of(tensor)}, and here {shape}")
        row = None if is_input else rows[index]
        if row is not None and counts_of(operation) != (row.parameters, row.kept):
            differences.append(f"{kind} has {counts_of(operation)} numbers, and here {row.parameters, row.kept}")
        sources = () if row is None else row.sources
        if not is_input and len(reads) != len(sources):
            found.unsaid.append(f"{kind} reads {len(reads)}, and here {len(sources)}")
            continue
        given = [report.input_shape if source == PICTURE else rows[source].output_shape for source in sources]
        follows = any(shape_of(read) != other for read, other in zip(reads, given, strict=False))
        (found.said if follows or is_noted(operation) else found.unsaid).extend(differences)
        if is_input:
            continue
        found.layers[index] = operation
        if own in _COMMUTATIVE:  # whatever the order is in which they are written
            sources = sorted(sources, key=depths_here.__getitem__)
            reads = sorted(reads, key=lambda read: depth_of(read, depths))
        waiting += zip(sources, reads, strict=True)
    missing = [row for row, layer in zip(rows, found.layers, strict=True) if layer is None and row.parameters]
    found.unsaid += [f"only here: {type(row.layer).__name__}" for row in missing]
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_wrong_without_a_word(name, tmp_path):
    text = SOURCES[name].read_text(encoding="utf-8")
    ran = run_keras(code_of_notebook(text), tmp_path, keras_1=name.startswith("keras_1"))
    reading = read_keras(text)
    others = [note for note in reading.notes if note.other_network]
    if name in OTHER_NETWORKS:
        assert any(note.sentence.startswith(OTHER_NETWORKS[name]) for note in others), reading.notes
        return
    assert not others
    architecture = reading.architecture
    report = summarize(architecture)
    channels, height, width = architecture.input_shape
    given = getattr(ran.model, "input_shape", None)
    flat_input = isinstance(given, tuple) and len(given) == 2
    shape = (channels * height * width,) if flat_input else (height, width, channels)
    flat = taken_apart(ran.model, shape)

    def is_noted(operation: Any) -> bool:
        lines = ran.lines.get(id(operation), set())
        return any(lines & set(note.lines) and not note.sentence.startswith(_SKIPPED) for note in reading.notes)

    found = compare(report, flat, is_noted)
    if any(not layer.trainable for layer in flat.layers):
        assert any("learn" in note.sentence for note in reading.notes), "that layers are frozen is not said"
    uncertain = any(note.sentence.startswith("It is not known") for note in reading.notes)
    if name in OTHER_SETTINGS:
        assert uncertain or not found.unsaid, "\n".join([*found.unsaid, *map(str, reading.notes)])
        assert found.unsaid or found.said, "this is read as it is"
        return
    assert not found.unsaid, "\n".join([*found.unsaid, *map(str, reading.notes)])
    assert not [difference for difference in found.said if not difference.endswith("is left out")], found.said
    assert not isinstance(given, tuple) or given[1:] == shape or None in given[1:]
    weighted = [layer for layer in found.layers if getattr(layer, "weights", None)]
    assert len(set(map(id, weighted))) == len(weighted)
    assert sum(map(sum, map(counts_of, weighted))) == report.parameters + report.kept
    if report.fits:
        assert_answers_are_the_same(architecture, found.layers, flat, ran.model)


def assert_answers_are_the_same(architecture: Architecture, layers: list[Any], flat: Any, model: Any) -> None:
    """Of the network and of Keras, the model itself and taken apart, with the same numbers in them."""
    network = with_random_numbers(architecture)
    order = copy_graph_to_keras(network, flat, layers)
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = network(pictures).numpy()[:, order]
    rescaled = any(type(layer).__name__ == "Rescaling" and layer.scale < 0.01 for layer in flat.layers)
    for keras_model in (flat,) if takes_a_list(model) else (flat, model):
        answer = answer_of_keras(keras_model, pictures * 255 if rescaled else pictures)
        if answer.ndim == 4:
            answer = answer.transpose(0, 3, 1, 2)
        np.testing.assert_allclose(answer, expected, atol=TOLERANCE, rtol=TOLERANCE)


def test_there_are_many_styles():
    assert len(SOURCES) >= 32


FUNCTIONAL = """\
from keras import Input, Model, layers
inp = Input((12, 12, 3))
a = layers.Conv2D(4, 3, padding="same", activation="relu")(inp)
b = layers.Conv2D(4, 3, padding="same")(a)
c = layers.Subtract()([b, a])
model = Model(inp, layers.Dense(2)(layers.Flatten()(c)))
"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Conv2D(4, 3, padding", "Conv2D(4, 5, padding"),
        ("activation='relu'", "activation='tanh'"),
        ("layers.Subtract()([b, a])", "layers.Subtract()([a, b])"),
        ("layers.Subtract()([b, a])", "layers.Add()([b, a])"),
        ("layers.Subtract()([b, a])", "b"),
        ("(a)\nc", "(inp)\nc"),
        ("Dense(2)", "Dense(3)"),
        ("Dense(2)", "Dense(2, use_bias=False)"),
    ],
)
def test_the_comparison_sees_what_is_wrong(written, read, tmp_path):
    text = FUNCTIONAL.replace('"', "'")
    assert written in text
    flat = taken_apart(run_keras(text, tmp_path).model, (12, 12, 3))
    architecture = read_keras(text.replace(written, read)).architecture
    found = compare(summarize(architecture), flat, lambda operation: False)
    if not found.unsaid:
        with pytest.raises(AssertionError):
            assert_answers_are_the_same(architecture, found.layers, flat, flat)


@pytest.mark.parametrize(
    ("package", "noted"), [("some_package", True), ("tensorflow as tf", False), ("os.path", False)]
)
def test_an_import_that_is_tried_may_fail_unless_every_network_needs_it(package, noted):
    tried = f"try:\n    import {package}\n    width = 4\nexcept ImportError:\n    width = 6\n"
    reading = read_keras(f"{tried}Sequential([Input((8, 8, 1)), Conv2D(width, 3)])")
    assert reading.architecture.layers[0].filters == 4
    assert any(note.sentence.startswith("It is not known whether this raises") for note in reading.notes) == noted


def test_what_get_makes_of_a_name_is_what_the_name_means():
    source = (
        "act = keras.activations.get('tanh')\nSequential([Input((8, 8, 1)), Identity(), Conv2D(2, 3, activation=act)])"
    )
    reading = read_keras(source)
    assert [layer.activation for layer in reading.architecture.layers] == ["tanh"]
    (note,) = reading.notes
    assert note.sentence == "“Identity” is left out. It changes nothing."
    assert not note.other_network


@pytest.mark.parametrize("layer", ["Resizing(20, 24)", "CenterCrop(height=20, width=24)"])
def test_the_size_to_which_the_input_is_brought_is_the_input_here(layer):
    reading = read_keras(f"Sequential([Input((64, 64, 1)), {layer}, Conv2D(2, 3)])")
    assert reading.architecture.input_shape == (1, 20, 24)
    (note,) = reading.notes
    assert not note.other_network
    (note,) = read_keras(f"Sequential([Input((64, 64, 1)), Conv2D(2, 3), {layer}])").notes
    assert note.other_network


@pytest.mark.parametrize(
    ("option", "filters"),
    [
        ("'--filters', type=int, default=12", 12),
        ("'-f', '--filters', type=int, default='13'", 13),
        ("'--number', dest='filters', default=14", 14),
        ("'--filters', type=int", None),
        ("'filters', type=int, default=3", None),
        ("'--filters', type=int, required=True", None),
    ],
)
def test_options_of_a_command_line_have_their_defaults(option, filters):
    source = f"""\
parser = argparse.ArgumentParser()
group = parser.add_argument_group("network")
group.add_argument({option})
args, _ = parser.parse_known_args()
Sequential([Input((8, 8, 1)), Conv2D(args.filters, 3)])
"""
    reading = read_keras(source)
    assert bool(filters) == (not reading.notes)
    assert reading.architecture.layers[0].filters == (filters or 32)


def test_options_that_a_branch_sets_are_as_that_branch_leaves_them():
    source = """\
parser = ArgumentParser()
parser.add_argument("--filters", default=4)
args = parser.parse_args()
if unknown:
    args.filters = 6
Sequential([Input((8, 8, 1)), Conv2D(args.filters, 3)])
"""
    assert read_keras(source).notes
