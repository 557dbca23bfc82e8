"""The arithmetic of single modules: how each kind of torch module makes one number of its output.

A module of an unknown kind is tried out: a function of the one number at the same place, a weighted sum, or neither.
"""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import torch
from torch import nn

from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.padded_average import PaddedAveragePooling
from visualizer.inspection.steps import (
    Activated,
    ArithmeticStep,
    InputWindow,
    Normalized,
    Passed,
    Place,
    Softmaxed,
    Unexplained,
    WeightedSum,
    WindowMaximum,
    WindowMean,
    WindowSum,
)

TOLERANCE = 1e-4  # of the numbers that take part; beyond it a module does something else than its kind does


@dataclass(frozen=True)
class ModuleRun:
    """One module at work.

    Attributes:
        name: What it is called; an activation function's name in `FUNCTIONS`.
        arrived, left: (1, …) tensors before and after it.
        place: The number of `left` that is explained.
        corner: Rows and columns that padding before it added at the top and at the left.
        limits: (height, width) of what arrived before that padding; (1, 1) of a vector.
    """

    name: str
    arrived: torch.Tensor
    left: torch.Tensor
    place: Place
    corner: tuple[int, int] = (0, 0)
    limits: tuple[int, int] = (1, 1)

    @property
    def value(self) -> float:
        return float(self.left[0][self.place])

    @property
    def before(self) -> float:
        """What arrived at the same place."""
        return float(self.arrived[0][self.place])


def step_of(module: nn.Module, stage: ModuleRun) -> ArithmeticStep:
    """How `module` made the number at `stage.place`."""
    step = _step_of(module, stage)
    # A subclass may do more than its kind: then what it says of itself is not so.
    if isinstance(step, Unexplained) or not _close(step, stage):
        return _tried_out(module, stage)
    return step


@singledispatch
def _step_of(module: nn.Module, stage: ModuleRun) -> ArithmeticStep:
    if stage.name in FUNCTIONS or type(module).__module__ == nn.ReLU.__module__:
        slope = getattr(module, "negative_slope", None)
        name = stage.name if stage.name in FUNCTIONS else type(module).__name__
        if stage.name in FUNCTIONS or _reads_only_its_place(module, stage):
            return Activated(name, stage.before, stage.value, slope)
    return Unexplained(type(module).__name__, stage.value)


@_step_of.register
def _(module: nn.Identity, stage: ModuleRun) -> ArithmeticStep:
    return Passed(stage.place, stage.before)


@_step_of.register(nn.Dropout)
@_step_of.register(nn.Dropout2d)
def _(module: nn.Module, stage: ModuleRun) -> ArithmeticStep:
    return Passed(stage.place, stage.before)


@_step_of.register
def _(module: nn.Flatten, stage: ModuleRun) -> ArithmeticStep:
    place = tuple(int(part) for part in np.unravel_index(stage.place[0], tuple(stage.arrived.shape[1:])))
    return Passed(place, float(stage.arrived[0][place]))


@_step_of.register
def _(module: nn.ConstantPad2d, stage: ModuleRun) -> ArithmeticStep:
    left, _, top, _ = module.padding
    channel, row, column = stage.place[0], stage.place[1] - top, stage.place[2] - left
    height, width = stage.arrived.shape[2:]
    if not (0 <= row < height and 0 <= column < width):
        return Passed(None, float(module.value))
    return Passed((channel, row, column), float(stage.arrived[0, channel, row, column]))


@_step_of.register
def _(module: nn.Softmax, stage: ModuleRun) -> ArithmeticStep:
    values = _numbers(stage.arrived[0])[(slice(None), *stage.place[1:])]  # type: ignore[arg-type]
    return Softmaxed(values, stage.place[0])


@_step_of.register(nn.BatchNorm1d)
@_step_of.register(nn.BatchNorm2d)
def _(module: nn.BatchNorm2d, stage: ModuleRun) -> ArithmeticStep:
    if module.running_mean is None or module.running_var is None:
        return Unexplained(type(module).__name__, stage.value)
    channel = stage.place[0]
    scale, shift = (
        default if parameter is None else float(parameter[channel])
        for parameter, default in ((module.weight, 1.0), (module.bias, 0.0))
    )
    mean, variance = float(module.running_mean[channel]), float(module.running_var[channel])
    return Normalized(stage.before, mean, variance, module.eps, scale, shift)


@_step_of.register
def _(module: nn.Linear, stage: ModuleRun) -> ArithmeticStep:
    unit = stage.place[0]
    inputs = _numbers(stage.arrived[0])
    bias = None if module.bias is None else float(module.bias[unit])
    return WeightedSum(inputs.shape, np.arange(inputs.size), inputs, _numbers(module.weight[unit]), bias)


@_step_of.register
def _(module: nn.Conv2d, stage: ModuleRun) -> ArithmeticStep:
    if isinstance(module.padding, str):
        return Unexplained(type(module).__name__, stage.value)
    channels_each = module.in_channels // module.groups
    first = stage.place[0] // (module.out_channels // module.groups) * channels_each
    channels = np.arange(first, first + channels_each)
    window, values = _under(stage, channels, module.kernel_size, module.stride, module.padding, module.dilation, 0.0)
    bias = None if module.bias is None else float(module.bias[stage.place[0]])
    return WindowSum(window, channels, values, _numbers(module.weight[stage.place[0]]), bias)


