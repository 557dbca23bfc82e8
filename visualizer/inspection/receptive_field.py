"""Which input pixels a unit can see: the sum that every textbook has, and the exact pixels, from the layers' settings.

Source: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019,
https://distill.pub/2019/computing-receptive-fields/
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layer import Layer, ReceptiveStep
from visualizer.architecture.shapes import Shape, is_maps

Pair = tuple[int, int]


@dataclass(frozen=True)
class FieldRow:
    """One line of the step-by-step sum; every pair is (height, width), in pixels of the input.

    Attributes:
        layer: The layer, None for the input itself.
        step: Its window, stride, dilation and padding.
        size: Pixels from the first to the last one that a unit can see, as if the picture had no edge.
        jump: Pixels between the fields of two neighbouring units.
        start: The first pixel of the first unit's field; below 0 where the field begins in the padding.
        places: How many units one map has; (1, 1) for a vector, whose units all see the same.
        output_shape: What leaves the layer.
    """

    layer: Layer | None
    step: ReceptiveStep
    size: Pair
    jump: Pair
    start: Pair
    places: Pair
    output_shape: Shape


@dataclass(frozen=True)
class AxisField:
    """The field of one unit along one axis.

    Attributes:
        first: The first pixel by the sum, as if the picture had no edge.
        last: The last pixel by the sum.
        seen: (input size,) bool, the pixels that the unit can really see: inside the picture, and without the holes
            that dilation and wide strides leave.
    """

    first: int
    last: int
    seen: np.ndarray

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def clipped(self) -> Pair | None:
        """The first and last pixel that is really seen; None where the unit sees only padding."""
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
    """The step-by-step sum: the input, then every layer up to the first that does not fit.

    size = size before + (window - 1) · dilation · jump before; jump = jump before · stride;
    start = start before - padding · jump before. Distill writes the same recurrences for the centre of the field.

    A layer that makes a vector of maps (Flatten, global pooling) counts as a window over the whole map: the vector
    holds all of its places, and so does whatever follows it.
    """
    channels, height, width = architecture.input_shape
    row = FieldRow(None, ReceptiveStep(), (1, 1), (1, 1), (0, 0), (height, width), (channels, height, width))
    rows = [row]
    for report in summarize(architecture).layers:
        if report.input_shape is None or report.output_shape is None:
            break
        row = _after(row, report.layer, report.output_shape)
        rows.append(row)
    return tuple(rows)


def grown(row: FieldRow, step: ReceptiveStep) -> tuple[Pair, Pair, Pair]:
    """(size, jump, start) after one more layer with that step."""
    size = tuple(
        old + (window - 1) * dilation * jump
        for old, window, dilation, jump in zip(row.size, step.window, step.dilation, row.jump, strict=True)
    )
    jump = tuple(old * stride for old, stride in zip(row.jump, step.strides, strict=True))
    start = tuple(old - padding * jump for old, padding, jump in zip(row.start, step.padding, row.jump, strict=True))
    return size, jump, start  # type: ignore[return-value]


def axis_fields(rows: tuple[FieldRow, ...], index: int, axis: int) -> tuple[AxisField, ...]:
    """The field along one axis for every place of a map, in order.

    Args:
        rows: What `field_rows` gave.
        index: The line of `rows`: 0 is the input, 1 the first layer.
        axis: 0 for the height, 1 for the width.
    """
    seen = np.eye(rows[0].places[axis], dtype=bool)
    for before, row in pairwise(rows[: index + 1]):
        seen = _touched(before.places[axis], row, axis) @ seen
    row = rows[index]
    firsts = [row.start[axis] + place * row.jump[axis] for place in range(row.places[axis])]
    return tuple(
        AxisField(first, first + row.size[axis] - 1, pixels) for first, pixels in zip(firsts, seen, strict=True)
    )


def receptive_field(rows: tuple[FieldRow, ...], index: int, place: Pair) -> ReceptiveField:
    """The field of the units at one (row, column) of line `index`; (0, 0) for a vector."""
    return ReceptiveField(axis_fields(rows, index, 0)[place[0]], axis_fields(rows, index, 1)[place[1]])


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


def _after(row: FieldRow, layer: Layer, output_shape: Shape) -> FieldRow:
    if is_maps(output_shape):
        step = layer.receptive_step(row.output_shape)
        places = (output_shape[1], output_shape[2])
    else:
        # A vector that follows a vector has (1, 1) place before it: a window of 1 adds nothing.
        step = ReceptiveStep(window=row.places)
        places = (1, 1)
    size, jump, start = grown(row, step)
    return FieldRow(layer, step, size, jump, start, places, output_shape)


def _touched(size: int, row: FieldRow, axis: int) -> np.ndarray:
    """Which places of a map of `size` each place of the next one touches: (places, size) bool."""
    step = row.step
    touched = np.zeros((row.places[axis], size), dtype=bool)
    for tap in range(step.window[axis]):
        places = np.arange(row.places[axis])
        pixels = places * step.strides[axis] - step.padding[axis] + tap * step.dilation[axis]
        inside = (pixels >= 0) & (pixels < size)
        touched[places[inside], pixels[inside]] = True
    return touched
