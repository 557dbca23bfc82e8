"""Marks: the boxes, the mask or the numbers that belong to a picture of one's own."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

# What a data set of one's own says of each picture: its class, boxes around objects, the class of each pixel, or
# measured numbers.
Kind = Literal["classes", "boxes", "mask", "numbers"]

MAX_BOXES = 30  # in one picture
MAX_QUANTITIES = 12
LARGEST_NUMBER = 1e9  # far beyond it, float32 no longer tells neighbouring numbers of a table apart


@dataclass(frozen=True)
class MarkedBox:
    """A box around an object. All four numbers are shares of the picture's sides, from its upper left corner."""

    class_name: str
    left: float
    top: float
    width: float
    height: float

    @property
    def centered(self) -> tuple[float, float, float, float]:
        """The centre's x and y, its width and its height, as `Dataset.boxes` has them."""
        return self.left + self.width / 2, self.top + self.height / 2, self.width, self.height


@dataclass(frozen=True, eq=False)
class MarkedMask:
    """The class of each pixel.

    Attributes:
        class_names: The classes that its numbers stand for.
        values: (H, W) uint8, 0 for the background, 1 for the first of `class_names`, ….
    """

    class_names: tuple[str, ...]
    values: np.ndarray

    @property
    def present(self) -> list[str]:
        """The classes that any pixel has, in the order of `class_names`."""
        return [self.class_names[value - 1] for value in np.unique(self.values).tolist() if value]

    def numbered(self, names: tuple[str, ...]) -> np.ndarray:
        """The class of each pixel by its place among these names, from 1: (H, W) uint8. A missing name has none."""
        numbers = [names.index(name) + 1 if name in names else 0 for name in self.class_names]
        return np.array([0, *numbers], np.uint8)[self.values]


@dataclass(frozen=True)
class Measured:
    """A number that was measured, with the name and the unit of its quantity; the unit may be empty."""

    name: str
    unit: str
    value: float


@dataclass(frozen=True, eq=False)
class Marks:
    """All that was marked in one picture.

    Attributes:
        boxes: Around its objects.
        mask: Of the picture's size, or None.
        numbers: One for each quantity.
    """

    boxes: tuple[MarkedBox, ...] = ()
    mask: MarkedMask | None = None
    numbers: tuple[Measured, ...] = ()


NO_MARKS = Marks()


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture of one's own, and what is known about it.

    Attributes:
        name: The name of its file.
        class_name: The class of the picture as a whole; empty if it has none.
        picture: (H, W, 3) uint8.
        marks: What was marked in it.
    """

    name: str
    class_name: str
    picture: np.ndarray = field(repr=False)
    marks: Marks = NO_MARKS

    def has(self, kind: Kind) -> bool:
        """Whether it can be part of a data set of that kind."""
        match kind:
            case "classes":
                return bool(self.class_name)
            case "boxes":
                return bool(self.marks.boxes)
            case "mask":
                return self.marks.mask is not None and bool(self.marks.mask.values.any())
            case "numbers":
                return bool(self.marks.numbers)

    def with_marks(self, **changes: Any) -> "OwnPicture":
        """The same picture with other `boxes`, another `mask` or other `numbers`."""
        return replace(self, marks=replace(self.marks, **changes))

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return self.picture.nbytes + (0 if self.marks.mask is None else self.marks.mask.values.nbytes)


def clipped(class_name: str, left: float, top: float, right: float, bottom: float) -> MarkedBox | None:
    """The part of a box that lies in the picture, all as shares of its sides; None if there is none."""
    if not all(map(math.isfinite, (left, top, right, bottom))):
        return None
    left, top, right, bottom = (min(max(share, 0.0), 1.0) for share in (left, top, right, bottom))
    if right - left < 1e-4 or bottom - top < 1e-4:  # a tenth of a pixel of the largest picture that is opened
        return None
    return MarkedBox(class_name, left, top, right - left, bottom - top)


def classes_of(pictures: Iterable[OwnPicture], kind: Kind) -> tuple[str, ...]:
    """The names of all classes that such pictures are marked with, sorted."""
    names: set[str] = set()
    for picture in pictures:
        if kind == "classes":
            names.add(picture.class_name)
        elif kind == "boxes":
            names.update(box.class_name for box in picture.marks.boxes)
        elif kind == "mask" and picture.marks.mask is not None:
            names.update(picture.marks.mask.present)
    return tuple(sorted(names - {""}))
