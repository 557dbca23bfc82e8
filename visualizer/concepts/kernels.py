"""The kernels that image processing knows by name, as numbers for any odd size."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SIZES = (3, 5, 7)  # odd, so that a kernel has a middle

_LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
_SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
_EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])


@dataclass(frozen=True)
class NamedKernel:
    """A kernel of image processing.

    Attributes:
        name: Short id, such as "sobel_x".
        title: Its name for people.
        finds: What it does to a picture, a clause for the middle of a sentence.
        make: (size, angle in degrees) to (size, size) float32; only a Gabor kernel heeds the angle.
    """

    name: str
    title: str
    finds: str
    make: Callable[[int, float], np.ndarray]


def binomial(size: int) -> np.ndarray:
    """The (size, size) smoothing kernel from Pascal's triangle, nearly a Gaussian; its weights add up to 1."""
    row = np.ones(1)
    for _ in range(size - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.outer(row, row)


def widen(kernel: np.ndarray, size: int) -> np.ndarray:
    """A 3 × 3 kernel as the (size, size) one that first smooths: it answers to coarser structures.

    The full convolution of `kernel` with `binomial(size - 2)`, since filtering twice is filtering once with the
    convolution of both kernels.
    """
    smooth = binomial(size - 2)
    wide = np.zeros((size, size))
    for row, column in np.ndindex(3, 3):
        wide[row : row + size - 2, column : column + size - 2] += kernel[row, column] * smooth
    return wide


def gabor(size: int, angle: float) -> np.ndarray:
    """A wave under a Gaussian hill: answers to stripes that run at `angle` degrees, 0 is horizontal.

    The wavelength is two thirds of the size and the Gaussian's standard deviation 0.4 of the wavelength, in pixels; the
    mean is taken off, so that an even area gives 0. Source: https://en.wikipedia.org/wiki/Gabor_filter
    """
    wavelength = size * 2 / 3
    spread = 0.4 * wavelength
    offsets = np.arange(size) - size // 2
    y, x = np.meshgrid(offsets, offsets, indexing="ij")
    turn = np.deg2rad(angle)
    # Distance from the middle stripe. Rows count downwards, so a stripe that climbs to the right has y falling.
    across = x * np.sin(turn) + y * np.cos(turn)
    wave = np.exp(-(x**2 + y**2) / (2 * spread**2)) * np.cos(2 * np.pi * across / wavelength)
    return wave - wave.mean()


def _pyramid(size: int) -> np.ndarray:
    """Falls evenly from 1 in the middle; the weights of bilinear interpolation where the stride is (size + 1) / 2."""
    reach = (size + 1) // 2
    side = 1 - np.abs(np.arange(size) - size // 2) / reach
    return np.outer(side, side)


def _identity(size: int) -> np.ndarray:
    kernel = np.zeros((size, size))
    kernel[size // 2, size // 2] = 1
    return kernel


def _named(name: str, title: str, finds: str, make: Callable[[int, float], np.ndarray]) -> NamedKernel:
    return NamedKernel(name, title, finds, lambda size, angle: make(size, angle).astype(np.float32))


KERNELS: dict[str, NamedKernel] = {
    kernel.name: kernel
    for kernel in (
        _named(
            "sobel_x",
            "Sobel x",
            "finds vertical edges: red where it gets brighter to the right, blue where it gets darker",
            lambda size, _: widen(_SOBEL_X, size),
        ),
        _named(
            "sobel_y",
            "Sobel y",
            "finds horizontal edges: red where it gets brighter downwards, blue where it gets darker",
            lambda size, _: widen(_SOBEL_X.T, size),
        ),
        _named(
            "laplacian",
            "Laplacian",
            "compares each pixel with its neighbours: fine detail and edges in every direction",
            lambda size, _: widen(_LAPLACIAN, size),
        ),
        _named(
            "sharpen",
            "Sharpen",
            "adds to each pixel its difference from its neighbours",
            lambda size, _: _identity(size) - widen(_LAPLACIAN, size),
        ),
        _named(
            "blur",
            "Blur (mean)",
            "replaces each pixel by the mean of its window (of each channel, added up)",
            lambda size, _: np.full((size, size), 1 / size**2),
        ),
        _named(
            "emboss",
            "Emboss",
            "lights the picture from one corner, like a relief",
            lambda size, _: widen(_EMBOSS, size),
        ),
        _named("gabor", "Gabor", "answers to stripes in one direction", gabor),
        _named(
            "identity", "Identity", "copies the picture: one weight is 1, all others 0", lambda size, _: _identity(size)
        ),
        _named(
            "bilinear",
            "Bilinear",
            "is a small pyramid: a transposed convolution interpolates with it where the stride is (its width + 1) / 2",
            lambda size, _: _pyramid(size),
        ),
    )
}


def named_kernel(name: str, size: int, angle: float, channels: int) -> np.ndarray:
    """The kernel of that name, the same slice for every input channel.

    Args:
        name: A key of `KERNELS`.
        size: 3, 5 or 7.
        angle: Degrees, for a Gabor kernel.
        channels: Input channels C.

    Returns:
        (C, size, size) float32.
    """
    return np.repeat(KERNELS[name].make(size, angle)[np.newaxis], channels, axis=0)
