"""A snapshot shows what the network's own layers give out."""

import numpy as np
import pytest
import torch

from tests.training.examples import MIXED, few_digits, spec
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.network import Network, build
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import TaskAnswers
from visualizer.training.loop.events import Snapshot
from visualizer.training.loop.examples import watched_input
from visualizer.training.loop.loop import Training
from visualizer.training.loop.snapshots import MAX_NUMBERS, take_snapshot


def snapshot_of(network: Network, picture: torch.Tensor) -> Snapshot:
    return take_snapshot(network, picture, 0, 0.0, 0, TaskAnswers(Classification(), few_digits().annotations))


def test_maps_kernels_and_probabilities_are_the_networks():
    training = Training(spec(MIXED), few_digits())
    while training.step < 3:
        training.advance()
    snapshot = training.snapshot()
    network = training.network.eval()
    picture = watched_input(Classification(), few_digits().pictures[3:4], network.input_shape)
    assert np.allclose(picture[0, 0].numpy() * 255, few_digits().pictures[3, :, :, 0], atol=1e-3)
    outputs = [picture]
    with torch.no_grad():
        for layer in network.layers:
            outputs.append(layer(outputs[-1]))
    assert (snapshot.step, snapshot.epoch_position, snapshot.probe_index) == (3, 3 / 4, 3)
    assert [(maps.layer_index, maps.name, maps.channels) for maps in snapshot.maps] == [
        (0, "Conv2D 6, 3 × 3", 6),
        (1, MIXED.layers[1].summary(), 6),
        (2, MIXED.layers[2].summary(), 6),
    ]
    for maps in snapshot.maps:
        assert maps.array.dtype == np.float32
        assert np.array_equal(maps.array, outputs[maps.layer_index + 1][0].numpy())
    assert snapshot.kernels_layer == 0
    assert np.array_equal(snapshot.kernels, network.layers[0].convolution.weight.detach().numpy())
    assert np.array_equal(snapshot.answer.values, outputs[-1][0].numpy())
    assert snapshot.answer.kind == "probabilities"
    assert snapshot.answer.values.sum() == pytest.approx(1)


def test_a_snapshot_is_a_copy():
    training = Training(spec(), few_digits())
    snapshot = training.snapshot()
    kernels = snapshot.kernels.copy()
    while training.step < 2:
        training.advance()
    assert np.array_equal(snapshot.kernels, kernels)
    assert not np.array_equal(training.snapshot().kernels, kernels)


PLAIN = Architecture("plain", (1, 8, 8), (Flatten(), Dense(units=10, activation="linear")))


def test_where_the_network_ends_without_softmax_the_loss_says_what_its_answers_are():
    picture = torch.rand(1, 1, 8, 8)
    for loss in Classification.losses:
        network = Training(spec(PLAIN, loss=loss), few_digits()).network
        snapshot = snapshot_of(network, picture)
        with torch.no_grad():
            outputs = network(picture)[0]
        assert snapshot.answer.kind == ("probabilities" if loss == "cross_entropy" else "scores")
        expected = outputs.softmax(0) if loss == "cross_entropy" else outputs
        np.testing.assert_allclose(snapshot.answer.values, expected.numpy(), atol=1e-6)
        assert (snapshot.kernels, snapshot.kernels_layer, snapshot.maps) == (None, None, ())


def test_what_a_spec_says_of_its_answers_is_what_its_network_gives():
    sigmoid = PLAIN.with_layers((Flatten(), Dense(units=10, activation="sigmoid")))
    softmax_apart = PLAIN.with_layers((*PLAIN.layers, Activation("softmax")))
    for architecture in (PLAIN, sigmoid, softmax_apart, MIXED):
        for loss in Classification.losses:
            of = spec(architecture, loss=loss)
            probable = loss == "cross_entropy" or architecture in (softmax_apart, MIXED)
            assert of.answer_kind == ("probabilities" if probable else "scores")
            answer = Training(of, few_digits()).snapshot().answer
            assert answer.kind == of.answer_kind
            assert not probable or answer.values.sum() == pytest.approx(1)


def test_of_many_channels_the_first_are_kept():
    wide = Architecture("wide", (1, 4, 4), (Conv2D(filters=40), GlobalAveragePooling2D(), Dense(units=10)))
    (maps,) = snapshot_of(build(wide), torch.rand(1, 1, 4, 4)).maps
    assert (maps.array.shape, maps.channels) == ((32, 2, 2), 40)


def test_large_maps_stay_in_the_limit():
    layers = tuple(Conv2D(filters=32, padding="same", kernel_size=(1, 1)) for _ in range(4))
    large = Architecture("large", (3, 256, 256), (*layers, GlobalAveragePooling2D(), Dense(units=10)))
    maps = snapshot_of(build(large), torch.rand(1, 3, 256, 256)).maps
    assert [part.channels for part in maps] == [32] * 4
    assert 0 < sum(part.array.size for part in maps) <= MAX_NUMBERS
