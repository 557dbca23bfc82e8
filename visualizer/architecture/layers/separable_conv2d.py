"""Separable convolution: a depthwise convolution, and a 1 × 1 convolution that mixes its maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS, activation_stages
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import KernelLayer
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import register
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Toggle, setting
from visualizer.architecture.shapes import Padding, Shape, numbers_in
from visualizer.architecture.span import Span
from visualizer.architecture.window import PADDING_HELP, PADDING_OPTIONS, LayerWindow, keras_limits


@register
@dataclass(frozen=True)
class SeparableConv2D(KernelLayer):
    """A depthwise convolution and then a weighted sum over its maps for each of `filters`; the bias comes last."""

    title: ClassVar[str] = "SeparableConv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/call_split:"
    explanation: ClassVar[str] = (
        "Does the work of Conv2D in two cheaper steps, with two sets of kernels: the first looks at each map alone "
        "(where is something?), the second, 1 × 1, mixes the maps at each place (what is it together?). Nothing comes "
        "between the two; bias and activation follow at the end."
    )

    filters: int = setting(32, Integer("Filters", "How many feature maps (output channels) the mixing makes.", 1, 512))
    kernel_size: tuple[int, int] = setting(
        (3, 3), IntegerPair("Kernel", "How many pixels the first kernels cover, height and width.", 1, 31)
    )
    depth_multiplier: int = setting(
        1, Integer("Depth multiplier", "How many kernels each map has in the first step.", 1, 64)
    )
    activation: str = setting(
        "relu", Choice("Activation", "The function applied to every number that leaves.", OPTIONAL_FUNCTION_OPTIONS)
    )
    padding: Padding = setting("valid", Choice("Padding", PADDING_HELP, PADDING_OPTIONS))
    strides: tuple[int, int] = setting(
        (1, 1), IntegerPair("Stride", "How many pixels the kernel moves each step; 2 halves the map.", 1, 16)
    )
    dilation_rate: tuple[int, int] = setting(
        (1, 1), IntegerPair("Dilation", "Gap between the kernel's pixels; 1 is none. Widens the view for free.", 1, 16)
    )
    use_bias: bool = setting(True, Toggle("Bias", "Add one learnt number to each feature map."))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "depth_multiplier")
        return (
            KerasForm(
                ("SeparableConv2D", "SeparableConvolution2D"),
                (*places, "activation", "use_bias"),
                required=("filters", "kernel_size"),
                defaults={"activation": NO_ACTIVATION},
                initializers=("depthwise_initializer", "pointwise_initializer"),
                regularizers=("depthwise_regularizer", "pointwise_regularizer"),
            ),
        )

    def keras_remark(self, input_shape: Shape) -> str:
        return keras_limits(self.strides, self.dilation_rate)

    def _window(self) -> LayerWindow:
        return LayerWindow("kernel_size", self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def summary(self) -> str:
        return f"SeparableConv2D {self.filters}, {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        return (self.filters, *self._window().output_size(self, input_shape))

    def _maps_between(self, input_shape: Shape) -> int:
        return input_shape[0] * self.depth_multiplier

    def parameter_count(self, input_shape: Shape) -> int:
        weights = self._maps_between(input_shape) * (numbers_in(self.kernel_size) + self.filters)
        return weights + self.filters * self.use_bias

    def multiply_adds(self, input_shape: Shape) -> int:
        _, height, width = self.output_shape(input_shape)
        return height * width * self._maps_between(input_shape) * (numbers_in(self.kernel_size) + self.filters)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return self._window().sees(axis, span, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        between = self._maps_between(input_shape)
        return [
            *self._window().convolution("depthwise", input_shape, between, groups=input_shape[0], bias=False),
            ("pointwise", nn.Conv2d(between, self.filters, 1, bias=self.use_bias)),
            *activation_stages(self.activation),
        ]
