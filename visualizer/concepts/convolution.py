"""Convolution and transposed convolution of a picture, with all numbers that explain each output pixel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from visualizer.architecture.shapes import Padding, window_extent, window_output_size, window_padding
from visualizer.concepts.sliding import Slide
from visualizer.errors import UserError

if TYPE_CHECKING:
    import torch

PaddingMode = Literal["zeros", "reflect"]


@dataclass(frozen=True)
class ConvolutionSettings:
    """How a square kernel slides; one number for height and width.

    Attributes:
        stride: Pixels that the kernel moves at a time; in a transposed convolution, pixels between two stamps.
        padding: "valid" or "same", by Keras's rule.
        padding_mode: What the padding holds: zeros, or the picture mirrored at its edge without repeating the edge.
        dilation: Distance between the pixels that the kernel covers; 1 means no gaps.
    """

    stride: int = 1
    padding: Padding = "valid"
    padding_mode: PaddingMode = "zeros"
    dilation: int = 1


def convolve(picture: np.ndarray, kernels: np.ndarray, biases: np.ndarray, settings: ConvolutionSettings) -> Slide:
    """Convolve a picture as libraries do. Strictly, this is cross-correlation: the kernel is not flipped.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html

    Args:
        picture: (C, H, W) float32.
        kernels: (F, C, k, k) float32.
        biases: (F,) float32.
        settings: Stride, padding and dilation.

    Raises:
        UserError: The kernel does not fit into the picture, or the picture is too small to be mirrored that far.
    """
    import torch
    from torch.nn import functional

    size = kernels.shape[-1]
    (top, bottom), (left, right) = (
        window_padding(length, size, settings.stride, settings.dilation, settings.padding)
        for length in picture.shape[1:]
    )
    _check_fits(picture.shape[1:], size, settings, max(top, bottom, left, right))
    mode = "constant" if settings.padding_mode == "zeros" else "reflect"
    with torch.no_grad():
        padded = functional.pad(_batch(picture), (left, right, top, bottom), mode=mode)
        output = functional.conv2d(
            padded,
            torch.from_numpy(kernels),
            torch.from_numpy(biases),
            stride=settings.stride,
            dilation=settings.dilation,
        )
    real = np.zeros(padded.shape[2:], dtype=bool)
    real[top : top + picture.shape[1], left : left + picture.shape[2]] = True
    return Slide(
        operation="convolution",
        input=padded[0].numpy(),
        real=real,
        kernels=kernels,
        biases=biases,
        output=output[0].numpy(),
        window=(size, size),
        strides=(settings.stride, settings.stride),
        dilation=(settings.dilation, settings.dilation),
    )


def transpose_convolve(
    picture: np.ndarray, kernels: np.ndarray, biases: np.ndarray, settings: ConvolutionSettings
) -> Slide:
    """Transposed convolution: every input pixel stamps the kernel, times the pixel's value, onto a larger output.

    The output is torch's `conv_transpose2d`, with padding "same" cut to H · stride as Keras does. The slide shows the
    same operation from the output's side: the kernel, turned by 180°, slides with stride 1 over the picture with
    stride − 1 zeros between its pixels.
    Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, https://arxiv.org/abs/1603.07285

    Args:
        picture: (C, H, W) float32.
        kernels: (F, C, k, k) float32, as they are stamped; the slide holds them turned.
        biases: (F,) float32.
        settings: Stride and dilation; the padding mode is ignored. The kernel's extent must be at least the stride.
    """
    import torch
    from torch.nn import functional

    stride, dilation, size = settings.stride, settings.dilation, kernels.shape[-1]
    extent = window_extent(size, dilation)
    # "same" cuts off as much as a convolution from H · stride to H would have padded.
    before, after = (0, 0)
    if settings.padding == "same":
        before, after = window_padding(picture.shape[1] * stride, size, stride, dilation, "same")
    with torch.no_grad():
        stamped = functional.conv_transpose2d(
            _batch(picture),
            torch.from_numpy(kernels).transpose(0, 1),
            torch.from_numpy(biases),
            stride=stride,
            dilation=dilation,
        )[0]
    height, width = stamped.shape[1:]
    output = stamped[:, before : height - after, before : width - after]
    channels, rows, columns = picture.shape
    stretched = (stride * (rows - 1) + 1, stride * (columns - 1) + 1)
    first, last = extent - 1 - before, extent - 1 - after
    padded = np.zeros((channels, stretched[0] + first + last, stretched[1] + first + last), dtype=np.float32)
    real = np.zeros(padded.shape[1:], dtype=bool)
    inside = np.s_[first : first + stretched[0] : stride, first : first + stretched[1] : stride]
    padded[:, *inside] = picture
    real[inside] = True
    return Slide(
        operation="convolution",
        input=padded,
        real=real,
        kernels=np.ascontiguousarray(kernels[..., ::-1, ::-1]),
        biases=biases,
        output=output.numpy(),
        window=(size, size),
        dilation=(dilation, dilation),
    )


def output_size(length: int, kernel: int, settings: ConvolutionSettings, transposed: bool = False) -> int:
    """Height or width of the output; 0 or less where the kernel does not fit."""
    if not transposed:
        return window_output_size(length, kernel, settings.stride, settings.dilation, settings.padding)
    if settings.padding == "same":
        return length * settings.stride
    return (length - 1) * settings.stride + window_extent(kernel, settings.dilation)


def _check_fits(size: tuple[int, ...], kernel: int, settings: ConvolutionSettings, widest: int) -> None:
    extent = window_extent(kernel, settings.dilation)
    if settings.padding == "valid" and extent > min(size):
        raise UserError(
            f"The kernel does not fit into the picture of {size[0]} × {size[1]} pixels.",
            f"With its dilation it covers {extent} × {extent}.",
            "Choose a smaller kernel, a smaller dilation, or padding “same”.",
        )
    if settings.padding_mode == "reflect" and widest >= min(size):
        raise UserError(
            f"A picture of {size[0]} × {size[1]} pixels cannot be mirrored by {widest} pixels.",
            "Only the pixels beyond the one at the edge can be mirrored.",
            "Choose a smaller kernel, a smaller dilation, or zeros.",
        )


def _batch(picture: np.ndarray) -> "torch.Tensor":
    import torch

    return torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))[None]
