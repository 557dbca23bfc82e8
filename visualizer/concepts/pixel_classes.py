"""What a 1 × 1 convolution at the end of a network does: the scores of each pixel's classes, from its own numbers."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PixelClasses:
    """The last layer of a segmentation network on one picture.

    Attributes:
        features: (C, H, W) float32, its input.
        weights: (classes, C) float32.
        bias: (classes,) float32.
        scores: (classes, H, W) float32, its output.
    """

    features: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    scores: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        """The class with the largest score at each pixel, (H, W) uint8."""
        best: np.ndarray = self.scores.argmax(axis=0).astype(np.uint8)
        return best


def pixel_classes(features: np.ndarray, kernels: np.ndarray, bias: np.ndarray) -> PixelClasses:
    """Apply kernels of (classes, C, 1, 1) to features of (C, H, W), pixel by pixel."""
    weights = kernels[:, :, 0, 0]
    scores = np.einsum("kc,chw->khw", weights, features, optimize=True) + bias[:, None, None]
    return PixelClasses(features, weights, bias, scores.astype(np.float32))
