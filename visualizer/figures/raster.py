"""Colour pictures as Plotly image traces, sent as PNG."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

GREY_LEVEL, GREY_SHARE = 0.5, 0.7  # of a pixel that is greyed


def as_bytes(values: np.ndarray) -> np.ndarray:
    """Values from 0 to 1 as uint8 from 0 to 255; those outside are clipped, and what is not a number is black."""
    return np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)


def rgb_pixels(picture: np.ndarray) -> np.ndarray:
    """Any picture as (H, W, 3) uint8.

    Args:
        picture: (C, H, W) float in [0, 1], values outside are clipped; or (H, W, C) uint8. C is 1 (grey) or 3.
    """
    if picture.dtype != np.uint8:
        picture = as_bytes(picture.transpose(1, 2, 0))
    return np.broadcast_to(picture, (*picture.shape[:2], 3))


def greyed(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    """A picture, (C, H, W) in [0, 1], with some of its pixels, (H, W) bool, nearly grey: dark and bright ones alike."""
    return np.where(where, GREY_SHARE * GREY_LEVEL + (1 - GREY_SHARE) * picture, picture).astype(picture.dtype)


def enlarged(picture: np.ndarray, factor: int) -> np.ndarray:
    """Any picture as `rgb_pixels` takes it, each of its pixels `factor` wide and high: (H', W', 3) uint8."""
    return rgb_pixels(picture).repeat(factor, axis=0).repeat(factor, axis=1)


def png_source(pixels: np.ndarray) -> str:
    """(H, W, 3) or (H, W, 4) uint8 as a data address."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def image_trace(pixels: np.ndarray, *, pixel: float = 1.0) -> dict[str, Any]:
    """An image trace whose upper left corner is at (0, 0), each pixel `pixel` wide and high."""
    return {
        "type": "image",
        "source": png_source(pixels),
        "x0": pixel / 2,
        "y0": pixel / 2,
        "dx": pixel,
        "dy": pixel,
    }
