"""A network as plain data, which assets/lib/engine/ computes in a browser: what its stages do, and their weights.

A stage is told by its exact torch module, as a subclass may do more than its base class.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from visualizer.architecture.flow import PICTURE, FlowNetwork, Node
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
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.errors import UserError

Pair = tuple[int, int]


@dataclass(frozen=True)
class Portable:
    """A network in evaluation mode that needs no torch.

    Attributes:
        header: Plain JSON data. `input`, (C, H, W) of the pictures; `multiply_adds` of one forward pass;
            `ends_in_softmax`; `answer`, "probabilities" or "scores", or None where the output is not one number for
            each class; `nodes`, in order: each has `sources` (−1 is the picture), `meeting`, the `shape` of its output,
            and `stages` with the name `op` of the operation, the `shape` of its output, the operation's settings, and
            its arrays by their names, each as `at`, where its first number is among the weights, and its `shape`, or
            None.
        weights: All arrays one after the other, float32, little-endian.
    """

    header: dict[str, Any]
    weights: bytes


@dataclass(frozen=True)
class Operation:
    """What one stage computes.

    Attributes:
        op: The name of the function in assets/lib/engine/.
        shape: Of its output.
        settings: What else that function reads, as JSON values.
        arrays: Its weights by name; None for one that this stage has not.
        multiply_adds: How many products are added for one picture.
        comparisons: How many numbers pooling windows read, which takes time too.
    """

    op: str
    shape: Shape
    settings: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, torch.Tensor | None] = field(default_factory=dict)
    multiply_adds: int = 0
    comparisons: int = 0


@dataclass(frozen=True)
class Size:
    """What a network takes of a browser.

    Attributes:
        multiply_adds: Of one forward pass; what a pooling window reads, and each number of a stage, counts as one.
        numbers: That one forward pass keeps: the outputs of all stages.
        weights: Numbers of all arrays.
    """

    multiply_adds: int
    numbers: int
    weights: int


def portable(network: FlowNetwork) -> Portable:
    """The network as plain data; nothing is run.

    Raises:
        UserError: A stage is a torch module of a kind that the engine in the browser does not know.
    """
    weights: list[np.ndarray] = []
    at = products = 0
    nodes = []
    for node, operations in _operations(network):
        stages = []
        for operation in operations:
            stage: dict[str, Any] = {"op": operation.op, "shape": list(operation.shape), **operation.settings}
            for name, array in operation.arrays.items():
                if array is None:
                    stage[name] = None
                    continue
                weights.append(np.ascontiguousarray(array.detach().numpy(), dtype="<f4"))
                stage[name] = {"at": at, "shape": list(array.shape)}
                at += array.numel()
            stages.append(stage)
            products += operation.multiply_adds
        place = {"sources": list(node.sources), "meeting": node.meeting, "shape": list(node.shape)}
        nodes.append({**place, "stages": stages})
    has_classes = network.answering is None and len(network.nodes[-1].shape) == 1
    header = {
        "input": list(network.input_shape),
        "multiply_adds": products,
        "ends_in_softmax": network.ends_in_softmax,
        "answer": network.answer_kind if has_classes else None,
        "nodes": nodes,
    }
    return Portable(header, b"".join(array.tobytes() for array in weights))


def size_of(network: FlowNetwork) -> Size:
    """What the network would take of a browser; nothing is run or copied. Raises UserError as `portable`."""
    operations = [operation for _, described in _operations(network) for operation in described]
    numbers = sum(numbers_in(operation.shape) for operation in operations)
    return Size(
        sum(operation.multiply_adds + operation.comparisons for operation in operations) + numbers,
        numbers,
        sum(array.numel() for operation in operations for array in operation.arrays.values() if array is not None),
    )


def _operations(network: FlowNetwork) -> Iterator[tuple[Node, list[Operation]]]:
    """What the stages of each node compute."""
    shapes: dict[int, Shape] = {PICTURE: tuple(network.input_shape)}
    for node in network.nodes:
        shape = _met([shapes[source] for source in node.sources], node)
        operations = []
        for _, module in node.stages:
            operation = _operation(module, shape)
            operations.append(operation)
            shape = operation.shape
        shapes[node.index] = shape
        yield node, operations


def _met(shapes: list[Shape], node: Node) -> Shape:
    """The shape of the input that a node makes of those of its sources."""
    if len(shapes) > 1 and node.meeting == "concatenation":
        return (sum(shape[0] for shape in shapes), *shapes[0][1:])
    return torch.broadcast_shapes(*shapes)


def _operation(module: nn.Module, shape: Shape) -> Operation:
    describe = _DESCRIBED.get(type(module))
    operation = describe(module, shape) if describe else None
    if operation is None:
        raise UserError(
            "This network cannot be computed in a browser.",
            f"The browser does not know what its stage “{type(module).__name__}” computes.",
            "Let the server compute it.",
        )
    return operation


def _pair(value: Any) -> Pair:
    """(height, width) of a setting, for which torch also takes one number."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


