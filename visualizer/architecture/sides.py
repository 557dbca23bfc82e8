"""The four sides of a map, as Keras writes them in one argument: what padding and cropping share."""

from collections.abc import Mapping
from typing import Any

from visualizer.architecture.keras_form import Packed

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
