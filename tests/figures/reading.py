"""Reading figures back: what a trace shows at a place, and the pixels of an image trace."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image


def traces_named(figure: Any, name: str) -> list[Any]:
    """The traces of that name."""
    return [trace for trace in figure.data if trace.name == name]


def cell_at(trace: Any, x: float, y: float) -> tuple[int, int]:
    """Row and column of a heatmap's grid that is drawn at (x, y), by the borders of its cells."""
    row, column = int(np.searchsorted(trace.y, y) - 1), int(np.searchsorted(trace.x, x) - 1)
    assert 0 <= row < trace.z.shape[0]
    assert 0 <= column < trace.z.shape[1]
    return row, column


def image_pixels(trace: Any) -> np.ndarray:
    """The pixels of an image trace, (H, W, channels) uint8."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(trace.source.split(",")[1]))))


def texts(figure: Any) -> list[str]:
    """What the annotations say."""
    return [annotation.text for annotation in figure.layout.annotations]
