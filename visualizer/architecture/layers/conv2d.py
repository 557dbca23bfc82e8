"""Convolution over feature maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, activation_stages
from visualizer.architecture.convolution import (
    SlidingConvolution,
    dilation_rate_setting,
    filters_setting,
    kernel_size_setting,
    strides_setting,
    use_bias_setting,
)
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import activation_setting, kernel_form
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, register, require_maps
from visualizer.architecture.layers.torch_window import convolution_form, convolution_padding, with_zeros_around
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Padding, Shape
from visualizer.architecture.torch_form import Arriving, TorchForm, pair
from visualizer.architecture.window import padding_setting
from visualizer.words import counted


@register
@dataclass(frozen=True)
class Conv2D(SlidingConvolution):
    """Cross-correlates the input with `filters` kernels of (C, kernel height, kernel width) and adds a bias to each."""

    title: ClassVar[str] = "Conv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/grid_on:"
    explanation: ClassVar[str] = (
        "Each filter slides a small kernel over all input channels; at every place it multiplies, adds up and adds its "
        "bias. One filter makes one feature map. (Strictly this is cross-correlation: the kernel is not flipped.)"
    )

    filters: int = filters_setting("How many kernels are learnt; each makes one feature map (output channel).")
    kernel_size: tuple[int, int] = kernel_size_setting("How many pixels the kernel covers, height and width.")
    activation: str = activation_setting()
    padding: Padding = padding_setting()
    strides: tuple[int, int] = strides_setting()
    dilation_rate: tuple[int, int] = dilation_rate_setting()
    use_bias: bool = use_bias_setting()
    groups: int = setting(
        1,
        Integer("Groups", "Into how many groups the maps are split; each filter sees the maps of one group.", 1, 512),
        added_later=True,
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups")
        return (kernel_form(("Conv2D", "Convolution2D"), places, ("filters", "kernel_size")),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (convolution_form(cls._of_torch),)

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        before, padding = convolution_padding(values)
        layer = cls(
            filters=values["out_channels"],
            kernel_size=pair(values["kernel_size"]),
            activation=NO_ACTIVATION,
            padding=padding,
            strides=pair(values["stride"]),
            dilation_rate=pair(values["dilation"]),
            use_bias=bool(values["bias"]),
            groups=values["groups"],
        )
        return with_zeros_around(values, *before, layer)

    def summary(self) -> str:
        return f"Conv2D {self.filters}, {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        if input_shape[0] % self.groups or self.filters % self.groups:
            self._raise_uneven_groups(input_shape)
        return (self.filters, *self.window.output_size(self, input_shape))

    def _raise_uneven_groups(self, input_shape: Shape) -> None:
        channels = input_shape[0]
        fitting = gcd(self.groups, channels, self.filters)
        fix = Fix(f"Use {counted(fitting, 'group')}", (self.with_settings(groups=fitting),))
        try:
            fix.replacement[0].output_shape(input_shape)
        except LayerDoesNotFit as error:
            fix = Fix(f"{fix.label} and a window that fits", error.problem.fixes[0].replacement)
        raise LayerDoesNotFit(
            f"The input has {counted(channels, 'map')}.",
            f"These and the {counted(self.filters, 'filter')} cannot be split evenly into {self.groups} groups.",
            (fix, Fix(f"Remove this {self.title}", ())),
        )

    def giving_maps(self, count: int) -> Fix:
        return Fix(f"Use {counted(count, 'filter')}", (self.with_settings(filters=count),))

    def _weights_per_filter(self, input_shape: Shape) -> int:
        return input_shape[0] // self.groups * self.kernel_size[0] * self.kernel_size[1]

    def parameter_count(self, input_shape: Shape) -> int:
        return self.filters * (self._weights_per_filter(input_shape) + self.use_bias)

    def multiply_adds(self, input_shape: Shape) -> int:
        filters, height, width = self.output_shape(input_shape)
        return filters * height * width * self._weights_per_filter(input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        convolution = self.window.convolution(
            "convolution", input_shape, self.filters, groups=self.groups, bias=self.use_bias
        )
        return [*convolution, *activation_stages(self.activation)]
