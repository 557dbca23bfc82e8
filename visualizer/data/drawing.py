"""A drawing from the page: checked, and made similar to the pictures of a data set."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visualizer.errors import UserError, short_repr

SIDE = 64  # height and width of a drawing as the canvas sends it, pixels

_GRID = 64  # height and width of the bitmap that becomes a digit, pixels
_MAX_WIDTH = _GRID * 20 // 32  # of a digit in the bitmap, pixels: the outer columns of the data are empty
_BLOCK = _GRID // 8  # height and width of the block that becomes one pixel of a digit, pixels
_LEVELS = 16  # of ink, as the data set counts it
_COVERAGE = 0.30  # share of the bitmap that is ink; in the data 0.305, and between 0.296 and 0.322 per class
_MIN_INK = 0.25  # darkness from which a drawing's pixel counts for the outline, from 0 to 1
# Part of a digit is not enlarged to a whole one: the first bar of a 7 stays a bar.
_MAX_ENLARGEMENT = 4.0
_MAX_DISTORTION = 2.5  # height relative to width
_MAX_THICKENING = _BLOCK  # pixels on either side
_MNIST_SIDE = 28  # height and width of an MNIST picture, pixels
_MNIST_BOX = 20  # height and width of the box that its digit fits into, pixels


@dataclass(frozen=True)
class DrawingPreparation:
    """How a drawing becomes a picture that is similar to those of a data set.

    Attributes:
        prepare: Turns the drawing, (SIDE, SIDE) uint8, 0 (paper) to 255 (ink), into (H, W, C) uint8. Raises UserError
            if nothing is drawn.
        description: What the preparation does, for display.
    """

    prepare: Callable[[np.ndarray], np.ndarray]
    description: str


def read_drawing(sent: object) -> np.ndarray:
    """The drawing that the canvas sent, (SIDE, SIDE) uint8, 0 (paper) to 255 (ink), read-only.

    Args:
        sent: Base64 of SIDE × SIDE bytes, row by row, from a browser: it can be anything.

    Raises:
        UserError: It is not that.
    """
    # The length is checked before decoding: four characters are three bytes.
    if isinstance(sent, str) and len(sent) == 4 * -(-SIDE * SIDE // 3):
        try:
            return np.frombuffer(base64.b64decode(sent, validate=True), dtype=np.uint8).reshape(SIDE, SIDE)
        except ValueError:
            pass
    raise UserError(
        "The drawing did not arrive complete.",
        f"{short_repr(sent)} is not the brightness of {SIDE} × {SIDE} pixels.",
        "Draw it again.",
    )


def unchanged(drawing: np.ndarray) -> np.ndarray:
    """The drawing as a grey picture, (SIDE, SIDE, 1) uint8: white ink on black paper.

    Raises:
        UserError: Nothing is drawn.
    """
    _ink_box(drawing)
    return drawing[..., np.newaxis]


def prepare_like_digits(drawing: np.ndarray) -> np.ndarray:
    """The drawing prepared as the handwritten digits are, (8, 8, 1) uint8.

    These were scanned, converted to bitmaps of 32 × 32 pixels by NIST's programs (Garris et al., NIST Form-Based
    Handprint Recognition System, NISTIR 5469, 1994), and reduced to 8 × 8 by counting the dark pixels in 4 × 4 blocks
    (https://doi.org/10.24432/C50P49). What the programs did was measured on the data: each digit takes the full height,
    nearly all take at most the middle 20 columns, and about the same share of the bitmap is dark in each. Here the
    bitmap has twice as many pixels in either direction, so that strokes of any width come close to that.

    Raises:
        UserError: Nothing is drawn.
    """
    rows, columns = _ink_box(drawing)
    cut = drawing[rows, columns].astype(np.float64) / 255
    height, width = cut.shape
    new_width = min(_MAX_WIDTH, width * min(_GRID / height, _MAX_ENLARGEMENT))
    new_height = min(_GRID, height * min(_MAX_ENLARGEMENT, _MAX_DISTORTION * new_width / width))
    tall, wide = max(round(new_height), 1), max(round(new_width), 1)
    scaled = _averaging(height, tall) @ cut @ _averaging(width, wide).T
    bitmap = np.zeros((_GRID, _GRID))
    top, left = (_GRID - tall) // 2, (_GRID - wide) // 2
    bitmap[top : top + tall, left : left + wide] = scaled
    dark = _with_even_strokes(bitmap >= min(0.5, bitmap.max()))
    counts = np.rint(dark.reshape(8, _BLOCK, 8, _BLOCK).mean(axis=(1, 3)) * _LEVELS)
    return np.rint(counts * (255 / _LEVELS)).astype(np.uint8)[..., np.newaxis]


def prepare_like_mnist(drawing: np.ndarray) -> np.ndarray:
    """The drawing prepared as the digits of MNIST are, (28, 28, 1) uint8.

    These were reduced to fit into a box of 20 × 20 pixels without changing their aspect ratio, which produced grey
    levels, and centred by their centre of mass (http://yann.lecun.com/exdb/mnist/).

    Raises:
        UserError: Nothing is drawn.
    """
    rows, columns = _ink_box(drawing)
    cut = drawing[rows, columns].astype(np.float64)
    height, width = cut.shape
    # Part of a digit is not enlarged to a whole one.
    scale = min(_MNIST_BOX / max(height, width), 1.0)
    tall, wide = max(round(height * scale), 1), max(round(width * scale), 1)
    scaled = _averaging(height, tall) @ cut @ _averaging(width, wide).T
    scaled *= 255 / scaled.max()
    middle = (_MNIST_SIDE - 1) / 2
    # Move the centre of mass to `middle`, as far as the picture has room.
    top, left = (
        min(max(round(middle - scaled.sum(axis=1 - axis) @ np.arange(size) / scaled.sum()), 0), _MNIST_SIDE - size)
        for axis, size in enumerate((tall, wide))
    )
    picture = np.zeros((_MNIST_SIDE, _MNIST_SIDE, 1), dtype=np.uint8)
    picture[top : top + tall, left : left + wide, 0] = np.rint(scaled)
    return picture


UNCHANGED = DrawingPreparation(unchanged, "White ink on black paper, resized to the network’s input.")
DIGITS_PREPARATION = DrawingPreparation(
    prepare_like_digits,
    "Your drawing is prepared like the digits that the network learned from: cut out, centred, scaled to the full "
    "height, with strokes as thick as theirs; then the ink is counted in 8 × 8 squares. Most 7s in the data set have a "
    "bar through the stem: without one, the network may take yours for a 3.",
)
MNIST_PREPARATION = DrawingPreparation(
    prepare_like_mnist,
    "Your drawing is prepared like the digits that the network learned from: cut out, reduced to a box of 20 × 20 "
    "pixels, and moved so that its centre of mass is in the middle of 28 × 28 pixels.",
)


def _ink_box(drawing: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of the smallest box around the ink."""
    ink = drawing >= min(255 * _MIN_INK, max(drawing.max(), 1))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise UserError("Nothing is drawn yet.", "", "Draw something on the black paper.")
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _averaging(size: int, new_size: int) -> np.ndarray:
    """(new_size, size) weights of area averaging: each new pixel is the mean of the old pixels that it covers."""
    edges = np.arange(new_size + 1) * (size / new_size)
    old = np.arange(size)
    covered = np.minimum(edges[1:, np.newaxis], old + 1) - np.maximum(edges[:-1, np.newaxis], old)
    return np.maximum(covered, 0) * (new_size / size)


def _with_even_strokes(dark: np.ndarray) -> np.ndarray:
    """The bitmap, strokes thickened or thinned evenly until `_COVERAGE` of it is dark, within the digit's columns."""
    away = _distance_to(dark) - _distance_to(~dark)  # below 0 inside the ink
    margin = (_GRID - _MAX_WIDTH) // 2
    away[:, :margin] = away[:, _GRID - margin :] = np.inf
    limit = np.sort(away, axis=None)[round(_COVERAGE * away.size)]
    return away <= min(limit, _MAX_THICKENING)


def _distance_to(pixels: np.ndarray) -> np.ndarray:
    """The distance of each pixel to the nearest True pixel, in pixels; a large number if there is none.

    Exact Euclidean distance, first along the columns, then across, as in P. Felzenszwalb and D. Huttenlocher, Distance
    Transforms of Sampled Functions, 2012, https://doi.org/10.4086/toc.2012.v008a019.
    """
    apart = np.square(np.subtract.outer(np.arange(len(pixels)), np.arange(len(pixels))))
    along = np.where(pixels[np.newaxis], apart[:, :, np.newaxis], 4 * _GRID**2).min(axis=1)
    return np.sqrt((along[:, np.newaxis, :] + apart[np.newaxis]).min(axis=2))
