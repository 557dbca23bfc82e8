"""Depthwise convolution: each map has kernels of its own."""

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
class DepthwiseConv2D(KernelLayer):
    """Convolves each map alone with `depth_multiplier` kernels: (C, H, W) in, (C · depth_multiplier, H', W') out."""

    title: ClassVar[str] = "DepthwiseConv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/layers:"
    explanation: ClassVar[str] = (
        "Each map is convolved with kernels of its own and never mixed with the others. That takes far fewer "
        "parameters and multiply-adds than Conv2D, whose filters each read all maps; a 1 × 1 Conv2D after it usually "
        "mixes the maps."
    )

    kernel_size: tuple[int, int] = setting(
        (3, 3), IntegerPair("Kernel", "How many pixels the kernel covers, height and width.", 1, 31)
    )
    depth_multiplier: int = setting(
        1, Integer("Depth multiplier", "How many kernels each map has; each makes one feature map.", 1, 64)
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
        places = ("kernel_size", "strides", "padding", "depth_multiplier", "data_format", "dilation_rate")
        return (
            KerasForm(
                ("DepthwiseConv2D",),
                (*places, "activation", "use_bias"),
                required=("kernel_size",),
                defaults={"activation": NO_ACTIVATION},
                initializers=("depthwise_initializer",),
                regularizers=("depthwise_regularizer",),
            ),
        )

    def keras_remark(self, input_shape: Shape) -> str:
        return keras_limits(self.strides, self.dilation_rate)

    def _window(self) -> LayerWindow:
        return LayerWindow("kernel_size", self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def summary(self) -> str:
        return f"DepthwiseConv2D {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width = self._window().output_size(self, input_shape)
        return (input_shape[0] * self.depth_multiplier, height, width)

    def parameter_count(self, input_shape: Shape) -> int:
        return input_shape[0] * self.depth_multiplier * (numbers_in(self.kernel_size) + self.use_bias)

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(self.output_shape(input_shape)) * numbers_in(self.kernel_size)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return self._window().sees(axis, span, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        channels = input_shape[0]
        convolution = self._window().convolution(
            "convolution", input_shape, channels * self.depth_multiplier, groups=channels, bias=self.use_bias
        )
        return [*convolution, *activation_stages(self.activation)]
