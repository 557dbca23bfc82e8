"""What a layer reads of what arrives, along height or width: the interval of places behind an interval of its output.

Everything that is said of receptive fields is computed of this alone. For one unit along one axis, with window k,
stride s, dilation d, padding p before and size n of what arrives (Araujo, Norris and Sim, "Computing Receptive Fields
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

PICTURE = -1  # the source of a layer that looks at the picture itself

HeightWidth = tuple[int, int]
RowColumn = tuple[int, int]  # a place on a map, from 0; (0, 0) stands for a vector


class Span(NamedTuple):
    """Places along one axis, from 0; below 0, or beyond the last one, lies padding. Nothing where `last` < `first`.

    Attributes:
        first, last: Both included.
        every: Of these places only each so manieth is read, as under a dilated window. It counts for one unit only:
            what several read together is told by its ends.
    """

    first: int
    last: int
    every: int = 1

    @property
    def size(self) -> int:
        """From the first to the last place; 0 where there are none."""
        return max(self.last - self.first + 1, 0)


NOTHING = Span(0, -1)

# (axis, places of the output) -> places of what arrives; None where that is not known. Axis 0 is the height.
Sees = Callable[[int, Span], Span | None]


def same_place(axis: int, span: Span) -> Span:
    """What is read by a layer that computes each place by itself."""
    return span


def whole_map(axis: int, input_shape: Shape) -> Span:
    """All places of what arrives, along an axis."""
    return Span(0, places_of(input_shape)[axis] - 1)


def places_of(shape: Shape) -> HeightWidth:
    """How many places there are: those of a map; one where it is a vector, whose units see alike."""
    return (shape[1], shape[2]) if is_maps(shape) else (1, 1)


def around(spans: list[Span]) -> Span:
    """The smallest span that holds all of them, of which there is at least one that is not empty."""
    there = [span for span in spans if span.size]
    return Span(min(span.first for span in there), max(span.last for span in there)) if there else NOTHING
