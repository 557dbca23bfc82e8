"""What a person drew on the page, checked, and made to look like the pictures of a data set."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from visualizer.errors import UserError, short_repr

SIDE = 64  # pixels of a drawing, height and width, as the canvas sends it

_GRID = 64  # pixels of the bitmap that becomes a digit, height and width
_MOST_WIDE = _GRID * 20 // 32  # of them, in the middle, that a digit takes: the outer columns of the data are empty
_BLOCK = _GRID // 8  # of them that one pixel of a digit covers, either way
_LEVELS = 16  # of ink, as the data set counts it
_COVERED = 0.30  # of the bitmap by ink; in the data 0.305, of each class between 0.296 and 0.322
_INK = 0.25  # of a drawing's pixel, from which on it counts for the outline
# A part of a digit is not blown up to a whole one: the first bar of a 7 stays a bar.
_MOST_ENLARGED = 4.0
_MOST_DISTORTED = 2.5  # height against width
_MOST_THICKENED = _BLOCK  # pixels on either side
_MNIST_SIDE, _MNIST_BOX = 28, 20  # pixels of a picture of MNIST, and of the box that its digit fits into


@dataclass(frozen=True)
class DrawnAs:
    """How a drawing becomes a picture that is like those of a data set.

    Attributes:
        picture: From the drawing, (SIDE, SIDE) uint8, 0 (paper) to 255 (ink), to (H, W, C) uint8. Raises UserError
            where nothing is drawn.
        words: What it does, for people.
    """

    picture: Callable[[np.ndarray], np.ndarray]
    words: str


def read_drawing(sent: object) -> np.ndarray:
    """The drawing that the canvas sent, (SIDE, SIDE) uint8, 0 (paper) to 255 (ink), read-only.

    Args:
        sent: Base64 of SIDE × SIDE bytes, row by row. Anybody can send anything.

    Raises:
        UserError: It is anything else.
    """
    # Its length is asked before it is decoded: four letters are three bytes.
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


def as_it_is(drawing: np.ndarray) -> np.ndarray:
    """The drawing as a grey picture, (SIDE, SIDE, 1) uint8: white ink on black paper.

    Raises:
        UserError: Nothing is drawn.
    """
    _ink_of(drawing)
    return drawing[..., np.newaxis]


def like_the_digits(drawing: np.ndarray) -> np.ndarray:
    """The drawing prepared as the handwritten digits are, (8, 8, 1) uint8.

    These were scanned, made bitmaps of 32 × 32 pixels by NIST's programs (Garris et al., NIST Form-Based Handprint
    Recognition System, NISTIR 5469, 1994), and reduced to 8 × 8 by counting the dark pixels in 4 × 4 blocks
    (https://doi.org/10.24432/C50P49). What the programs did is measured on the data: each digit takes the full height,
    nearly all take the middle 20 columns at most, and about as much of the bitmap is dark in each. Here the bitmap has
    twice as many pixels either way, so that strokes of any width come close to that.

    Raises:
        UserError: Nothing is drawn.
    """
    rows, columns = _ink_of(drawing)
    cut = drawing[rows, columns].astype(np.float64) / 255
    height, width = cut.shape
    new_width = min(_MOST_WIDE, width * min(_GRID / height, _MOST_ENLARGED))
    new_height = min(_GRID, height * min(_MOST_ENLARGED, _MOST_DISTORTED * new_width / width))
    tall, wide = max(round(new_height), 1), max(round(new_width), 1)
    scaled = _averaging(height, tall) @ cut @ _averaging(width, wide).T
    bitmap = np.zeros((_GRID, _GRID))
    top, left = (_GRID - tall) // 2, (_GRID - wide) // 2
    bitmap[top : top + tall, left : left + wide] = scaled
    dark = _with_even_strokes(bitmap >= min(0.5, bitmap.max()))
    counts = np.rint(dark.reshape(8, _BLOCK, 8, _BLOCK).mean(axis=(1, 3)) * _LEVELS)
    return np.rint(counts * (255 / _LEVELS)).astype(np.uint8)[..., np.newaxis]


def like_mnist(drawing: np.ndarray) -> np.ndarray:
    """The drawing prepared as the digits of MNIST are, (28, 28, 1) uint8.

    These were reduced to fit into a box of 20 × 20 pixels with their aspect ratio kept, which made grey levels, and
    centred by their centre of mass (http://yann.lecun.com/exdb/mnist/).

    Raises:
        UserError: Nothing is drawn.
    """
    rows, columns = _ink_of(drawing)
    cut = drawing[rows, columns].astype(np.float64)
    height, width = cut.shape
    # A part of a digit is not blown up to a whole one.
    scale = min(_MNIST_BOX / max(height, width), 1.0)
    tall, wide = max(round(height * scale), 1), max(round(width * scale), 1)
    scaled = _averaging(height, tall) @ cut @ _averaging(width, wide).T
    scaled *= 255 / scaled.max()
    middle = (_MNIST_SIDE - 1) / 2
    # `middle` minus the centre of mass, as far as the picture has room.
    top, left = (
        min(max(round(middle - scaled.sum(axis=1 - axis) @ np.arange(size) / scaled.sum()), 0), _MNIST_SIDE - size)
        for axis, size in enumerate((tall, wide))
    )
    picture = np.zeros((_MNIST_SIDE, _MNIST_SIDE, 1), dtype=np.uint8)
    picture[top : top + tall, left : left + wide, 0] = np.rint(scaled)
    return picture


AS_IT_IS = DrawnAs(as_it_is, "White ink on black paper, resized to the network’s input.")
LIKE_THE_DIGITS = DrawnAs(
    like_the_digits,
    "Prepared as the digits that it learned from were: cut out, centred, scaled to the full height, its strokes made "
    "as thick as theirs, then the ink counted in 8 × 8 squares. Most of its 7s have a bar through the stem: without "
    "one, it may take yours for a 3.",
)

LIKE_MNIST = DrawnAs(
    like_mnist,
    "Prepared as the digits that it learned from were: cut out, reduced to a box of 20 × 20 pixels, its centre of mass "
    "put into the middle of 28 × 28.",
)


def _ink_of(drawing: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of the smallest box around the ink."""
    ink = drawing >= min(255 * _INK, max(drawing.max(), 1))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise UserError("Nothing is drawn yet.", "", "Draw something on the black paper.")
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _averaging(size: int, new_size: int) -> np.ndarray:
    """(new_size, size) weights: each new pixel is the mean of what it covers of the old ones (area averaging)."""
    edges = np.arange(new_size + 1) * (size / new_size)
    old = np.arange(size)
    covered = np.minimum(edges[1:, np.newaxis], old + 1) - np.maximum(edges[:-1, np.newaxis], old)
    return np.maximum(covered, 0) * (new_size / size)


def _with_even_strokes(dark: np.ndarray) -> np.ndarray:
    """The bitmap with its strokes grown or shrunk evenly until `_COVERED` of it is dark, within the digit's columns."""
    away = _distance_to(dark) - _distance_to(~dark)  # below 0 inside the ink
    margin = (_GRID - _MOST_WIDE) // 2
    away[:, :margin] = away[:, _GRID - margin :] = np.inf
    limit = np.sort(away, axis=None)[round(_COVERED * away.size)]
    grown: np.ndarray = away <= min(limit, _MOST_THICKENED)
    return grown


def _distance_to(pixels: np.ndarray) -> np.ndarray:
    """How far each pixel is from the nearest True one, in pixels; far where there is none.

    Exact and Euclidean: first along the columns, then across, as in P. Felzenszwalb and D. Huttenlocher, Distance
    Transforms of Sampled Functions, 2012, https://doi.org/10.4086/toc.2012.v008a019.
    """
    apart = np.square(np.subtract.outer(np.arange(len(pixels)), np.arange(len(pixels))))
    along = np.where(pixels[np.newaxis], apart[:, :, np.newaxis], 4 * _GRID**2).min(axis=1)
    distance: np.ndarray = np.sqrt((along[:, np.newaxis, :] + apart[np.newaxis]).min(axis=2))
    return distance
