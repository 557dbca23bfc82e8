"""A data set as the tensors that a network trains on."""

from collections.abc import Iterator

import numpy as np
import torch

from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.tasks.task import Task

# A larger training split is prepared batch by batch instead of once: slower, but thirty students fit in memory.
# MNIST fits at 32 × 32 pixels in grey.
MAX_PREPARED_BYTES = 256 * 2**20
PIECE = 1024  # pictures that are prepared at a time


class Split:
    """Some pictures of a data set with their targets for a task, fitted to the shape (C, H, W)."""

    def __init__(self, dataset: Dataset, indices: np.ndarray, shape: tuple[int, int, int], task: Task) -> None:
        self._dataset = dataset
        self._indices = indices
        self._shape = shape
        self.targets = torch.from_numpy(task.targets(dataset, indices))
        self._masks = dataset.masks if task.wants_masks else None
        numbers = len(indices) * int(np.prod(shape))
        self._prepared = self._prepare_all() if numbers * 4 <= MAX_PREPARED_BYTES else None

    def __len__(self) -> int:
        return len(self._indices)

    def _prepare(self, indices: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(prepare(self._dataset.pictures[indices], self._shape))

    def _prepare_all(self) -> torch.Tensor:
        """Piece by piece, since the intermediate arrays are several times as large as the result."""
        prepared = torch.empty((len(self), *self._shape))
        for first in range(0, len(self), PIECE):
            prepared[first : first + PIECE] = self._prepare(self._indices[first : first + PIECE])
        return prepared

    def batch(self, chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures (N, C, H, W) float32 in [0, 1] and targets (N, …); `chosen` is (N,) int64, into this split."""
        if self._prepared is not None:
            return self._prepared[chosen], self.targets[chosen]
        return self._prepare(self._indices[chosen.numpy()]), self.targets[chosen]

    def masks(self, chosen: torch.Tensor) -> torch.Tensor | None:
        """Their masks, (N, H, W) uint8 in the size of the data set, where it has some and the task wants them."""
        return None if self._masks is None else torch.from_numpy(self._masks[self._indices[chosen.numpy()]])

    def in_order(self, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """All of it in order, in batches of `size`."""
        for chosen in torch.arange(len(self)).split(size):
            yield self.batch(chosen)


class Examples:
    """A data set's training and validation splits for a task; runs with pictures of one shape share them.

    Args:
        dataset: The data set.
        picture_shape: (C, H, W) of the pictures, as the task's `picture_shape` says it of an architecture.
        task: What is learnt.
    """

    def __init__(self, dataset: Dataset, picture_shape: tuple[int, int, int], task: Task) -> None:
        self.dataset = dataset
        self.train = Split(dataset, dataset.train, picture_shape, task)
        self.validation = Split(dataset, dataset.validation, picture_shape, task)


def watched_input(task: Task, pictures: np.ndarray, input_shape: tuple[int, int, int]) -> torch.Tensor:
    """What a network is shown where Train asks it about pictures of the data set: (N, *input_shape).

    Args:
        task: What it is trained for.
        pictures: (N, H, W, C) uint8.
        input_shape: Of the network.
    """
    return torch.from_numpy(task.input_of(prepare(pictures, input_shape)))
