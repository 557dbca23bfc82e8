"""Which input pixels a unit can see: the sum that every textbook has, and the exact pixels, from what each layer says.

Source of the sum: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019,
https://distill.pub/2019/computing-receptive-fields/
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualizer.architecture.architecture import Architecture, LayerReport, summarize
from visualizer.architecture.layer import Layer, sees_of
from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.span import NOTHING, PICTURE, Pair, Sees, Span, around, places_of


@dataclass(frozen=True)
class Reader:
    """One layer in its place, as far as sight goes; pairs are (height, width).

    Attributes:
        sources: The layers whose outputs arrive, by index, or PICTURE.
        arriving: Places of a map that arrives; (1, 1) of a vector.
        places: Places of a map that leaves.
        sees: What it reads.
    """

    sources: tuple[int, ...]
    arriving: Pair
    places: Pair
    sees: Sees


def spans_read(readers: Sequence[Reader], index: int, axis: int, place: int) -> dict[int, Span] | None:
    """What a unit of layer `index` reads of every layer before it and of the picture, as if no map had an edge.

    Args:
        readers: The layers of a network in order.
        index: The unit's layer, from 0.
        axis: 0 along the height, 1 along the width.
        place: Of the unit along that axis.

    Returns:
        By layer, PICTURE for the picture; what is not there is not read. The smallest span where paths meet. None where
        a layer on the way does not say what it reads.
    """
    spans = {index: Span(place, place)}
    for at in range(index, -1, -1):
        if at not in spans:
            continue
        reader = readers[at]
        read = reader.sees(axis, spans[at])
        if read is None:
            return None
        for source in reader.sources:
            part = Span(0, 0) if read.size and _stands_for_all(readers, at, source, axis) else read
            found = around([part, spans.get(source, NOTHING)])
            if found.size:
                spans[source] = found
    return spans


def seen_by(
    readers: Sequence[Reader], picture: Pair, index: int, axis: int, places: Sequence[int]
) -> np.ndarray | None:
    """The pixels that units of layer `index` can really see along an axis: (units, size of the picture) bool.

    Inside the picture and inside every map on the way, and without the holes that dilation and wide strides leave.
    `picture` is (height, width), `places` those of the units; the rest as in `spans_read`.
    """
    asked = {index: np.eye(readers[index].places[axis], dtype=bool)[list(places)]}
    for at in range(index, -1, -1):
        units = asked.pop(at, None)
        if units is None:
            continue
        read = _read(readers[at], axis, np.array(units.any(axis=0)))
        if read is None:
            return None
        # Counted in float32, which multiplies far faster than bool; counts up to a map's size are exact.
        reached: np.ndarray = (units.astype(np.float32) @ read.astype(np.float32)) > 0
        for source in readers[at].sources:
            part = reached
            if _stands_for_all(readers, at, source, axis):
                part = np.array(reached.any(axis=1, keepdims=True))
            asked[source] = np.logical_or(asked[source], part) if source in asked else part
    return asked.get(PICTURE, np.zeros((len(places), picture[axis]), dtype=bool))


def _stands_for_all(readers: Sequence[Reader], at: int, source: int, axis: int) -> bool:
    """Whether one number of a source stands for a whole map, as that of a gate does."""
    return source != PICTURE and readers[source].places[axis] == 1 < readers[at].arriving[axis]


def _read(reader: Reader, axis: int, asked: np.ndarray) -> np.ndarray | None:
    """Which places that arrive are read by each place that leaves, as far as it is asked for: (places, arriving)."""
    read = np.zeros((len(asked), reader.arriving[axis]), dtype=bool)
    for place in np.flatnonzero(asked):
        span = reader.sees(axis, Span(int(place), int(place)))
        if span is None:
            return None
        first = span.first if span.first >= 0 else span.first % span.every
        read[place, first : max(span.last + 1, 0) : span.every] = True
    return read


@dataclass(frozen=True)
class Step:
    """How a layer that is a window widens the view: window, stride, dilation, padding before; each (height, width).

    A padding below 0 crops. A stride of 0 is that of a layer whose units all read the same, such as one that normalises
    over the whole map.
    """

    window: Pair = (1, 1)
    strides: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: Pair = (0, 0)


@dataclass(frozen=True)
class FieldRow:
    """One line of the step-by-step sum; every pair is (height, width), in pixels of the input.

    Attributes:
        layer: The layer, None for the input itself.
        step: Its window, stride, dilation and padding; None where it is no window, such as one that enlarges.
        size: Pixels from the first to the last one that a unit can see, as if the picture had no edge; where it differs
            from unit to unit, the most.
        jump: Pixels between the fields of two neighbouring units; None where that differs from unit to unit, from the
            first layer on that is no window.
        start: The first pixel of the first unit's field; below 0 where the field begins in the padding. None as `jump`.
        places: How many units one map has; (1, 1) for a vector, whose units all see the same.
        output_shape: What leaves the layer.
        readers: All layers up to and with this one.
    """

    layer: Layer | None
    step: Step | None
    size: Pair
    jump: Pair | None
    start: Pair | None
    places: Pair
    output_shape: Shape
    readers: tuple[Reader, ...] = ()


@dataclass(frozen=True)
class AxisField:
    """The field of one unit along one axis.

    Attributes:
        first: The first pixel by the sum, as if the picture had no edge.
        last: The last pixel by the sum; before the first one where the unit reads nothing at all.
        seen: (input size,) bool, the pixels that the unit can really see: inside the picture, and without the holes
            that dilation and wide strides leave.
    """

    first: int
    last: int
    seen: np.ndarray

    @property
    def size(self) -> int:
        return max(self.last - self.first + 1, 0)

    @property
    def clipped(self) -> Pair | None:
        """The first and last pixel that is really seen; None where the unit sees no pixel, only padding or nothing."""
        indices = np.flatnonzero(self.seen)
        return (int(indices[0]), int(indices[-1])) if indices.size else None


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels that one unit can see: every seen row at every seen column."""

    rows: AxisField
    columns: AxisField

    @property
    def mask(self) -> np.ndarray:
        """(H, W) bool."""
        return np.outer(self.rows.seen, self.columns.seen)