@_step_of.register
def _(module: nn.MaxPool2d, stage: ModuleRun) -> ArithmeticStep:
    window, (values,) = _under(
        stage,
        np.array([stage.place[0]]),
        _pair(module.kernel_size),
        _pair(module.stride),
        _pair(module.padding),
        _pair(module.dilation),
        -np.inf,
    )
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return WindowMaximum(window, stage.place[0], values, (int(row), int(column)))


@_step_of.register
def _(module: nn.AvgPool2d, stage: ModuleRun) -> ArithmeticStep:
    sizes = (_pair(module.kernel_size), _pair(module.stride), _pair(module.padding), (1, 1))
    window, (values,) = _under(stage, np.array([stage.place[0]]), *sizes, 0.0)
    counted = np.ones_like(window.inside) if module.count_include_pad else window.inside
    return WindowMean(window, stage.place[0], values, counted)


@_step_of.register
def _(module: PaddedAveragePooling, stage: ModuleRun) -> ArithmeticStep:
    left, _, top, _ = module.padding
    window, (values,) = _under(
        stage, np.array([stage.place[0]]), module.window, module.strides, (top, left), (1, 1), 0.0
    )
    return WindowMean(window, stage.place[0], values, window.inside)


@_step_of.register
def _(module: nn.AdaptiveAvgPool2d, stage: ModuleRun) -> ArithmeticStep:
    channel, *places = stage.place
    rows, columns = (
        np.arange(place * size // parts, -(-(place + 1) * size // parts))
        for place, size, parts in zip(places, stage.arrived.shape[2:], stage.left.shape[2:], strict=True)
    )
    values = _numbers(stage.arrived[0, channel])[np.ix_(rows, columns)]
    everywhere = np.ones(values.shape, dtype=bool)
    return WindowMean(InputWindow(rows, columns, everywhere), channel, values, everywhere)


def _under(
    stage: ModuleRun,
    channels: np.ndarray,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    filler: float,
) -> tuple[InputWindow, np.ndarray]:
    """The window, and what lies under it, (channels, height, width), with `filler` beyond the edges."""
    axes = [
        place * stride - pad + np.arange(extent) * gap
        for place, extent, stride, pad, gap in zip(stage.place[1:], size, strides, padding, dilation, strict=True)
    ]
    limits = tuple(stage.arrived.shape[2:])
    there = np.outer(*[(axis >= 0) & (axis < limit) for axis, limit in zip(axes, limits, strict=True)])
    rows, columns = (np.clip(axis, 0, limit - 1) for axis, limit in zip(axes, limits, strict=True))
    picked = stage.arrived[0].numpy()[channels[:, None, None], rows[None, :, None], columns[None, None, :]]
    values = np.where(there, picked.astype(np.float64), filler)
    rows, columns = (axis - corner for axis, corner in zip(axes, stage.corner, strict=True))
    inside = np.outer((rows >= 0) & (rows < stage.limits[0]), (columns >= 0) & (columns < stage.limits[1]))
    return InputWindow(rows, columns, inside), values


def _pair(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().astype(np.float64)


def _close(step: ArithmeticStep, stage: ModuleRun) -> bool:
    value = stage.value
    if not np.isfinite(value):
        return bool(np.array_equal(step.result, value, equal_nan=True))
    scale = 1.0
    if isinstance(step, WindowSum | WeightedSum):
        scale = max(1.0, float(np.abs(step.products).sum()))
    return abs(step.result - value) <= TOLERANCE * max(scale, abs(value))


# ---- What is tried out


def _reads_only_its_place(module: nn.Module, stage: ModuleRun) -> bool:
    """Whether the number stays the same when all others that arrive are changed."""
    if stage.arrived.shape != stage.left.shape:
        return False
    others = torch.randn(stage.arrived.shape, generator=torch.Generator().manual_seed(0))
    others[0][stage.place] = stage.arrived[0][stage.place]
    return _same(float(module(others)[0][stage.place]), stage.value)


def _tried_out(module: nn.Module, stage: ModuleRun) -> ArithmeticStep:
    if _reads_only_its_place(module, stage):
        return Activated(type(module).__name__, stage.before, stage.value)
    with torch.inference_mode(False), torch.enable_grad():
        arrived = stage.arrived.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(module(arrived)[0][stage.place], arrived, allow_unused=True)
    if gradient is not None:
        weights, inputs = _numbers(gradient[0]).ravel(), _numbers(stage.arrived[0]).ravel()
        bias = stage.value - float(weights @ inputs)
        other = torch.randn(stage.arrived.shape, generator=torch.Generator().manual_seed(0))
        foreseen = float(weights @ _numbers(other[0]).ravel()) + bias
        if _same(float(module(other)[0][stage.place]), foreseen):
            indices = np.flatnonzero(weights)
            rest = None if abs(bias) <= 1e-6 else bias
            return WeightedSum(tuple(stage.arrived.shape[1:]), indices, inputs[indices], weights[indices], rest)
    return Unexplained(type(module).__name__, stage.value)


def _same(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE))
