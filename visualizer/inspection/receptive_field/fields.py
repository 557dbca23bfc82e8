"""The pixels of the picture that a unit can see: its receptive field, computed from what each layer reads.

Over one path a unit sees the pixels in some rows and some columns. Where several paths meet, it sees what any of them
reaches. That need not fill the smallest box around it: a wide and a high path together reach a cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import NOTHING, PICTURE, HeightWidth, RowColumn, Sees, Span, around, places_of

PixelRange = tuple[int, int]  # the first and the last row or column, both included, from 0
PixelBox = tuple[PixelRange, PixelRange]  # its rows, its columns
Part = tuple[np.ndarray, np.ndarray]  # seen rows and seen columns, for each row and each column of units

# Most networks need one: of the paths around a block, the widest holds the others. Three dilations side by side need 9
# at most, however often in a row.
MOST_PARTS = 32


class ReadingLayer(Protocol):
    """What receptive fields need to know about a layer; a `Node` has it.

    `sources` are the indices of the layers that it takes its input from, or PICTURE; `shape` is the shape of its
    output without the batch; `sees` says which places of its input it reads.
    """

    @property
    def sources(self) -> tuple[int, ...]: ...

    @property
    def shape(self) -> Shape: ...

    @property
    def sees(self) -> Sees: ...


class LayerGraph(Protocol):
    """What receptive fields need to know about a network; a `FlowNetwork` has it. Pictures are (C, H, W)."""

    @property
    def input_shape(self) -> tuple[int, int, int]: ...

    @property
    def nodes(self) -> Sequence[ReadingLayer]: ...


@dataclass(frozen=True)
class AxisField:
    """The field of one unit along one axis.

    Attributes:
        first, last: The first and the last pixel, if maps had no edges: pixels outside the picture are padding. `last`
            is less than `first` if the unit reads nothing.
        seen: (input size,) bool, the pixels that the unit really sees: inside the picture and inside all maps on the
            way, without the gaps that dilation and large strides leave.
    """

    first: int
    last: int
    seen: np.ndarray

    @property
    def size(self) -> int:
        """The number of pixels from the first to the last."""
        return max(self.last - self.first + 1, 0)

    @property
    def clipped(self) -> PixelRange | None:
        """The first and the last pixel that the unit really sees; None if it sees only padding, or nothing."""
        indices = np.flatnonzero(self.seen)
        return (int(indices[0]), int(indices[-1])) if indices.size else None

    @property
    def middle_half(self) -> tuple[float, float]:
        """Where the middle half begins and ends; pixel i reaches from i to i + 1."""
        return self.first + self.size / 4, self.first + self.size * 3 / 4


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels that one unit can see.

    Attributes:
        rows, columns: The sides of the smallest box around them, and which rows and columns have a seen pixel.
        mask: (H, W) bool, the pixels that it really sees, as `AxisField.seen` means it: the union over all paths.
    """

    rows: AxisField
    columns: AxisField
    mask: np.ndarray


@dataclass(frozen=True)
class SeenParts:
    """The pixels that each unit of a layer really sees, as few parts whose rows and columns can be told separately.

    Attributes:
        parts: Of each part (unit rows, H) and (unit columns, W) bool. The unit at (r, c) sees the pixel at (y, x) if
            in some part its row of units sees row y and its column of units sees column x.
        exact: False where that would take more than `MOST_PARTS`. Then there is one part, the rows and columns that any
            path reaches, and the units see no more than that.
    """

    parts: tuple[Part, ...]
    exact: bool


@dataclass(frozen=True)
class LayerFields:
    """The boxes around the fields of all units of a layer, if maps had no edges.

    Attributes:
        rows: For each row of units, the rows of the picture that it sees; rows outside the picture are padding. A
            vector has one entry, since all its units see the same.
        columns: The same for columns.
    """

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def size(self) -> HeightWidth:
        """Height and width of the largest box, in pixels."""
        return max(span.size for span in self.rows), max(span.size for span in self.columns)

    @property
    def are_equally_large(self) -> bool:
        """Whether all boxes have the same size."""
        return len({span.size for span in self.rows}) == len({span.size for span in self.columns}) == 1

    def field(self, place: RowColumn) -> tuple[Span, Span]:
        """The rows and the columns of the box around what the unit at this place sees."""
        return self.rows[place[0]], self.columns[place[1]]


def places_at(graph: LayerGraph, index: int) -> HeightWidth:
    """Height and width of the output of layer `index`, or of the picture for PICTURE; (1, 1) for a vector."""
    return places_of(graph.input_shape if index == PICTURE else graph.nodes[index].shape)


