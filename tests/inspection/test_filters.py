"""A filter's weights are found by the channels that they belong to."""

import numpy as np

from tests.branching import BRANCHING
from tests.inspection.branching import Branching
from tests.inspection.test_excitation import pictures_for
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.network import build
from visualizer.architecture.presets import TINY
from visualizer.inspection.filters import filter_kernels
from visualizer.inspection.probe import probe


def looked(network):
    return probe(network, pictures_for(network, 1)[0]).layers


def test_the_strongest_channel_comes_first():
    network = build(TINY.architecture)
    kernel = filter_kernels(looked(network), 2, 5)
    weights = network.layers[2][0].weight.detach().numpy()[5]
    np.testing.assert_array_equal(kernel.weights, weights[kernel.channels])
    assert sorted(kernel.channels) == list(range(8))
    assert np.all(np.diff(kernel.strength) <= 0)
    np.testing.assert_allclose(
        kernel.strength,
        np.linalg.norm(weights.reshape(8, -1), axis=1)[kernel.channels] / np.linalg.norm(weights),
        rtol=1e-5,
    )
    assert not kernel.flattened
    assert not kernel.of_picture
    assert filter_kernels(looked(network), 0, 0).of_picture


def test_a_depthwise_filter_looks_at_its_own_channel():
    views = looked(Branching())
    for filter in range(4):
        kernel = filter_kernels(views, 1, filter)
        assert kernel.channels.tolist() == [filter]
        np.testing.assert_array_equal(kernel.weights[0], views[1].kernels[filter, 0])


def test_the_weights_of_a_unit_after_flatten_are_maps_again():
    """Such that the sum of weight times value is what the unit gives, also where dropout stands in between."""
    layers = (Conv2D(filters=3), Flatten(), Dropout(), Dense(units=4, activation="linear"), Dense(units=2))
    network = build(Architecture("maps", (3, 7, 6), layers))
    views = looked(network)
    kernel = filter_kernels(views, 3, 2)
    assert kernel.flattened
    assert kernel.weights.shape == (3, 5, 4)
    total = sum(
        (weights * views[0].output[channel]).sum()
        for weights, channel in zip(kernel.weights, kernel.channels, strict=True)
    )
    np.testing.assert_allclose(total + views[3].bias[2], views[3].output[2], rtol=1e-4)
    assert filter_kernels(views, 4, 0) is None


def test_a_unit_that_reads_averages_has_no_kernel():
    network = build(Architecture("averages", (1, 6, 6), (Conv2D(filters=3), GlobalAveragePooling2D(), Dense(units=2))))
    assert filter_kernels(looked(network), 2, 0) is None


def test_a_network_of_flatten_and_dense_reads_the_picture_itself():
    kernel = filter_kernels(looked(build(Architecture("linear", (3, 4, 5), (Flatten(), Dense(units=2))))), 1, 1)
    assert (kernel.flattened, kernel.of_picture, kernel.weights.shape) == (True, True, (3, 4, 5))


def test_weights_that_are_all_zero_have_no_strength():
    kernel = filter_kernels(looked(build(TINY.architecture, "zeros")), 2, 0)
    assert kernel.strength.tolist() == [0.0] * 8


def test_in_a_network_that_branches_only_what_reads_the_picture_alone_has_its_colours():
    network = build(BRANCHING)
    views = looked(network)
    kernels = {view.index: filter_kernels(views, view.index, 1) for view in views if view.kernels is not None}
    assert {index for index, found in kernels.items() if found is not None} == {0, 1, 4, 7, 8}
    assert {index for index, found in kernels.items() if found is not None and found.of_picture} == {0, 4}
    # What a Concatenate puts together was no map.
    assert kernels[16] is None
