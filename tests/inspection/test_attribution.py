"""The four methods against what they are defined as, computed here without captum."""

import threading

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.branching import BRANCHING
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.flow import PICTURE
from visualizer.architecture.gallery.residual import RESNET20
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.gaussian_noise import GaussianNoise
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.spatial_dropout2d import SpatialDropout2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.network import build
from visualizer.inspection.attribution import (
    NoMapsError,
    grad_cam,
    integrated_gradients,
    last_map_layer,
    map_layers,
    occlusion,
    saliency,
    with_random_weights,
)

NETWORK = Architecture(
    "small",
    (3, 12, 12),
    (
        Conv2D(filters=4),
        BatchNormalization(),
        MaxPooling2D(),
        Conv2D(filters=5, activation="tanh"),
        Flatten(),
        Dense(units=6, activation="softmax"),
    ),
)


def network_of(seed=0):
    return build(NETWORK, "he_normal", seed).eval()


def picture_of(seed=0):
    return np.random.default_rng(seed).random((3, 12, 12), dtype=np.float32)


def logit(network, picture, target):
    with torch.no_grad():
        return network.logits(torch.from_numpy(picture)[None])[0, target].item()


def ended(steps):
    """The result of a generator, and what it said on its way."""
    said = []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return stop.value, said


@given(st.integers(0, 20), st.integers(0, 5))
@settings(max_examples=10)
def test_saliency_is_the_largest_gradient_of_the_channels(seed, target):
    network, picture = network_of(seed), picture_of(seed)
    inputs = torch.from_numpy(picture)[None].requires_grad_(True)
    (gradient,) = torch.autograd.grad(network.logits(inputs)[0, target], inputs)
    found = saliency(network, picture, target)
    np.testing.assert_allclose(found.heat, gradient[0].abs().amax(0), rtol=1e-5, atol=1e-7)
    assert found.logit == pytest.approx(logit(network, picture, target), rel=1e-5)
    assert not found.signed


@pytest.mark.parametrize("layer", [0, 2, 3])
def test_grad_cam_by_its_formula(layer):
    network, picture = network_of(1), picture_of(1)
    flowing = torch.from_numpy(picture)[None]
    for index, module in enumerate(network.layers):
        flowing = module(flowing)
        if index == layer:
            maps = flowing.detach().requires_grad_(True)
            flowing = maps
        if index == 4:
            break
    scores = network.layers[5][0](flowing)
    hottest = []
    for target in range(6):
        (gradient,) = torch.autograd.grad(scores[0, target], maps, retain_graph=True)
        weighed = (gradient.mean(dim=(2, 3), keepdim=True) * maps).sum(1, keepdim=True)
        expected = functional.interpolate(torch.relu(weighed), (12, 12), mode="bilinear")[0, 0].detach()
        found = grad_cam(network, picture, target, layer)
        np.testing.assert_allclose(found.heat, expected, rtol=1e-4, atol=1e-6)
        assert found.logit == pytest.approx(logit(network, picture, target), rel=1e-5)
        hottest.append(found.heat.max())
    assert max(hottest) > 0


@pytest.mark.parametrize("layer", range(10))
def test_grad_cam_of_a_layer_on_one_of_several_paths_is_that_layer_s_alone(layer):
    # Dropout hands on the very tensor that other layers read too.
    layers = list(BRANCHING.layers)
    layers[1] = Dropout()
    network = build(BRANCHING.with_layers(tuple(layers)), "he_normal", 2).eval()
    picture = np.random.default_rng(1).random((1, 8, 8), dtype=np.float32)
    outputs = {PICTURE: torch.from_numpy(picture)[None]}
    for node in network.nodes:
        value = node.input_from(outputs)
        for _, module in node.stages[:-1] if node is network.nodes[-1] else node.stages:
            value = module(value)
        if node.index == layer:
            value = maps = value.detach().clone().requires_grad_()
        outputs[node.index] = value
    assert layer in map_layers(network)
    for target in range(10):
        (gradient,) = torch.autograd.grad(value[0, target], maps, retain_graph=True)
        weighed = (gradient.mean(dim=(2, 3), keepdim=True) * maps).sum(1, keepdim=True)
        expected = functional.interpolate(torch.relu(weighed), (8, 8), mode="bilinear")[0, 0].detach()
        np.testing.assert_allclose(grad_cam(network, picture, target, layer).heat, expected, rtol=1e-4, atol=1e-6)


