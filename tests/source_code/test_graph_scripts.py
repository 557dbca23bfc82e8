"""The scripts of networks that branch are run: they hold the same network as this app, and train it."""

import ast
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.source_code.test_writers import (
    KERAS_IMPORTS,
    TOLERANCE,
    answer_of_keras,
    keras_arrays,
    pytorch_model,
    reorders,
    run,
    with_random_numbers,
    without_dilated_strides,
)
from tests.strategies import graphs, with_blocks
from visualizer.architecture.architecture import Architecture, Block, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.network import Network
from visualizer.architecture.shapes import is_maps
from visualizer.source_code.flow_names import INPUTS, name_flow
from visualizer.source_code.keras_writer import keras_model, keras_script
from visualizer.source_code.pytorch_writer import pytorch_script
from visualizer.tasks.classification import Classification
from visualizer.training.settings import TrainingSettings


def convolution(filters: int = 4, size: int = 3, **options: object) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(size, size), padding="same", activation="linear").with_settings(
        **options
    )


def graph(name: str, *steps: tuple[Layer, tuple[int, ...]], blocks: tuple[Block, ...] = ()) -> Architecture:
    layers, wires = zip(*steps, strict=True)
    return Architecture(name, (1, 8, 8), layers, wires, blocks)


SOFTMAX = Dense(units=10, activation="softmax")
RESIDUAL = graph(
    "Residual",
    (convolution(), (-1,)),
    (convolution(), (0,)),
    (BatchNormalization(), (1,)),
    (Activation(), (2,)),
    (convolution(), (3,)),
    (Add(), (4, 0)),
    (Activation(), (5,)),
    (convolution(6, strides=(2, 2)), (6,)),
    (convolution(6, 1, strides=(2, 2)), (6,)),
    (Add(), (7, 8)),
    (GlobalAveragePooling2D(), (9,)),
    (SOFTMAX, (10,)),
    blocks=(Block("Residual block", 1, 6), Block("Residual block, half as wide", 7, 9)),
)
EVERY_MERGE = graph(
    "Every merge",
    (convolution(4, 1), (-1,)),
    (convolution(4, 3), (-1,)),
    (convolution(4, 5), (-1,)),
    (Concatenate(), (0, 1, 2)),
    (Average(), (0, 1, 2)),
    (Maximum(), (0, 1, 2)),
    (Subtract(), (5, 4)),
    (Multiply(), (6, 0, 6)),
    (Add(), (7, 1, 2)),
    (MaxPooling2D(), (3,)),
    (MaxPooling2D(), (8,)),
    (Concatenate(), (9, 10)),
    (Flatten(), (11,)),
    (SOFTMAX, (12,)),
)
SEPARATE_SOFTMAX = graph(
    "Its softmax is a layer",
    (Flatten(), (-1,)),
    (Dense(units=10), (0,)),
    (Dense(units=10), (0,)),
    (Add(), (1, 2)),
    (Activation(function="softmax"), (3,)),
)
SCORES = graph(
    "Ends in a merge", (Flatten(), (-1,)), (Dense(units=10), (0,)), (Dense(units=10), (0,)), (Maximum(), (1, 2))
)
TRAINED = [RESIDUAL, EVERY_MERGE, SEPARATE_SOFTMAX, SCORES]


