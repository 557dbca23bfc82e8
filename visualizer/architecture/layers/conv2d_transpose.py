"""Transposed convolution: every number paints its kernel into a larger map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, activation_stages
from visualizer.architecture.convolution import (
    filters_setting,
    kernel_size_setting,
    strides_setting,
    use_bias_setting,
)
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import KernelLayer, activation_setting, kernel_form
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.settings import Choice, setting
from visualizer.architecture.shapes import Padding, Shape, numbers_in
from visualizer.architecture.span import Span
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm, pair

PADDING_OPTIONS = (("valid", "valid (keep all)"), ("same", "same (size × stride)"))
PADDING_HELP = (
    "valid: all that the kernels paint is kept. same: the edge is cut off so that the output has size × stride; as in "
    "Keras, an odd row or column is cut off at the bottom and the right."
)


def _pads_as_here(value: Any, settings: Mapping[str, Any]) -> bool:
    """Whether Keras's `output_padding` gives the size that it gives without.

    Source: https://github.com/keras-team/keras/blob/v3.15.1/keras/src/backend/common/backend_utils.py
    """
    paddings = value if isinstance(value, tuple | list) else (value, value)
    if len(paddings) != 2 or not all(isinstance(padding, int) for padding in paddings):
        return False
    cut = settings["padding"] == "same"
    return all(
        size - stride + padding - (2 * (size // 2) if cut else 0) == (0 if cut else max(size - stride, 0))
        for size, stride, padding in zip(settings["kernel_size"], settings["strides"], paddings, strict=True)
    )


@register
@dataclass(frozen=True)
class Conv2DTranspose(KernelLayer):
    """Adds up the kernels of all input numbers, each times its number and `strides` apart, and then a bias.

    It computes what carries a gradient back through a convolution, hence its name.
    """

    title: ClassVar[str] = "Conv2DTranspose"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/zoom_out_map:"
    explanation: ClassVar[str] = (
        "The way back of a convolution: every number is multiplied by a whole kernel and painted into a larger map, "
        "one stride further for each number; where kernels overlap, they add up. It learns how to make maps larger. "
        "Where the stride does not divide the kernel's size, the overlaps are uneven and draw a checkerboard."
    )

    filters: int = filters_setting("How many kernels are learnt; each makes one feature map (output channel).")
    kernel_size: tuple[int, int] = kernel_size_setting("How many pixels one number paints, height and width.", (2, 2))
    activation: str = activation_setting()
    padding: Padding = setting("valid", Choice("Padding", PADDING_HELP, PADDING_OPTIONS))
    strides: tuple[int, int] = strides_setting("How far apart neighbouring numbers paint; 2 doubles the map.", (2, 2))
    use_bias: bool = use_bias_setting()

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("filters", "kernel_size", "strides", "padding", "output_padding", "data_format", "dilation_rate")
        names = ("Conv2DTranspose", "Convolution2DTranspose")
        form = kernel_form(
            names,
            places,
            ("filters", "kernel_size"),
            defaults={"strides": (1, 1)},
            same_without={
                "output_padding": _pads_as_here,
                "dilation_rate": lambda rate, _: rate in (1, (1, 1), [1, 1]),
            },
        )
        return (form,)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {
            "in_channels": REQUIRED,
            "out_channels": REQUIRED,
            "kernel_size": REQUIRED,
            "stride": 1,
            "padding": 0,
            "output_padding": 0,
            "groups": 1,
            "bias": True,
            "dilation": 1,
            "padding_mode": "zeros",
        }
        opened = {"out_channels": "filters"}
        return (TorchForm(("ConvTranspose2d",), arguments, cls._of_torch, reads="in_channels", open=opened),)

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        """Keep all that the kernels paint and crop it as torch does, unless padding “same” crops the same."""
        size, strides = pair(values["kernel_size"]), pair(values["stride"])
        before, more = pair(values["padding"]), pair(values["output_padding"])
        layer = cls(
            filters=values["out_channels"],
            kernel_size=size,
            activation=NO_ACTIVATION,
            strides=strides,
            use_bias=bool(values["bias"]),
        )
        if values["groups"] != 1 or pair(values["dilation"]) != (1, 1):
            raise NoCounterpart("A transposed convolution has neither groups nor dilation here.", layer)
        # Where the stride is larger than the kernel, here the gap behind the last kernel is kept too.
        kept = [max(stride - extent, 0) for extent, stride in zip(size, strides, strict=True)]
        cuts = [(pad, pad - extra + gap) for pad, extra, gap in zip(before, more, kept, strict=True)]
        if min(min(cut) for cut in cuts) < 0:
            raise NoCounterpart("Its output is larger than what its kernels paint, and here it is not.", layer)
        if not any(map(any, cuts)):
            return (layer,)
        same = cls(layer.filters, size, NO_ACTIVATION, "same", strides, layer.use_bias)
        if cuts == [same._cut(0), same._cut(1)] and not any(kept):
            return (same,)
        (top, bottom), (left, right) = cuts
        return layer, Cropping2D(top=top, bottom=bottom, left=left, right=right)

    def summary(self) -> str:
        return f"Conv2DTranspose {self.filters}, {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        # Source: https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
        require_maps(self, input_shape)
        gaps = [max(self._overlap(axis), 0) if self.padding == "valid" else 0 for axis in (0, 1)]
        sizes = zip(input_shape[1:], self.strides, gaps, strict=True)
        return (self.filters, *(size * stride + gap for size, stride, gap in sizes))

    def _overlap(self, axis: int) -> int:
        """Pixels by which neighbouring kernels overlap; below 0 where there is a gap between them."""
        return self.kernel_size[axis] - self.strides[axis]

    def _cut(self, axis: int) -> tuple[int, int]:
        """Rows or columns cut off (before, after)."""
        total = max(self._overlap(axis), 0) if self.padding == "same" else 0
        return total // 2, total - total // 2

    def parameter_count(self, input_shape: Shape) -> int:
        return self.filters * (input_shape[0] * numbers_in(self.kernel_size) + self.use_bias)

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(input_shape) * self.filters * numbers_in(self.kernel_size)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        size, stride, (before, _) = self.kernel_size[axis], self.strides[axis], self._cut(axis)
        return Span(-((size - 1 - before - span.first) // stride), (span.last + before) // stride)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        (top, bottom), (left, right) = self._cut(0), self._cut(1)
        convolution = nn.ConvTranspose2d(
            input_shape[0],
            self.filters,
            self.kernel_size,
            stride=self.strides,
            padding=(top, left),
            output_padding=(max(-self._overlap(0), 0), max(-self._overlap(1), 0)),
            bias=self.use_bias,
        )
        stages: list[Stage] = [("convolution", convolution)]
        if (top, left) != (bottom, right):
            # nn.ConvTranspose2d cuts off both sides alike, and negative padding the rest.
            stages.append(("cut", nn.ZeroPad2d((0, left - right, 0, top - bottom))))
        return [*stages, *activation_stages(self.activation)]
