"""What layers each operator of ONNX becomes. Source of what they compute: https://onnx.ai/onnx/operators/"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil, inf, isclose
from typing import Any

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.depthwise_conv2d import DepthwiseConv2D
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.global_max_pooling2d import GlobalMaxPooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.maximum import Maximum
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.p_relu import PReLU
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.sampling import Sampling
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.settings import SettingError
from visualizer.architecture.shapes import is_maps, numbers_in, window_padding
from visualizer.source_code.files.onnx_constants import BATCH, axes_of
from visualizer.source_code.files.onnx_network import NetworkBuilder, Signal, Weights, not_known

# Rows and columns at the top, at the bottom, on the left and on the right.
Sides = tuple[int, int, int, int]
_NONE: Sides = (0, 0, 0, 0)
_AFFINE_EPSILON = 0.001


@dataclass(frozen=True, eq=False)
class Operation:
    """One operator with what it is given.

    Attributes:
        network: The layers so far.
        name: Of the operator.
        inputs: Signals and known arrays; None for one that is left out.
        attributes: By their names.
        opset: The version of the operators.
        batch: How many pictures the file takes at once; None where that is open.
        then_first: Whether all that read its output move the channels from the last place to the first.
    """

    network: NetworkBuilder
    name: str
    inputs: list[Signal | np.ndarray | None]
    attributes: Mapping[str, Any]
    opset: int
    batch: int | None
    then_first: bool = False

    @property
    def signal(self) -> Signal:
        """The first input, which depends on the picture."""
        if not self.inputs or not isinstance(self.inputs[0], Signal):
            raise not_known(f"The operator “{self.name}” on weights that depend on the picture")
        return self.inputs[0]

    @property
    def maps(self) -> Signal:
        """The first input as maps with the channels first."""
        signal = self.network.maps(self.signal)
        if not is_maps(signal.shape):
            raise self.unusual("a vector")
        return signal

    def array(self, place: int) -> np.ndarray | None:
        """The known array at that place; None where there is none."""
        value = self.inputs[place] if len(self.inputs) > place else None
        if isinstance(value, Signal):
            raise self.unusual("weights that depend on the picture")
        return value

    def needed(self, place: int) -> np.ndarray:
        """The known array at that place."""
        array = self.array(place)
        if array is None:
            raise self.unusual("no weights")
        return array

    def unusual(self, what: str) -> Exception:
        """The error for a way of using the operator; `what` is short and without a verb."""
        return not_known(f"The operator “{self.name}” with {what}")

    def made(self, layer: Callable[[], Layer]) -> Layer:
        """A layer, if its settings are in range here."""
        try:
            return layer()
        except SettingError as error:
            raise self.unusual(f"these settings ({error.what} {error.why})") from error


_FLOATS = (1, 10, 11, 16)  # ONNX's numbers of the kinds float, float16, double and bfloat16


def _alias(operation: Operation) -> Signal:
    if operation.name == "Cast" and operation.attributes.get("to") not in _FLOATS:
        raise operation.unusual("whole numbers")
    if operation.name == "Dropout" and (training := operation.array(2)) is not None and training.any():
        raise operation.unusual("training")
    return operation.signal


# Functions of each number


def _function(name: str, *, nonnegative: bool = False, **usual: float) -> Callable[[Operation], Signal]:
    """An activation function, where the operator's attributes have the values in `usual`: (default, needed)."""

    def apply(operation: Operation) -> Signal:
        for attribute, value in usual.items():
            given = operation.attributes.get(attribute, _DEFAULTS.get((operation.name, attribute), value))
            if not isinstance(given, int | float) or not isclose(given, value, rel_tol=1e-5):
                raise operation.unusual(f"{attribute} = {given}")
        if operation.attributes.get("approximate", "none") != "none":
            raise operation.unusual("an approximation")
        return placewise(operation, Activation(name), nonnegative=nonnegative)

    return apply


_DEFAULTS = {("HardSigmoid", "alpha"): 0.2, ("HardSigmoid", "beta"): 0.5}


def placewise(operation: Operation, layer: Layer, weights: Weights | None = None, **seen: Any) -> Signal:
    """A layer that computes each number from the one at the same place, whatever the order in which they are seen."""
    signal = operation.signal
    if signal.groups or signal.lowest != _NONE:
        raise operation.unusual("padding or groups")
    kept = {"last": signal.last, "as_maps": signal.as_maps, "nonnegative": False}
    return operation.network.add(layer, [signal], weights, **{**kept, **seen})


def _leaky_relu(operation: Operation) -> Signal:
    slope = _as_written(operation.attributes.get("alpha", 0.01))
    return placewise(operation, operation.made(lambda: Activation("leaky_relu", slope)))


def _hard_swish(operation: Operation) -> Signal:
    """x times its hard sigmoid."""
    signal = operation.signal
    if signal.source >= 0:
        operation.network.shared[signal.source] = True
    gate = placewise(operation, Activation("hard_sigmoid"), nonnegative=True)
    return _merged(operation, Multiply(), [signal, gate])


def _as_written(value: float) -> float:
    """0.1 of the float32 0.10000000149."""
    return float(str(np.float32(value)))


