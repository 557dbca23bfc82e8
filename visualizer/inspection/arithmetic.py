"""The arithmetic of single modules: how each kind of torch module computes one number of its output.

A module of an unknown kind is tried out: a function of the number at the same place, a weighted sum, or neither.
"""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import torch
from torch import nn

from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.own_modules import (
    ChannelNorm,
    ClassTable,
    MapsToVector,
    NoiseInTraining,
    NormalSampling,
    ParametricReLU,
    ScaleAndShift,
    VectorToMaps,
)
from visualizer.architecture.padded_average import PaddedAveragePooling
from visualizer.inspection.steps import (
    Activated,
    ArithmeticStep,
    InputWindow,
    Normalized,
    Passed,
    Place,
    Rescaled,
    Softmaxed,
    Unexplained,
    WeightedSum,
    WindowMaximum,
    WindowMean,
    WindowSum,
)

TOLERANCE = (
    1e-4  # relative to the numbers that take part; a larger difference means that a module does more than its kind
)


@dataclass(frozen=True)
class ModuleRun:
    """One module at work.

    Attributes:
        name: Of the stage; that of an activation function as in `FUNCTIONS`.
        input, output: (1, …) tensors before and after it.
        place: Of the number of `output` that is explained.
        corner: Rows and columns that padding before it added at the top and at the left.
        limits: (height, width) of the maps before that padding; (1, 1) for a vector.
    """

    name: str
    input: torch.Tensor
    output: torch.Tensor
    place: Place
    corner: tuple[int, int] = (0, 0)
    limits: tuple[int, int] = (1, 1)

    @property
    def value(self) -> float:
        return float(self.output[0][self.place])

    @property
    def before(self) -> float:
        """The input at the same place."""
        return float(self.input[0][self.place])


def step_of(module: nn.Module, run: ModuleRun) -> ArithmeticStep:
    """How `module` computed the number at `run.place`."""
    step = _step_of(module, run)
    # A subclass may do more than its base class; the base class's arithmetic is then wrong for it.
    if isinstance(step, Unexplained) or not _close(step, run):
        return _tried_out(module, run)
    return step


@singledispatch
def _step_of(module: nn.Module, run: ModuleRun) -> ArithmeticStep:
    if run.name in FUNCTIONS or type(module).__module__ == nn.ReLU.__module__:
        slope = getattr(module, "negative_slope", None)
        name = run.name if run.name in FUNCTIONS else type(module).__name__
        if run.name in FUNCTIONS or _reads_only_its_place(module, run):
            return Activated(name, run.before, run.value, slope)
    return Unexplained(type(module).__name__, run.value)


@_step_of.register
def _(module: ParametricReLU, run: ModuleRun) -> ArithmeticStep:
    slopes = module.weight.expand(run.input.shape[1:])
    return Activated("PReLU", run.before, run.value, float(slopes[run.place]))


@_step_of.register
def _(module: ScaleAndShift, run: ModuleRun) -> ArithmeticStep:
    return Rescaled(run.before, module.scale, module.offset)


@_step_of.register
def _(module: nn.Identity, run: ModuleRun) -> ArithmeticStep:
    return Passed(run.place, run.before)


@_step_of.register(nn.Dropout)
@_step_of.register(nn.Dropout2d)
@_step_of.register(NoiseInTraining)
@_step_of.register(NormalSampling)
@_step_of.register(ClassTable)
def _(module: nn.Module, run: ModuleRun) -> ArithmeticStep:
    return Passed(run.place, run.before)


@_step_of.register
def _(module: nn.Flatten, run: ModuleRun) -> ArithmeticStep:
    place = tuple(int(part) for part in np.unravel_index(run.place[0], tuple(run.input.shape[1:])))
    return Passed(place, float(run.input[0][place]))


