"""The size of receptive fields, added up layer by layer as in textbooks.

Where several layers are read, the sum goes on from the smallest box around their fields. Not every pixel of that box
need be seen; which are, `FieldRow.field` says.

Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019,
https://distill.pub/2019/computing-receptive-fields/
"""

from collections.abc import Sequence
from dataclasses import dataclass

from visualizer.architecture.architecture import Architecture, LayerReport, summarize
from visualizer.architecture.layer import Layer, sees_of
from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.span import HeightWidth, RowColumn, Sees, Span, places_of
from visualizer.inspection.receptive_field.fields import (
    LayerFields,
    ReceptiveField,
    SeenParts,
    layer_fields,
    receptive_field,
    seen_parts,
)


@dataclass(frozen=True)
class SlidingWindow:
    """A layer that slides a window over its input; `padding` is what is added at the top and at the left.

    A negative padding cuts off instead. With a stride of 0 all units read the same, as if a layer normalises the whole
    map.
    """

    size: HeightWidth = (1, 1)
    strides: HeightWidth = (1, 1)
    dilation: HeightWidth = (1, 1)
    padding: HeightWidth = (0, 0)


@dataclass(frozen=True)
class SummedLayer:
    """A layer of an architecture, as a `ReadingLayer`."""

    sources: tuple[int, ...]
    shape: Shape
    sees: Sees


@dataclass(frozen=True)
class SummedLayers:
    """The first layers of an architecture, as a `LayerGraph`."""

    input_shape: tuple[int, int, int]
    nodes: tuple[SummedLayer, ...] = ()


@dataclass(frozen=True)
class FieldRow:
    """One row of the sum. Every pair is (height, width), in pixels of the picture.

    Attributes:
        layer: The layer; None for the input.
        window: The layer as a window; None if it is none, such as a layer that enlarges.
        size: The size of the box around a unit's field, if the picture had no edges; the largest if the units differ.
        jump: The distance between the fields of two neighbouring units; None where it may differ from unit to unit:
            after a layer that is no window, and where paths with other jumps meet.
        start: The first pixel of the first unit's field, negative if it lies in the padding; None where `jump` is.
        output_shape: The shape of the layer's output, without the batch.
        layers: The layers up to this one, all of which say what they read.
        sources: The layers that it reads, by index, or PICTURE; empty for the input. Their rows are one further on.
        paths: How many paths lead from it to the picture.
    """

    layer: Layer | None
    window: SlidingWindow | None
    size: HeightWidth
    jump: HeightWidth | None
    start: HeightWidth | None
    output_shape: Shape
    layers: SummedLayers
    sources: tuple[int, ...] = ()
    paths: int = 1

    @property
    def places(self) -> HeightWidth:
        """Height and width of a map in units; (1, 1) for a vector, whose units all see the same."""
        return places_of(self.output_shape)

    @property
    def fields(self) -> LayerFields:
        """The boxes around the fields of all units."""
        fields = layer_fields(self.layers, len(self.layers.nodes) - 1)
        assert fields is not None
        return fields

    @property
    def seen_parts(self) -> SeenParts:
        """What each unit really sees."""
        seen = seen_parts(self.layers, len(self.layers.nodes) - 1)
        assert seen is not None
        return seen

    def field(self, place: RowColumn) -> ReceptiveField:
        """The field of the units at one place, (0, 0) for a vector."""
        field = receptive_field(self.layers, len(self.layers.nodes) - 1, place)
        assert field is not None
        return field


def field_rows(architecture: Architecture) -> tuple[FieldRow, ...]:
    """The rows of the sum: the input, then each layer, until one does not fit or does not say what it sees.

    size = size before + (window - 1) · dilation · jump before; jump = jump before · stride;
    start = start before - padding · jump before. Distill has the same formulas for the centre of the field. "Before" is
    the layer that is read, or the box around the fields of several.

    A layer that turns maps into a vector (Flatten, global pooling) counts as a window over the whole map, since the
    vector and all that follows it see the whole map.
    """
    shape = architecture.input_shape
    rows = [FieldRow(None, SlidingWindow(), (1, 1), (1, 1), (0, 0), shape, SummedLayers(shape))]
    for report in summarize(architecture).layers:
        if report.input_shape is None or report.output_shape is None:
            break
        following = _after(rows, report)
        if following is None:
            break
        rows.append(following)
    return tuple(rows)


