"""Which input pixels matter to a unit, and how much: the gradient of the unit with respect to the picture.

Source: Luo, Li, Urtasun and Zemel, "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks", 2016, https://arxiv.org/abs/1701.04128
"""

import numpy as np
import torch

from visualizer.architecture.flow import FlowNetwork

MAX_UNITS = 16  # whose gradients are averaged: each costs one pass backwards


def effective_field(network: FlowNetwork, picture: np.ndarray, layer: int, place: tuple[int, int]) -> np.ndarray:
    """How strongly the units at one place depend on each pixel of this picture.

    The mean over the units of sum over the input channels of |d unit / d pixel|, for the first 16 maps (or units of a
    vector). A unit is taken before the activation function of its layer, so that a ReLU which is off does not hide it.
    The network is put in evaluation mode and stays in it.

    Args:
        network: Any network.
        picture: (C, H, W) in [0, 1], in the network's input shape.
        layer: The layer's place in the network, from 0.
        place: (row, column) of the maps; (0, 0) for a vector.

    Returns:
        (H, W) float32, 0 or more, in the unit's activation per brightness.
    """
    network.eval()
    pixels = torch.tensor(picture, dtype=torch.float32)[None].requires_grad_()
    values = network.run(pixels, until=layer, activated=False)[0]
    units = (values[:, place[0], place[1]] if values.ndim == 3 else values)[:MAX_UNITS]
    total = torch.zeros(picture.shape[1:])
    for unit in units:
        (gradient,) = torch.autograd.grad(unit, pixels, retain_graph=True)
        total += gradient[0].abs().sum(dim=0)
    return (total / len(units)).numpy()
