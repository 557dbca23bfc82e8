"""A window that slides over maps: its input and its output, so that every output pixel can be explained."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Operation = Literal["convolution", "max", "average"]
HeightWidth = tuple[int, int]


@dataclass(frozen=True)
class Slide:
    """All numbers that explain the output pixels of a convolution or a pooling; computed by torch.

    Output pixel (i, j) depends on the input pixels (i · stride + u · dilation, j · stride + v · dilation), u and v from
    0 to the window's size − 1. Every pair is (height, width).

    Attributes:
        operation: What is done with the numbers in the window.
        input: (C, H, W) float32, what the window slides over: with the padding, and in a transposed convolution with
            the zeros between the pixels. C is 1 for pooling, which treats each channel separately.
        real: (H, W) bool, False where a pixel was added (padding, zeros between).
        kernels: (F, C, window height, window width) float32; None for pooling.
        biases: (F,) float32; None for pooling.
        output: (F, H', W') float32, torch's own result.
        window: The window's size.
        strides: How far it moves at a time.
        dilation: Distance between the pixels that it covers.
        winners: (H', W', 2) row and column in `input` of each window's largest pixel; only for max pooling.
    """

    operation: Operation
    input: np.ndarray
    real: np.ndarray
    kernels: np.ndarray | None
    biases: np.ndarray | None
    output: np.ndarray
    window: HeightWidth
    strides: HeightWidth = (1, 1)
    dilation: HeightWidth = (1, 1)
    winners: np.ndarray | None = None