def first_unsaid(architecture: Architecture, rows: tuple[FieldRow, ...]) -> tuple[int, Layer] | None:
    """The layer that ends the sum, since it does not say what it sees, and its number from 1; None if there is none."""
    reports = summarize(architecture).layers[len(rows) - 1 :]
    return (len(rows), reports[0].layer) if reports and reports[0].output_shape is not None else None


def after_window(
    size: HeightWidth, jump: HeightWidth, start: HeightWidth, window: SlidingWindow
) -> tuple[HeightWidth, HeightWidth, HeightWidth]:
    """Size, jump and start after one more layer, which is this window."""
    sizes = tuple(
        old + (extent - 1) * dilation * apart
        for old, extent, dilation, apart in zip(size, window.size, window.dilation, jump, strict=True)
    )
    starts = tuple(old - padding * apart for old, padding, apart in zip(start, window.padding, jump, strict=True))
    jumps = tuple(old * stride for old, stride in zip(jump, window.strides, strict=True))
    return sizes, jumps, starts  # type: ignore[return-value]


def box_around(rows: Sequence[FieldRow]) -> tuple[HeightWidth, HeightWidth, HeightWidth] | None:
    """Size, jump and start of the box around the fields of units of several layers at the same place.

    None where the fields are not evenly spaced, or differently in these layers: then no sum holds for all units.
    """
    jumps = [row.jump for row in rows if row.jump is not None]
    starts = [row.start for row in rows if row.start is not None]
    if len(jumps) < len(rows) or len(starts) < len(rows):
        return None
    vectors = not any(is_maps(row.output_shape) for row in rows)  # whose jump means nothing
    if not vectors and (len(set(jumps)) > 1 or len({row.places for row in rows}) > 1):
        return None
    top, left = (min(start[axis] for start in starts) for axis in (0, 1))
    bottom, right = (
        max(start[axis] + row.size[axis] for start, row in zip(starts, rows, strict=True)) for axis in (0, 1)
    )
    return (bottom - top, right - left), max(jumps), (top, left)


def _after(rows: Sequence[FieldRow], report: LayerReport) -> FieldRow | None:
    """The row of the next layer; None if it does not say what it sees."""
    assert report.input_shape is not None
    assert report.output_shape is not None
    sees = sees_of(report.layer, report.input_shape, report.output_shape)
    layer = SummedLayer(report.sources, report.output_shape, sees)
    layers = SummedLayers(rows[0].layers.input_shape, (*rows[-1].layers.nodes, layer))
    sides = [_window_along(layer, axis) for axis in (0, 1)]
    if any(side is None for side in sides):
        return None
    read = [rows[source + 1] for source in report.sources]
    window = SlidingWindow(*zip(*sides, strict=True)) if all(sides) else None
    box = box_around(read)
    paths = sum(row.paths for row in read)
    if window is not None and box is not None:
        sizes = after_window(*box, window)
        return FieldRow(report.layer, window, *sizes, layer.shape, layers, report.sources, paths)
    fields = layer_fields(layers, len(layers.nodes) - 1)
    assert fields is not None
    return FieldRow(report.layer, window, fields.size, None, None, layer.shape, layers, report.sources, paths)


def _window_along(layer: SummedLayer, axis: int) -> tuple[int, int, int, int] | tuple[()] | None:
    """(size, stride, dilation, padding) of the window that a layer is, found from what each of its units reads.

    Empty if the layer is no window; None if it does not say what it reads.
    """
    gives_maps = is_maps(layer.shape)
    # Also one place beyond each end: the first units of a layer that enlarges may read as those of a window do.
    asked = range(-1, places_of(layer.shape)[axis] + 1) if gives_maps else range(1)
    fields = [layer.sees(axis, Span(place, place)) for place in asked]
    spans = [span for span in fields if span is not None]
    if len(spans) < len(fields):
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
