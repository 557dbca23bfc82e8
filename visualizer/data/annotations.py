"""What is known about the pictures of a data set, which says what can be learnt from it."""

from dataclasses import dataclass
from typing import Literal

# How a quantity changes where its picture is mirrored, turned, shifted or enlarged. "nothing": not at all.
# "x" and "y": the place of a point, from the picture's left or upper edge, at the low end of the range, to the opposite
# edge, at its high end; the first "x" and the first "y" are one point. "angle": clockwise from the top, where the range
# begins. "length": as the picture is enlarged.
MovesAs = Literal["nothing", "x", "y", "angle", "length"]


@dataclass(frozen=True)
class Quantity:
    """Something that is measured in every picture.

    Attributes:
        name: In the middle of a sentence, such as "width".
        unit: Such as "pixels"; empty for a number without one.
        low, high: The range in which the data set has it: for the axes of charts, and as the measure of an error.
        cyclic: Whether its range is a full turn, after which it begins anew, as an angle in degrees does.
        moves_as: How it changes where the picture is moved, which also says how it is drawn. An "angle" is cyclic.
    """

    name: str
    unit: str
    low: float
    high: float
    cyclic: bool = False
    moves_as: MovesAs = "nothing"

    @property
    def label(self) -> str:
        """The name with the unit, such as "width in pixels"."""
        return f"{self.name} in {self.unit}" if self.unit else self.name


@dataclass(frozen=True)
class Annotations:
    """What each picture of a data set comes with.

    Attributes:
        class_names: One name for each class of pictures or of objects in them.
        one_class: Whether each picture as a whole has one of these classes.
        quantities: What is measured in every picture.
        most_objects: The most objects with a box in one picture; 0 where there are no boxes.
        has_masks: Whether the class of every pixel is known.
    """

    class_names: tuple[str, ...]
    one_class: bool = True
    quantities: tuple[Quantity, ...] = ()
    most_objects: int = 0
    has_masks: bool = False

    def quantity_that_is(self, moves_as: MovesAs) -> int | None:
        """The first of `quantities` that moves as that, by its index; None without one."""
        of_kind = (place for place, quantity in enumerate(self.quantities) if quantity.moves_as == moves_as)
        return next(of_kind, None)
