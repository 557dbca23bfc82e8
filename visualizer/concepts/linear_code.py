"""The best code that a linear autoencoder can have: principal component analysis.

A linear autoencoder with a bottleneck of k numbers and the mean squared error as its loss learns the space of the k
first components, and no other one is better: Baldi and Hornik, 1989, https://doi.org/10.1016/0893-6080(89)90014-2.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork


@dataclass(frozen=True)
class LinearCode:
    """A code of at most n numbers for pictures of n pixels.

    Attributes:
        mean: (n,), the mean picture.
        components: (n, n), one pattern a row, of length 1 and at right angles to the others; the one along which the
            pictures differ most comes first.
    """

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def of(cls, pictures: np.ndarray) -> Self:
        """Of (N, ...) pictures, N at least as large as the number of their pixels."""
        rows = pictures.reshape(len(pictures), -1).astype(np.float64)
        mean = rows.mean(axis=0)
        components = np.linalg.svd(rows - mean, full_matrices=False)[2]
        # The sign of a component is open. This one makes its largest number positive, on every machine.
        largest = components[np.arange(len(components)), np.abs(components).argmax(axis=1)]
        return cls(mean, components * np.sign(largest)[:, None])

    def codes(self, pictures: np.ndarray) -> np.ndarray:
        """All numbers of the codes of (N, ...) pictures: (N, n)."""
        codes: np.ndarray = (pictures.reshape(len(pictures), -1) - self.mean) @ self.components.T
        return codes

    def drawn(self, codes: np.ndarray, kept: int) -> np.ndarray:
        """The pixels, (N, n), that the first `kept` numbers of the codes, (N, n), stand for."""
        pixels: np.ndarray = self.mean + codes[:, :kept] @ self.components[:kept]
        return pixels

    def errors(self, pictures: np.ndarray, sizes: tuple[int, ...]) -> np.ndarray:
        """The mean squared error of a pixel of these pictures with codes of each of these sizes: (sizes,)."""
        rows, codes = pictures.reshape(len(pictures), -1), self.codes(pictures)
        return np.array([float(np.square(self.drawn(codes, kept) - rows).mean()) for kept in sizes])


def network_codes(network: "FlowNetwork", pictures: np.ndarray) -> tuple[np.ndarray, float]:
    """The codes, (N, n), that an autoencoder in evaluation mode makes of (N, C, H, W), and its mean squared error."""
    import torch

    from visualizer.tasks.autoencoder import reconstructed

    given = torch.from_numpy(pictures)
    with torch.inference_mode():
        drawn, code = reconstructed(network, given)
    return code.numpy(), float((drawn - given).square().mean())