def _clip(operation: Operation) -> Signal:
    low, high = (
        operation.attributes.get(name) if operation.opset < 11 else _number(operation, place)
        for place, name in ((1, "min"), (2, "max"))
    )
    if low == 0 and (high is None or high >= 3e38):
        return placewise(operation, Activation("relu"), nonnegative=True)
    if low == 0 and high == 6:
        return placewise(operation, Activation("relu6"), nonnegative=True)
    if (low is None or low <= -3e38) and (high is None or high >= 3e38):
        return operation.signal
    raise operation.unusual(f"the range from {low} to {high}")


def _number(operation: Operation, place: int) -> float | None:
    array = operation.array(place)
    if array is not None and array.size != 1:
        raise operation.unusual("several numbers where one is known")
    return None if array is None else float(array.ravel()[0])


def _softmax(operation: Operation) -> Signal:
    signal = operation.signal
    axes = len(signal.sizes)
    axis = operation.attributes.get("axis", 1 if operation.opset < 13 else -1)
    axis = axis + axes + 1 if axis < 0 else axis
    if axis != (axes if signal.last and is_maps(signal.shape) else 1) or (operation.opset < 13 and axes > 1):
        raise operation.unusual(f"the axis {axis}")
    return placewise(operation, Activation("softmax"), nonnegative=True)


def _p_relu(operation: Operation) -> Signal:
    signal, slopes = operation.signal, operation.needed(1)
    if signal.last or signal.as_maps:
        signal = operation.network.maps(signal)
    shape = signal.shape
    per_map = (shape[0], 1, 1) if is_maps(shape) else shape
    try:
        if is_maps(shape) and slopes.size in (1, shape[0]) and slopes.shape in ((1,), (), per_map, (1, *per_map)):
            layer, slopes = PReLU(shared=True), np.broadcast_to(slopes.reshape(-1, 1, 1), per_map)
        else:
            layer, slopes = PReLU(shared=False), np.broadcast_to(slopes.reshape(slopes.shape[-len(shape) :]), shape)
    except ValueError as error:
        raise operation.unusual("slopes of another shape") from error
    return operation.network.add(layer, [signal], {"prelu.weight": slopes})


# Windows


def _sides(operation: Operation, signal: Signal, size: Any, strides: Any, dilation: Any) -> Sides:
    """The padding that an operator with a window applies itself."""
    how = operation.attributes.get("auto_pad", "NOTSET")
    if how == "VALID":
        return _NONE
    if how in ("SAME_UPPER", "SAME_LOWER"):
        axes = zip(signal.shape[1:], size, strides, dilation, strict=True)
        (top, bottom), (left, right) = (window_padding(*axis, "same") for axis in axes)
        return (top, bottom, left, right) if how == "SAME_UPPER" else (bottom, top, right, left)
    pads = operation.attributes.get("pads") or [0, 0, 0, 0]
    if len(pads) != 4 or min(pads) < 0:
        raise operation.unusual("another padding")
    return pads[0], pads[2], pads[1], pads[3]


def _pair(operation: Operation, name: str, default: tuple[int, int] | None = (1, 1)) -> tuple[int, int]:
    value = operation.attributes.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, list) or len(value) != 2:
        raise operation.unusual("windows that are not flat")
    return value[0], value[1]


def _padding(signal: Signal, sides: Sides, size: Any, strides: Any, dilation: Any = (1, 1)) -> str:
    """The setting that pads so; empty where none does."""
    if sides == _NONE:
        return "valid"
    axes = zip(signal.shape[1:], size, strides, dilation, strict=True)
    (top, bottom), (left, right) = (window_padding(*axis, "same") for axis in axes)
    return "same" if sides == (top, bottom, left, right) else ""


def _padded(operation: Operation, signal: Signal, sides: Sides) -> Signal:
    top, bottom, left, right = sides
    layer = operation.made(lambda: ZeroPadding2D(top, bottom, left, right))
    return operation.network.add(layer, [signal], nonnegative=signal.nonnegative)


