"""The pixels of the picture that a unit can see: its receptive field, computed from what each layer reads.

Where several paths meet, the field is the smallest box around the fields of all paths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import NOTHING, PICTURE, HeightWidth, RowColumn, Sees, Span, around, places_of

PixelRange = tuple[int, int]  # the first and the last row or column, both included, from 0
PixelBox = tuple[PixelRange, PixelRange]  # its rows, its columns


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
    """The pixels that one unit can see: those in a seen row and a seen column."""

    rows: AxisField
    columns: AxisField

    @property
    def mask(self) -> np.ndarray:
        """(H, W) bool."""
        return np.outer(self.rows.seen, self.columns.seen)


@dataclass(frozen=True)
class LayerFields:
    """The fields of all units of a layer, if maps had no edges.

    Attributes:
        rows: For each row of units, the rows of the picture that it sees; rows outside the picture are padding. A
            vector has one entry, since all its units see the same.
        columns: The same for columns.
    """

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def size(self) -> HeightWidth:
        """Height and width of the largest field, in pixels."""
        return max(span.size for span in self.rows), max(span.size for span in self.columns)

    @property
    def are_equally_large(self) -> bool:
        """Whether all fields have the same size."""
        return len({span.size for span in self.rows}) == len({span.size for span in self.columns}) == 1

    def field(self, place: RowColumn) -> tuple[Span, Span]:
        """The rows and the columns of the picture that the unit at this place sees."""
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


def axis_fields(graph: LayerGraph, index: int, axis: int, places: Sequence[int]) -> tuple[AxisField, ...] | None:
    """The fields along one axis of the units at some places; None if it is unknown what a layer on the way reads.

    Arguments as in `spans_read`. With PICTURE as `index`, the units are pixels, which see themselves.
    """
    seen = _pixels_seen(graph, index, axis, places)
    fields = []
    for at, place in enumerate(places):
        spans = spans_read(graph, index, axis, place)
        if seen is None or spans is None:
            return None
        span = spans.get(PICTURE, NOTHING)
        fields.append(AxisField(span.first, span.last, seen[at]))
    return tuple(fields)


def receptive_field(graph: LayerGraph, index: int, place: RowColumn) -> ReceptiveField | None:
    """The field of the units of layer `index` at one place, (0, 0) in a vector; None if it is unknown."""
    rows = axis_fields(graph, index, 0, [place[0]])
    columns = axis_fields(graph, index, 1, [place[1]])
    return None if rows is None or columns is None else ReceptiveField(rows[0], columns[0])


def layer_fields(graph: LayerGraph, index: int) -> LayerFields | None:
    """The fields of all units of layer `index`; None if it is unknown what a layer on the way reads."""
    axes: list[tuple[Span, ...]] = []
    for axis in (0, 1):
        read = [spans_read(graph, index, axis, place) for place in range(places_at(graph, index)[axis])]
        known = [spans for spans in read if spans is not None]
        if len(known) < len(read):
            return None
        axes.append(tuple(spans.get(PICTURE, NOTHING) for spans in known))
    return LayerFields(*axes)


def pixel_box(graph: LayerGraph, units: Sequence[tuple[int, RowColumn]]) -> PixelBox | Literal["nothing"] | None:
    """The smallest box around all pixels of the picture that some units really see.

    Each unit is given by the index of its layer, or PICTURE, and its place, (0, 0) in a vector. "nothing" means that
    they see only padding, or nothing; None means that it is unknown what a layer on the way reads.
    """
    boxes: list[PixelBox] = []
    for index, place in units:
        field = receptive_field(graph, index, place)
        if field is None:
            return None
        rows, columns = field.rows.clipped, field.columns.clipped
        if rows is not None and columns is not None:
            boxes.append((rows, columns))
    if not boxes:
        return "nothing"
    return _around([rows for rows, _ in boxes]), _around([columns for _, columns in boxes])


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


def _around(ranges: list[PixelRange]) -> PixelRange:
    return min(first for first, _ in ranges), max(last for _, last in ranges)


def _pixels_seen(graph: LayerGraph, index: int, axis: int, places: Sequence[int]) -> np.ndarray | None:
    """`AxisField.seen` of the units at some places: (units, input size)."""
    asked = {index: np.eye(places_at(graph, index)[axis], dtype=bool)[list(places)]}
    for at in range(index, -1, -1):
        units = asked.pop(at, None)
        if units is None:
            continue
        read = _places_read(graph, at, axis, np.array(units.any(axis=0)))
        if read is None:
            return None
        # Counted in float32, which multiplies far faster than bool; counts up to a map's size are exact.
        reached: np.ndarray = (units.astype(np.float32) @ read.astype(np.float32)) > 0
        for source in graph.nodes[at].sources:
            part = reached
            if _stands_for_map(graph, at, source, axis):
                part = np.array(reached.any(axis=1, keepdims=True))
            asked[source] = np.logical_or(asked[source], part) if source in asked else part
    return asked.get(PICTURE, np.zeros((len(places), places_at(graph, PICTURE)[axis]), dtype=bool))


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
