"""Follows what training computes of its loss and of weights, to see where a penalty is added to the loss by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from visualizer.source_code.python.values import Configured, Member
from visualizer.source_code.pytorch_modules import Module
from visualizer.source_code.pytorch_values import Parameters

# Functions and methods that make numbers of numbers.
_ARITHMETIC = frozenset(
    {"abs", "add", "div", "dist", "exp", "flatten", "linalg_norm", "log", "mean", "mul", "neg", "norm", "pow", "prod"}
    | {"sqrt", "square", "stack", "sub", "sum", "max", "min", "mm", "matmul", "cat", "vector_norm", "matrix_norm"}
    | {"mse_loss", "l1_loss", "smooth_l1_loss", "view", "reshape", "t", "unsqueeze", "squeeze", "to", "float", "tensor"}
)


@dataclass(frozen=True, eq=False)
class Measured(Configured):
    """A number, or several, that the source computes of its loss or of weights.

    Attributes:
        of_loss: Whether of its loss.
        of_weights: Whether of weights.
    """

    of_loss: bool = False
    of_weights: bool = False


def of_loss(name: str, line: int) -> Measured:
    """What a loss gives."""
    return Measured(name.lower(), (), {}, line, of_loss=True)


def measured(name: str, values: Iterable[Any], line: int) -> Measured | None:
    """What arithmetic makes of values; None where no loss and no weight is among them."""
    found = [value for value in values if isinstance(value, Measured)]
    weights = any(map(_are_weights, values)) or any(value.of_weights for value in found)
    loss = any(value.of_loss for value in found)
    return Measured(name, (), {}, line, of_loss=loss, of_weights=weights) if weights or loss else None


def computed(name: str, values: Iterable[Any], line: int) -> Measured | None:
    """The same for a function or a method by its name; None also where it does something else."""
    return measured(name, values, line) if name in _ARITHMETIC else None


def adds_penalty(left: Any, right: Any) -> bool:
    """Whether one of two values is a loss without a penalty, and the other the size of weights."""
    sides = [side for side in (left, right) if isinstance(side, Measured)]
    return len(sides) == 2 and {(side.of_loss, side.of_weights) for side in sides} == {(True, False), (False, True)}


def _are_weights(value: Any) -> bool:
    if isinstance(value, Parameters):
        return not value.are_gradients
    return isinstance(value, Member) and isinstance(value.owner, Module) and value.name in ("weight", "bias")
