"""A network from its saved weights."""

from collections.abc import Mapping

import numpy as np
import torch

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.network import Network, build
from visualizer.errors import UserError


def load_network(
    architecture: Architecture, weights: Mapping[str, np.ndarray], *, softmax_in_loss: bool = False
) -> Network:
    """The network of that architecture with those weights, in evaluation mode.

    Args:
        architecture: Of the network that the weights belong to.
        weights: Arrays by the names of `Network.state_dict()`, such as "layers.0.convolution.weight"; they are copied.
        softmax_in_loss: See `FlowNetwork`.

    Raises:
        ArchitectureError: The layers do not fit together.
        UserError: A weight is missing, has another shape, or belongs to no layer.
    """
    network = build(architecture, None, softmax_in_loss=softmax_in_loss)
    expected = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    given = {name: tuple(array.shape) for name, array in weights.items()}
    wrong = sorted(name for name in expected.keys() | given.keys() if expected.get(name) != given.get(name))
    if wrong:
        name = wrong[0]
        if name not in given:
            why = f"“{name}” is not among them."
        elif name not in expected:
            why = f"The network has no weights “{name}”."
        else:
            why = f"“{name}” has the shape {given[name]}, and the network needs {expected[name]}."
        raise UserError(
            f"The weights do not belong to the network “{architecture.name}”.",
            why,
            "Use the weights that were saved with this network.",
        )
    # A copy, since arrays of safetensors or SQLite may be read-only or short-lived.
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return network.eval()
