"""Dead ReLUs: units that fire for no picture and therefore stop learning."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import Node
    from visualizer.architecture.network import Network

UNITS = 64  # of each hidden layer
HIDDEN_LAYERS = 2
CLASSES = 10
BATCH_SIZE = 32
EVERY = 10  # steps between two counts
SEED = 0  # of the weights and of the batches


@dataclass(frozen=True)
class FiringUnits:
    """The units of a small network after some training steps.

    Attributes:
        learning_rate: Of plain SGD.
        steps: (S,) training steps after which dead units were counted, from 0.
        dead_shares: (S,) share of all hidden units, 0 to 1, that fired for no picture of the counting batch.
        losses: (S,) cross-entropy over the counting batch; may be infinite or not a number.
        firing: (layers, units) share of the pictures, 0 to 1, for which a unit's sum is above 0, after the last step.
        still_learning: How many of the dead units get a gradient other than exactly 0, for any of their incoming
            weights or their bias, from the loss over the counting batch.
        learning_if_leaky: The same count for the same units and weights in a network with LeakyReLU instead.
        pictures: The number of pictures in the counting batch.
    """

    learning_rate: float
    steps: np.ndarray
    dead_shares: np.ndarray
    losses: np.ndarray
    firing: np.ndarray
    still_learning: int
    learning_if_leaky: int
    pictures: int

    @property
    def dead(self) -> np.ndarray:
        """(layers, units) True where a unit fires for no picture."""
        return np.asarray(self.firing == 0)


def train_and_count(
    pictures: np.ndarray,
    labels: np.ndarray,
    counting: np.ndarray,
    counting_labels: np.ndarray,
    learning_rate: float,
    *,
    steps: int = 100,
) -> FiringUnits:
    """Train Dense 64, Dense 64, Dense 10 with SGD, and count the hidden ReLUs that fire for no picture.

    A unit fires for a picture if the input of its activation function is above 0. Source: L. Lu et al., Dying ReLU and
    Initialization, 2019, https://arxiv.org/abs/1903.06733

    Args:
        pictures: (N, C, H, W) float32 in [0, 1] to train on.
        labels: (N,) classes from 0 to 9.
        counting: (M, C, H, W) float32, the counting batch.
        counting_labels: (M,).
        learning_rate: Of plain SGD, without momentum.
        steps: Batches of 32 to train on; a multiple of `EVERY`.
    """
    import torch
    from torch.nn import functional

    network = _network("relu", pictures.shape[1:])
    optimizer = torch.optim.SGD(network.parameters(), learning_rate)
    order = torch.Generator().manual_seed(SEED)
    inputs, targets = torch.from_numpy(pictures), torch.from_numpy(labels)
    batch, batch_labels = torch.from_numpy(counting), torch.from_numpy(counting_labels)
    counted_after, dead_shares, losses = [], [], []
    for step in range(steps + 1):
        if step % EVERY == 0:
            firing, loss = _firing(network, batch, batch_labels)
            counted_after.append(step)
            dead_shares.append(float((firing == 0).mean()))
            losses.append(loss)
        if step < steps:
            chosen = torch.randint(len(inputs), (BATCH_SIZE,), generator=order)
            optimizer.zero_grad()
            functional.cross_entropy(network(inputs[chosen]), targets[chosen]).backward()
            optimizer.step()
    leaky = _network("leaky_relu", pictures.shape[1:])
    leaky.load_state_dict(network.state_dict())
    return FiringUnits(
        learning_rate=learning_rate,
        steps=np.array(counted_after),
        dead_shares=np.array(dead_shares),
        losses=np.array(losses),
        firing=firing,
        still_learning=_count_with_gradient(network, batch, batch_labels, firing == 0),
        learning_if_leaky=_count_with_gradient(leaky, batch, batch_labels, firing == 0),
        pictures=len(counting),
    )


def _network(activation: str, input_shape: tuple[int, int, int]) -> "Network":
    from visualizer.architecture.architecture import Architecture
    from visualizer.architecture.layers.dense import Dense
    from visualizer.architecture.layers.flatten import Flatten
    from visualizer.architecture.network import build

    hidden = [Dense(units=UNITS, activation=activation) for _ in range(HIDDEN_LAYERS)]
    layers = (Flatten(), *hidden, Dense(units=CLASSES, activation="linear"))
    return build(Architecture(f"two layers of {activation}", input_shape, layers), "he_normal", SEED)


def _firing(network: "Network", batch: "torch.Tensor", batch_labels: "torch.Tensor") -> tuple[np.ndarray, float]:
    """The share of the pictures that each hidden unit fires for, (layers, units), and the batch's loss."""
    import torch
    from torch.nn import functional

    shares = []

    def watch(node: "Node", stages_run: int, value: torch.Tensor) -> None:
        if stages_run and node.stages[stages_run - 1][0] == "dense":
            shares.append((value > 0).float().mean(dim=0).numpy())

    with torch.no_grad():
        loss = float(functional.cross_entropy(network.run(batch, watch=watch), batch_labels))
    return np.stack(shares[:HIDDEN_LAYERS]), loss


def _count_with_gradient(
    network: "Network", batch: "torch.Tensor", batch_labels: "torch.Tensor", chosen: np.ndarray
) -> int:
    """How many of the chosen units, (layers, units) bool, get a gradient for their incoming weights or their bias."""
    import torch
    from torch import nn
    from torch.nn import functional

    denses = [module for module in network.modules() if isinstance(module, nn.Linear)][:HIDDEN_LAYERS]
    parameters = [parameter for dense in denses for parameter in (dense.weight, dense.bias)]
    gradients = torch.autograd.grad(functional.cross_entropy(network(batch), batch_labels), parameters)
    has_gradient = [
        (weight_gradient != 0).any(dim=1) | (bias_gradient != 0)
        for weight_gradient, bias_gradient in zip(gradients[::2], gradients[1::2], strict=True)
    ]
    return int((torch.stack(has_gradient).numpy() & chosen).sum())
