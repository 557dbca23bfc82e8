"""The part of the picture that a unit of any network sees, also where its layers branch and meet again.

Where paths meet, the field is the smallest box around the fields of all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from visualizer.architecture.flow import PICTURE, FlowNetwork
from visualizer.architecture.span import NOTHING, Pair, Span, places_of
from visualizer.inspection.receptive_field import Reader, seen_by, spans_read

Box = tuple[Pair, Pair]  # (first row, last row), (first column, last column), from 0


@dataclass(frozen=True)
class Sight:
    """What the units of a layer see, as if no map had an edge.

    Attributes:
        rows: The rows of the picture that each row of units sees; below 0 where that begins in the padding. One for a
            vector, whose units all see the same.
        columns: The same of columns.
    """

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def size(self) -> Pair:
        """(height, width) of the largest field."""
        return max(span.size for span in self.rows), max(span.size for span in self.columns)

    @property
    def alike(self) -> bool:
        """Whether all fields are as large as that."""
        return len({span.size for span in self.rows}) == len({span.size for span in self.columns}) == 1

    def field(self, place: Pair) -> tuple[Span, Span]:
        """The rows and columns of the picture that the unit at (row, column) sees."""
        return self.rows[place[0]], self.columns[place[1]]


def sight_of(network: FlowNetwork, index: int) -> Sight | None:
    """What the units of layer `index` (from 0) see; None where a layer on the way does not say what it sees."""
    readers = readers_of(network)
    axes: list[tuple[Span, ...]] = []
    for axis in (0, 1):
        found = [spans_read(readers, index, axis, place) for place in range(readers[index].places[axis])]
        known = [spans for spans in found if spans is not None]
        if len(known) < len(found):
            return None
        axes.append(tuple(spans.get(PICTURE, NOTHING) for spans in known))
    return Sight(*axes)


def box_of(network: FlowNetwork, units: Sequence[tuple[int, Pair]]) -> Box | Literal["nothing"] | None:
    """The box around all pixels of the picture that some units can really see.

    Args:
        network: Any network.
        units: Of each its layer, by index or PICTURE, and its (row, column); (0, 0) of a vector.

    Returns:
        (first row, last row), (first column, last column), from 0; "nothing" where they see no pixel, only padding or
        nothing at all; None where a layer on the way does not say what it sees.
    """
    readers, picture = readers_of(network), places_of(network.input_shape)
    boxes: list[Box] = []
    for index, place in units:
        if index == PICTURE:
            boxes.append(((place[0], place[0]), (place[1], place[1])))
            continue
        ends = []
        for axis in (0, 1):
            seen = seen_by(readers, picture, index, axis, [place[axis]])
            if seen is None:
                return None
            pixels = np.flatnonzero(seen[0])
            ends.append((int(pixels[0]), int(pixels[-1])) if pixels.size else None)
        rows, columns = ends
        if rows is not None and columns is not None:
            boxes.append((rows, columns))
    if not boxes:
        return "nothing"
    return _outer([rows for rows, _ in boxes]), _outer([columns for _, columns in boxes])


def _outer(ends: list[Pair]) -> Pair:
    return min(first for first, _ in ends), max(last for _, last in ends)


def readers_of(network: FlowNetwork) -> tuple[Reader, ...]:
    """The layers of a network, as far as sight goes."""
    places = {PICTURE: places_of(network.input_shape)} | {node.index: places_of(node.shape) for node in network.nodes}
    readers = []
    for node in network.nodes:
        arriving = [places[source] for source in node.sources]
        # Where a gate's single number meets a map, the map is what arrives.
        height, width = (max(sizes) for sizes in zip(*arriving, strict=True))
        readers.append(Reader(node.sources, (height, width), places[node.index], node.sees))
    return tuple(readers)


@dataclass(frozen=True)
class Crop:
    """A part of a picture.

    Attributes:
        top, left: Its first row and column in the picture; below 0 where it begins outside.
        pixels: (C, h, w), 0 outside the picture.
        inside: (h, w) bool, what is part of the picture.
    """

    top: int
    left: int
    pixels: np.ndarray
    inside: np.ndarray


def crop(picture: np.ndarray, sight: Sight, place: Pair) -> Crop:
    """The part of (C, H, W) that the unit at (row, column) sees.

    Along an axis where the largest field is as large as the picture or larger it is the whole picture; elsewhere it is
    as large as the largest field, from the first pixel of this one on, also where that leaves the picture.
    """
    channels, *limits = picture.shape
    size = [min(max(extent, 1), limit) for extent, limit in zip(sight.size, limits, strict=True)]
    top, left = (
        0 if extent >= limit else span.first
        for extent, limit, span in zip(sight.size, limits, sight.field(place), strict=True)
    )
    rows, columns = top + np.arange(size[0]), left + np.arange(size[1])
    row_inside, column_inside = (rows >= 0) & (rows < limits[0]), (columns >= 0) & (columns < limits[1])
    inside = np.outer(row_inside, column_inside)
    pixels = np.zeros((channels, *size), dtype=picture.dtype)
    pixels[:, inside] = picture[:, rows[row_inside][:, None], columns[column_inside]].reshape(channels, -1)
    return Crop(top, left, pixels, inside)


def whole(picture: np.ndarray) -> Crop:
    """All of a picture, (C, H, W)."""
    return Crop(0, 0, picture, np.ones(picture.shape[1:], dtype=bool))
