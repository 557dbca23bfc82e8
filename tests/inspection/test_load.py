"""Saved weights make the same network again, and others are refused in words."""

import numpy as np
import pytest
import torch
from hypothesis import given

from tests.strategies import architectures, graphs
from visualizer.architecture.network import build
from visualizer.architecture.presets import LENET, TINY
from visualizer.errors import UserError
from visualizer.inspection.load import load_network


@given(architectures() | graphs())
def test_a_loaded_network_answers_as_the_saved_one(architecture):
    saved = build(architecture, "he_normal", seed=3).eval()
    loaded = load_network(architecture, {name: tensor.numpy() for name, tensor in saved.state_dict().items()})
    assert not loaded.training
    pictures = torch.rand(2, *architecture.input_shape)
    with torch.no_grad():
        torch.testing.assert_close(loaded(pictures), saved(pictures), rtol=0, atol=0, equal_nan=True)


def weights() -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in build(TINY.architecture).state_dict().items()}


def test_the_weights_are_copied():
    given_weights = weights()
    network = load_network(TINY.architecture, given_weights)
    given_weights["layers.0.convolution.bias"][:] = 9.0
    assert network.state_dict()["layers.0.convolution.bias"].eq(0).all()


def test_weights_of_another_network_are_refused():
    with pytest.raises(UserError, match="do not belong to the network “LeNet-5”"):
        load_network(LENET.architecture, weights())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda given: given.pop("layers.5.dense.bias"), r"“layers.5.dense.bias” is not among them\."),
        (lambda given: given.update(surplus=np.zeros(3)), r"The network has no weights “surplus”\."),
        (
            lambda given: given.update({"layers.5.dense.bias": np.zeros(3)}),
            r"“layers.5.dense.bias” has the shape \(3,\), and the network needs \(10,\)\.",
        ),
    ],
)
def test_a_wrong_weight_is_named(change, said):
    given_weights = weights()
    change(given_weights)
    with pytest.raises(UserError, match=said):
        load_network(TINY.architecture, given_weights)