def spans_read(graph: LayerGraph, index: int, axis: int, place: int) -> dict[int, Span] | None:
    """What a unit reads from the layers before it and from the picture, if maps had no edges.

    Args:
        graph: Any network.
        index: The unit's layer, from 0.
        axis: 0 along the height, 1 along the width.
        place: The unit's place along this axis.

    Returns:
        The places that are read, for each layer that is read and for PICTURE. None if it is unknown what a layer on
        the way reads.
    """
    spans = {index: Span(place, place)}
    for at in range(index, -1, -1):
        if at not in spans:
            continue
        read = graph.nodes[at].sees(axis, spans[at])
        if read is None:
            return None
        for source in graph.nodes[at].sources:
            part = Span(0, 0) if read.size and _stands_for_map(graph, at, source, axis) else read
            joined = around([part, spans.get(source, NOTHING)])
            if joined.size:
                spans[source] = joined
    return spans


def receptive_field(graph: LayerGraph, index: int, place: RowColumn) -> ReceptiveField | None:
    """The field of the units of layer `index` at one place, (0, 0) in a vector; None if it is unknown.

    With PICTURE as `index`, the unit is a pixel, which sees itself.
    """
    masks = pixels_seen(graph, index, [place])
    rows, columns = (spans_read(graph, index, axis, place[axis]) for axis in (0, 1))
    if masks is None or rows is None or columns is None:
        return None
    (mask,) = masks
    height, width = rows.get(PICTURE, NOTHING), columns.get(PICTURE, NOTHING)
    return ReceptiveField(
        AxisField(height.first, height.last, mask.any(axis=1)),
        AxisField(width.first, width.last, mask.any(axis=0)),
        mask,
    )


def pixels_seen(graph: LayerGraph, index: int, places: Sequence[RowColumn]) -> np.ndarray | None:
    """`ReceptiveField.mask` of the units of layer `index` at some places: (places, H, W). None if it is unknown."""
    asked = np.zeros((len(places), *places_at(graph, index)), dtype=bool)
    for unit, (row, column) in enumerate(places):
        asked[unit, row, column] = True
    return _followed(graph, {index: asked})


def pixels_seen_together(graph: LayerGraph, units: Sequence[tuple[int, RowColumn]]) -> np.ndarray | None:
    """The pixels of the picture that any of some units really sees, (H, W) bool.

    Each unit is given by the index of its layer, or PICTURE, and its place, (0, 0) in a vector. None if it is unknown
    what a layer on the way reads.
    """
    asked: dict[int, np.ndarray] = {}
    for index, (row, column) in units:
        mask = asked.setdefault(index, np.zeros((1, *places_at(graph, index)), dtype=bool))
        mask[0, row, column] = True
    masks = _followed(graph, asked)
    return None if masks is None else masks[0]


def seen_parts(graph: LayerGraph, index: int) -> SeenParts | None:
    """What each unit of layer `index` sees, for a drawing that shows any of them; None if it is unknown."""
    height, width = places_at(graph, index)
    asked = {index: [(np.eye(height, dtype=bool), np.eye(width, dtype=bool))]}
    exact = True
    for at in range(index, -1, -1):
        parts = asked.pop(at, [])
        if not parts:  # nothing reads it, or only its padding
            continue
        rows_read, columns_read = (
            _places_read(graph, at, axis, np.any([part[axis].any(axis=0) for part in parts], axis=0)) for axis in (0, 1)
        )
        if rows_read is None or columns_read is None:
            return None
        for rows, columns in parts:
            reached = _product(rows, rows_read), _product(columns, columns_read)
            for source in graph.nodes[at].sources:
                known = _with_part(asked.get(source, []), _arriving(graph, at, source, reached))
                if len(known) > MOST_PARTS:
                    known, exact = [_box_of_parts(known)], False
                asked[source] = known
    seen = asked.get(PICTURE, [])
    return SeenParts(tuple(seen if exact or not seen else [_box_of_parts(seen)]), exact)


def layer_fields(graph: LayerGraph, index: int) -> LayerFields | None:
    """The boxes around the fields of all units of a layer; None if it is unknown what a layer on the way reads."""
    axes: list[tuple[Span, ...]] = []
    for axis in (0, 1):
        read = [spans_read(graph, index, axis, place) for place in range(places_at(graph, index)[axis])]
        known = [spans for spans in read if spans is not None]
        if len(known) < len(read):
            return None
        axes.append(tuple(spans.get(PICTURE, NOTHING) for spans in known))
    return LayerFields(*axes)


