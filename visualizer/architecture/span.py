"""Which places of its input a layer reads, along height or width, for an interval of places of its output.

All receptive fields are computed from this alone. For one unit along one axis, with window k,
stride s, dilation d, padding p before and size n of the input (Araujo, Norris and Sim, "Computing Receptive Fields
of Convolutional Neural Networks", Distill, 2019, https://distill.pub/2019/computing-receptive-fields/):

    window                 first · s − p  to  last · s − p + d · (k − 1)
    padding, cropping      first − p  to  last − p        (p below 0 for cropping)
    enlarging by f         first // f  to  last // f
    transposed convolution ⌈(first + p − k + 1) / s⌉  to  (last + p) // s
    the whole map          0  to  n − 1
"""

from collections.abc import Callable
from typing import NamedTuple

from visualizer.architecture.shapes import Shape, is_maps

PICTURE = -1  # the source of a layer whose input is the picture

HeightWidth = tuple[int, int]
RowColumn = tuple[int, int]  # a place on a map, from 0; (0, 0) stands for a vector


class Span(NamedTuple):
    """Places along one axis, from 0; padding lies below 0 and beyond the last one. Empty where `last` < `first`.

    Attributes:
        first, last: Both included.
        every: The distance between two places that are read, more than 1 under a dilated window. It holds for one unit
            only; of what several units read together, only the ends are known.
    """

    first: int
    last: int
    every: int = 1

    @property
    def size(self) -> int:
        """From the first to the last place; 0 where there are none."""
        return max(self.last - self.first + 1, 0)


NOTHING = Span(0, -1)

# (axis, places of the output) -> places of the input; None where that is unknown. Axis 0 is the height.
Sees = Callable[[int, Span], Span | None]


def same_place(axis: int, span: Span) -> Span:
    """What a layer reads that computes each place from the same place."""
    return span


def whole_map(axis: int, input_shape: Shape) -> Span:
    """All places of the input, along an axis."""
    return Span(0, places_of(input_shape)[axis] - 1)


def places_of(shape: Shape) -> HeightWidth:
    """How many places a map has; (1, 1) for a vector, whose units all see the same."""
    return (shape[1], shape[2]) if is_maps(shape) else (1, 1)


def around(spans: list[Span]) -> Span:
    """The smallest span that holds all of them; NOTHING where all are empty."""
    filled = [span for span in spans if span.size]
    return Span(min(span.first for span in filled), max(span.last for span in filled)) if filled else NOTHING
