"""What Keras source says of pictures: the shapes of Keras's own data sets, and the size of batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from visualizer.source_code.python.values import Configured, Unknown

# (pictures, height, width and channels), for training and for testing; there are as many answers as pictures.
_SHAPES: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "mnist": ((60_000, 28, 28), (10_000, 28, 28)),
    "fashion_mnist": ((60_000, 28, 28), (10_000, 28, 28)),
    "cifar10": ((50_000, 32, 32, 3), (10_000, 32, 32, 3)),
    "cifar100": ((50_000, 32, 32, 3), (10_000, 32, 32, 3)),
}
_COLUMNS = {"cifar10", "cifar100"}  # whose answers stand in a column
_SAME_SHAPE = ("astype", "copy", "float32", "array", "asarray", "normalize", "cast", "float64")
# Functions that make an array of a shape that they are given.
_NEW = ("zeros", "ones", "empty", "rand", "randn", "random", "normal", "uniform", "standard_normal", "random_sample")
_PACKAGES = ("np", "numpy", "tf", "tensorflow")
# Where the batch size stands among the arguments, and what it is where it is left out.
_BATCHES: Mapping[str, tuple[int, int]] = {
    "flow": (2, 32),
    "flow_from_directory": (4, 32),
    "flow_from_dataframe": (8, 32),
    "image_dataset_from_directory": (6, 32),
}
_CHAINED = ("map", "prefetch", "cache", "shuffle", "repeat", "take", "skip", "filter", "with_options")
_MOST_STEPS = 20


@dataclass(frozen=True)
class Array:
    """An array of numbers of which only the shape is known; where a size is not, it is None.

    Attributes:
        shape: Its shape.
        lines: The lines that made it.
    """

    shape: tuple[int | None, ...]
    lines: frozenset[int] = field(default=frozenset(), compare=False)

    def made_in(self, line: int, *others: "Array") -> "Array":
        """The same array, made in a line of others."""
        return replace(self, lines=frozenset({line}).union(*(other.lines for other in others)))


def load_data(path: str, lines: frozenset[int]) -> tuple[tuple[Array, Array], tuple[Array, Array]] | None:
    """What `load_data` of a data set of Keras's gives; None of others."""
    name = path.split(".")[-2] if path.endswith(".load_data") else ""
    if name not in _SHAPES:
        return None
    train, test = _SHAPES[name]

    def answers(pictures: tuple[int, ...]) -> Array:
        return made((pictures[0], 1) if name in _COLUMNS else pictures[:1])

    def made(shape: tuple[int, ...]) -> Array:
        return Array(shape, lines)

    return (made(train), answers(train)), (made(test), answers(test))


def new_array(path: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Array | None:
    """What a function makes that is given the shape of a new array; None of others."""
    top, name = path.partition(".")[0], path.rsplit(".", 1)[-1]
    if top not in _PACKAGES or name not in _NEW:
        return None
    shape = next((keywords[key] for key in ("shape", "size") if key in keywords), None)
    if shape is None:
        shape = arguments if name in ("rand", "randn") else next((item for item in arguments if _is_shape(item)), None)
    return Array(tuple(shape)) if shape is not None and _is_shape(shape) else None


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) > 1 and all(type(size) is int for size in value)


def split(arrays: list[Any], line: int) -> tuple[Array, ...] | None:
    """What `train_test_split` makes of arrays: two of each, of which it is not known how long they are."""
    if not arrays or not all(isinstance(item, Array) and item.shape for item in arrays):
        return None
    return tuple(Array((None, *item.shape[1:])).made_in(line, item) for item in arrays for _ in range(2))


def array_method(array: Array, name: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Array | None:
    """What a method of an array, or a function of numpy's with it, gives; None if that is not known."""
    if name in _SAME_SHAPE:
        return array
    if name in ("reshape", "resize"):
        arguments = arguments or [item for key, item in keywords.items() if key in ("newshape", "shape")]
        sizes = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else arguments
        return Array(tuple(_size(size, array, index) for index, size in enumerate(sizes)))
    if name == "expand_dims":
        axis = arguments[0] if arguments else keywords.get("axis")
        if isinstance(axis, int) and -len(array.shape) - 1 <= axis <= len(array.shape):
            place = axis if axis >= 0 else len(array.shape) + 1 + axis
            return Array((*array.shape[:place], 1, *array.shape[place:]))
    return None


def image_function(array: Array, path: str, arguments: list[Any], keywords: Mapping[str, Any]) -> Array | None:
    """What a function of pictures, such as `tf.image.resize`, gives; None if that is not known."""
    name, shape = path.rsplit(".", 1)[-1], array.shape
    if name == "grayscale_to_rgb" and shape:
        return Array((*shape[:-1], 3))
    if name == "repeat" and shape[-1:] == (1,) and keywords.get("axis") in (-1, len(shape) - 1) and arguments:
        return Array((*shape[:-1], arguments[0])) if type(arguments[0]) is int else None
    if path.endswith(("image.resize", "smart_resize")) and len(shape) > 2:
        size = keywords.get("size", arguments[0] if arguments else None)
        return Array((*shape[:-3], *size, shape[-1])) if _is_shape(size) and len(size) == 2 else None
    return None


def _size(size: Any, array: Array, index: int) -> int | None:
    if isinstance(size, int) and size >= 0:
        return size
    return array.shape[0] if index == 0 and size == -1 and array.shape else None


def array_entry(array: Array, index: Any) -> Array | None:
    """What an entry of an array is; None if that is not known."""
    parts = index if isinstance(index, tuple) else (index,)
    shape = list(array.shape)
    made: list[int | None] = []
    if any(part is ... for part in parts):
        place = parts.index(...)
        missing = len(shape) - sum(1 for part in parts if part is not None and part is not ...)
        parts = (*parts[:place], *[slice(None)] * max(missing, 0), *parts[place + 1 :])
    for part in parts:
        if part is None:
            made.append(1)
        elif not shape:
            return None
        elif isinstance(part, slice):
            size = shape.pop(0)
            made.append(size if part == slice(None) else None)
        elif isinstance(part, int):
            shape.pop(0)
        else:
            shape.pop(0)
            made.append(None)
    return Array((*made, *shape))


def batch_size_of(data: Any) -> int | Unknown | None:
    """The size of the batches that some data come in; an Unknown if it is not known, None if nothing is said of it."""
    for step in _steps(data):
        if step.name in _BATCHES:
            place, default = _BATCHES[step.name]
            written = step.keywords.get("batch_size", step.arguments[place] if len(step.arguments) > place else default)
        elif step.name == "batch":
            written = step.keywords.get("batch_size", step.arguments[0] if step.arguments else None)
        else:
            continue
        if isinstance(written, int) and not isinstance(written, bool):
            return written
        return Unknown("batch_size", step.line)
    return None


def makes_batches(name: str) -> bool:
    """Whether a method of some data gives data in batches, or the same data in another order."""
    return name == "batch" or name in _CHAINED or name in _BATCHES


def _steps(data: Any) -> Iterator[Configured]:
    """The calls that made some data, the last first."""
    for _ in range(_MOST_STEPS):
        if not isinstance(data, Configured):
            return
        yield data
        if data.name not in _CHAINED and data.name not in _BATCHES:
            return
        data = data.owner
