"""Turns stored pictures into a network's input."""

from functools import lru_cache

import numpy as np

# ITU-R BT.601 luma, https://www.itu.int/rec/R-REC-BT.601, which Pillow's convert("L") uses too.
LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def prepare(pictures: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """Pictures as a network's input: its channels, its size, values in [0, 1].

    Colour becomes grey by the ITU-R BT.601 luma, and grey becomes three equal channels. The size is changed by bilinear
    interpolation. When it is reduced, each new pixel is an average of all pixels that it covers, weighted by a
    triangle, so that no detail turns into a false pattern (aliasing). Nearest-neighbour interpolation would draw an 8 ×
    8 digit as blocks whose edges the network would learn, and bicubic interpolation leaves [0, 1]. Pictures with
    another aspect ratio are stretched, so that nothing of them is lost.

    Args:
        pictures: (N, H, W, C) uint8, C is 1 or 3.
        input_shape: The network's (C, H, W), C is 1 or 3.

    Returns:
        (N, *input_shape) float32 in [0, 1].
    """
    channels, height, width = input_shape
    planes = np.moveaxis(pictures, -1, 1).astype(np.float32, order="C")
    planes *= np.float32(1 / 255)
    if planes.shape[1] == 3 and channels == 1:
        planes = np.tensordot(LUMA_WEIGHTS, planes, axes=(0, 1))[:, np.newaxis]
    planes = _resize(planes, height, width)
    if planes.shape[1] == 1 and channels == 3:
        planes = np.repeat(planes, 3, axis=1)
    return np.ascontiguousarray(np.clip(planes, 0, 1, out=planes))


def prepare_photo(picture: np.ndarray, input_shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A photo of any aspect ratio as a network's input.

    The largest centred part with the network's aspect ratio is cut out, then resized as in `prepare`.

    Args:
        picture: (H, W, 3) uint8.
        input_shape: The network's (C, H, W), C is 1 or 3.

    Returns:
        The input, `input_shape` float32 in [0, 1], and the same picture for display, (H, W, C) uint8; the input is that
        picture divided by 255.
    """
    prepared = prepare(center_crop(picture, input_shape[1] / input_shape[2])[np.newaxis], input_shape)[0]
    seen = np.rint(prepared * 255).astype(np.uint8).transpose(1, 2, 0)
    return np.ascontiguousarray(seen.transpose(2, 0, 1), dtype=np.float32) / 255, np.ascontiguousarray(seen)


def center_crop(picture: np.ndarray, height_per_width: float) -> np.ndarray:
    """The largest centred part of (H, W, C) with that aspect ratio, at least 1 × 1 pixel."""
    height, width = picture.shape[:2]
    new_height = min(height, max(1, round(width * height_per_width)))
    new_width = min(width, max(1, round(height / height_per_width)))
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return picture[top : top + new_height, left : left + new_width]


def _resize(planes: np.ndarray, height: int, width: int) -> np.ndarray:
    """(N, C, H, W) float32 to (N, C, height, width): one matrix product down the columns, one along the rows."""
    if planes.shape[2] != height:
        planes = np.matmul(_resampling(planes.shape[2], height), planes)
    if planes.shape[3] != width:
        planes = np.matmul(planes, _resampling(planes.shape[3], width).T)
    return planes


@lru_cache(maxsize=64)
def _resampling(size: int, new_size: int) -> np.ndarray:
    """The (new_size, size) float32 weights of bilinear resampling along one axis; each row adds up to 1.

    Pixel centres lie at i + 1/2. The triangle's half width is one pixel of the coarser of the two grids, as in
    Pillow's resize with BILINEAR and torch's interpolate with antialias=True.
    """
    scale = size / new_size
    reach = max(scale, 1.0)
    centers = (np.arange(new_size) + 0.5) * scale
    distance = np.abs(np.arange(size) + 0.5 - centers[:, np.newaxis])
    weights = np.maximum(1 - distance / reach, 0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
