"""What the layer types share that torch writes with windows: padding in numbers becomes "same", or a layer before it.

No layer type itself.

torch pads both sides of an axis by the same number, whatever arrives. Keras's "same" pads as much as the output's size
needs, an odd pixel at the end: with a stride of 1 both are the same for windows of odd extent.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.shapes import Padding, window_extent, window_padding
from visualizer.architecture.torch_form import REQUIRED, Arriving, MakeLayers, NoCounterpart, TorchForm, pair

_MOST_STRIDES = 16
Pads = tuple[tuple[int, int], tuple[int, int]]  # (top, bottom), (left, right)


def zeros(pads: Pads) -> Layer:
    """The layer that pads by zeros."""
    (top, bottom), (left, right) = pads
    return ZeroPadding2D(top=top, bottom=bottom, left=left, right=right)


def convolution_form(layers: MakeLayers, *, when: Callable[[Mapping[str, Any]], bool] | None = None) -> TorchForm:
    """How torch writes a convolution, of those for which `when` holds."""
    arguments = {
        "in_channels": REQUIRED,
        "out_channels": REQUIRED,
        "kernel_size": REQUIRED,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": True,
        "padding_mode": "zeros",
    }
    opened = {} if when else {"out_channels": "filters"}
    return TorchForm(("Conv2d",), arguments, layers, when=when, reads="in_channels", open=opened)


def with_zeros_around(values: Mapping[str, Any], *layers: Layer) -> tuple[Layer, ...]:
    """The layers; NoCounterpart where torch does not pad with zeros."""
    if values["padding_mode"] != "zeros":
        raise NoCounterpart("Maps are padded with zeros here.", *layers)
    return layers


def convolution_padding(values: Mapping[str, Any]) -> tuple[tuple[Layer, ...], Padding]:
    """What goes before a convolution with torch's arguments, and its own padding."""
    padding = values["padding"]
    strides, size, dilation = pair(values["stride"]), pair(values["kernel_size"]), pair(values["dilation"])
    if padding in ("same", "valid"):
        if padding == "same" and strides != (1, 1):
            raise NoCounterpart("torch refuses padding “same” together with a stride.")
        return (), padding
    before = pair(padding)
    if before == (0, 0):
        return (), "valid"
    extents = [window_extent(*axis) for axis in zip(size, dilation, strict=True)]
    if strides == (1, 1) and all(2 * one == extent - 1 for one, extent in zip(before, extents, strict=True)):
        return (), "same"
    return (zeros(((before[0], before[0]), (before[1], before[1]))),), "valid"


def pooling_pads(values: Mapping[str, Any], size: tuple[int, int] | None) -> Pads:
    """What torch's pooling adds on each side of maps of (height, width), also where `ceil_mode` lets it reach over.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
    """
    window, strides, before = pair(values["kernel_size"]), pooling_strides(values), pair(values["padding"])
    if not values["ceil_mode"]:
        return (before[0], before[0]), (before[1], before[1])
    if size is None:
        raise NoCounterpart("Its “ceil_mode” cannot be followed, since the size of the maps is not known.")
    over = []
    for length, extent, stride, pad in zip(size, window, strides, before, strict=True):
        places = ceil((length + 2 * pad - extent) / stride) + 1
        if (places - 1) * stride >= length + pad:  # a window may not begin in the padding behind the map
            places -= 1
        over.append(max((places - 1) * stride + extent - length - 2 * pad, 0))
    return (before[0], before[0] + over[0]), (before[1], before[1] + over[1])


def pooling_strides(values: Mapping[str, Any]) -> tuple[int, int]:
    """The stride, which is the window where torch is told none."""
    stride = values["stride"]
    return pair(values["kernel_size"] if stride is None or stride in ((), []) else stride)


def is_same(pads: Pads, window: tuple[int, int], strides: tuple[int, int], size: tuple[int, int] | None) -> bool:
    """Whether padding “same” adds the same on each side of maps of (height, width)."""
    if size is None:
        return strides == (1, 1) and all(
            before == after and 2 * before == extent - 1 for (before, after), extent in zip(pads, window, strict=True)
        )
    axes = zip(size, window, strides, strict=True)
    return all(window_padding(*axis, 1, "same") == pad for axis, pad in zip(axes, pads, strict=True))


def strides_within(window: tuple[int, int], strides: tuple[int, int], size: tuple[int, int] | None) -> tuple[int, int]:
    """The strides; 1 where they are too large here and the window has one place on maps of that size."""
    return (1, 1) if size == window and max(strides) > _MOST_STRIDES else strides


def adaptive_pooling(
    output_size: Any,
    arriving: Arriving,
    whole_map: Layer,
    window: Callable[[tuple[int, int], tuple[int, int]], Layer],
) -> tuple[Layer, ...]:
    """What torch's adaptive pooling does: `whole_map` for one number of each map, else equal windows where they fit."""
    sides = tuple(output_size) if isinstance(output_size, tuple | list) else (output_size, output_size)
    if sides == (1, 1):
        return whole_map, Reshape("maps", 1, 1)
    if arriving.size is None:
        raise NoCounterpart("Its windows do not follow from the text, since the size of the maps is not known.")
    wanted = pair([old if new is None else new for old, new in zip(arriving.size, sides, strict=True)])
    if any(new < 1 or old % new for old, new in zip(arriving.size, wanted, strict=True)):
        height, width = arriving.size
        raise NoCounterpart(f"Maps of {height} × {width} arrive, and equal windows here do not make that size of them.")
    height, width = (old // new for old, new in zip(arriving.size, wanted, strict=True))
    return () if (height, width) == (1, 1) else (window((height, width), (height, width)),)


def whole_maps(layer: Layer, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
    """What a function such as `x.mean([2, 3])` does, if its axes are height and width."""
    dim = values["dim"]
    axes = sorted(axis % 4 for axis in dim) if isinstance(dim, tuple | list) and set(dim) <= {2, 3, -1, -2} else None
    if axes != [2, 3] or arriving.is_vector:
        raise NoCounterpart("Here one number is made of each whole map.")
    return (layer, Reshape("maps", 1, 1)) if values["keepdim"] else (layer,)


def dropout_form(
    names: tuple[str, ...], functions: tuple[str, ...], layer: Callable[[float, Arriving], Layer]
) -> TorchForm:
    """How torch writes dropout; as a function it is told whether the network trains."""

    def make(values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        return (layer(float(values["p"]), arriving),) if values.get("training", True) else ()

    return TorchForm(names, {"p": 0.5, "training": True}, make, functions, keeps_sign=True)
