"""Feature volumes as oblique boxes: their drawn sizes and outlines. Lengths are pixels of the screen."""

import math
from dataclasses import dataclass

from visualizer.architecture.shapes import Shape, is_maps

# To the right, and up, for one pixel of a map's width: cabinet projection, which halves slanted edges.
OBLIQUE = 0.5 * math.cos(math.radians(45))
MIN_THICKNESS = 7.0  # of a vector's bar
BREAK = 18.0

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class ObliqueBox:
    """A front face of `length` (channels) × `height`, with edges that run `slant` to the right and upwards (width).

    A `broken` box is a bar that was too long: its middle is cut out.
    """

    length: float
    height: float
    slant: float
    broken: bool = False

    @property
    def width(self) -> float:
        """The total width from left to right."""
        return self.length + self.slant

    def _spans(self, x: float) -> list[tuple[float, float]]:
        if not self.broken:
            return [(x, x + self.length)]
        middle = x + self.length / 2
        return [(x, middle - BREAK / 2), (middle + BREAK / 2, x + self.length)]

    def dots(self, x: float) -> Points:
        """Three dots in the cut-out middle of a broken box; otherwise none."""
        middle = x + self.width / 2
        return [(middle + step * BREAK / 4, self.slant / 2) for step in (-1, 0, 1)] if self.broken else []

    def gap(self, x: float) -> Points:
        """Both ends of the cut-out middle of a broken box, at height 0; otherwise none."""
        middle = x + self.width / 2
        return [(middle - BREAK / 2, 0.0), (middle + BREAK / 2, 0.0)] if self.broken else []

    def frame(self, x: float, margin: float) -> Points:
        """A closed rectangle around the whole box."""
        left, right = x - margin, x + self.width + margin
        bottom, top = -self.height / 2 - margin, self.height / 2 + self.slant + margin
        return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]

    def outlines(self, x: float) -> list[Points]:
        """The closed outline of each piece, for a box whose front face begins at `x`, around the height 0."""
        bottom, top, slant = -self.height / 2, self.height / 2, self.slant
        return [
            [
                (left, bottom),
                (right, bottom),
                (right + slant, bottom + slant),
                (right + slant, top + slant),
                (left + slant, top + slant),
                (left, top),
                (left, bottom),
            ]
            for left, right in self._spans(x)
        ]

    def top_faces(self, x: float) -> list[Points]:
        """The face seen from above, of each piece."""
        top, slant = self.height / 2, self.slant
        return [
            [(left, top), (right, top), (right + slant, top + slant), (left + slant, top + slant), (left, top)]
            for left, right in self._spans(x)
        ]

    def side_faces(self, x: float) -> list[Points]:
        """The face at the right, of each piece: one map in its height and width."""
        bottom, top, slant = -self.height / 2, self.height / 2, self.slant
        return [
            [
                (right, bottom),
                (right + slant, bottom + slant),
                (right + slant, top + slant),
                (right, top),
                (right, bottom),
            ]
            for _, right in self._spans(x)
        ]


@dataclass(frozen=True)
class BoxScale:
    """The pixels of the screen for one pixel of a map and for one channel, and the length at which bars are cut."""

    pixel: float
    channel: float
    longest_bar: float

    def box(self, shape: Shape) -> ObliqueBox:
        """The box of (C, H, W) maps, or of an (F,) vector as 1 x 1 x F."""
        if is_maps(shape):
            channels, height, width = shape
            return ObliqueBox(channels * self.channel, height * self.pixel, width * self.pixel * OBLIQUE)
        thickness = max(self.pixel, MIN_THICKNESS)
        length = shape[0] * self.channel
        return ObliqueBox(min(length, self.longest_bar), thickness, thickness * OBLIQUE, length > self.longest_bar)
