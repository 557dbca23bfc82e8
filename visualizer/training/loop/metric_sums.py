"""What is gathered over many batches: the sums behind mean loss and accuracy, and whether all outputs are the same."""

import numpy as np
import torch

# The differences between the scores of two pictures that rounding in float32 makes.
TOLERANCE = 1e-6


class MetricSums:
    """Sums of losses and of correct answers over batches.

    Correct answers are counted for many batches together: done for each batch, it would slow a small network down by a
    few percent. Its arguments are the `sums` of another one, to continue it.
    """

    def __init__(self, pictures: int = 0, loss: float = 0.0, right: int = 0, penalty: float = 0.0) -> None:
        self._pictures = pictures
        self._loss = loss
        self._right = right
        self._penalty = penalty
        self._losses: list[float] = []
        self._scores: list[torch.Tensor] = []
        self._labels: list[torch.Tensor] = []

    def add(self, loss: float, scores: torch.Tensor, labels: torch.Tensor, penalty: float = 0.0) -> None:
        """One batch: its mean loss, its scores (N, classes), its labels (N,), and how much of the loss is a penalty."""
        self._penalty += penalty * len(labels)
        self._pictures += len(labels)
        self._loss += loss * len(labels)
        self._losses.append(loss)
        self._scores.append(scores)
        self._labels.append(labels)

    def take(self) -> tuple[np.ndarray, np.ndarray]:
        """Losses and accuracies (0 to 1) of the batches since the last call, (batches,) float32 each."""
        losses = np.array(self._losses, np.float32)
        accuracies = np.zeros(0, np.float32)
        if self._losses:
            sizes = np.array([len(labels) for labels in self._labels])
            right = (torch.cat(self._scores).argmax(1) == torch.cat(self._labels)).cpu().numpy()
            right_in_batch = np.add.reduceat(right, np.cumsum(sizes) - sizes, dtype=np.int64)
            self._right += int(right_in_batch.sum())
            accuracies = (right_in_batch / sizes).astype(np.float32)
        self._losses, self._scores, self._labels = [], [], []
        return losses, accuracies

    @property
    def sums(self) -> tuple[int, float, int, float]:
        """Pictures, the sum of their losses, how many were right, and the sum of penalties in these losses.

        Of all batches that `take` returned.
        """
        return self._pictures, self._loss, self._right, self._penalty

    def mean(self) -> tuple[float, float]:
        """Mean loss and accuracy (0 to 1) over the pictures of all batches so far."""
        self.take()
        return self._loss / self._pictures, self._right / self._pictures

    def mean_penalty(self) -> float:
        """How much of the mean loss is a penalty."""
        return self._penalty / self._pictures


class ConstantOutput:
    """Whether all pictures have the same scores, batch by batch.

    Attributes:
        constant: True if there were any pictures, and all had the same scores.
    """

    def __init__(self) -> None:
        self._first: torch.Tensor | None = None
        self.constant = False

    def add(self, scores: torch.Tensor) -> None:
        """Scores (N, classes). Once two pictures differ, a batch costs nothing."""
        if self._first is None:
            self._first = scores[:1]
            self.constant = True
        if self.constant:
            self.constant = torch.allclose(scores, self._first.expand_as(scores), rtol=TOLERANCE, atol=TOLERANCE)
