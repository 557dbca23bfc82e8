"""Keras source that branches becomes the graph that Keras would build."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings

from tests.source_code.keras_sources import EXAMPLES
from tests.source_code.test_graph_scripts import EVERY_MERGE, RESIDUAL, SCORES, SEPARATE_SOFTMAX, copy_graph_to_keras
from tests.source_code.test_writers import TOLERANCE, answer_of_keras, in_use, run, with_own_start, with_random_numbers
from tests.strategies import graphs
from visualizer.architecture.architecture import Architecture, ArchitectureError, Block, summarize
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.source_code.keras_reader import read_keras
from visualizer.source_code.keras_writer import keras_model
from visualizer.source_code.reading import SourceReading

START = "i = Input((8, 8, 1))\nx = Conv2D(4, 3, padding='same')(i)\ny = Conv2D(4, 3, padding='same')(x)\n"


def types(reading: SourceReading) -> list[str]:
    return [type(layer).__name__ for layer in reading.architecture.layers]


def notes(reading: SourceReading) -> list[tuple[tuple[int, ...], str]]:
    return [(note.lines, note.sentence) for note in reading.notes]


@settings(max_examples=200)
@given(graphs())
@example(RESIDUAL)
@example(EVERY_MERGE)
@example(SEPARATE_SOFTMAX)
@example(SCORES)
def test_written_as_keras_and_read_again_it_is_the_same(architecture: Architecture):
    reading = read_keras(keras_model(architecture))
    start = reading.settings["initialization"]
    read = tuple(with_own_start(layer, start) for layer in reading.architecture.layers)
    assert read == tuple(with_own_start(in_use(layer), "glorot_uniform") for layer in architecture.layers)
    assert reading.architecture.wires == architecture.wires
    assert reading.architecture.input_shape == architecture.input_shape
    assert reading.architecture.name == architecture.name
    assert not reading.notes


RUN = "import keras\nfrom keras import Model, layers\nfrom keras.layers import *\n"


@pytest.mark.parametrize(
    "name",
    [
        "a residual block, added by a layer and by an operator",
        "a small ResNet, whose blocks a function makes",
        "inception modules of smaller functions, and every merge",
        "a ResNet whose blocks differ by conditions, as in Keras's CIFAR example",
    ],
)
def test_keras_builds_the_same_from_the_source(name, tmp_path):
    """Run for real, with the same weights, it answers the same as what was read."""
    source = EXAMPLES[name].source
    architecture = read_keras(source).architecture
    report = summarize(architecture)
    assert report.fits
    model = run(RUN + source, tmp_path)["model"]
    assert model.count_params() == report.parameters + report.kept
    network = with_random_numbers(architecture)
    order = copy_graph_to_keras(network, model)
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = network(pictures).numpy()[:, order]
    np.testing.assert_allclose(answer_of_keras(model, pictures), expected, atol=TOLERANCE, rtol=TOLERANCE)


def test_layers_that_do_not_lead_to_the_output_are_left_out_and_named():
    source = f"{START}a = Conv2D(2, 1)(x)\nb = LeakyReLU()(Conv2D(2, 1, activation=ReLU())(a))\nModel(i, Flatten()(y))"
    reading = read_keras(source)
    assert types(reading) == ["Conv2D", "Conv2D", "Flatten"]
    assert not reading.architecture.wires
    assert notes(reading) == [((4, 5), "This layer does not lead to the model's output and is left out.")]


def test_the_output_is_last_whatever_was_made_after_it():
    reading = read_keras(
        f"{START}z = Flatten()(y)\na = MaxPooling2D()(x)\nb = Dense(3)(Flatten()(a))\nModel(i, [z, b])"
    )
    assert types(reading) == ["Conv2D", "Conv2D", "Flatten"]
    assert notes(reading) == [
        ((7,), "The model has 2 outputs; one can be built here, the first."),
        ((5, 6), "This layer does not lead to the model's output and is left out."),
    ]


def test_without_a_model_the_longest_way_is_read():
    reading = read_keras(f"{START}z = x + y\nw = Conv2D(4, 1)(x)")
    assert types(reading) == ["Conv2D", "Conv2D", "Add"]
    assert reading.architecture.wires == ((-1,), (0,), (0, 1))
    assert notes(reading) == [((5,), "This layer does not lead to the model's output and is left out.")]


def test_an_encoder_beside_the_whole_model_is_none_that_leads_nowhere():
    source = f"{START}encoder = Model(i, MaxPooling2D()(x))\nm = Model(i, Flatten()(y))\nm.compile('adam')"
    assert notes(read_keras(source)) == [((4,), "Another model begins here; the one of line 5 is read.")]


def test_of_several_inputs_the_picture_is_built():
    merged = "z = Dense(4)(age)\nv = concatenate([z, Flatten()(y)])\n"
    source = f"{START}age = Input((1,))\n{merged}Model([age, i], Dense(2)(v))"
    reading = read_keras(source)
    assert types(reading) == ["Conv2D", "Conv2D", "Flatten", "Dense"]
    assert not reading.architecture.wires
    assert reading.architecture.input_shape == (1, 8, 8)
    assert summarize(reading.architecture).fits
    assert notes(reading) == [((7,), "The model has 2 inputs; one can be built. What only others lead to is left out.")]


@pytest.mark.parametrize("axis", ["", "axis=-1", "axis=3", "-1", "3"])
@pytest.mark.parametrize(
    "call",
    [
        "Concatenate({})([x, y])",
        "layers.concatenate([x, y], {})",
        "tf.concat([x, y], {})",
        "concat(axis=-1, values=(x, y))",
    ],
)
def test_the_channels_are_concatenated_without_a_note(call, axis):
    reading = read_keras(f"{START}z = {call.format(axis)}\nModel(i, z)")
    assert summarize(reading.architecture).layers[-1].output_shape == (8, 8, 8)
    assert not reading.notes


@pytest.mark.parametrize("call", ["Concatenate(axis={})([x, y])", "tf.concat([x, y], {})"])
@pytest.mark.parametrize("axis", [1, 2, 0, "some"])
def test_another_axis_is_named(call, axis):
    (note,) = read_keras(f"{START}z = {call.format(axis)}\nModel(i, z)").notes
    assert note.lines == (4,)
    assert note.sentence.startswith(f"“axis={axis}” of ")


def test_of_vectors_the_first_axis_is_the_last():
    source = (
        f"{START}z = concatenate([Flatten()(x), Flatten()(y)], axis=1)\nz = BatchNormalization(axis=1)(z)\nModel(i, z)"
    )
    assert not read_keras(source).notes


def test_a_merge_of_one_is_nothing_and_of_more_than_fit_is_cut():
    assert types(read_keras(f"{START}z = concatenate([Add()([y])])\nModel(i, z)")) == ["Conv2D", "Conv2D"]
    reading = read_keras(f"{START}z = Subtract()([x, y, x])\nModel(i, z)")
    assert reading.architecture.wires[-1] == (0, 1)
    assert notes(reading) == [((4,), "A layer gets several inputs and takes 2 inputs here; the others are left out.")]


def test_a_tensor_may_be_read_twice_by_one_layer():
    assert read_keras(f"{START}Model(i, y * y)").architecture.wires[-1] == (1, 1)


def test_a_number_that_a_tensor_is_multiplied_by_is_a_layer_and_one_in_a_function_is_left_out_with_a_note():
    reading = read_keras(f"{START}z = x + 0.5 * y\nz = keras.ops.add(z, 1)\nModel(i, z)")
    assert reading.architecture.wires == ((-1,), (0,), (1,), (0, 2))
    assert reading.architecture.layers[2] == Rescaling(0.5, 0.0)
    assert notes(reading) == [((5,), "“keras.ops.add” is not known here and is left out.")]


def test_a_popped_layer_is_gone_with_what_was_in_it():
    source = (
        "m = Sequential([Input((8, 8, 1)), Sequential([Flatten(), Dense(3)]), Dense(4, activation=ReLU())])\nm.pop()\n"
    )
    assert types(read_keras(source)) == ["Flatten", "Dense"]
    assert types(read_keras(f"{source}m.pop()\nm.add(Conv2D(2, 3))")) == ["Conv2D"]


def test_all_outputs_of_a_model_in_a_model_are_read_and_one_of_the_whole():
    two = f"{START}both = Model(i, [x, y])\nj = Input((8, 8, 1))\n"
    reading = read_keras(f"{two}outs = both(j)\nModel(j, Concatenate()([outs[1], outs[0]]))")
    assert types(reading) == ["Conv2D", "Conv2D", "Concatenate"]
    assert reading.architecture.wires == ((-1,), (0,), (1, 0))
    assert not reading.notes
    reading = read_keras(
        f"{two}p, q = both(j)\nouter = Model(j, [q, p])\nk = Input((8, 8, 1))\nModel(k, Add()(outer(k)))"
    )
    assert reading.architecture.wires == ((-1,), (0,), (1, 0))
    assert not reading.notes
    reading = read_keras(f"{two}p, q = both(j)\nModel(j, p)")
    assert types(reading) == ["Conv2D"]
    assert notes(reading) == [((3,), "This layer does not lead to the model's output and is left out.")]
    reading = read_keras(f"{two}Model(j, both(j))")
    assert notes(reading) == [
        ((6,), "The model has 2 outputs; one can be built here, the first."),
        ((3,), "This layer does not lead to the model's output and is left out."),
    ]


BLOCK = """\
class Block(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv = Conv2D(filters, 3, padding="same")
    def call(self, inputs):
        return %s
"""


def test_an_object_of_a_class_is_added_with_its_branches():
    source = BLOCK % "self.conv(inputs) + inputs" + "m = Sequential([Input((8, 8, 1)), Block(1)])\nm.add(Block(1))\n"
    reading = read_keras(source)
    assert types(reading) == ["Conv2D", "Add"] * 2
    assert reading.architecture.wires == ((-1,), (0, -1), (1,), (2, 1))
    assert reading.architecture.blocks == (Block("Block", 0, 1), Block("Block", 2, 3))
    assert not reading.notes
    assert types(read_keras(f"{source}m.pop()")) == ["Conv2D", "Add"]


def test_an_object_of_a_class_that_makes_nothing_of_its_input_is_left_out_and_named():
    source = BLOCK % "unknown" + "m = Sequential([Input((8, 8, 1)), Block(1), Flatten()])"
    reading = read_keras(source)
    assert types(reading) == ["Flatten"]
    assert ((7,), "“Block(…)” is not known here and is left out.") in notes(reading)


def test_the_number_of_classes_goes_to_the_last_layer_of_the_way_out():
    source = f"{START}v = Flatten()(x)\nModel(i, Softmax()(Dense(K)(v)))"
    assert read_keras(source, 5).architecture.layers[2].units == 5
    merged = read_keras(f"{START}v = Flatten()(x)\nModel(i, add([Dense(K)(v), Dense(K)(v)]))", 5).architecture
    assert [layer.units for layer in merged.layers[2:4]] == [128, 128]


def test_a_function_that_makes_all_is_no_block_and_those_in_it_are():
    source = """\
def unit(x):
    return BatchNormalization()(Conv2D(4, 3, padding="same")(x))

def body(x):
    x = unit(x)
    for _ in range(2):
        x = x + unit(x)
    return x

i = Input((8, 8, 1))
Model(i, body(i))
"""
    blocks = read_keras(source).architecture.blocks
    assert blocks == (Block("Unit", 0, 1), Block("Unit", 2, 3), Block("Unit", 5, 6))


def test_at_most_a_thousand_layers_are_read():
    grow = f"{START}for k in range(%d):\n    x = x + y\nModel(i, x)"
    assert len(read_keras(grow % 998).architecture.layers) == 1_000
    with pytest.raises(ArchitectureError, match="The network has 1,001 layers"):
        read_keras(grow % 999)
