"""The well-known kernels of image processing, as numbers for any odd size."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SIZES = (3, 5, 7)  # odd, so that a kernel has a centre

_LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
_SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
_EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])


@dataclass(frozen=True)
class NamedKernel:
    """A kernel of image processing.

    Attributes:
        name: Short id, such as "sobel_x".
        title: The name shown to people.
        effect: What it does to a picture, as a sentence.
        make: (size, angle in degrees) to (size, size) float64; only a Gabor kernel uses the angle.
    """

    name: str
    title: str
    effect: str
    make: Callable[[int, float], np.ndarray]


def binomial(size: int) -> np.ndarray:
    """The (size, size) smoothing kernel from Pascal's triangle, close to a Gaussian; its weights add up to 1."""
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.outer(row, row)


def widen(kernel: np.ndarray, size: int) -> np.ndarray:
    """Enlarge a 3 × 3 kernel to (size, size) by smoothing first, so that it responds to coarser structures.

    This is the full convolution of `kernel` with `binomial(size - 2)`: filtering twice equals filtering once with the
    convolution of both kernels.
    """
    smooth = binomial(size - 2)
    wide = np.zeros((size, size))
    for row, column in np.ndindex(3, 3):
        wide[row : row + size - 2, column : column + size - 2] += kernel[row, column] * smooth
    return wide


def gabor(size: int, angle: float) -> np.ndarray:
    """A wave times a Gaussian: responds to stripes that run at `angle` degrees; 0 is horizontal.

    In pixels, the wavelength is two thirds of the size and the Gaussian's standard deviation 0.4 of the wavelength. The
    mean is subtracted, so that a uniform area gives 0. Source: https://en.wikipedia.org/wiki/Gabor_filter
    """
    wavelength = size * 2 / 3
    spread = 0.4 * wavelength
    offsets = np.arange(size) - size // 2
    y, x = np.meshgrid(offsets, offsets, indexing="ij")
    turn = np.deg2rad(angle)
    # Distance from the middle stripe. Rows count downwards, so y falls along a stripe that climbs to the right.
    across = x * np.sin(turn) + y * np.cos(turn)
    wave = np.exp(-(x**2 + y**2) / (2 * spread**2)) * np.cos(2 * np.pi * across / wavelength)
    return wave - wave.mean()


def _pyramid(size: int) -> np.ndarray:
    """Falls linearly from 1 in the centre: the weights of bilinear interpolation with a stride of (size + 1) / 2."""
    reach = (size + 1) // 2
    side = 1 - np.abs(np.arange(size) - size // 2) / reach
    return np.outer(side, side)


def _identity(size: int) -> np.ndarray:
    kernel = np.zeros((size, size))
    kernel[size // 2, size // 2] = 1
    return kernel


KERNELS: dict[str, NamedKernel] = {
    kernel.name: kernel
    for kernel in (
        NamedKernel(
            "sobel_x",
            "Sobel x",
            "Sobel x finds vertical edges: red where the picture gets brighter to the right, blue where it gets "
            "darker.",
            lambda size, _: widen(_SOBEL_X, size),
        ),
        NamedKernel(
            "sobel_y",
            "Sobel y",
            "Sobel y finds horizontal edges: red where the picture gets brighter downwards, blue where it gets darker.",
            lambda size, _: widen(_SOBEL_X.T, size),
        ),
        NamedKernel(
            "laplacian",
            "Laplacian",
            "The Laplacian compares each pixel with its neighbours: it finds fine detail and edges in every direction.",
            lambda size, _: widen(_LAPLACIAN, size),
        ),
        NamedKernel(
            "sharpen",
            "Sharpen",
            "Sharpen adds to each pixel its difference from its neighbours.",
            lambda size, _: _identity(size) - widen(_LAPLACIAN, size),
        ),
        NamedKernel(
            "blur",
            "Blur (mean)",
            "Blur (mean) replaces each pixel by the mean of its window, added up over the channels.",
            lambda size, _: np.full((size, size), 1 / size**2),
        ),
        NamedKernel(
            "emboss",
            "Emboss",
            "Emboss lights the picture from one corner, like a relief.",
            lambda size, _: widen(_EMBOSS, size),
        ),
        NamedKernel("gabor", "Gabor", "A Gabor kernel responds to stripes in one direction.", gabor),
        NamedKernel(
            "identity",
            "Identity",
            "The identity copies the picture: one weight is 1, all others are 0.",
            lambda size, _: _identity(size),
        ),
        NamedKernel(
            "bilinear",
            "Bilinear",
            "The bilinear kernel is a small pyramid: a transposed convolution with it interpolates where the stride is "
            "(its width + 1) / 2.",
            lambda size, _: _pyramid(size),
        ),
    )
}


def named_kernel(name: str, size: int, angle: float, channels: int) -> np.ndarray:
    """The kernel of that name, with the same slice for every input channel.

    Args:
        name: A key of `KERNELS`.
        size: 3, 5 or 7.
        angle: Degrees, for a Gabor kernel.
        channels: Input channels C.

    Returns:
        (C, size, size) float32.
    """
    kernel = KERNELS[name].make(size, angle).astype(np.float32)
    return np.repeat(kernel[np.newaxis], channels, axis=0)
