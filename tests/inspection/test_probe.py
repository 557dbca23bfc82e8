"""A probe says what the network really computed."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.strategies import architectures, graphs
from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import PICTURE
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import TINY
from visualizer.errors import UserError
from visualizer.inspection.probe import answer, channel_order, probe


def picture_for(architecture: Architecture, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(architecture.input_shape, dtype=np.float32)


def run(network: Network, picture: np.ndarray) -> torch.Tensor:
    with torch.no_grad():
        return network.eval()(torch.from_numpy(picture)[None])[0]


@given(architectures() | graphs(), st.integers(0, 1000))
def test_every_layer_of_any_network_is_what_its_module_computes(architecture, seed):
    network = build(architecture, "he_normal", seed)
    picture = picture_for(architecture, seed)
    seen = probe(network, picture)
    assert [view.layer for view in seen.layers] == list(architecture.layers)
    outputs = {PICTURE: torch.from_numpy(picture)[None]}
    with torch.no_grad():
        for view, module, sources in zip(seen.layers, network.layers, architecture.sources, strict=True):
            assert view.sources == sources
            flowing = network.nodes[view.index].input_from(outputs)
            np.testing.assert_array_equal(view.input, flowing[0])
            outputs[view.index] = module(flowing)
            np.testing.assert_array_equal(view.output, outputs[view.index][0])
    np.testing.assert_array_equal(seen.layers[-1].output, run(network, picture))


@given(architectures() | graphs(), st.integers(0, 1000))
def test_the_answer_alone_is_the_probes(architecture, seed):
    network = build(architecture, "he_normal", seed)
    picture = picture_for(architecture, seed)
    expected, alone = probe(network, picture).answer, answer(network, picture)
    if expected is None:
        assert alone is None
    else:
        assert alone is not None
        assert alone.kind == expected.kind == ("probabilities" if architecture.ends_in_softmax else "scores")
        np.testing.assert_allclose(alone.values, expected.values, atol=1e-6)


@given(architectures() | graphs(), st.integers(0, 1000))
def test_the_activation_function_turns_what_came_before_it_into_the_output(architecture, seed):
    network = build(architecture, "he_normal", seed)
    for view in probe(network, picture_for(architecture, seed)).layers:
        name = getattr(view.layer, "activation", getattr(view.layer, "function", "linear"))
        if name == "linear":
            assert view.before_activation is None
            continue
        slope = getattr(view.layer, "negative_slope", 0.2)
        function = FUNCTIONS[name].make(slope)
        np.testing.assert_array_equal(function(torch.from_numpy(view.before_activation.copy())[None])[0], view.output)


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(filters=4, kernel_size=(3, 4), strides=(2, 3), padding="same", activation="tanh"),
        Conv2D(filters=2, kernel_size=(3, 2), dilation_rate=(2, 3), padding="same"),
        Conv2D(filters=3, kernel_size=(2, 2), strides=(1, 2), dilation_rate=(3, 1), use_bias=False),
    ],
)
def test_the_kernels_make_the_convolution_s_output(layer):
    architecture = Architecture("", (3, 12, 11), (layer,))
    seen = probe(build(architecture, None), picture_for(architecture))
    (view,) = seen.layers
    (top, bottom), (left, right) = layer.window.pads(architecture.input_shape)
    padded = functional.pad(torch.from_numpy(view.input.copy()), (left, right, top, bottom))
    sums = functional.conv2d(
        padded[None],
        torch.from_numpy(view.kernels.copy()),
        None if view.bias is None else torch.from_numpy(view.bias.copy()),
        stride=layer.strides,
        dilation=layer.dilation_rate,
    )[0]
    assert (view.bias is None) == (not layer.use_bias)
    np.testing.assert_allclose(view.before_activation, sums, atol=1e-5)


def test_the_weights_make_the_output_of_dense():
    architecture = Architecture("", (1, 4, 4), (Flatten(), Dense(units=5, activation="linear")))
    dense = probe(build(architecture, None), picture_for(architecture)).layers[1]
    assert dense.kernels.shape == (5, 16)
    np.testing.assert_allclose(dense.output, dense.kernels @ dense.input + dense.bias, atol=1e-5)
    assert dense.before_activation is None


def test_layers_without_weights_have_no_kernels():
    layers = (MaxPooling2D(), AveragePooling2D(), Activation(), BatchNormalization(), Dropout(), Flatten())
    for view in probe(build(Architecture("", (3, 8, 8), layers)), np.zeros((3, 8, 8))).layers:
        assert view.kernels is None
        assert view.bias is None


def test_dropout_and_batch_normalisation_work_as_after_training():
    architecture = Architecture("", (1, 6, 6), (BatchNormalization(), Dropout(rate=0.9)))
    network = build(architecture)
    assert network.training
    picture = picture_for(architecture)
    normalised, dropped = probe(network, picture).layers
    # Running mean 0 and variance 1: nothing was trained.
    np.testing.assert_allclose(normalised.output, picture / np.sqrt(1 + 0.001), rtol=1e-5)
    np.testing.assert_array_equal(dropped.output, dropped.input)
    assert network.layers[0].normalization.running_mean.eq(0).all()


@pytest.mark.parametrize("last", [Dense(units=4, activation="softmax"), Dense(units=4, activation="linear")])
def test_of_a_network_for_cross_entropy_the_answer_is_the_softmax_of_the_logits(last):
    network = build(Architecture("", (1, 4, 4), (Flatten(), last)), "he_normal", softmax_in_loss=True)
    picture = picture_for(network.architecture)
    with torch.no_grad():
        logits = network.logits(torch.from_numpy(picture)[None])[0].numpy()
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    found = probe(network, picture).answer
    assert found.kind == "probabilities"
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_without_any_softmax_the_answer_is_the_last_layers_numbers_as_scores(activation):
    """A perfect answer of a network that was trained with one-hot targets: 1 for its class, 0 for the nine others."""
    last = Dense(units=10, activation=activation)
    network = build(Architecture("", (1, 1, 1), (Flatten(), last)), "zeros")
    with torch.no_grad():
        network.layers[-1].dense.bias[3] = 1.0
    found = probe(network, np.zeros((1, 1, 1))).answer
    assert (found.kind, found.best) == ("scores", 3)
    expected = np.eye(10)[3] if activation == "linear" else 1 / (1 + np.exp(-np.eye(10)[3]))
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


def test_a_network_that_ends_in_maps_has_no_answer():
    network = build(Architecture("", (1, 4, 4), (Conv2D(filters=2, activation="softmax"),)))
    assert probe(network, picture_for(network.architecture)).answer is None


def test_nobody_can_write_into_what_sessions_share():
    network = build(TINY.architecture)
    picture = picture_for(TINY.architecture)
    seen = probe(network, picture)
    arrays = [seen.picture, seen.answer.values]
    for view in seen.layers:
        arrays += [view.input, view.output, view.kernels, view.bias, view.before_activation]
    for array in arrays:
        if array is not None:
            assert array.dtype == np.float32
            assert not array.flags.writeable
    picture[:] = 7.0
    assert seen.picture.max() <= 1.0
    assert seen.layers[0].input.max() <= 1.0


def test_a_picture_of_another_shape_is_refused_in_words():
    with pytest.raises(UserError, match=r"shape \(3, 8, 8\).*takes \(1, 8, 8\)"):
        probe(build(TINY.architecture), np.zeros((3, 8, 8)))


def test_channels_are_ordered_by_their_mean_or_variance():
    maps = np.zeros((4, 2, 2), dtype=np.float32)
    maps[1] = 2.0
    maps[2] = [[5.0, -5.0], [5.0, -5.0]]
    maps[3] = [[1.0, 0.0], [1.0, 0.0]]
    assert channel_order(maps, "channel").tolist() == [0, 1, 2, 3]
    # Equal ones stay in the order of their numbers.
    assert channel_order(maps, "mean").tolist() == [1, 3, 0, 2]
    assert channel_order(maps, "variance").tolist() == [2, 3, 0, 1]
