"""Two boxes on a picture to drag, with the arithmetic of their overlap. The component box_pair does all of it."""

import numpy as np

from visualizer.data.boxes import ENOUGH
from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.component import component

Pixels = tuple[int, int, int, int]


def box_pair(picture: np.ndarray, boxes: tuple[Pixels, Pixels], caption: tuple[str, str], key: str) -> None:
    """Draw both boxes on the picture; dragging them sends nothing to the server.

    Args:
        picture: (H, W, 3) uint8.
        boxes: The true box and an answer at the start: left, top, width and height in pixels.
        caption: A title and a note.
        key: Unique on the page.
    """
    data = {
        "picture": png_source(rgb_pixels(picture)),
        "size": picture.shape[:2],
        "boxes": boxes,
        "caption": caption,
        "enough": ENOUGH,
    }
    component("box_pair")(key=key, data=data)


def in_pixels(box: np.ndarray, size: tuple[int, int]) -> Pixels:
    """A box, (4,) as shares of a picture's sides, as left, top, width and height in whole pixels of it."""
    height, width = size
    x, y, wide, high = (box * (width, height, width, height)).tolist()
    left, top = round(x - wide / 2), round(y - high / 2)
    return left, top, max(round(x + wide / 2) - left, 1), max(round(y + high / 2) - top, 1)