def _conv(operation: Operation) -> Signal:
    signal, kernels, bias = operation.maps, operation.needed(1), operation.array(2)
    if kernels.ndim != 4:
        raise operation.unusual("kernels that are not flat")
    size = (kernels.shape[2], kernels.shape[3])
    strides, dilation = _pair(operation, "strides"), _pair(operation, "dilations")
    sides = _sides(operation, signal, size, strides, dilation)
    padding: Any = _padding(signal, sides, size, strides, dilation)
    if not padding:
        signal, padding = _padded(operation, signal, sides), "valid"
    shared: dict[str, Any] = {
        "kernel_size": size,
        "activation": NO_ACTIVATION,
        "padding": padding,
        "strides": strides,
        "dilation_rate": dilation,
        "use_bias": bias is not None,
    }
    filters, groups = kernels.shape[0], operation.attributes.get("group", 1)
    if groups == signal.shape[0] > 1 and filters % groups == 0:
        layer = operation.made(lambda: DepthwiseConv2D(depth_multiplier=filters // groups, **shared))
    else:
        layer = operation.made(lambda: Conv2D(filters=filters, groups=groups, **shared))
    return operation.network.add(layer, [signal], _with_bias("convolution", kernels, bias))


def _with_bias(stage: str, weights: np.ndarray, bias: np.ndarray | None) -> Weights:
    return {f"{stage}.weight": weights} | ({} if bias is None else {f"{stage}.bias": bias.ravel()})


def _conv_transpose(operation: Operation) -> Signal:
    signal, kernels, bias = operation.maps, operation.needed(1), operation.array(2)
    if kernels.ndim != 4 or operation.attributes.get("group", 1) != 1 or _pair(operation, "dilations") != (1, 1):
        raise operation.unusual("groups or dilation")
    if operation.attributes.get("output_shape") or operation.attributes.get("auto_pad", "NOTSET") not in (
        "NOTSET",
        "VALID",
    ):
        raise operation.unusual("another output size")
    size, strides = (kernels.shape[2], kernels.shape[3]), _pair(operation, "strides")
    sides = _sides(operation, signal, size, strides, (1, 1))
    extra = _pair(operation, "output_padding", (0, 0))
    layer = operation.made(
        lambda: Conv2DTranspose(
            filters=kernels.shape[1],
            kernel_size=size,
            activation=NO_ACTIVATION,
            strides=strides,
            use_bias=bias is not None,
        )
    )
    # Of all that the kernels paint (and a gap of zeros behind, where they leave one), the sides are cut off.
    gaps = [max(stride - extent, 0) for stride, extent in zip(strides, size, strict=True)]
    top, bottom, left, right = sides
    bottom, right = bottom - extra[0] + gaps[0], right - extra[1] + gaps[1]
    overlaps = [max(extent - stride, 0) for stride, extent in zip(strides, size, strict=True)]
    same = tuple(side for overlap in overlaps for side in (overlap // 2, overlap - overlap // 2))
    if (top, bottom, left, right) == same:
        padded = layer.with_settings(padding="same")
        return operation.network.add(padded, [signal], _with_bias("convolution", kernels, bias))
    made = operation.network.add(layer, [signal], _with_bias("convolution", kernels, bias))
    if bias is not None and min(bottom, right) < 0 and bias.any():
        raise operation.unusual("output padding")  # which gets the bias too
    return _with_sides(operation, made, (-top, -bottom, -left, -right))


def _with_sides(operation: Operation, signal: Signal, sides: Sides) -> Signal:
    """The signal with rows and columns of zeros put on (above 0) or cut off (below 0)."""
    added, cut = (tuple(max(sign * side, 0) for side in sides) for sign in (1, -1))
    if any(cut):
        layer = operation.made(lambda: Cropping2D(*cut))
        signal = operation.network.add(layer, [signal], nonnegative=signal.nonnegative)
    if any(added):
        signal = _padded(operation, signal, (added[0], added[1], added[2], added[3]))
    return signal


def _pool(operation: Operation) -> Signal:
    is_max = operation.name == "MaxPool"
    lowest = operation.signal.lowest
    signal = operation.network.maps(replace(operation.signal, lowest=_NONE))
    size, strides = _pair(operation, "kernel_shape", None), _pair(operation, "strides")
    if _pair(operation, "dilations") != (1, 1):
        raise operation.unusual("dilation")
    own = _sides(operation, signal, size, strides, (1, 1))
    if lowest != _NONE and (own != _NONE or not is_max):
        raise operation.unusual("padding of two kinds")
    sides = own if lowest == _NONE else lowest
    sides = _rounded_up(operation, signal, sides, size, strides) if operation.attributes.get("ceil_mode") else sides
    kind = MaxPooling2D if is_max else AveragePooling2D
    # The padding never wins a maximum; in a mean it counts or not.
    counts = not is_max and bool(operation.attributes.get("count_include_pad", 0)) and sides != _NONE
    padding: Any = "" if counts else _padding(signal, sides, size, strides)
    if not padding:
        if not counts and not (is_max and signal.nonnegative):
            raise operation.unusual("this padding")
        # Zeros in place of −∞ win no maximum of numbers that are not below 0.
        signal, padding = _padded(operation, signal, sides), "valid"
    layer = operation.made(lambda: kind(pool_size=size, strides=strides, padding=padding))
    return operation.network.add(layer, [signal], nonnegative=signal.nonnegative)


def _rounded_up(operation: Operation, signal: Signal, sides: Sides, size: Any, strides: Any) -> Sides:
    """The padding with what is missing for a last window that reaches over the edge."""
    grown = list(sides)
    for axis, (extent, window, stride) in enumerate(zip(signal.shape[1:], size, strides, strict=True)):
        before, after = sides[2 * axis : 2 * axis + 2]
        total = extent + before + after - window
        places = ceil(total / stride) + 1
        if (places - 1) * stride >= extent + before:
            places -= 1  # it would begin in the padding behind
        missing = (places - 1) * stride - total
        if missing > 0 and operation.name != "MaxPool":
            raise operation.unusual("a size that is rounded up")
        grown[2 * axis + 1] += max(missing, 0)
    return grown[0], grown[1], grown[2], grown[3]


def _global_pool(operation: Operation) -> Signal:
    layer = GlobalAveragePooling2D() if "Average" in operation.name else GlobalMaxPooling2D()
    return operation.network.add(layer, [operation.maps], as_maps=True, nonnegative=operation.signal.nonnegative)


def _reduce(operation: Operation) -> Signal:
    signal = operation.signal
    axes = axes_of(operation.inputs, operation.attributes)
    rank = len(signal.sizes) + 1
    places = sorted(axis + rank if axis < 0 else axis for axis in axes or [])
    if not is_maps(signal.shape) or signal.groups or places != ([1, 2] if signal.last else [2, 3]):
        raise operation.unusual("these axes")
    layer = GlobalAveragePooling2D() if operation.name == "ReduceMean" else GlobalMaxPooling2D()
    kept = bool(operation.attributes.get("keepdims", 1))
    return operation.network.add(
        layer, [signal], as_maps=kept, last=kept and signal.last, nonnegative=signal.nonnegative
    )


def _pad(operation: Operation) -> Signal:
    mode = operation.attributes.get("mode", "constant")
    pads = operation.attributes.get("pads") if operation.opset < 11 else operation.needed(1).ravel().tolist()
    value = operation.attributes.get("value", 0.0) if operation.opset < 11 else (_number(operation, 2) or 0.0)
    axes = operation.array(3)
    signal = operation.maps
    if axes is not None and pads is not None:
        named = [int(axis) % 4 for axis in axes.ravel()]
        both = {axis: (pads[place], pads[place + len(named)]) for place, axis in enumerate(named)}
        pads = [both.get(axis, (0, 0))[end] for end in (0, 1) for axis in range(4)]
    if mode != "constant" or pads is None or len(pads) != 8 or pads[0] or pads[1] or pads[4] or pads[5]:
        raise operation.unusual("this padding")
    sides = (pads[2], pads[6], pads[3], pads[7])
    if value == 0:
        return _with_sides(operation, signal, sides)
    if value == -inf and min(sides) >= 0 and signal.lowest == _NONE:
        return replace(signal, lowest=sides)
    raise operation.unusual(f"the number {value}")


def _resize(operation: Operation) -> Signal:
    signal = operation.maps
    scales: Any = None
    if operation.name == "Upsample":
        scales = operation.attributes.get("scales") if operation.opset < 9 else operation.needed(1).ravel().tolist()
    elif operation.opset < 11:
        scales = operation.needed(1).ravel().tolist()
    else:
        given, sizes = operation.array(2), operation.array(3)
        if given is not None and given.size:
            scales = given.ravel().tolist()
        elif sizes is not None and sizes.size == 4:
            scales = [1, 1, *(size / before for size, before in zip(sizes.ravel()[2:], signal.shape[1:], strict=True))]
    if scales is None or len(scales) != 4 or list(scales[:2]) != [1, 1] or any(scale != int(scale) for scale in scales):
        raise operation.unusual("a factor that is no whole number")
    mode = operation.attributes.get("mode", "nearest")
    places = operation.attributes.get("coordinate_transformation_mode", "half_pixel")
    if operation.name == "Upsample" or operation.opset < 11:
        places = "asymmetric"
    nearest = operation.attributes.get("nearest_mode", "round_prefer_floor")
    nearest = "floor" if operation.name == "Upsample" or operation.opset < 11 else nearest
    repeats = (places, nearest) in (
        ("asymmetric", "floor"),
        ("half_pixel", "round_prefer_floor"),
        ("half_pixel", "round_prefer_ceil"),
        ("pytorch_half_pixel", "round_prefer_floor"),
    )
    smooth = places == "half_pixel" or (places == "pytorch_half_pixel" and min(signal.shape[1:]) > 1)
    if operation.attributes.get("antialias", 0) or not (
        (mode == "nearest" and repeats) or (mode == "linear" and smooth)
    ):
        raise operation.unusual(f"the way “{mode}, {places}”")
    factors = (int(scales[2]), int(scales[3]))
    kind = "nearest" if mode == "nearest" else "bilinear"
    layer = operation.made(lambda: UpSampling2D(factors, kind))
    return operation.network.add(layer, [signal], nonnegative=signal.nonnegative)


# Vectors


def _gemm(operation: Operation) -> Signal:
    attributes, weights, bias = operation.attributes, operation.needed(1), operation.array(2)
    if (
        attributes.get("transA", 0)
        or attributes.get("alpha", 1.0) != 1
        or (bias is not None and attributes.get("beta", 1.0) != 1)
    ):
        raise operation.unusual("factors")
    if weights.ndim != 2:
        raise operation.unusual("these weights")
    return _dense(operation, weights if attributes.get("transB", 0) else weights.T, bias)


def _mat_mul(operation: Operation) -> Signal:
    weights = operation.needed(1)
    if weights.ndim != 2:
        raise operation.unusual("these weights")
    return _dense(operation, weights.T, None)


def _dense(operation: Operation, weights: np.ndarray, bias: np.ndarray | None) -> Signal:
    """A Dense layer with weights (units, inputs); of maps with the channels last, a 1 × 1 convolution."""
    signal, units = operation.signal, weights.shape[0]
    if bias is not None and bias.size != units:
        bias = np.broadcast_to(bias.ravel(), (units,)) if bias.size == 1 else None
        if bias is None:
            raise operation.unusual("this bias")
    if is_maps(signal.shape) and signal.last and not signal.groups:
        layer = operation.made(
            lambda: Conv2D(filters=units, kernel_size=(1, 1), activation=NO_ACTIVATION, use_bias=bias is not None)
        )
        kernels = weights[:, :, np.newaxis, np.newaxis]
        return operation.network.add(layer, [signal], _with_bias("convolution", kernels, bias), last=True)
    if is_maps(signal.shape) or signal.as_maps:
        raise operation.unusual("maps")
    layer = operation.made(lambda: Dense(units=units, activation=NO_ACTIVATION, use_bias=bias is not None))
    return operation.network.add(layer, [signal], _with_bias("dense", weights, bias))


def _flatten(operation: Operation) -> Signal:
    axis = operation.attributes.get("axis", 1)
    if axis not in (1, -len(operation.signal.sizes)):
        raise operation.unusual(f"the axis {axis}")
    return _to_vector(operation)


def _to_vector(operation: Operation) -> Signal:
    signal = operation.signal
    if signal.as_maps or not is_maps(signal.shape):
        return replace(signal, as_maps=False, last=False)
    layer = Reshape("vector") if signal.last else Flatten()
    return operation.network.add(layer, [signal], nonnegative=signal.nonnegative)


def _reshape(operation: Operation) -> Signal:
    signal = operation.signal
    wanted = [int(size) for size in operation.needed(1).ravel()]
    sizes = _sizes(operation, wanted, (BATCH, *signal.sizes))
    if signal.groups:
        if sizes != list(signal.sizes):
            raise operation.unusual("another shape")
        return replace(signal, groups=0)
    if sizes == list(signal.sizes):
        return signal
    if len(sizes) == 1:
        return _to_vector(operation)
    if len(sizes) == 2 and is_maps(signal.shape) and not signal.last and signal.shape[0] % sizes[0] == 0:
        return replace(signal, groups=sizes[0])
    if len(sizes) == 3 and (signal.as_maps or not is_maps(signal.shape)):
        vector = replace(signal, as_maps=False, last=False)
        if sizes[1:] == [1, 1]:
            return replace(vector, as_maps=True)
        if sizes[:2] == [1, 1]:
            return replace(vector, as_maps=True, last=True)
        return _to_maps(operation, vector, sizes)
    raise operation.unusual("this shape")


def _to_maps(operation: Operation, vector: Signal, sizes: list[int]) -> Signal:
    """Maps of a vector. Here the numbers of a pixel's channels are beside each other in it.

    They are so in a file too that moves the channels to the front next. Where a file fills map by map, the units of the
    Dense layer before are put into the order here.
    """
    if operation.then_first:
        height, width, _ = sizes
        layer = operation.made(lambda: Reshape("maps", height, width))
        return operation.network.add(layer, [vector], last=True, nonnegative=vector.nonnegative)
    channels, height, width = sizes
    if not isinstance(operation.network.owner(vector), Dense):
        raise operation.unusual("maps that are filled one after the other")
    layer = operation.made(lambda: Reshape("maps", height, width))
    own = operation.network.weights[vector.source]
    order = np.arange(channels * height * width).reshape(channels, height, width).transpose(1, 2, 0).ravel()
    for name in own:
        own[name] = own[name][order]
    return operation.network.add(layer, [vector], nonnegative=vector.nonnegative)


def _sizes(operation: Operation, wanted: list[int], before: tuple[int, ...]) -> list[int]:
    """The sizes that a Reshape makes, without the batch, which it must leave first."""
    numbers = numbers_in(before[1:])
    keeps_zeros = bool(operation.attributes.get("allowzero", 0))
    sizes = [
        before[place] if size == 0 and not keeps_zeros and place < len(before) else size
        for place, size in enumerate(wanted)
    ]
    if len(sizes) < 2 or BATCH in sizes[1:]:
        raise operation.unusual("this shape")
    first, *rest = sizes
    if rest.count(-1) == 1 and first != -1:
        known = numbers_in(tuple(size for size in rest if size != -1))
        rest = [numbers // known if size == -1 and known > 0 else size for size in rest]
    is_batch = first in (BATCH, -1) or first == (operation.batch or 1)
    if not is_batch or min(rest) < 1 or numbers_in(tuple(rest)) != numbers:
        raise operation.unusual("this shape")
    return rest


def _transpose(operation: Operation) -> Signal:
    signal, order = operation.signal, operation.attributes.get("perm")
    if signal.groups or signal.lowest != _NONE:
        raise operation.unusual("padding or groups")
    if order == list(range(len(signal.sizes) + 1)):
        return signal
    if order == [0, 3, 1, 2] and signal.last:
        return replace(signal, last=False)
    if order == [0, 2, 3, 1] and not signal.last and len(signal.sizes) == 3:
        return replace(signal, last=True)
    raise operation.unusual(f"the order {order}")


def _squeeze(operation: Operation) -> Signal:
    axes = axes_of(operation.inputs, operation.attributes)
    places = sorted(axis % (len(operation.signal.sizes) + 1) for axis in axes or [])
    signal = operation.signal
    if signal.as_maps and places == ([1, 2] if signal.last else [2, 3]):
        return replace(signal, as_maps=False, last=False)
    if is_maps(signal.shape) and signal.shape[1:] == (1, 1) and places == ([1, 2] if signal.last else [2, 3]):
        return _to_vector(operation)
    raise operation.unusual("these axes")


def _unsqueeze(operation: Operation) -> Signal:
    axes = axes_of(operation.inputs, operation.attributes)
    signal = operation.signal
    if not is_maps(signal.shape) and not signal.as_maps and sorted(axis % 4 for axis in axes or []) == [2, 3]:
        return replace(signal, as_maps=True)
    raise operation.unusual("these axes")


# Normalisations


def _batch_normalization(operation: Operation) -> Signal:
    if operation.attributes.get("training_mode", 0):
        raise operation.unusual("training")
    layer = operation.made(
        lambda: BatchNormalization(
            momentum=_as_written(operation.attributes.get("momentum", 0.9)),
            epsilon=_as_written(operation.attributes.get("epsilon", 1e-5)),
        )
    )
    names = ("weight", "bias", "running_mean", "running_var")
    weights = {f"normalization.{name}": operation.needed(place).ravel() for place, name in enumerate(names, start=1)}
    signal = operation.signal
    signal = operation.network.maps(signal) if signal.as_maps or is_maps(signal.shape) else signal
    return operation.network.add(layer, [signal], weights)


def _instance_normalization(operation: Operation) -> Signal:
    signal, scale, shift = operation.signal, operation.needed(1).ravel(), operation.needed(2).ravel()
    groups = signal.groups or signal.shape[0]
    if (
        signal.last
        or not is_maps(signal.shape)
        or signal.lowest != _NONE
        or scale.size != groups
        or shift.size != groups
    ):
        raise operation.unusual("this input")
    return _group_normalized(operation, signal, groups, scale, shift)


def _group_normalization(operation: Operation) -> Signal:
    signal, groups = operation.maps, int(operation.attributes.get("num_groups", 1))
    return _group_normalized(operation, signal, groups, operation.needed(1).ravel(), operation.needed(2).ravel())


def _group_normalized(
    operation: Operation, signal: Signal, groups: int, scale: np.ndarray, shift: np.ndarray
) -> Signal:
    channels = signal.shape[0]
    if groups < 1 or channels % groups or scale.size not in (groups, channels) or shift.size not in (groups, channels):
        raise operation.unusual("these groups")
    epsilon = _as_written(operation.attributes.get("epsilon", 1e-5))
    layer = operation.made(lambda: GroupNormalization(groups, epsilon))
    names = {"normalization.weight": scale, "normalization.bias": shift}
    weights = {name: np.repeat(array, channels // array.size) for name, array in names.items()}
    return operation.network.add(layer, [replace(signal, groups=0)], weights, groups=signal.groups)


def _layer_normalization(operation: Operation) -> Signal:
    signal = operation.signal
    axis = operation.attributes.get("axis", -1)
    rank = len(signal.sizes) + 1
    of_channels = (is_maps(signal.shape) and signal.last) or not (is_maps(signal.shape) or signal.as_maps)
    scale, shift = operation.needed(1).ravel(), operation.array(2)
    if not of_channels or axis not in (-1, rank - 1) or scale.size != signal.shape[0] or signal.groups:
        raise operation.unusual("these axes")
    epsilon = _as_written(operation.attributes.get("epsilon", 1e-5))
    shift = np.zeros_like(scale) if shift is None else shift.ravel()
    layer = operation.made(lambda: LayerNormalization(epsilon))
    weights = {"normalization.weight": scale, "normalization.bias": shift}
    return operation.network.add(layer, [signal], weights, last=signal.last)


# Several signals, or one and a known number


def _merge(layer: Callable[[], Layer]) -> Callable[[Operation], Signal]:
    def apply(operation: Operation) -> Signal:
        signals = [value for value in operation.inputs if isinstance(value, Signal)]
        if len(signals) < len(operation.inputs):
            raise operation.unusual("known numbers")
        return _merged(operation, layer(), signals)

    return apply


def _merged(operation: Operation, layer: Layer, signals: list[Signal]) -> Signal:
    if len(signals) == 1:
        return signals[0]
    orders = {signal.last for signal in signals if is_maps(signal.shape) or signal.as_maps}
    if len(orders) > 1 or any(signal.groups or signal.lowest != _NONE for signal in signals):
        raise operation.unusual("inputs in different orders")
    # A vector that is seen as maps of one pixel meets vectors of that kind, or maps.
    if not all(signal.as_maps for signal in signals):
        if any(not is_maps(signal.shape) and not signal.as_maps for signal in signals) and any(
            is_maps(signal.shape) or signal.as_maps for signal in signals
        ):
            raise operation.unusual("vectors and maps")
        signals = [
            operation.network.add(Reshape("maps", 1, 1), [signal], last=signal.last, nonnegative=signal.nonnegative)
            if signal.as_maps
            else signal
            for signal in signals
        ]
    nonnegative = all(signal.nonnegative for signal in signals) and not isinstance(layer, Subtract)
    kept: dict[str, Any] = {"last": signals[0].last, "as_maps": signals[0].as_maps, "nonnegative": nonnegative}
    return operation.network.add(layer, signals, **kept)


def _concat(operation: Operation) -> Signal:
    signals = [value for value in operation.inputs if isinstance(value, Signal)]
    axes = len(signals[0].sizes) + 1
    axis = operation.attributes.get("axis", 1) % axes
    if len(signals) < len(operation.inputs) or axis != (axes - 1 if signals[0].last and axes > 2 else 1):
        raise operation.unusual("these inputs")
    return _merged(operation, Concatenate(), signals)


def _arithmetic(operation: Operation) -> Signal:
    if len(operation.inputs) != 2:
        raise operation.unusual("several inputs")
    one, other = operation.inputs
    if isinstance(one, Signal) and isinstance(other, Signal):
        if operation.name == "Mul" and (gated := _gated(operation, one, other)):
            return gated
        merges: dict[str, Callable[[], Layer]] = {"Add": Add, "Sub": Subtract, "Mul": Multiply}
        if operation.name not in merges:
            raise operation.unusual("two inputs that depend on the picture")
        return _merged(operation, merges[operation.name](), [one, other])
    signal, known = (one, other) if isinstance(one, Signal) else (other, one)
    if not isinstance(signal, Signal) or not isinstance(known, np.ndarray):
        raise operation.unusual("no input")
    if operation.name in ("Sub", "Div") and signal is other:
        raise operation.unusual("the picture as the second input")
    return _by_known(operation, signal, known.astype(np.float64))


def _gated(operation: Operation, one: Signal, other: Signal) -> Signal | None:
    """x · sigmoid(x), which is one function here; None where it is something else."""
    network = operation.network
    for value, gate in ((one, other), (other, one)):
        layer = network.owner(gate)
        if (
            isinstance(layer, Activation)
            and layer.function == "sigmoid"
            and network.wires[gate.source] == (value.source,)
            and replace(gate, source=0, nonnegative=False) == replace(value, source=0, nonnegative=False)
        ):
            network.layers[gate.source] = Activation("silu")
            return replace(gate, nonnegative=False)
    return None


def _by_known(operation: Operation, signal: Signal, known: np.ndarray) -> Signal:
    """A signal with known numbers added or multiplied: one for all, or one for each channel or number of a vector."""
    if operation.name == "Div":
        if not known.all():
            raise operation.unusual("a division by zero")
        if known.ndim > 2 and (averaged := _averaged(operation, signal, known)):
            return averaged
        known = 1 / known
    known = -known if operation.name == "Sub" else known
    adds = operation.name in ("Add", "Sub")
    if known.size == 1:
        number = float(known.ravel()[0])
        if number == (0 if adds else 1):
            return signal
        scale, offset = (1.0, number) if adds else (number, 0.0)
        if 0.01 <= scale <= 1000 and abs(offset) <= 1000:
            rescaling = Rescaling(_as_written(scale), _as_written(offset))
            positive = signal.nonnegative and offset >= 0
            return placewise(_on(operation, signal), rescaling, nonnegative=positive)
        numbers = np.full(signal.shape[0], number, np.float32)
    else:
        numbers = _per_channel(operation, signal, known).astype(np.float32)
    return _added(operation, signal, numbers) if adds else _multiplied(operation, signal, numbers)


def _on(operation: Operation, signal: Signal) -> Operation:
    """The same operation on one signal."""
    return replace(operation, inputs=[signal])


def _averaged(operation: Operation, signal: Signal, divisors: np.ndarray) -> Signal | None:
    """The mean of each window over its pixels without the padding, where the file divides by their share.

    None where it is something else.
    """
    network, place = operation.network, signal.source
    pooling = network.owner(signal)
    if not isinstance(pooling, AveragePooling2D) or place != len(network.layers) - 1 or pooling.padding != "valid":
        return None
    (before,) = network.wires[place]
    padding = network.layers[before] if before >= 0 and not network.shared[before] else None
    if not isinstance(padding, ZeroPadding2D) or before != place - 1:
        return None
    sides = (padding.top, padding.bottom, padding.left, padding.right)
    (source,) = network.wires[before]
    size = pooling.window
    shape = network.shape_of(source)
    inside = np.pad(np.ones(shape[1:]), (sides[:2], sides[2:]))
    windows = np.lib.stride_tricks.sliding_window_view(inside, size.size)[:: size.strides[0], :: size.strides[1]]
    shares = windows.mean((2, 3))
    same = pooling.with_settings(padding="same")
    if sides != tuple(side for axis in same.window.pads(shape) for side in axis) or divisors.size != shares.size:  # type: ignore[attr-defined]
        return None
    if not np.allclose(divisors.reshape(divisors.shape[-2:]), shares, rtol=1e-5):
        return None
    network.take_back(2)
    return network.add(same, [Signal(source, shape)], nonnegative=signal.nonnegative)


def _sampled(operation: Operation) -> Signal:
    """The first half of a vector, which is what a variational autoencoder's Sampling passes on after its training."""
    signal = operation.signal
    if is_maps(signal.shape) or signal.as_maps or operation.attributes.get("axis", 0) not in (1, -1):
        raise operation.unusual("maps")
    sizes = operation.array(1)
    if signal.shape[0] % 2 or (sizes is not None and sizes.tolist() != [signal.shape[0] // 2] * 2):
        raise operation.unusual("other parts than two halves")
    return operation.network.add(Sampling(), [signal])


def _per_channel(operation: Operation, signal: Signal, known: np.ndarray) -> np.ndarray:
    """Known numbers, one for each channel of maps or for each number of a vector."""
    count, sizes = signal.shape[0], signal.sizes
    if known.ndim == 1 and known.size == count and not (len(sizes) == 1 or signal.last):
        raise operation.unusual("one number for each column")
    wanted = [1] * len(sizes)
    wanted[-1 if signal.last and len(sizes) == 3 else 0] = count
    shape = [size for place, size in enumerate(known.shape) if place or known.ndim <= len(sizes) or size != 1]
    while len(shape) < len(wanted):
        shape = [1, *shape]
    if known.size != count or (shape != wanted and count != 1):
        raise operation.unusual("numbers for single places")
    return known.ravel()


_NORMALIZATIONS = (BatchNormalization, GroupNormalization, LayerNormalization)


def _added(operation: Operation, signal: Signal, numbers: np.ndarray) -> Signal:
    network = operation.network
    owner = network.owner(signal)
    if owner is not None:
        weights = network.weights[signal.source]
        if isinstance(owner, _NORMALIZATIONS):
            weights["normalization.bias"] = weights["normalization.bias"] + numbers
            return replace(signal, nonnegative=False)
        stage = {Conv2D: "convolution", Conv2DTranspose: "convolution", Dense: "dense"}.get(type(owner))
        if stage and getattr(owner, "activation", "") == NO_ACTIVATION:
            network.layers[signal.source] = owner.with_settings(use_bias=True)
            weights[f"{stage}.bias"] = weights.get(f"{stage}.bias", 0) + numbers
            return replace(signal, nonnegative=False)
    return _affine(operation, signal, np.ones_like(numbers), numbers)


def _multiplied(operation: Operation, signal: Signal, numbers: np.ndarray) -> Signal:
    network = operation.network
    owner = network.owner(signal)
    if isinstance(owner, _NORMALIZATIONS):
        weights = network.weights[signal.source]
        for name in ("normalization.weight", "normalization.bias"):
            weights[name] = weights[name] * numbers
        return replace(signal, nonnegative=False)
    return _affine(operation, signal, numbers, np.zeros_like(numbers))


def _affine(operation: Operation, signal: Signal, scale: np.ndarray, shift: np.ndarray) -> Signal:
    """A batch normalisation that only multiplies and adds: its mean is 0, its variance with epsilon 1."""
    weights = {
        "normalization.weight": scale,
        "normalization.bias": shift,
        "normalization.running_mean": np.zeros_like(scale),
        "normalization.running_var": np.full_like(scale, 1 - _AFFINE_EPSILON),
    }
    if signal.groups or signal.lowest != _NONE:
        raise operation.unusual("padding or groups")
    kept = {"last": signal.last, "as_maps": signal.as_maps}
    return operation.network.add(BatchNormalization(epsilon=_AFFINE_EPSILON), [signal], weights, **kept)


OPERATORS: Mapping[str, Callable[[Operation], Signal]] = {
    **dict.fromkeys(("Identity", "Dropout", "Cast"), _alias),
    "Relu": _function("relu", nonnegative=True),
    "Sigmoid": _function("sigmoid", nonnegative=True),
    "Tanh": _function("tanh"),
    "Elu": _function("elu", alpha=1.0),
    "Selu": _function("selu", alpha=1.6732632, gamma=1.0507010),
    "Gelu": _function("gelu"),
    "Softplus": _function("softplus", nonnegative=True),
    "HardSigmoid": _function("hard_sigmoid", nonnegative=True, alpha=1 / 6, beta=0.5),
    "HardSwish": _hard_swish,
    "LeakyRelu": _leaky_relu,
    "PRelu": _p_relu,
    "Clip": _clip,
    "Softmax": _softmax,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    **dict.fromkeys(("MaxPool", "AveragePool"), _pool),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"), _global_pool),
    **dict.fromkeys(("ReduceMean", "ReduceMax"), _reduce),
    "Pad": _pad,
    "Split": _sampled,
    **dict.fromkeys(("Resize", "Upsample"), _resize),
    "Gemm": _gemm,
    "MatMul": _mat_mul,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "BatchNormalization": _batch_normalization,
    "InstanceNormalization": _instance_normalization,
    "GroupNormalization": _group_normalization,
    "LayerNormalization": _layer_normalization,
    "Concat": _concat,
    "Max": _merge(Maximum),
    "Mean": _merge(Average),
    "Sum": _merge(Add),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
}
