"""Which places of their input the torch modules of other networks read, along height or width."""

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from visualizer.architecture.shapes import Shape, is_maps
from visualizer.architecture.span import HeightWidth, Sees, Span, same_place, whole_map

# Their name as the name of a stage. Each computes a place of its output from the same place of its input.
ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.LeakyReLU: "leaky_relu",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.Hardswish: "hardswish",
    nn.Hardsigmoid: "hard_sigmoid",
    nn.ELU: "elu",
}


def sees_through(stages: Sequence[tuple[nn.Module, Shape]]) -> Sees:
    """What modules, one after the other, read of the first one's input; each comes with the shape of its own input."""
    if not stages:
        return same_place
    reads = [_sees(module, shape) for module, shape in stages]

    def sees(axis: int, span: Span) -> Span | None:
        places: Span | None = span
        for read in reversed(reads):
            if places is None or not places.size:
                return places
            places = read(axis, places)
        return places

    return sees


def pair(value: Any) -> HeightWidth:
    """(height, width) of a setting; torch also takes one number for both."""
    if not isinstance(value, tuple | list):
        return value, value
    height, width = value
    return height, width


def _sees(module: nn.Module, input_shape: Shape) -> Sees:
    if not is_maps(input_shape) or isinstance(module, nn.Flatten):
        return lambda axis, span: whole_map(axis, input_shape)
    # The exact type: a subclass may pad in its own way.
    kind = type(module)
    if kind is nn.BatchNorm2d or kind in ACTIVATIONS:
        return same_place
    made = _WINDOWS.get(kind)
    return made(module, input_shape) if made else _not_known


def _not_known(axis: int, span: Span) -> None:
    return None


def _window(module: Any, input_shape: Shape) -> Sees:
    if isinstance(module.padding, str) or getattr(module, "padding_mode", "zeros") != "zeros":
        return _not_known
    window, strides, padding = (pair(value) for value in (module.kernel_size, module.stride, module.padding))
    dilation = pair(getattr(module, "dilation", 1))

    def sees(axis: int, span: Span) -> Span:
        first, last = (place * strides[axis] - padding[axis] for place in (span.first, span.last))
        return Span(first, last + dilation[axis] * (window[axis] - 1), dilation[axis])

    return sees


def _padding(module: nn.ZeroPad2d, input_shape: Shape) -> Sees:
    left, _, top, _ = module.padding
    return lambda axis, span: Span(span.first - (top, left)[axis], span.last - (top, left)[axis])


def _parts(module: nn.AdaptiveAvgPool2d, input_shape: Shape) -> Sees:
    """Parts that may overlap: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html"""
    asked: tuple[Any, Any] = pair(module.output_size)

    def sees(axis: int, span: Span) -> Span:
        size = input_shape[axis + 1]
        parts = size if asked[axis] is None else asked[axis]
        return Span(span.first * size // parts, -(-(span.last + 1) * size // parts) - 1)

    return sees


_WINDOWS: dict[type[nn.Module], Callable[[Any, Shape], Sees]] = {
    nn.Conv2d: _window,
    nn.MaxPool2d: _window,
    nn.AvgPool2d: _window,
    nn.ZeroPad2d: _padding,
    nn.AdaptiveAvgPool2d: _parts,
}
