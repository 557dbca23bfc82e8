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
    """Some pictures of a data set with their targets for a task, fitted to a network's input shape (C, H, W)."""

    def __init__(self, dataset: Dataset, indices: np.ndarray, input_shape: tuple[int, int, int], task: Task) -> None:
        self._dataset = dataset
        self._indices = indices
        self._input_shape = input_shape
        self.targets = torch.from_numpy(task.targets(dataset, indices))
        numbers = len(indices) * int(np.prod(input_shape))
        self._prepared = self._prepare_all() if numbers * 4 <= MAX_PREPARED_BYTES else None

    def __len__(self) -> int:
        return len(self._indices)

    def _prepare(self, indices: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(prepare(self._dataset.pictures[indices], self._input_shape))

    def _prepare_all(self) -> torch.Tensor:
        """Piece by piece, since the intermediate arrays are several times as large as the result."""
        prepared = torch.empty((len(self), *self._input_shape))
        for first in range(0, len(self), PIECE):
            prepared[first : first + PIECE] = self._prepare(self._indices[first : first + PIECE])
        return prepared

    def batch(self, chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures (N, C, H, W) float32 in [0, 1] and targets (N, …); `chosen` is (N,) int64, into this split."""
        if self._prepared is not None:
            return self._prepared[chosen], self.targets[chosen]
        return self._prepare(self._indices[chosen.numpy()]), self.targets[chosen]

    def in_order(self, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """All of it in order, in batches of `size`."""
        for chosen in torch.arange(len(self)).split(size):
            yield self.batch(chosen)


class Examples:
    """A data set's training and validation splits for a task and an input shape; equal runs share them."""

    def __init__(self, dataset: Dataset, input_shape: tuple[int, int, int], task: Task) -> None:
        self.dataset = dataset
        self.input_shape = input_shape
        self.train = Split(dataset, dataset.train, input_shape, task)
        self.validation = Split(dataset, dataset.validation, input_shape, task)

    def picture(self, index: int) -> torch.Tensor:
        """One picture of the data set as a batch: (1, C, H, W) float32 in [0, 1]."""
        return torch.from_numpy(prepare(self.dataset.pictures[index : index + 1], self.input_shape))