@_step_of.register
def _(module: VectorToMaps, run: ModuleRun) -> ArithmeticStep:
    (channel, row, column), channels = run.place, run.output.shape[1]
    place = ((row * module.width + column) * channels + channel,)
    return Passed(place, float(run.input[0][place]))


@_step_of.register
def _(module: MapsToVector, run: ModuleRun) -> ArithmeticStep:
    channels, height, width = run.input.shape[1:]
    row, column, channel = (int(part) for part in np.unravel_index(run.place[0], (height, width, channels)))
    return Passed((channel, row, column), float(run.input[0, channel, row, column]))


@_step_of.register
def _(module: nn.Upsample, run: ModuleRun) -> ArithmeticStep:
    if module.mode != "nearest":
        return Unexplained(type(module).__name__, run.value)
    channel, row, column = run.place
    height, width = run.input.shape[2:]
    # torch itself says which number it copies.
    sources = module(torch.arange(float(height * width)).reshape(1, 1, height, width))
    place = (channel, *divmod(int(sources[0, 0, row, column]), width))
    return Passed(place, float(run.input[0][place]))


@_step_of.register
def _(module: nn.ConstantPad2d, run: ModuleRun) -> ArithmeticStep:
    left, _, top, _ = module.padding
    channel, row, column = run.place[0], run.place[1] - top, run.place[2] - left
    height, width = run.input.shape[2:]
    if not (0 <= row < height and 0 <= column < width):
        return Passed(None, float(module.value))
    return Passed((channel, row, column), float(run.input[0, channel, row, column]))


@_step_of.register
def _(module: nn.Softmax, run: ModuleRun) -> ArithmeticStep:
    values = _numbers(run.input[0])[(slice(None), *run.place[1:])]  # type: ignore[arg-type]
    return Softmaxed(values, run.place[0])


@_step_of.register(nn.BatchNorm1d)
@_step_of.register(nn.BatchNorm2d)
def _(module: nn.BatchNorm2d, run: ModuleRun) -> ArithmeticStep:
    if module.running_mean is None or module.running_var is None:
        return Unexplained(type(module).__name__, run.value)
    channel = run.place[0]
    scale, shift = (
        default if parameter is None else float(parameter[channel])
        for parameter, default in ((module.weight, 1.0), (module.bias, 0.0))
    )
    mean, variance = float(module.running_mean[channel]), float(module.running_var[channel])
    return Normalized(run.before, mean, variance, module.eps, scale, shift)


@_step_of.register
def _(module: nn.LayerNorm, run: ModuleRun) -> ArithmeticStep:
    if tuple(module.normalized_shape) != tuple(run.input.shape[1:]):
        return Unexplained(type(module).__name__, run.value)
    return _normalized(module, run, _numbers(run.input[0]), run.place)


@_step_of.register
def _(module: ChannelNorm, run: ModuleRun) -> ArithmeticStep:
    channel, row, column = run.place
    return _normalized(module, run, _numbers(run.input[0, :, row, column]), (channel,))


@_step_of.register
def _(module: nn.GroupNorm, run: ModuleRun) -> ArithmeticStep:
    channel = run.place[0]
    channels_each = module.num_channels // module.num_groups
    first = channel // channels_each * channels_each
    return _normalized(module, run, _numbers(run.input[0, first : first + channels_each]), (channel,))


def _normalized(
    module: nn.LayerNorm | nn.GroupNorm, run: ModuleRun, together: np.ndarray, of_weights: Place
) -> ArithmeticStep:
    """A number normalised with the numbers `together`; its scale and shift are at the place `of_weights`."""
    scale, shift = (
        default if parameter is None else float(parameter[of_weights])
        for parameter, default in ((module.weight, 1.0), (module.bias, 0.0))
    )
    mean, variance = float(together.mean()), float(together.var())
    return Normalized(run.before, mean, variance, module.eps, scale, shift, together.size)


