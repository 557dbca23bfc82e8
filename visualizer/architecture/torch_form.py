"""How a layer type is written in PyTorch source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visualizer.architecture.shapes import Shape, is_maps

REQUIRED = object()  # stands for a default where torch has none


class NoCounterpart(Exception):
    """What a call computes is not computed here.

    Args:
        why: What differs, in a whole sentence.
        layers: The layers that are built instead; none where the call is left out.
    """

    def __init__(self, why: str, *layers: Any) -> None:
        super().__init__(why)
        self.why = why
        self.layers = layers


@dataclass(frozen=True)
class Arriving:
    """What a torch module reads.

    Attributes:
        shape: Without the batch; None where it is not known.
        is_positive: Whether none of its numbers can be below zero.
    """

    shape: Shape | None = None
    is_positive: bool = False

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width of feature maps, where they are known."""
        return (self.shape[1], self.shape[2]) if self.shape is not None and is_maps(self.shape) else None

    @property
    def is_vector(self) -> bool:
        return self.shape is not None and not is_maps(self.shape)

    def is_over_channels(self, dim: Any) -> bool:
        """Whether torch's axis, counted with the batch, is that of the channels; None is what torch then chooses."""
        from_behind = None if self.shape is None else -len(self.shape)
        return dim in (None, 1) or (isinstance(dim, int) and dim == from_behind)


# Makes layers of the arguments of a call; not named as a type here, since a layer type says its forms.
MakeLayers = Callable[[Mapping[str, Any], Arriving], Sequence[Any]]


@dataclass(frozen=True)
class TorchForm:
    """One way in which PyTorch source writes a layer type.

    Attributes:
        names: What `torch.nn` calls its class.
        arguments: The arguments in order, each with torch's default or `REQUIRED`.
        layers: The layers, one after the other, that do what a module with these arguments does. Raises NoCounterpart
            where there are none, and SettingError where an argument is out of range here.
        functions: Functions, and methods of tensors, that do the same and take these arguments after the tensor.
        operator: Python's operator between two tensors that does the same, such as "+".
        when: Whether a class of one of these names means this layer type, of its arguments.
        reads: The argument that says how many maps, or numbers, arrive.
        open: Our settings by the arguments that may stay open, such as the number of classes.
        activation: The function that a layer with kernels right before it can apply itself.
        is_positive: Whether no number that leaves is below zero.
        keeps_sign: Whether none is, where none that arrives is.
        to_vector: Whether it makes one vector of each picture.
        is_view: Whether it shows the numbers that arrive in another shape: they change together.
        ends: Whether it stands for its layer only where the network ends.
        remark: What is always noted, in a whole sentence.
    """

    names: tuple[str, ...]
    arguments: Mapping[str, Any]
    layers: MakeLayers
    functions: tuple[str, ...] = ()
    operator: str = ""
    when: Callable[[Mapping[str, Any]], bool] | None = None
    reads: str = ""
    open: Mapping[str, str] = field(default_factory=dict)
    activation: str = ""
    is_positive: bool = False
    keeps_sign: bool = False
    to_vector: bool = False
    is_view: bool = False
    ends: bool = False
    remark: str = ""


def pair(value: Any) -> tuple[int, int]:
    """One number for both axes, or (height, width). Raises NoCounterpart where it is neither."""
    sides = tuple(value) if isinstance(value, tuple | list) else (value, value)
    sides = sides * 2 if len(sides) == 1 else sides
    if len(sides) != 2 or not all(isinstance(side, int) and not isinstance(side, bool) for side in sides):
        raise NoCounterpart("It needs one whole number, or two, for height and width.")
    return sides[0], sides[1]


def whole(value: Any) -> Any:
    """A number, or each number of a list, as a whole number where it is one: 2.0 is 2."""
    if isinstance(value, tuple | list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
