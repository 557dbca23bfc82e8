"""A window that slides over maps: what it saw and what came out, so that every output pixel can be explained."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Operation = Literal["convolution", "max", "average"]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Slide:
    """Everything that an output pixel of a convolution or a pooling is made of; computed by torch.

    Output pixel (i, j) looks at the input pixels (i · stride + u · dilation, j · stride + v · dilation), u and v from 0
    up to the window's size. Every pair is (height, width).

    Attributes:
        operation: What is done with the window.
        input: (C, H, W) float32, what the window slides over: with the padding, and in a transposed convolution with
            the zeros between the pixels. C is 1 for pooling, which treats each channel by itself.
        real: (H, W) bool, False where a pixel was added (padding, zeros between).
        kernels: (F, C, window height, window width) float32; None for pooling.
        biases: (F,) float32; None for pooling.
        output: (F, H', W') float32, torch's own result.
        window: The window's size.
        strides: How far it moves each step.
        dilation: Distance of the pixels that it looks at.
        winners: (H', W', 2) row and column in `input` of each window's largest pixel; only for max pooling.
    """

    operation: Operation
    input: np.ndarray
    real: np.ndarray
    kernels: np.ndarray | None
    biases: np.ndarray | None
    output: np.ndarray
    window: Pair
    strides: Pair = (1, 1)
    dilation: Pair = (1, 1)
    winners: np.ndarray | None = None

    def window_at(self, row: int, column: int) -> np.ndarray:
        """The input pixels that output pixel (row, column) looks at: (C, window height, window width)."""
        rows = row * self.strides[0] + self.dilation[0] * np.arange(self.window[0])
        columns = column * self.strides[1] + self.dilation[1] * np.arange(self.window[1])
        return self.input[:, rows[:, np.newaxis], columns]


@dataclass(frozen=True)
class PixelSum:
    """One output pixel of a convolution as a sum.

    Attributes:
        window: (C, k, k), what the kernel lies on.
        products: (C, k, k), window times kernel.
        channel_sums: (C,), the products of each channel added up.
        bias: What is added at the end.
        result: All of it.
    """

    window: np.ndarray
    products: np.ndarray
    channel_sums: np.ndarray
    bias: float
    result: float


def pixel_sum(slide: Slide, filter_index: int, row: int, column: int) -> PixelSum:
    """Take one output pixel of a convolution apart, in float64."""
    assert slide.kernels is not None
    assert slide.biases is not None
    window = slide.window_at(row, column).astype(np.float64)
    products = window * slide.kernels[filter_index]
    channel_sums = products.sum(axis=(1, 2))
    bias = float(slide.biases[filter_index])
    return PixelSum(window, products, channel_sums, bias, float(channel_sums.sum()) + bias)
