"""Which pictures excite the filters of a layer most, and where: one pass over a data set serves all its filters.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014,
https://arxiv.org/abs/1311.2901, who show a filter by the strongest patches of a data set.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import torch

from visualizer.architecture.flow import FlowNetwork, Node

MAX_BATCH = 128
NUMBERS_AT_ONCE = 4_000_000  # in the outputs of all layers for one batch: 16 MB

# (first, after the last) -> these pictures, prepared for the network: (n, C, H, W) float32 in [0, 1].
Fetch = Callable[[int, int], np.ndarray]


@dataclass(frozen=True)
class Ranking:
    """For each of F filters the K best pictures, best first; each picture once, at its best place.

    Attributes:
        values: (F, K) float32, the filter's value at that place, before its activation function.
        pictures: (F, K) int64, the pictures by number.
        places: (F, K, 2) int64, row and column of the filter's map; 0 for a unit of a vector.
    """

    values: np.ndarray
    pictures: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class Excitation:
    """How a data set excites the filters of one layer.

    Attributes:
        count: The number of pictures searched.
        strongest: By the largest value over all places of a picture, the largest first.
        weakest: By the smallest value over all places of a picture, the smallest first.
        place_mean: (F,) float32, the mean of all pictures' largest values.
        map_best: (F,) float32, the largest mean over all places of any picture.
        map_mean: (F,) float32, the mean of these means over all pictures.
    """

    count: int
    strongest: Ranking
    weakest: Ranking
    place_mean: np.ndarray
    map_best: np.ndarray
    map_mean: np.ndarray


def strongest(
    network: FlowNetwork, index: int, fetch: Fetch, total: int, count: int
) -> Generator[int, None, Excitation]:
    """Find the pictures that excite the filters of a layer most and least.

    The network is put in evaluation mode and stays in it. Of pictures with the same value the lower number comes first,
    and of places the first in reading order.

    Args:
        network: Any network.
        index: The layer's place in the network, from 0; its filters are its maps, or the units of a vector.
        fetch: Returns the pictures.
        total: Number of pictures, at least 1.
        count: Pictures to keep for each filter; fewer where the data set is smaller.

    Yields:
        The number of pictures searched so far.
    """
    network.eval()
    high, low = _Best(count), _Best(count)
    place_sum, map_sum, map_best = np.float64(0), np.float64(0), np.float64(-np.inf)
    batch = _batch_size(network, index)
    for start in range(0, total, batch):
        stop = min(start + batch, total)
        with torch.inference_mode():
            pictures = torch.from_numpy(np.ascontiguousarray(fetch(start, stop), dtype=np.float32))
            values = network.run(pictures, until=index, activated=False).numpy()
        numbers = np.arange(start, stop)
        width = values.shape[3] if values.ndim == 4 else 1
        flat = values.reshape(*values.shape[:2], -1)
        # The mean of finite numbers is finite, even where their sum overflows in float32.
        means = flat.mean(axis=2, dtype=np.float64)
        place_sum = place_sum + high.take(flat, numbers, width).sum(axis=0, dtype=np.float64)
        map_sum = map_sum + means.sum(axis=0, dtype=np.float64)
        map_best = np.maximum(map_best, means.max(axis=0))
        low.take(-flat, numbers, width)
        yield stop
    lowest = low.ranking()
    return Excitation(
        total,
        high.ranking(),
        Ranking(-lowest.values, lowest.pictures, lowest.places),
        np.asarray(place_sum / total, dtype=np.float32),
        np.asarray(map_best, dtype=np.float32),
        np.asarray(map_sum / total, dtype=np.float32),
    )


class _Best:
    """Keeps the `count` largest values for each filter."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._kept: Ranking | None = None

    def take(self, values: np.ndarray, numbers: np.ndarray, width: int) -> np.ndarray:
        """Take in (N, F, places) values of the pictures `numbers`, of maps `width` wide; return the (N, F) largest."""
        spots = values.argmax(axis=2)
        largest: np.ndarray = np.take_along_axis(values, spots[..., None], axis=2)[..., 0]
        places = np.stack(np.divmod(spots, width), axis=-1)
        new = Ranking(
            largest.T,
            np.broadcast_to(numbers, largest.T.shape),
            places.swapaxes(0, 1),
        )
        both = new if self._kept is None else _joined(self._kept, new)
        # Stable, so that of equal values the lower picture number stays first.
        order = np.argsort(-both.values, axis=1, kind="stable")[:, : self._count]
        self._kept = Ranking(
            np.take_along_axis(both.values, order, axis=1),
            np.take_along_axis(both.pictures, order, axis=1),
            np.take_along_axis(both.places, order[..., None], axis=1),
        )
        return largest

    def ranking(self) -> Ranking:
        assert self._kept is not None
        return self._kept


def _joined(first: Ranking, second: Ranking) -> Ranking:
    return Ranking(
        np.concatenate([first.values, second.values], axis=1),
        np.concatenate([first.pictures, second.pictures], axis=1),
        np.concatenate([first.places, second.places], axis=1),
    )


def _batch_size(network: FlowNetwork, index: int) -> int:
    """The number of pictures that fit into memory at once."""
    numbers = 0

    def watch(_: Node, stages_run: int, value: torch.Tensor) -> None:
        nonlocal numbers
        numbers += value.numel() if stages_run else 0

    with torch.inference_mode():
        network.run(torch.zeros(1, *network.input_shape), until=index, watch=watch)
    return min(max(NUMBERS_AT_ONCE // max(numbers, 1), 1), MAX_BATCH)