def field_rows(architecture: Architecture) -> tuple[FieldRow, ...]:
    """The step-by-step sum: the input, then every layer up to one that does not fit, or does not say what it sees.

    size = size before + (window - 1) · dilation · jump before; jump = jump before · stride;
    start = start before - padding · jump before. Distill writes the same recurrences for the centre of the field.

    A layer that makes a vector of maps (Flatten, global pooling) counts as a window over the whole map: the vector
    holds all of its places, and so does whatever follows it.
    """
    channels, height, width = architecture.input_shape
    row = FieldRow(None, Step(), (1, 1), (1, 1), (0, 0), (height, width), (channels, height, width))
    rows = [row]
    for report in summarize(architecture).layers:
        if report.input_shape is None or report.output_shape is None:
            break
        found = _after(row, report)
        if found is None:
            break
        row = found
        rows.append(row)
    return tuple(rows)


def first_unsaid(architecture: Architecture, rows: tuple[FieldRow, ...]) -> tuple[int, Layer] | None:
    """The layer that does not say what it sees, at which the sum ends, and its number from 1; None where all say it."""
    reports = summarize(architecture).layers[len(rows) - 1 :]
    return (len(rows), reports[0].layer) if reports and reports[0].output_shape is not None else None


def grown(size: Pair, jump: Pair, start: Pair, step: Step) -> tuple[Pair, Pair, Pair]:
    """(size, jump, start) after one more layer with that step."""
    sizes = tuple(
        old + (window - 1) * dilation * apart
        for old, window, dilation, apart in zip(size, step.window, step.dilation, jump, strict=True)
    )
    starts = tuple(old - padding * apart for old, padding, apart in zip(start, step.padding, jump, strict=True))
    jumps = tuple(old * stride for old, stride in zip(jump, step.strides, strict=True))
    return sizes, jumps, starts  # type: ignore[return-value]


def axis_fields(rows: tuple[FieldRow, ...], index: int, axis: int) -> tuple[AxisField, ...]:
    """The field along one axis for every place of a map, in order.

    Args:
        rows: What `field_rows` gave.
        index: The line of `rows`: 0 is the input, 1 the first layer.
        axis: 0 for the height, 1 for the width.
    """
    return _axis_fields(rows, index, axis, range(rows[index].places[axis]))


def receptive_field(rows: tuple[FieldRow, ...], index: int, place: Pair) -> ReceptiveField:
    """The field of the units at one (row, column) of line `index`; (0, 0) for a vector."""
    vertical, horizontal = (_axis_fields(rows, index, axis, [place[axis]])[0] for axis in (0, 1))
    return ReceptiveField(vertical, horizontal)


