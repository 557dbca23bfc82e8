"""A moment of a training: what is shown is the network's own, and what changed is measured."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.inspection.moment import MAX_CHANNELS, changes, confusion, layer_moment, parameters_by_layer
from visualizer.inspection.probe import probe

ARCHITECTURE = TINY.architecture


def pictures(count: int, architecture=ARCHITECTURE) -> np.ndarray:
    return np.random.default_rng(1).random((count, *architecture.input_shape), dtype=np.float32)


def test_a_layers_moment_is_what_the_network_gives_and_shares_nothing_with_it():
    network = build(ARCHITECTURE, seed=3)
    (picture,) = pictures(1)
    seen = probe(network, picture)
    moment = layer_moment(network, picture, 0)
    (kernels,) = moment.kernels
    assert np.array_equal(kernels.weights, network.layers[0].convolution.weight.detach().numpy())
    assert np.array_equal(moment.output, seen.layers[0].output)
    assert (kernels.filters, moment.channels) == (8, 8)
    with torch.no_grad():
        network.layers[0].convolution.weight.zero_()
        assert np.allclose(moment.answer.values, seen.answer.values)
    assert moment.answer.kind == seen.answer.kind == "probabilities"
    assert kernels.weights.any()


def test_of_many_channels_the_first_are_kept():
    architecture = CLASSIC.architecture
    network = build(architecture)
    (picture,) = pictures(1, architecture)
    moments = [layer_moment(network, picture, index) for index in range(len(architecture.layers))]
    assert any(moment.channels > MAX_CHANNELS for moment in moments)
    for moment, view in zip(moments, probe(network, picture).layers, strict=True):
        assert moment.channels == len(view.output)
        expected = view.output[:MAX_CHANNELS] if view.output.ndim == 3 else view.output
        assert np.array_equal(moment.output, expected)


def test_the_confusion_matrix_is_scikit_learns():
    network = build(ARCHITECTURE, seed=5)
    batch = pictures(150)
    labels = np.random.default_rng(2).integers(0, 10, 150)
    with torch.no_grad():
        answers = network.eval()(torch.from_numpy(batch)).argmax(1).numpy()
    assert np.array_equal(
        confusion(network, batch, labels, 10), confusion_matrix(labels, answers, labels=list(range(10)))
    )


def test_changes_are_relative_distances_of_what_is_trained():
    network = build(ARCHITECTURE, seed=1)
    parameters = parameters_by_layer(network)
    assert {name for names in parameters.values() for name in names} == dict(network.named_parameters()).keys()
    before = {name: tensor.numpy().copy() for name, tensor in network.state_dict().items()}
    assert set(changes(before, before, parameters).values()) == {0.0}
    after = dict(before)
    for name in parameters[0]:
        after[name] = before[name] * np.float32(1.25)
    found = changes(before, after, parameters)
    assert found.pop(0) == pytest.approx(0.25, rel=1e-6)
    assert set(found.values()) == {0.0}


def test_weights_that_were_all_zero_moved_infinitely_far():
    zero, one = {"layers.2.a": np.zeros(3, np.float32)}, {"layers.2.a": np.ones(3, np.float32)}
    assert changes(zero, one, {2: ("layers.2.a",)}) == {2: float("inf")}
    assert changes(zero, zero, {2: ("layers.2.a",)}) == {2: 0.0}
