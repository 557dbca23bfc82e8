"""The penalty on large weights, which training adds to the loss."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Penalty:
    """l1 · Σ|w| + l2 · Σw² over the kernels of a layer, not its biases.

    Source: https://keras.io/api/layers/regularizers/
    """

    l1: float
    l2: float

    def of(self, weights: "torch.Tensor") -> "torch.Tensor":
        """Of some of the layer's kernels: a scalar."""
        parts = [self.l1 * weights.abs().sum()] if self.l1 else []
        if self.l2:
            parts.append(self.l2 * weights.square().sum())
        return sum(parts[1:], parts[0])