def test_the_other_methods_follow_every_path():
    network = build(BRANCHING, "he_normal", 2).eval()
    picture = np.random.default_rng(1).random((1, 8, 8), dtype=np.float32)
    inputs = torch.from_numpy(picture)[None].requires_grad_()
    (gradient,) = torch.autograd.grad(network.logits(inputs)[0, 3], inputs)
    found = saliency(network, picture, 3)
    np.testing.assert_allclose(found.heat, gradient[0, 0].abs(), rtol=1e-4, atol=1e-6)
    assert found.logit == pytest.approx(logit(network, picture, 3), rel=1e-5)
    summed, _ = ended(integrated_gradients(network, picture, 3))
    black = logit(network, np.zeros_like(picture), 3)
    assert summed.heat.sum() == pytest.approx(summed.logit - black, abs=0.02 * abs(summed.logit - black) + 1e-3)
    covered, _ = ended(occlusion(network, picture, 3, 8, 8))
    all_mean = logit(network, np.full_like(picture, picture.mean()), 3)
    np.testing.assert_allclose(covered.heat, summed.logit - all_mean, rtol=1e-3, atol=1e-4)


def test_grad_cam_offers_what_only_merges_too():
    assert map_layers(build(BRANCHING)) == tuple(range(10))


def test_grad_cam_of_a_sum_is_not_that_of_its_terms():
    network = build(BRANCHING, "he_normal", 2).eval()
    picture = np.random.default_rng(1).random((1, 8, 8), dtype=np.float32)
    heats = [grad_cam(network, picture, 3, layer).heat for layer in (0, 2, 3)]
    assert not any(np.allclose(heat, heats[-1]) for heat in heats[:-1])


def residual(*after: Layer) -> Architecture:
    """Two convolutions, whose outputs are added up, and what comes after."""
    layers = (Conv2D(filters=4, padding="same"), Conv2D(filters=4, padding="same", activation="linear"), Add(), *after)
    sources = ((PICTURE,), (0,), (1, 0), *((index,) for index in range(2, len(layers) - 1)))
    return Architecture("residual", (1, 8, 8), layers, sources)


HEAD = (GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (HEAD, 2),
        ((Activation(), *HEAD), 3),
        ((Activation(), Dropout(), SpatialDropout2D(), GaussianNoise(), *HEAD), 3),
        ((BatchNormalization(), Activation(), MaxPooling2D(), *HEAD), 4),
        ((MaxPooling2D(), Flatten(), Dense(units=10)), 2),
        ((MaxPooling2D(), Conv2D(filters=3), *HEAD), 4),
        ((MaxPooling2D(), Conv2D(filters=3), UpSampling2D(), *HEAD), 4),
    ],
)
def test_at_first_grad_cam_takes_the_last_layer_whose_maps_are_not_made_coarser(after, expected):
    assert last_map_layer(build(residual(*after))) == expected


def test_at_first_grad_cam_takes_the_last_layer_with_maps_where_none_has_kernels():
    network = build(Architecture("", (1, 8, 8), (MaxPooling2D(), MaxPooling2D(), Flatten(), Dense(units=3))))
    assert last_map_layer(network) == 1


def test_at_first_grad_cam_takes_the_last_activation_of_a_resnet():
    architecture = RESNET20.make()
    network = build(architecture)
    index = last_map_layer(network)
    assert index == map_layers(network)[-1]
    assert architecture.sources[index] == (index - 1,)
    assert [type(layer) for layer in architecture.layers[index - 1 : index + 1]] == [Add, Activation]


