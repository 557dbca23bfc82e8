"""What methods of tensors do to their shape, as far as networks use them."""

from typing import Any

from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.source_code.pytorch_values import BATCH

# Methods that change neither the numbers nor their order.
SAME = frozenset(
    {"clone", "contiguous", "cpu", "cuda", "detach", "double", "expand", "expand_as", "float", "half"}
    | {"requires_grad_", "to", "type", "type_as"}
)
# Ways to write one vector for each picture.
TO_VECTOR = "a vector"


def sizes(shape: Shape | None) -> tuple[Any, ...] | None:
    """What `x.size()` gives: the batch, then the shape."""
    return None if shape is None else (BATCH, *shape)


def viewed(arguments: list[Any], shape: Shape | None) -> tuple[str | tuple[int, ...] | None, int | None]:
    """What `x.view(...)` makes of a tensor.

    Args:
        arguments: The sizes, the batch first, as they follow from the source.
        shape: The tensor's, without the batch.

    Returns:
        `TO_VECTOR`, the target's (C, H, W), or None for something else; and how many numbers the source expects, if
        it says so.
    """
    wanted = list(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else list(arguments)
    if len(wanted) < 2:
        return None, None
    _, *rest = wanted
    if len(rest) == 1:
        size = rest[0]
        number = isinstance(size, int) and not isinstance(size, bool) and size > 0
        return TO_VECTOR, size if number else None
    if len(rest) == 3 and all(isinstance(size, int) and not isinstance(size, bool) for size in rest):
        if rest.count(-1) == 1 and shape is not None:
            known = numbers_in(tuple(size for size in rest if size != -1))
            if known > 0 and numbers_in(shape) % known == 0:
                rest[rest.index(-1)] = numbers_in(shape) // known
        if min(rest) > 0:
            return (rest[0], rest[1], rest[2]), numbers_in(tuple(rest))
    return None, None


def drops_single_axes(shape: Shape | None) -> bool:
    """Whether `x.squeeze()` makes a vector of maps of one number each."""
    return shape is not None and is_maps(shape) and shape[1:] == (1, 1)