@_step_of.register
def _(module: nn.Linear, run: ModuleRun) -> ArithmeticStep:
    unit = run.place[0]
    inputs = _numbers(run.input[0])
    bias = None if module.bias is None else float(module.bias[unit])
    return WeightedSum(inputs.shape, np.arange(inputs.size), inputs, _numbers(module.weight[unit]), bias)


@_step_of.register
def _(module: nn.Conv2d, run: ModuleRun) -> ArithmeticStep:
    if isinstance(module.padding, str):
        return Unexplained(type(module).__name__, run.value)
    channels_each = module.in_channels // module.groups
    first = run.place[0] // (module.out_channels // module.groups) * channels_each
    channels = np.arange(first, first + channels_each)
    window, values = _under(run, channels, module.kernel_size, module.stride, module.padding, module.dilation, 0.0)
    bias = None if module.bias is None else float(module.bias[run.place[0]])
    return WindowSum(window, channels, values, _numbers(module.weight[run.place[0]]), bias)


@_step_of.register
def _(module: nn.ConvTranspose2d, run: ModuleRun) -> ArithmeticStep:
    if isinstance(module.padding, str):
        return Unexplained(type(module).__name__, run.value)
    per_group = module.out_channels // module.groups
    group, filter = divmod(run.place[0], per_group)
    channels_each = module.in_channels // module.groups
    channels = np.arange(group * channels_each, (group + 1) * channels_each)
    # For each place of the input along an axis, which place of its kernel falls on the number; not all do.
    axes = zip(run.input.shape[2:], run.place[1:], module.stride, module.padding, module.dilation, strict=True)
    sides = []
    for axis, (size, place, stride, pad, gap) in enumerate(axes):
        steps, rest = np.divmod(place + pad - np.arange(size) * stride, gap)
        falls = (rest == 0) & (steps >= 0) & (steps < module.kernel_size[axis])
        sides.append((np.flatnonzero(falls), steps[falls]))
    (rows, kernel_rows), (columns, kernel_columns) = sides
    shape = tuple(run.input.shape[1:])
    indices = np.ravel_multi_index(np.ix_(channels, rows, columns), shape).ravel()
    weights = _numbers(module.weight[:, filter])[np.ix_(channels, kernel_rows, kernel_columns)].ravel()
    bias = None if module.bias is None else float(module.bias[run.place[0]])
    return WeightedSum(shape, indices, _numbers(run.input[0]).ravel()[indices], weights, bias)


@_step_of.register
def _(module: nn.MaxPool2d, run: ModuleRun) -> ArithmeticStep:
    window, (values,) = _under(
        run,
        np.array([run.place[0]]),
        _pair(module.kernel_size),
        _pair(module.stride),
        _pair(module.padding),
        _pair(module.dilation),
        -np.inf,
    )
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return WindowMaximum(window, run.place[0], values, (int(row), int(column)))


@_step_of.register
def _(module: nn.AvgPool2d, run: ModuleRun) -> ArithmeticStep:
    sizes = (_pair(module.kernel_size), _pair(module.stride), _pair(module.padding), (1, 1))
    window, (values,) = _under(run, np.array([run.place[0]]), *sizes, 0.0)
    counted = np.ones_like(window.inside) if module.count_include_pad else window.inside
    return WindowMean(window, run.place[0], values, counted)


@_step_of.register
def _(module: PaddedAveragePooling, run: ModuleRun) -> ArithmeticStep:
    left, _, top, _ = module.padding
    window, (values,) = _under(run, np.array([run.place[0]]), module.window, module.strides, (top, left), (1, 1), 0.0)
    return WindowMean(window, run.place[0], values, window.inside)


@_step_of.register
def _(module: nn.AdaptiveAvgPool2d, run: ModuleRun) -> ArithmeticStep:
    window, values = _part(run)
    return WindowMean(window, run.place[0], values, window.inside)


@_step_of.register
def _(module: nn.AdaptiveMaxPool2d, run: ModuleRun) -> ArithmeticStep:
    window, values = _part(run)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return WindowMaximum(window, run.place[0], values, (int(row), int(column)))


