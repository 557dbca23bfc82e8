"""What is gathered over many batches: the sums behind mean loss and measures, and whether all outputs are the same."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

# The differences between the outputs of two pictures that rounding in float32 makes.
TOLERANCE = 1e-6


# Measures one by one of each picture, (N,), from outputs (N, …) and targets (N, …).
Measured = Callable[[torch.Tensor, torch.Tensor], Mapping[str, torch.Tensor]]
# Outputs of many batches are measured together as long as they have no more numbers than this.
MAX_NUMBERS = 100_000


class MetricSums:
    """Sums of losses and of measures over batches.

    Small outputs are measured for many batches together: done for each batch, it would slow a small network down by a
    few percent. `sums` of another one continue it.
    """

    def __init__(self, measured: Measured, sums: Mapping[str, float] | None = None) -> None:
        self._measured = measured
        self._totals = {"pictures": 0.0, "loss": 0.0, "penalty": 0.0} | dict(sums or {})
        self._losses: list[float] = []
        self._outputs: list[torch.Tensor] = []
        self._targets: list[torch.Tensor] = []
        self._waiting = 0
        self._means: dict[str, list[np.ndarray]] = {}

    def add(self, loss: float, outputs: torch.Tensor, targets: torch.Tensor, penalty: float = 0.0) -> None:
        """One batch: its mean loss, its outputs and targets, (N, …) each, and how much of the loss is a penalty."""
        count = len(targets)
        self._totals["penalty"] += penalty * count
        self._totals["pictures"] += count
        self._totals["loss"] += loss * count
        self._losses.append(loss)
        self._outputs.append(outputs)
        self._targets.append(targets)
        self._waiting += outputs.numel()
        if self._waiting > MAX_NUMBERS:
            self._measure()

    def _measure(self) -> None:
        if not self._outputs:
            return
        sizes = np.array([len(targets) for targets in self._targets])
        for name, each in self._measured(torch.cat(self._outputs), torch.cat(self._targets)).items():
            in_batch = np.add.reduceat(each.cpu().numpy().astype(np.float64), np.cumsum(sizes) - sizes)
            self._totals[name] = self._totals.get(name, 0.0) + float(in_batch.sum())
            self._means.setdefault(name, []).append((in_batch / sizes).astype(np.float32))
        self._outputs, self._targets, self._waiting = [], [], 0

    def take(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Losses and measures of the batches since the last call, (batches,) float32 each."""
        self._measure()
        losses = np.array(self._losses, np.float32)
        measures = {name: np.concatenate(means) for name, means in self._means.items()}
        self._losses, self._means = [], {}
        return losses, measures

    @property
    def sums(self) -> dict[str, float]:
        """How many pictures, and the sums over them of the loss, of the penalty in it and of each measure, by name.

        Of all batches that `take` returned.
        """
        return dict(self._totals)

    def mean(self) -> tuple[float, dict[str, float]]:
        """Mean loss and measures over the pictures of all batches so far."""
        self._measure()
        pictures = self._totals["pictures"]
        means = {name: total / pictures for name, total in self._totals.items() if name not in _NO_MEASURES}
        return self._totals["loss"] / pictures, means

    def mean_penalty(self) -> float:
        """How much of the mean loss is a penalty."""
        return self._totals["penalty"] / self._totals["pictures"]


_NO_MEASURES = ("pictures", "loss", "penalty")


class ConstantOutput:
    """Whether all pictures have the same outputs, batch by batch.

    Attributes:
        constant: True if there were any pictures, and all had the same outputs.
    """

    def __init__(self) -> None:
        self._first: torch.Tensor | None = None
        self.constant = False

    def add(self, outputs: torch.Tensor) -> None:
        """Outputs (N, …). Once two pictures differ, a batch costs nothing."""
        if self._first is None:
            self._first = outputs[:1]
            self.constant = True
        if self.constant:
            self.constant = torch.allclose(outputs, self._first.expand_as(outputs), rtol=TOLERANCE, atol=TOLERANCE)
