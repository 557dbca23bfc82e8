"""The arithmetic that an ONNX graph does with shapes and other known numbers, beside that with pictures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

# Stands for the number of pictures in a shape, which is not known; no size of an array is negative.
BATCH = -(1 << 40)
MAX_COMPUTED = 100_000  # numbers that one operator may make


class NotComputed(Exception):
    """The value of an operator does not follow from known numbers."""


def computed(operator: str, inputs: Sequence[np.ndarray | None], attributes: Mapping[str, Any]) -> np.ndarray:
    """The output of an operator whose inputs are all known. Raises NotComputed where that is not done here."""
    function = _FUNCTIONS.get(operator)
    if function is None:
        raise NotComputed
    try:
        return np.asarray(function([None if array is None else np.asarray(array) for array in inputs], attributes))
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, ZeroDivisionError, AttributeError) as error:
        raise NotComputed from error


Inputs = Sequence[Any]
Attributes = Mapping[str, Any]


def axes_of(inputs: Inputs, attributes: Attributes, place: int = 1) -> list[int] | None:
    """The axes that an operator names, as an attribute or as an input; None where it names none."""
    if attributes.get("axes") is not None:
        return [int(axis) for axis in attributes["axes"]]
    if len(inputs) > place and isinstance(inputs[place], np.ndarray):
        return [int(axis) for axis in inputs[place].ravel()]
    return None


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Inputs, Attributes], Any]:
    def apply(inputs: Inputs, _: Attributes) -> Any:
        one, other = inputs
        if any((array == BATCH).any() for array in (one, other)):
            raise NotComputed
        if max(one.size, other.size) > MAX_COMPUTED or one.ndim > 4 or other.ndim > 4 or min(one.size, other.size) == 0:
            raise NotComputed
        if np.broadcast(one, other).size > MAX_COMPUTED:
            raise NotComputed
        return function(one, other)

    return apply


def _divided(one: Any, other: Any) -> Any:
    return one // other if one.dtype.kind == "i" and (other != 0).all() else one / other


def _gather(inputs: Inputs, attributes: Attributes) -> Any:
    array, places = inputs
    if places.size > MAX_COMPUTED or array.ndim != 1:
        raise NotComputed
    return array[places]


def _slice(inputs: Inputs, attributes: Attributes) -> Any:
    array, first, end = inputs[:3] if len(inputs) > 2 else (inputs[0], attributes["starts"], attributes["ends"])
    steps = inputs[4] if len(inputs) > 4 and inputs[4] is not None else np.ones(1, np.int64)
    if array.ndim != 1 or np.size(first) != 1 or np.size(steps) != 1:
        raise NotComputed
    return array[int(np.ravel(first)[0]) : int(np.ravel(end)[0]) : int(np.ravel(steps)[0])]


def _concat(inputs: Inputs, attributes: Attributes) -> Any:
    if sum(array.size for array in inputs) > MAX_COMPUTED:
        raise NotComputed
    return np.concatenate(inputs, axis=int(attributes["axis"]))


def _unsqueeze(inputs: Inputs, attributes: Attributes) -> Any:
    axes = axes_of(inputs, attributes)
    return np.expand_dims(inputs[0], tuple(axes or ()))


def _squeeze(inputs: Inputs, attributes: Attributes) -> Any:
    axes = axes_of(inputs, attributes)
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def _filled(inputs: Inputs, attributes: Attributes) -> Any:
    sizes = [int(size) for size in inputs[0].ravel()]
    if (
        len(sizes) > 4
        or any(not 0 <= size <= MAX_COMPUTED for size in sizes)
        or np.prod(sizes, dtype=float) > MAX_COMPUTED
    ):
        raise NotComputed
    value = attributes.get("array")
    return np.full(sizes, 0.0 if value is None else value.ravel()[0])


def _cast(inputs: Inputs, attributes: Attributes) -> Any:
    # ONNX's numbers of the kinds: 6 and 7 are whole numbers, 1, 10, 11 and 16 are not.
    kind = attributes["to"]
    if kind in (6, 7):
        return inputs[0].astype(np.int64)
    if kind in (1, 10, 11, 16) and not (inputs[0] == BATCH).any():
        return inputs[0].astype(np.float32)
    raise NotComputed


_FUNCTIONS: Mapping[str, Callable[[Inputs, Attributes], Any]] = {
    "Identity": lambda inputs, _: inputs[0],
    "Cast": _cast,
    "Add": _arithmetic(np.add),
    "Sub": _arithmetic(np.subtract),
    "Mul": _arithmetic(np.multiply),
    "Div": _arithmetic(_divided),
    "Sqrt": lambda inputs, _: np.sqrt(inputs[0]),
    "Neg": lambda inputs, _: -inputs[0],
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concat,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Shape": lambda inputs, _: np.array(inputs[0].shape, np.int64),
    "Transpose": lambda inputs, attributes: np.transpose(inputs[0], attributes.get("perm")),
    "Reshape": lambda inputs, _: np.reshape(inputs[0], [int(size) for size in inputs[1].ravel()]),
    "ConstantOfShape": _filled,
}