def inner_half_share(mass: np.ndarray, field: ReceptiveField) -> float | None:
    """The share of `mass` inside the middle half of the field's height and width; None where there is no mass.

    A mass spread evenly over a field that no edge cuts has 25 % there. The border may run through a pixel, which then
    counts in part.

    Args:
        mass: (H, W), 0 or more; such as `effective_field` gives.
        field: The unit's field; its middle half is that of the field before the picture's edge cuts it.
    """
    total = float(mass.sum(dtype=np.float64))
    if total == 0:
        return None
    inside = np.outer(_inside_middle_half(field.rows), _inside_middle_half(field.columns))
    return float((mass * inside).sum(dtype=np.float64) / total)


def middle_half(axis: AxisField) -> tuple[float, float]:
    """The borders of the field's middle half along one axis; pixel i reaches from i to i + 1."""
    return axis.first + axis.size / 4, axis.first + axis.size * 3 / 4


def _inside_middle_half(axis: AxisField) -> np.ndarray:
    low, high = middle_half(axis)
    pixels = np.arange(len(axis.seen))
    return np.clip(np.minimum(pixels + 1, high) - np.maximum(pixels, low), 0, 1)


def _axis_fields(rows: tuple[FieldRow, ...], index: int, axis: int, places: Sequence[int]) -> tuple[AxisField, ...]:
    row, picture = rows[index], rows[0].places
    if not row.readers:
        return tuple(AxisField(place, place, np.arange(picture[axis]) == place) for place in places)
    seen = seen_by(row.readers, picture, index - 1, axis, places)
    spans = [_without_edge(row, axis, place) for place in places]
    assert seen is not None  # `field_rows` ends before a layer that does not say
    return tuple(AxisField(span.first, span.last, pixels) for span, pixels in zip(spans, seen, strict=True))


def _without_edge(row: FieldRow, axis: int, place: int) -> Span:
    """The pixels that a unit reads, as if no map had an edge."""
    if row.jump is not None and row.start is not None:
        first = row.start[axis] + place * row.jump[axis]
        return Span(first, first + row.size[axis] - 1)
    spans = spans_read(row.readers, len(row.readers) - 1, axis, place)
    assert spans is not None
    return spans.get(PICTURE, NOTHING)


def _after(row: FieldRow, report: LayerReport) -> FieldRow | None:
    """The line of one more layer; None where it does not say what it sees."""
    assert report.input_shape is not None
    assert report.output_shape is not None
    sees = sees_of(report.layer, report.input_shape, report.output_shape)
    reader = Reader((len(row.readers) - 1,), row.places, places_of(report.output_shape), sees)
    sides = [_slides(reader, axis, is_maps(report.output_shape)) for axis in (0, 1)]
    if any(side is None for side in sides):
        return None
    step = None
    if all(sides):
        window, strides, dilation, padding = zip(*sides, strict=True)
        step = Step(window, strides, dilation, padding)
    readers = (*row.readers, reader)
    found = FieldRow(report.layer, step, row.size, None, None, reader.places, report.output_shape, readers)
    if step is not None and row.jump is not None and row.start is not None:
        size, jump, start = grown(row.size, row.jump, row.start, step)
        return replace(found, size=size, jump=jump, start=start)
    height, width = (
        max(_without_edge(found, axis, place).size for place in range(reader.places[axis])) for axis in (0, 1)
    )
    return replace(found, size=(height, width))


def _slides(reader: Reader, axis: int, gives_maps: bool) -> tuple[int, int, int, int] | tuple[()] | None:
    """(window, stride, dilation, padding) of a layer that is a window, found by asking what each unit reads.

    Empty where it is no window, None where the layer does not say what it reads.
    """
    # Beside the map too: the first units of one that enlarges may look like those of a window.
    asked = range(-1, reader.places[axis] + 1) if gives_maps else range(1)
    said = [reader.sees(axis, Span(place, place)) for place in asked]
    spans = [span for span in said if span is not None]
    if len(spans) < len(said):
        return None
    first, second = spans[0], spans[-1] if not gives_maps else spans[1]
    stride = second.first - first.first if gives_maps else 1
    if not first.size or (first.size - 1) % first.every or stride < 0:
        return ()
    moved = [Span(first.first + at * stride, first.last + at * stride, first.every) for at in range(len(spans))]
    if spans != moved:
        return ()
    start = first.first + stride if gives_maps else first.first
    return (first.size - 1) // first.every + 1, stride, first.every, -start
