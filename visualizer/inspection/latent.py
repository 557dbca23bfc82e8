"""Codes between the pictures that a network was shown: what its decoder draws of them."""

from dataclasses import dataclass

import numpy as np
import torch

from visualizer.architecture.flow import FlowNetwork
from visualizer.tasks.pictures import as_bytes, narrowest

_BATCH = 256
_MARGIN = 0.05  # of the range of the codes, at each side


@dataclass(frozen=True)
class LatentMap:
    """What a decoder draws of a square of codes of two numbers.

    Attributes:
        low, high: The codes of its lower left and upper right corners.
        pictures: (rows, columns, H, W, C) uint8. Rows go along the second number of the code, from its high end down;
            columns along the first, from its low end up.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    pictures: np.ndarray


def decoded(network: FlowNetwork, codes: np.ndarray) -> np.ndarray:
    """What the network's part after its narrowest layer makes of N codes.

    Args:
        network: In evaluation mode, with a narrowest layer.
        codes: (N, n) float.

    Returns:
        (N, H, W, C) uint8.
    """
    place = narrowest(network)
    assert place is not None
    shape = network.nodes[place].shape
    pieces = []
    with torch.inference_mode():
        for piece in torch.from_numpy(codes.astype(np.float32)).split(_BATCH):
            pictures = network.run(piece.reshape(len(piece), *shape), after=place)
            pieces.append(as_bytes(pictures).numpy())
    return np.concatenate(pieces)


def interpolated(network: FlowNetwork, first: np.ndarray, last: np.ndarray, count: int) -> np.ndarray:
    """Pictures of `count` codes on the straight line from one code, (n,), to another: (count, H, W, C) uint8."""
    shares = np.linspace(0, 1, count)[:, None]
    return decoded(network, (1 - shares) * first + shares * last)


def latent_map(network: FlowNetwork, codes: np.ndarray, side: int) -> LatentMap:
    """The map that holds all of these codes, (N, 2), and a little more, in `side` rows and columns.

    Those with a number that is not finite lie nowhere; where there are no others, the map goes from −1 to 1.
    """
    finite = codes[np.isfinite(codes).all(axis=1)].astype(np.float64)
    held = finite if len(finite) else np.array([[-1.0, -1.0], [1.0, 1.0]])
    low, high = held.min(axis=0), held.max(axis=0)
    margin = _MARGIN * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    first, second = (np.linspace(low[axis], high[axis], side) for axis in (0, 1))
    grid = np.stack(np.meshgrid(first, second[::-1]), axis=-1).reshape(-1, 2)
    pictures = decoded(network, grid)
    ends = [(float(end[0]), float(end[1])) for end in (low, high)]
    return LatentMap(ends[0], ends[1], pictures.reshape(side, side, *pictures.shape[1:]))
