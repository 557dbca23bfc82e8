"""Shapes of inputs and outputs of layers, and the window arithmetic that convolution and pooling share.

A shape leaves out the batch: `(C, H, W)` for feature maps, `(F,)` for a vector.
"""

import math
from typing import Literal

Shape = tuple[int, ...]
Padding = Literal["valid", "same"]

BYTES_PER_NUMBER = 4  # float32, in which every network here computes


def numbers_in(shape: Shape) -> int:
    """How many numbers a shape holds."""
    return math.prod(shape)


def is_maps(shape: Shape) -> bool:
    """True for `(C, H, W)` feature maps, False for a `(F,)` vector."""
    return len(shape) == 3


def describe_shape(shape: Shape) -> str:
    """The shape as text: height × width × channels, or the length of a vector.

    >>> describe_shape((32, 62, 62))
    '62 × 62 × 32'
    """
    if is_maps(shape):
        channels, height, width = shape
        return f"{height} × {width} × {channels}"
    return f"{shape[0]:,}"


def window_extent(window: int, dilation: int = 1) -> int:
    """Pixels from the first to the last one a dilated window touches: `dilation * (window - 1) + 1`."""
    return dilation * (window - 1) + 1


def window_output_size(size: int, window: int, stride: int, dilation: int, padding: Padding) -> int:
    """Positions at which a sliding window stops along one axis; 0 or less where it does not fit.

    'valid': `floor((size - extent) / stride) + 1`; 'same': `ceil(size / stride)`.
    Source: https://keras.io/api/layers/convolution_layers/convolution2d/
    """
    if padding == "same":
        return math.ceil(size / stride)
    return (size - window_extent(window, dilation)) // stride + 1


def window_padding(size: int, window: int, stride: int, dilation: int, padding: Padding) -> tuple[int, int]:
    """Pixels added `(before, after)` along one axis.

    'same' follows Keras: as many as the windows need, with an odd one at the end. PyTorch's own `padding="same"`
    agrees where the stride is 1 and refuses every other stride.
    Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    if padding == "valid":
        return 0, 0
    steps = math.ceil(size / stride) - 1
    total = max(steps * stride + window_extent(window, dilation) - size, 0)
    return total // 2, total - total // 2