def pixel_box(mask: np.ndarray) -> PixelBox | None:
    """The smallest box around the pixels of a mask; None if there are none."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return ((int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))) if rows.size else None


def gaps_in(mask: np.ndarray) -> np.ndarray:
    """Which pixels of the smallest box around a mask are not in it, (H, W) bool."""
    gaps, box = np.zeros_like(mask), pixel_box(mask)
    if box is not None:
        part = tuple(slice(first, last + 1) for first, last in box)
        gaps[part] = ~mask[part]
    return gaps


def inner_half_share(mass: np.ndarray, field: ReceptiveField) -> float | None:
    """The share of `mass` in the middle half of the field's height and width, 0 to 1; None if all of it is 0.

    It is 0.25 for a mass that is spread evenly over a field inside the picture. Where the border of the middle half
    runs through a pixel, the pixel counts in part.

    Args:
        mass: (H, W), 0 or more, such as `effective_field` returns.
        field: The unit's field. Its middle half is taken before the picture's edge cuts the field.
    """
    total = float(mass.sum(dtype=np.float64))
    if total == 0:
        return None
    inside = np.outer(_inside_middle_half(field.rows), _inside_middle_half(field.columns))
    return float((mass * inside).sum(dtype=np.float64) / total)


def _inside_middle_half(axis: AxisField) -> np.ndarray:
    low, high = axis.middle_half
    pixels = np.arange(len(axis.seen))
    return np.clip(np.minimum(pixels + 1, high) - np.maximum(pixels, low), 0, 1)


def _followed(graph: LayerGraph, asked: dict[int, np.ndarray]) -> np.ndarray | None:
    """The pixels that places of layers see. The places are given by layer, (masks, h, w) bool; (masks, H, W) bool."""
    count = len(next(iter(asked.values())))
    asked = dict(asked)
    for at in range(max(asked), -1, -1):
        masks = asked.pop(at, None)
        if masks is None:
            continue
        rows, columns = (np.array(masks.any(axis=axes)) for axes in ((0, 2), (0, 1)))
        rows_read, columns_read = _places_read(graph, at, 0, rows), _places_read(graph, at, 1, columns)
        if rows_read is None or columns_read is None:
            return None
        small = masks[:, rows][:, :, columns]  # most of a large map is not asked for
        reached = _product(rows_read[rows].T, _product(small, columns_read[columns]))
        for source in graph.nodes[at].sources:
            part = reached
            for axis in (0, 1):
                if _stands_for_map(graph, at, source, axis):
                    part = np.array(part.any(axis=axis + 1, keepdims=True))
            asked[source] = np.logical_or(asked[source], part) if source in asked else part
    return asked.get(PICTURE, np.zeros((count, *places_at(graph, PICTURE)), dtype=bool))


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The product of bool matrices: whether a row and a column have a True in common."""
    # Counted in float32, which multiplies far faster than bool; counts up to a map's size are exact.
    product: np.ndarray = (left.astype(np.float32) @ right.astype(np.float32)) > 0
    return product


def _arriving(graph: LayerGraph, at: int, source: int, part: Part) -> Part:
    """What a part of the input of a layer means for one of its sources."""
    rows, columns = (
        np.array(side.any(axis=1, keepdims=True)) if _stands_for_map(graph, at, source, axis) else side
        for axis, side in enumerate(part)
    )
    return rows, columns


def _with_part(parts: list[Part], new: Part) -> list[Part]:
    """The union of parts with one more, in as few parts as can be had without losing what they say."""
    if not (new[0].any() and new[1].any()) or any(_holds(old, new) for old in parts):
        return parts
    kept = [old for old in parts if not _holds(new, old)]
    for at, old in enumerate(kept):
        if any(np.array_equal(old[axis], new[axis]) for axis in (0, 1)):
            return _with_part([*kept[:at], *kept[at + 1 :]], _box_of_parts([old, new]))
    return [*kept, new]


def _holds(outer: Part, inner: Part) -> bool:
    return all(not (small & ~large).any() for large, small in zip(outer, inner, strict=True))


def _box_of_parts(parts: Sequence[Part]) -> Part:
    """All rows and all columns of some parts; where they share all rows or all columns, that is no more than they."""
    rows, columns = (np.any(sides, axis=0) for sides in zip(*parts, strict=True))
    return rows, columns


def _places_read(graph: LayerGraph, at: int, axis: int, asked: np.ndarray) -> np.ndarray | None:
    """Which places of its input each asked place of a layer reads: (places, input places) bool; None if unknown."""
    read = np.zeros((len(asked), _input_places(graph, at, axis)), dtype=bool)
    for place in np.flatnonzero(asked):
        span = graph.nodes[at].sees(axis, Span(int(place), int(place)))
        if span is None:
            return None
        first = span.first if span.first >= 0 else span.first % span.every
        read[place, first : max(span.last + 1, 0) : span.every] = True
    return read


def _input_places(graph: LayerGraph, at: int, axis: int) -> int:
    """How many places the input of a layer has: those of the map, where a gate multiplies it by a single number."""
    return max(places_at(graph, source)[axis] for source in graph.nodes[at].sources)


def _stands_for_map(graph: LayerGraph, at: int, source: int, axis: int) -> bool:
    """Whether a source has one number where other sources have a whole map, as a gate does."""
    return places_at(graph, source)[axis] == 1 < _input_places(graph, at, axis)
