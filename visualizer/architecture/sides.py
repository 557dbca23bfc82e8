"""What padding and cropping share: rows and columns on the four sides of a map, which Keras has in one argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from visualizer.architecture.keras_form import Packed
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, require_maps
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import Span

MOST = 128  # rows or columns on one side


def _unpack(value: Any) -> Mapping[str, Any] | None:
    """One number for all sides, one for (height, width), or ((top, bottom), (left, right))."""
    axes = list(value) if isinstance(value, tuple | list) else [value, value]
    pairs = [list(axis) if isinstance(axis, tuple | list) else [axis, axis] for axis in axes]
    if [len(pair) for pair in pairs] != [2, 2]:
        return None
    (top, bottom), (left, right) = pairs
    return {"top": top, "bottom": bottom, "left": left, "right": right}


def _pack(values: Mapping[str, Any]) -> tuple[Any, ...]:
    top, bottom, left, right = (values[side] for side in ("top", "bottom", "left", "right"))
    return (top, left) if top == bottom and left == right else ((top, bottom), (left, right))


SIDES = Packed(_unpack, _pack)


def describe_sides(top: int, bottom: int, left: int, right: int) -> str:
    """ "1" of four equal sides, "1 × 2" of rows and columns, "1 + 0 × 2 + 1" where the sides differ."""
    if top == bottom == left == right:
        return str(top)
    rows, columns = (str(one) if one == other else f"{one} + {other}" for one, other in ((top, bottom), (left, right)))
    return f"{rows} × {columns}"


@dataclass(frozen=True)
class FourSides(Layer):
    """Adds rows and columns of zeros on each side of all maps, or cuts them off, as `sign` says."""

    sign: ClassVar[Literal[1, -1]]  # 1 adds, -1 cuts off
    stage: ClassVar[str]

    top: int = setting(1, Integer("Top", "How many rows at the top.", 0, MOST))
    bottom: int = setting(1, Integer("Bottom", "How many rows at the bottom.", 0, MOST))
    left: int = setting(1, Integer("Left", "How many columns on the left.", 0, MOST))
    right: int = setting(1, Integer("Right", "How many columns on the right.", 0, MOST))

    def summary(self) -> str:
        return f"{self.title} {describe_sides(self.top, self.bottom, self.left, self.right)}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        rows, columns = self.sign * (self.top + self.bottom), self.sign * (self.left + self.right)
        return (channels, height + rows, width + columns)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        before = self.sign * (self.top, self.left)[axis]
        return Span(span.first - before, span.last - before)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        # Negative padding crops.
        left, right, top, bottom = (self.sign * side for side in (self.left, self.right, self.top, self.bottom))
        return [(self.stage, nn.ZeroPad2d((left, right, top, bottom)))]