@settings(max_examples=60)
@given(graphs().flatmap(with_blocks), st.sampled_from(list(Classification.losses)))
@example(RESIDUAL, "cross_entropy")
@example(EVERY_MERGE, "mse")
@example(SEPARATE_SOFTMAX, "cross_entropy")
def test_pytorch_computes_the_same(tmp_path_factory, architecture: Architecture, loss: str):
    chosen = TrainingSettings(loss=loss)
    model = pytorch_model(architecture, tmp_path_factory.mktemp("torch"), chosen).eval()
    assert sum(numbers.numel() for numbers in model.parameters()) == summarize(architecture).parameters
    network = with_random_numbers(architecture)
    model.load_state_dict(dict(zip(model.state_dict(), network.state_dict().values(), strict=True)))
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        np.testing.assert_allclose(model(pictures), network(pictures).flatten(1), atol=1e-6, rtol=1e-5)
        if hasattr(model, "scores"):
            np.testing.assert_allclose(model.scores(pictures), network.logits(pictures), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("loss", Classification.losses)
@pytest.mark.parametrize("architecture", TRAINED, ids=lambda architecture: architecture.name)
def test_pytorch_trains_it(architecture, loss, tmp_path):
    found = run(pytorch_script(architecture, TrainingSettings(loss=loss, epochs=1, batch_size=256)), tmp_path)
    assert np.isfinite(float(found["loss"].detach()))
    assert 0 <= float(found["accuracy"]) <= 1


def test_a_residual_block_is_written_as_a_person_would():
    script = pytorch_script(RESIDUAL, TrainingSettings())
    forward = """\
    def scores(self, inputs):
        \"\"\"The output without its softmax, which cross_entropy does itself.\"\"\"
        x = self.conv2d_1(inputs)  # 8 × 8 × 4

        # Residual block
        shortcut = x
        x = self.conv2d_2(x)  # 8 × 8 × 4
        x = self.batch_normalization_1(x)  # 8 × 8 × 4
        x = self.activation_1(x)  # 8 × 8 × 4
        x = self.conv2d_3(x)  # 8 × 8 × 4
        x = x + shortcut  # 8 × 8 × 4
        x = self.activation_2(x)  # 8 × 8 × 4

        # Residual block, half as wide
        branch = self.conv2d_4(x)  # 4 × 4 × 6
        x = self.conv2d_5(x)  # 4 × 4 × 6
        x = branch + x  # 4 × 4 × 6

        x = self.global_average_pooling2d_1(x)  # 6
        x = self.dense_1(x)  # 10
        return x

    def forward(self, inputs):
        return torch.softmax(self.scores(inputs), dim=1)


model = Network()
"""
    assert forward in script
    assert "        self.conv2d_5 = nn.Conv2d(4, 6, kernel_size=(1, 1), stride=(2, 2))\n" in script


def test_the_right_torch_function_stands_for_each_merge():
    script = pytorch_script(EVERY_MERGE, TrainingSettings())
    for line in (
        "torch.cat([x, branch, branch_2], dim=1)",
        "(x + branch + branch_2) / 3",
        "torch.maximum(torch.maximum(x, branch), branch_2)",
    ):
        assert line in script


def copy_graph_to_keras(network: Network, model: Any, targets: list[Any] | None = None) -> np.ndarray:
    """Every number of the network into the Keras model. Returns torch's places of the numbers or channels it answers.

    A vector of flattened maps has its numbers pixel by pixel in Keras, channel by channel in torch. The targets are
    Keras's layers in the order of the network's; without them, they are found by their kinds and numbers.
    """
    made: dict[str, list[Any]] = {}
    for layer in (
        model.layers if targets is None else ()
    ):  # which Keras orders by their depth, but numbers in the order of the script
        made.setdefault(type(layer).__name__, []).append(layer)
    for layers in made.values():
        layers.sort(key=lambda layer: int("0" + layer.name.rpartition("_")[2]) if layer.name[-1].isdigit() else 0)
    rows = summarize(network.architecture).layers
    orders: list[np.ndarray] = []
    for index, (layer, row) in enumerate(zip(network.layers, rows, strict=True)):
        assert row.input_shape is not None
        if is_maps(row.input_shape):
            order = np.arange(row.input_shape[0])
        elif row.layer.meeting == "concatenation":
            starts = np.cumsum([0, *(len(orders[source]) for source in row.sources)])
            order = np.concatenate([start + orders[source] for start, source in zip(starts, row.sources, strict=False)])
        else:
            order = orders[row.sources[0]]
            assert all((orders[source] == order).all() for source in row.sources)
        kind = row.layer.keras_form().names[0]
        if arrays := keras_arrays(layer, order, kind):
            target = made[kind].pop(0) if targets is None else targets[index]
            target.set_weights(arrays)
        if isinstance(row.layer, Flatten) and is_maps(row.input_shape):
            order = np.arange(np.prod(row.input_shape)).reshape(row.input_shape).transpose(1, 2, 0).ravel()
        elif len(order) != row.output_shape[0] or any(isinstance(module, nn.Linear) for module in layer):
            order = np.arange(row.output_shape[0])
        orders.append(order)
    return orders[-1]


@settings(max_examples=40)
@given(graphs().flatmap(with_blocks))
@example(RESIDUAL)
@example(EVERY_MERGE)
def test_keras_computes_the_same(tmp_path_factory, architecture: Architecture):
    architecture = without_dilated_strides(architecture)
    assume(summarize(architecture).fits)
    written = keras_model(architecture)
    assume("# Keras with PyTorch repeats" not in written)
    assume("# Keras flattens" not in written)
    assume(not reorders(architecture))
    model = run(KERAS_IMPORTS + written, tmp_path_factory.mktemp("keras"))["model"]
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == summarize(architecture).parameters
    network = with_random_numbers(architecture)
    order = copy_graph_to_keras(network, model)
    pictures = torch.rand(2, *architecture.input_shape, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = network(pictures).numpy()[:, order]
    found = answer_of_keras(model, pictures)
    if is_maps(expected.shape[1:]):
        found = found.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE, rtol=TOLERANCE)


@pytest.mark.parametrize("loss", Classification.losses)
@pytest.mark.parametrize("architecture", TRAINED, ids=lambda architecture: architecture.name)
def test_keras_trains_it(architecture, loss, tmp_path):
    found = run(keras_script(architecture, TrainingSettings(loss=loss, epochs=1, batch_size=256)), tmp_path)
    assert np.isfinite(found["model"].history.history["loss"]).all()


def test_a_residual_block_is_written_in_keras_as_a_person_would():
    assert (
        keras_model(RESIDUAL)
        == """\
inputs = keras.Input((8, 8, 1))
x = layers.Conv2D(4, (3, 3), padding="same")(inputs)

# Residual block
shortcut = x
x = layers.Conv2D(4, (3, 3), padding="same")(x)
x = layers.BatchNormalization(momentum=0.9)(x)
x = layers.Activation("relu")(x)
x = layers.Conv2D(4, (3, 3), padding="same")(x)
x = layers.Add()([x, shortcut])
x = layers.Activation("relu")(x)

# Residual block, half as wide
branch = layers.Conv2D(6, (3, 3), strides=(2, 2), padding="same")(x)
x = layers.Conv2D(6, (1, 1), strides=(2, 2), padding="same")(x)
x = layers.Add()([branch, x])

x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, x, name="Residual")
"""
    )


def test_where_vectors_meet_in_other_orders_the_keras_script_says_so():
    flat = [(convolution(2), (-1,)), (convolution(2), (0,)), (Flatten(), (0,)), (Flatten(), (1,))]
    same = graph("", *flat, (Add(), (2, 3)))
    other = graph("", *flat, (Concatenate(), (2, 2)), (Dense(units=256), (3,)), (Add(), (4, 5)))
    concatenated = graph("", *flat, (Concatenate(), (2, 3)), (Concatenate(), (3, 3)), (Add(), (4, 5)), (SOFTMAX, (6,)))
    dense = graph("", *flat, (Dense(), (2,)), (Dense(), (3,)), (Add(), (4, 5)))
    one_channel = graph("", (Flatten(), (-1,)), (Dense(units=64), (0,)), (Add(), (0, 1)))
    for architecture, said in [(same, 0), (other, 1), (concatenated, 0), (dense, 0), (one_channel, 0)]:
        assert keras_model(architecture).count("# Keras flattens maps pixel by pixel") == said
    assert "# Keras flattens" not in keras_model(EVERY_MERGE)


def test_the_shorter_of_two_ways_is_the_shortcut():
    """As in Xception, where a convolution stands on it."""
    projected = graph(
        "",
        *((convolution(2), (-1,)), (Activation(), (0,)), (convolution(), (1,)), (convolution(4, 1), (0,))),
        *((Add(), (2, 3)), (convolution(4, 1), (4,)), (Activation(), (4,)), (convolution(), (6,)), (Add(), (7, 5))),
    )
    assert [(step.set_aside, step.inputs, step.output) for step in name_flow(projected)] == [
        *(("", ("inputs",), "x"), ("shortcut", ("x",), "x"), ("", ("x",), "x"), ("", ("shortcut",), "shortcut")),
        *(("", ("x", "shortcut"), "x"), ("", ("x",), "shortcut"), ("", ("x",), "x"), ("", ("x",), "x")),
        ("", ("x", "shortcut"), "x"),
    ]


def test_blocks_stand_apart_from_what_is_around_them():
    architecture = graph(
        "",
        (convolution(), (-1,)),
        (convolution(), (0,)),
        (Add(), (0, 1)),
        blocks=(Block("First", 0, 0), Block("Last", 1, 2)),
    )
    blank = [line == "" or line.startswith("#") for line in keras_model(architecture).splitlines()]
    assert blank == [False, True, True, False, True, True, False, False, False, True, False]


@given(graphs())
def test_every_name_holds_what_the_layer_reads(architecture: Architecture):
    """Followed as a program would be: names that are set, and what they then stand for."""
    held = {INPUTS: -1}
    for index, (step, sources) in enumerate(zip(name_flow(architecture), architecture.sources, strict=True)):
        assert tuple(held[name] for name in step.inputs) == sources
        assert step.output != INPUTS
        if step.set_aside:
            held[step.set_aside] = held[step.inputs[0]]
        held[step.output] = index


@given(st.text(max_size=80))
def test_no_title_breaks_out_of_its_place(title: str):
    architecture = graph("", *zip(RESIDUAL.layers, RESIDUAL.wires, strict=True), blocks=(Block(title, 1, 6),))
    plain = graph("", *zip(RESIDUAL.layers, RESIDUAL.wires, strict=True))
    for script in (keras_script, pytorch_script):
        with_title, without = (ast.parse(script(drawn, TrainingSettings())) for drawn in (architecture, plain))
        assert ast.dump(with_title) == ast.dump(without)