def test_grad_cam_has_only_layers_with_maps():
    network = network_of()
    assert map_layers(network) == (0, 1, 2, 3)
    with pytest.raises(NoMapsError, match="This layer outputs none"):
        grad_cam(network, picture_of(), 0, 5)
    dense = build(Architecture("dense", (1, 4, 4), (Flatten(), Dense(units=3))))
    assert map_layers(dense) == ()
    layers = (Conv2D(filters=2), MaxPooling2D(pool_size=(4, 4), strides=(4, 4)), Flatten(), Dense(units=3))
    of_one_place = build(Architecture("of one place", (1, 6, 6), layers))
    assert map_layers(of_one_place) == (0,)
    with pytest.raises(NoMapsError, match="This layer outputs none"):
        grad_cam(of_one_place, np.zeros((1, 6, 6), dtype=np.float32), 0, 1)


def test_integrated_gradients_add_up_to_the_difference_of_the_logits():
    network, picture = network_of(3), picture_of(3)
    found, said = ended(integrated_gradients(network, picture, 4))
    black = logit(network, np.zeros_like(picture), 4)
    assert found.baseline_logit == pytest.approx(black, rel=1e-5)
    assert found.heat.sum() == pytest.approx(found.logit - black, abs=0.02 * abs(found.logit - black) + 1e-3)
    assert found.signed
    assert all(0 <= share <= 1 for share in said)


def test_integrated_gradients_of_a_linear_network_are_weight_times_pixel():
    network = build(Architecture("linear", (1, 3, 3), (Flatten(), Dense(units=2, activation="linear"))), seed=5)
    picture = np.random.default_rng(0).random((1, 3, 3), dtype=np.float32)
    found, _ = ended(integrated_gradients(network, picture, 1))
    weights = network.layers[1][0].weight.detach()[1].reshape(3, 3).numpy()
    np.testing.assert_allclose(found.heat, weights * picture[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("window", "stride"), [(4, 4), (4, 2), (5, 3)])
def test_occlusion_by_covering_each_square(window, stride):
    network, picture = network_of(2), picture_of(2)
    whole = logit(network, picture, 1)
    drops, covered = np.zeros((12, 12)), np.zeros((12, 12))
    steps = -(-(12 - window) // stride) + 1
    for row in range(steps):
        for column in range(steps):
            rows, columns = (slice(place * stride, place * stride + window) for place in (row, column))
            hidden = picture.copy()
            hidden[:, rows, columns] = picture.mean(axis=(1, 2))[:, None, None]
            drops[rows, columns] += whole - logit(network, hidden, 1)
            covered[rows, columns] += 1
    found, _ = ended(occlusion(network, picture, 1, window, stride))
    np.testing.assert_allclose(found.heat, drops / covered, rtol=1e-3, atol=1e-5)


def test_long_work_stops_when_nobody_wants_it_any_more(monkeypatch):
    network = network_of()
    passes = []
    monkeypatch.setattr(
        type(network),
        "logits",
        lambda self, pictures: passes.append(1) or torch.zeros(len(pictures), 6).requires_grad_(),
    )
    steps = occlusion(network, np.zeros((3, 12, 12), np.float32), 0, 2, 1)
    next(steps)
    steps.close()
    thread = next((thread for thread in threading.enumerate() if thread.name == "attribution"), None)
    if thread is not None:
        thread.join()
    # All 121 squares take 13 passes, and one for the whole picture.
    assert len(passes) < 14


def test_the_network_itself_is_left_alone():
    network, picture = network_of(), picture_of()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    grad_cam(network, picture, 0, 3)
    ended(occlusion(network, picture, 0, 6, 6))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in network.parameters())


def test_random_weights_are_others_and_the_same_for_a_seed():
    network = network_of()
    one, again, other = (with_random_weights(network, seed) for seed in (1, 1, 2))
    for name, weights in one.named_parameters():
        assert torch.equal(weights, dict(again.named_parameters())[name])
    kernel = "layers.0.convolution.weight"
    assert not torch.equal(one.state_dict()[kernel], network.state_dict()[kernel])
    assert not torch.equal(one.state_dict()[kernel], other.state_dict()[kernel])
