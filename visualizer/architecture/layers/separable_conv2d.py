"""Separable convolution: a depthwise convolution, and a 1 × 1 convolution that mixes its maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import activation_stages
from visualizer.architecture.convolution import (
    DepthwiseConvolution,
    dilation_rate_setting,
    filters_setting,
    kernel_size_setting,
    strides_setting,
    use_bias_setting,
)
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import activation_setting, kernel_form
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import register
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Padding, Shape, numbers_in
from visualizer.architecture.window import padding_setting


@register
@dataclass(frozen=True)
class SeparableConv2D(DepthwiseConvolution):
    """A depthwise convolution and then a weighted sum over its maps for each of `filters`; the bias comes last."""

    title: ClassVar[str] = "SeparableConv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/call_split:"
    explanation: ClassVar[str] = (
        "Does the work of Conv2D in two cheaper steps, with two sets of kernels: the first looks at each map alone "
        "(where is something?), the second, 1 × 1, mixes the maps at each place (what is it together?). Nothing comes "
        "between the two; bias and activation follow at the end."
    )

    depthwise_stage: ClassVar[str] = "depthwise"

    filters: int = filters_setting("How many feature maps (output channels) the mixing makes.")
    kernel_size: tuple[int, int] = kernel_size_setting("How many pixels the first kernels cover, height and width.")
    depth_multiplier: int = setting(
        1, Integer("Depth multiplier", "How many kernels each map has in the first step.", 1, 64)
    )
    activation: str = activation_setting()
    padding: Padding = padding_setting()
    strides: tuple[int, int] = strides_setting()
    dilation_rate: tuple[int, int] = dilation_rate_setting()
    use_bias: bool = use_bias_setting()

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier")
        names, kernels = ("SeparableConv2D", "SeparableConvolution2D"), ("depthwise", "pointwise")
        return (kernel_form(names, places, ("filters", "kernel_size"), kernels=kernels),)

    def summary(self) -> str:
        return f"SeparableConv2D {self.filters}, {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        return (self.filters, *self.window.output_size(self, input_shape))

    def _maps_between(self, input_shape: Shape) -> int:
        return input_shape[0] * self.depth_multiplier

    def parameter_count(self, input_shape: Shape) -> int:
        weights = self._maps_between(input_shape) * (numbers_in(self.kernel_size) + self.filters)
        return weights + self.filters * self.use_bias

    def multiply_adds(self, input_shape: Shape) -> int:
        _, height, width = self.output_shape(input_shape)
        return height * width * self._maps_between(input_shape) * (numbers_in(self.kernel_size) + self.filters)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        between = self._maps_between(input_shape)
        return [
            *self.window.convolution("depthwise", input_shape, between, groups=input_shape[0], bias=False),
            ("pointwise", nn.Conv2d(between, self.filters, 1, bias=self.use_bias)),
            *activation_stages(self.activation),
        ]