def _part(run: ModuleRun) -> tuple[InputWindow, np.ndarray]:
    """The part of a map that adaptive pooling makes one number of, and the numbers there, (height, width)."""
    channel, *places = run.place
    rows, columns = (
        np.arange(place * size // parts, -(-(place + 1) * size // parts))
        for place, size, parts in zip(places, run.input.shape[2:], run.output.shape[2:], strict=True)
    )
    values = _numbers(run.input[0, channel])[np.ix_(rows, columns)]
    return InputWindow(rows, columns, np.ones(values.shape, dtype=bool)), values


def _under(
    run: ModuleRun,
    channels: np.ndarray,
    size: tuple[int, ...],
    strides: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    filler: float,
) -> tuple[InputWindow, np.ndarray]:
    """The window, and the numbers under it, (channels, height, width), with `filler` beyond the edges."""
    axes = [
        place * stride - pad + np.arange(extent) * gap
        for place, extent, stride, pad, gap in zip(run.place[1:], size, strides, padding, dilation, strict=True)
    ]
    limits = tuple(run.input.shape[2:])
    on_map = np.outer(*[(axis >= 0) & (axis < limit) for axis, limit in zip(axes, limits, strict=True)])
    rows, columns = (np.clip(axis, 0, limit - 1) for axis, limit in zip(axes, limits, strict=True))
    picked = run.input[0].numpy()[channels[:, None, None], rows[None, :, None], columns[None, None, :]]
    values = np.where(on_map, picked.astype(np.float64), filler)
    rows, columns = (axis - corner for axis, corner in zip(axes, run.corner, strict=True))
    inside = np.outer((rows >= 0) & (rows < run.limits[0]), (columns >= 0) & (columns < run.limits[1]))
    return InputWindow(rows, columns, inside), values


def _pair(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().numpy().astype(np.float64)


def _close(step: ArithmeticStep, run: ModuleRun) -> bool:
    value = run.value
    if not np.isfinite(value):
        return bool(np.array_equal(step.result, value, equal_nan=True))
    scale = 1.0
    if isinstance(step, WindowSum | WeightedSum):
        scale = max(1.0, float(np.abs(step.products).sum()))
    return abs(step.result - value) <= TOLERANCE * max(scale, abs(value))


# ---- Modules of unknown kinds


def _reads_only_its_place(module: nn.Module, run: ModuleRun) -> bool:
    """Whether the number stays the same when all other numbers of the input change."""
    if run.input.shape != run.output.shape:
        return False
    others = torch.randn(run.input.shape, generator=torch.Generator().manual_seed(0))
    others[0][run.place] = run.input[0][run.place]
    return _same(float(module(others)[0][run.place]), run.value)


def _tried_out(module: nn.Module, run: ModuleRun) -> ArithmeticStep:
    if _reads_only_its_place(module, run):
        return Activated(type(module).__name__, run.before, run.value)
    with torch.inference_mode(False), torch.enable_grad():
        tracked = run.input.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(module(tracked)[0][run.place], tracked, allow_unused=True)
    if gradient is not None:
        weights, inputs = _numbers(gradient[0]).ravel(), _numbers(run.input[0]).ravel()
        bias = run.value - float(weights @ inputs)
        other = torch.randn(run.input.shape, generator=torch.Generator().manual_seed(0))
        predicted = float(weights @ _numbers(other[0]).ravel()) + bias
        if _same(float(module(other)[0][run.place]), predicted):
            indices = np.flatnonzero(weights)
            rest = None if abs(bias) <= 1e-6 else bias
            return WeightedSum(tuple(run.input.shape[1:]), indices, inputs[indices], weights[indices], rest)
    return Unexplained(type(module).__name__, run.value)


def _same(first: float, second: float) -> bool:
    return bool(np.isclose(first, second, rtol=TOLERANCE, atol=TOLERANCE))
