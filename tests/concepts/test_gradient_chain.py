"""The gradient in a deep chain: against a chain rule written out by hand, and as the page tells it."""

import numpy as np
import pytest
import torch

from visualizer.architecture.activations import elementwise
from visualizer.architecture.network import build
from visualizer.concepts.gradient_chain import DENSE_UNITS, chain_architecture, gradient_chain
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    dataset = load_dataset("digits")
    chosen = dataset.train[:count]
    return prepare(dataset.pictures[chosen], (1, 8, 8)), dataset.labels[chosen]


def test_the_norms_follow_the_chain_rule():
    """Backpropagation of three sigmoid layers in numpy."""
    pictures, labels = digits(5)
    network = build(chain_architecture("dense", "sigmoid", 3, (1, 8, 8)), "he_normal", seed=4).double()
    denses = [module for module in network.modules() if isinstance(module, torch.nn.Linear)]
    weights = [dense.weight.detach().numpy() for dense in denses]
    activations = [pictures.reshape(5, -1).astype(np.float64)]
    for weight in weights[:-1]:  # all biases start at 0
        activations.append(1 / (1 + np.exp(-activations[-1] @ weight.T)))
    exponentials = np.exp(activations[-1] @ weights[-1].T)
    delta = (exponentials / exponentials.sum(axis=1, keepdims=True) - np.eye(10)[labels]) / 5
    norms = []
    for weight, activation in zip(weights[:0:-1], activations[:0:-1], strict=True):
        delta = (delta @ weight) * activation * (1 - activation)
        norms.append(np.linalg.norm(delta))
    found = gradient_chain("sigmoid", 3, pictures, labels, initialization="he_normal", seed=4)
    np.testing.assert_allclose(found.norms, norms[::-1], rtol=1e-9)


@pytest.mark.parametrize("kind", ["dense", "convolution"])
@pytest.mark.parametrize("name", elementwise())
def test_a_norm_for_each_layer_above_zero(kind, name):
    pictures, labels = digits(4)
    found = gradient_chain(name, 6, pictures, labels, kind=kind)
    assert found.norms.shape == (6,)
    assert (found.norms > 0).all()
    assert found.ratio == pytest.approx(found.norms[0] / found.norms[-1])
    assert found.factor_per_layer**5 == pytest.approx(found.ratio)


def test_sigmoid_vanishes_and_tanh_keeps_most_with_glorot():
    """What the page's question says, on the page's own chain."""
    pictures, labels = digits(16)
    sigmoid, tanh = (gradient_chain(name, 12, pictures, labels) for name in ("sigmoid", "tanh"))
    assert sigmoid.ratio < 1e-6
    assert sigmoid.factor_per_layer < 0.25
    assert tanh.ratio > 0.1


def test_numbers_too_small_for_float32_are_kept():
    pictures, labels = digits(4)
    found = gradient_chain("sigmoid", 30, pictures, labels, initialization="small_normal")
    assert 0 < found.norms[0] < 1e-45
    assert np.isfinite(np.log10(found.norms)).all()


def test_dense_chains_have_the_units_that_the_page_names():
    architecture = chain_architecture("dense", "relu", 2, (1, 8, 8))
    assert [layer.summary() for layer in architecture.layers] == ["Flatten", *[f"Dense {DENSE_UNITS}"] * 2, "Dense 10"]
