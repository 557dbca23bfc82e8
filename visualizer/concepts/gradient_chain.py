"""How the gradient changes on its way back through a deep chain of identical layers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten

Kind = Literal["dense", "convolution"]

DENSE_UNITS = 64
FILTERS = 8
CLASSES = 10


@dataclass(frozen=True)
class Chain:
    """The gradient in a chain of layers.

    Attributes:
        norms: (depth,) Euclidean norm of the loss's gradient with respect to each layer's output before its
            activation, over the whole batch, float64; the first entry belongs to the layer next to the picture.
        loss: The cross-entropy whose gradient it is.
    """

    norms: np.ndarray
    loss: float

    @property
    def ratio(self) -> float:
        """The gradient's norm at the first layer, divided by that at the last layer of the chain."""
        return float(self.norms[0] / self.norms[-1])

    @property
    def factor_per_layer(self) -> float:
        """The geometric mean of the factor by which one layer changes the norm on the way back."""
        return float(self.ratio ** (1 / (len(self.norms) - 1)))


def chain_architecture(kind: Kind, activation: str, depth: int, input_shape: tuple[int, int, int]) -> Architecture:
    """`depth` identical layers with that activation, then one number for each of ten classes."""
    layers: tuple[Layer, ...]
    if kind == "dense":
        layers = (Flatten(), *(Dense(units=DENSE_UNITS, activation=activation) for _ in range(depth)))
    else:
        layers = (*(Conv2D(filters=FILTERS, padding="same", activation=activation) for _ in range(depth)), Flatten())
    return Architecture(f"{depth} layers of {activation}", input_shape, (*layers, Dense(CLASSES, activation="linear")))


def gradient_chain(
    activation: str,
    depth: int,
    pictures: np.ndarray,
    labels: np.ndarray,
    *,
    kind: Kind = "dense",
    initialization: Initialization = "glorot_uniform",
    seed: int = 0,
) -> Chain:
    """Send a batch forward through a new network and the cross-entropy's gradient back, by autograd.

    In float64, so that a gradient that float32 would round to 0 can still be drawn on a logarithmic axis. Source on
    vanishing gradients: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural
    networks, 2010, https://proceedings.mlr.press/v9/glorot10a.html

    Args:
        activation: A name in `activations.elementwise()`.
        depth: Layers in the chain, at least 2.
        pictures: (N, C, H, W) float32 in [0, 1].
        labels: (N,) classes from 0 to 9.
        kind: Dense layers of 64 units, or 3 × 3 convolutions with 8 filters.
        initialization: How the weights are drawn.
        seed: Of the weights.
    """
    import torch
    from torch.nn import functional

    from visualizer.architecture.flow import Node
    from visualizer.architecture.network import build

    architecture = chain_architecture(kind, activation, depth, pictures.shape[1:])
    network = build(architecture, initialization, seed).double()
    outputs: list[torch.Tensor] = []

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        if stages_run and node.stages[stages_run - 1][0] in ("dense", "convolution"):
            outputs.append(value)

    scores = network.run(torch.from_numpy(pictures).double(), watch=watch)
    loss = functional.cross_entropy(scores, torch.from_numpy(labels))
    # The last Dense layer computes the logits; it is not part of the chain.
    gradients = torch.autograd.grad(loss, outputs[:-1])
    return Chain(np.array([float(gradient.norm()) for gradient in gradients]), float(loss.detach()))
