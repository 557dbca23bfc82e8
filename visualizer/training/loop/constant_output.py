"""Does a network give the same output for every picture?"""

import torch

# The differences that rounding in float32 makes.
TOLERANCE = 1e-6


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
