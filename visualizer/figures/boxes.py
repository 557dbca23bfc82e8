"""Feature volumes as oblique boxes: how large each is drawn, and its outline. Lengths are pixels of the screen."""

import math
from dataclasses import dataclass

from visualizer.architecture.shapes import Shape, is_maps

# To the right, and up, for one pixel of a map's width: cabinet projection, which halves slanted edges.
OBLIQUE = 0.5 * math.cos(math.radians(45))
MIN_THICKNESS = 7.0  # of a vector's bar
BREAK = 18.0

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Box:
    """A front face of `length` (channels) x `height`, and edges that run `slant` to the right and as far up (width).

    A box that is `broken` is a bar that was too long: its middle is cut out.
    """

    length: float
    height: float
    slant: float
    broken: bool = False

    @property
    def width(self) -> float:
        """What it takes from left to right."""
        return self.length + self.slant

    def _spans(self, x: float) -> list[tuple[float, float]]:
        if not self.broken:
            return [(x, x + self.length)]
        middle = x + self.length / 2
        return [(x, middle - BREAK / 2), (middle + BREAK / 2, x + self.length)]

    def dots(self, x: float) -> Points:
        """Three dots where the middle is cut out; none where it is not."""
        middle = x + self.width / 2
        return [(middle + step * BREAK / 4, self.slant / 2) for step in (-1, 0, 1)] if self.broken else []

    def gap(self, x: float) -> Points:
        """Both ends of the piece that is cut out, at the height 0; none where none is."""
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
    """How many pixels of the screen one pixel of a map and one channel take, and where a vector's bar is cut."""

    pixel: float
    channel: float
    longest_bar: float

    def box(self, shape: Shape) -> Box:
        """The box of (C, H, W) maps, or of an (F,) vector as 1 x 1 x F."""
        if is_maps(shape):
            channels, height, width = shape
            return Box(channels * self.channel, height * self.pixel, width * self.pixel * OBLIQUE)
        thickness = max(self.pixel, MIN_THICKNESS)
        length = shape[0] * self.channel
        return Box(min(length, self.longest_bar), thickness, thickness * OBLIQUE, length > self.longest_bar)