# ---- Convolution and dense


def _conv2d(module: nn.Conv2d, shape: Shape) -> Operation | None:
    if module.padding_mode != "zeros" or isinstance(module.padding, str):
        return None
    window = _Window(_pair(module.kernel_size), _pair(module.stride), _pair(module.padding), _pair(module.dilation))
    output = (module.out_channels, *window.places(shape))
    settings = {**window.settings(), "groups": module.groups}
    products = numbers_in(output) * numbers_in(tuple(module.weight.shape[1:]))
    return Operation("conv2d", output, settings, {"weight": module.weight, "bias": module.bias}, products)


def _conv_transpose2d(module: nn.ConvTranspose2d, shape: Shape) -> Operation | None:
    if isinstance(module.padding, str):
        return None
    window = _Window(_pair(module.kernel_size), _pair(module.stride), _pair(module.padding), _pair(module.dilation))
    more = _pair(module.output_padding)
    # https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
    sides = (
        (size - 1) * stride - 2 * pad + gap * (kernel - 1) + extra + 1
        for size, kernel, stride, pad, gap, extra in zip(shape[1:], *window.axes(), more, strict=True)
    )
    settings = {**window.settings(), "groups": module.groups}
    products = numbers_in(shape) * numbers_in(tuple(module.weight.shape[1:]))
    arrays = {"weight": module.weight, "bias": module.bias}
    return Operation("conv_transpose2d", (module.out_channels, *sides), settings, arrays, products)


def _dense(module: nn.Linear, shape: Shape) -> Operation | None:
    if len(shape) != 1:
        return None
    arrays = {"weight": module.weight, "bias": module.bias}
    return Operation("dense", (module.out_features,), {}, arrays, module.weight.numel())


# ---- Windows


@dataclass(frozen=True)
class _Window:
    """A sliding window; every pair is (height, width)."""

    size: Pair
    strides: Pair
    padding: Pair
    dilation: Pair = (1, 1)
    ceil: bool = False

    def axes(self) -> tuple[Pair, Pair, Pair, Pair]:
        return self.size, self.strides, self.padding, self.dilation

    def settings(self) -> dict[str, Any]:
        names = ("size", "strides", "padding", "dilation")
        return {name: list(pair) for name, pair in zip(names, self.axes(), strict=True)}

    def places(self, shape: Shape) -> Shape:
        """Height and width of what it makes of (C, H, W).

        Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
        """
        found = []
        for length, size, stride, pad, gap in zip(shape[1:], *self.axes(), strict=True):
            room = length + 2 * pad - gap * (size - 1) - 1
            count = (-(-room // stride) if self.ceil else room // stride) + 1
            if self.ceil and (count - 1) * stride >= length + pad:  # a window may not begin behind the map
                count -= 1
            found.append(count)
        return tuple(found)


def _pooled(op: str, shape: Shape, window: _Window, settings: dict[str, Any]) -> Operation:
    output = (shape[0], *window.places(shape))
    return Operation(op, output, settings, comparisons=numbers_in(output) * numbers_in(window.size))


def _max_pooling(module: nn.MaxPool2d, shape: Shape) -> Operation | None:
    if module.return_indices:
        return None
    strides = module.kernel_size if module.stride is None else module.stride
    sizes = (_pair(module.kernel_size), _pair(strides), _pair(module.padding), _pair(module.dilation))
    window = _Window(*sizes, ceil=module.ceil_mode)
    return _pooled("max_pooling", shape, window, window.settings())


def _average_pooling(module: nn.AvgPool2d, shape: Shape) -> Operation:
    strides = module.kernel_size if module.stride is None else module.stride
    window = _Window(_pair(module.kernel_size), _pair(strides), _pair(module.padding), ceil=module.ceil_mode)
    counted = {"counts_padding": module.count_include_pad, "divisor": module.divisor_override}
    settings = window.settings() | counted
    return _pooled("average_pooling", shape, window, settings)


def _padded_average_pooling(module: PaddedAveragePooling, shape: Shape) -> Operation:
    left, right, top, bottom = module.padding
    padded = (shape[0], shape[1] + top + bottom, shape[2] + left + right)
    around = _Window(module.window, module.strides, (top, left)).settings()
    settings = {**around, "counts_padding": False, "divisor": None}
    return _pooled("average_pooling", padded, _Window(module.window, module.strides, (0, 0)), settings)


def _adaptive(op: str) -> "Describe":
    def describe(module: Any, shape: Shape) -> Operation | None:
        asked = module.output_size
        sides = asked if isinstance(asked, tuple | list) else (asked, asked)
        output = tuple(old if new is None else new for new, old in zip(sides, shape[1:], strict=True))
        if getattr(module, "return_indices", False):
            return None
        return Operation(op, (shape[0], *output), comparisons=numbers_in(shape))

    return describe


def _padding(module: Any, shape: Shape) -> Operation:
    left, right, top, bottom = module.padding
    output = (shape[0], shape[1] + top + bottom, shape[2] + left + right)
    # JSON has no infinity.
    value = float(module.value)
    fill = value if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    return Operation("padding", output, {"top": top, "left": left, "fill": fill})


def _upsampling(module: nn.Upsample, shape: Shape) -> Operation | None:
    if module.mode not in ("nearest", "bilinear") or module.align_corners or module.scale_factor is None:
        return None
    factors = module.scale_factor
    sides = factors if isinstance(factors, tuple) else (factors, factors)
    if not all(float(side).is_integer() and side >= 1 for side in sides):
        return None
    output = (shape[0], *(size * int(side) for size, side in zip(shape[1:], sides, strict=True)))
    if module.mode == "nearest":
        return Operation("nearest_upsampling", output)
    return Operation("bilinear_upsampling", output, multiply_adds=4 * numbers_in(output))


# ---- Normalisation


def _batch_normalization(module: nn.BatchNorm2d, shape: Shape) -> Operation | None:
    if module.running_mean is None or module.running_var is None:
        return None
    factor = (module.running_var.double() + module.eps).rsqrt()
    scale = factor if module.weight is None else factor * module.weight.double()
    arrays = {"mean": module.running_mean, "scale": scale, "shift": module.bias}
    return Operation("batch_normalization", shape, {}, arrays, numbers_in(shape))


def _group_normalization(module: nn.GroupNorm, shape: Shape) -> Operation:
    settings = {"groups": module.num_groups, "epsilon": module.eps}
    return Operation("group_normalization", shape, settings, _scale_and_shift(module), numbers_in(shape))


def _layer_normalization(module: nn.LayerNorm, shape: Shape) -> Operation | None:
    if tuple(module.normalized_shape) != shape:
        return None
    arrays = _scale_and_shift(module)
    return Operation("layer_normalization", shape, {"epsilon": module.eps}, arrays, numbers_in(shape))


def _channel_normalization(module: ChannelNorm, shape: Shape) -> Operation | None:
    if tuple(module.normalized_shape) != shape[:1]:
        return None
    arrays = _scale_and_shift(module)
    return Operation("channel_normalization", shape, {"epsilon": module.eps}, arrays, numbers_in(shape))


def _scale_and_shift(module: nn.GroupNorm | nn.LayerNorm) -> dict[str, torch.Tensor | None]:
    return {"scale": module.weight, "shift": module.bias}


# ---- Number by number


def _function(op: str, **settings: str) -> "Describe":
    """A function of each number; `settings` are the names of the module's own."""

    def describe(module: Any, shape: Shape) -> Operation:
        return Operation(op, shape, {name: float(getattr(module, own)) for name, own in settings.items()})

    return describe


def _gelu(module: nn.GELU, shape: Shape) -> Operation:
    return Operation("gelu" if module.approximate == "none" else "gelu_tanh", shape)


def _softmax(module: nn.Softmax, shape: Shape) -> Operation | None:
    return Operation("softmax", shape) if module.dim in (1, -len(shape)) else None


def _parametric_relu(module: ParametricReLU, shape: Shape) -> Operation:
    return Operation("parametric_relu", shape, {}, {"slopes": module.weight})


def _rescaling(module: ScaleAndShift, shape: Shape) -> Operation:
    return Operation("rescaling", shape, {"scale": module.scale, "offset": module.offset}, {}, numbers_in(shape))


# ---- What only moves numbers


def _identity(module: nn.Module, shape: Shape) -> Operation:
    return Operation("identity", shape)


def _flatten(module: nn.Flatten, shape: Shape) -> Operation | None:
    return Operation("identity", (numbers_in(shape),)) if (module.start_dim, module.end_dim) == (1, -1) else None


def _sampling(module: NormalSampling, shape: Shape) -> Operation:
    # `chunk` gives the first part the odd channel.
    return Operation("first_channels", (-(-shape[0] // 2), *shape[1:]))


def _vector_to_maps(module: VectorToMaps, shape: Shape) -> Operation:
    return Operation("vector_to_maps", (shape[0] // (module.height * module.width), module.height, module.width))


def _maps_to_vector(module: MapsToVector, shape: Shape) -> Operation:
    return Operation("maps_to_vector", (numbers_in(shape),))


Describe = Callable[[Any, Shape], Operation | None]

# What each kind of module computes of an input of that shape; None where its settings are such that it is not known.
_DESCRIBED: dict[type[nn.Module], Describe] = {
    nn.Conv2d: _conv2d,
    nn.ConvTranspose2d: _conv_transpose2d,
    nn.Linear: _dense,
    nn.MaxPool2d: _max_pooling,
    nn.AvgPool2d: _average_pooling,
    PaddedAveragePooling: _padded_average_pooling,
    nn.AdaptiveMaxPool2d: _adaptive("adaptive_max_pooling"),
    nn.AdaptiveAvgPool2d: _adaptive("adaptive_average_pooling"),
    nn.ZeroPad2d: _padding,
    nn.ConstantPad2d: _padding,
    nn.Upsample: _upsampling,
    nn.BatchNorm1d: _batch_normalization,
    nn.BatchNorm2d: _batch_normalization,
    nn.GroupNorm: _group_normalization,
    nn.LayerNorm: _layer_normalization,
    ChannelNorm: _channel_normalization,
    nn.ReLU: _function("relu"),
    nn.ReLU6: _function("relu6"),
    nn.LeakyReLU: _function("leaky_relu", slope="negative_slope"),
    nn.Sigmoid: _function("sigmoid"),
    nn.Tanh: _function("tanh"),
    nn.GELU: _gelu,
    nn.SiLU: _function("silu"),
    nn.ELU: _function("elu", alpha="alpha"),
    nn.SELU: _function("selu"),
    nn.Softplus: _function("softplus", beta="beta", threshold="threshold"),
    nn.Hardsigmoid: _function("hard_sigmoid"),
    nn.Hardswish: _function("hard_swish"),
    nn.Softmax: _softmax,
    ParametricReLU: _parametric_relu,
    ScaleAndShift: _rescaling,
    nn.Identity: _identity,
    nn.Dropout: _identity,
    nn.Dropout2d: _identity,
    NoiseInTraining: _identity,
    ClassTable: _identity,
    NormalSampling: _sampling,
    nn.Flatten: _flatten,
    VectorToMaps: _vector_to_maps,
    MapsToVector: _maps_to_vector,
}
