"""Depthwise convolution: each map has kernels of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, activation_stages
from visualizer.architecture.convolution import (
    DepthwiseConvolution,
    dilation_rate_setting,
    kernel_size_setting,
    strides_setting,
    use_bias_setting,
)
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import activation_setting, kernel_form
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.layers.torch_window import convolution_form, convolution_padding, with_zeros_around
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Padding, Shape, numbers_in
from visualizer.architecture.torch_form import Arriving, TorchForm, pair
from visualizer.architecture.window import padding_setting


def _is_depthwise(values: Mapping[str, Any]) -> bool:
    """Whether torch's convolution has a group for each map that arrives, of several."""
    arriving, leaving = values["in_channels"], values["out_channels"]
    sizes = isinstance(arriving, int) and isinstance(leaving, int)
    return sizes and values["groups"] == arriving > 1 and leaving % arriving == 0


@register
@dataclass(frozen=True)
class DepthwiseConv2D(DepthwiseConvolution):
    """Convolves each map alone with `depth_multiplier` kernels: (C, H, W) in, (C · depth_multiplier, H', W') out."""

    title: ClassVar[str] = "DepthwiseConv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/layers:"
    explanation: ClassVar[str] = (
        "Each map is convolved with kernels of its own and never mixed with the others. That takes far fewer "
        "parameters and multiply-adds than Conv2D, whose filters each read all maps; a 1 × 1 Conv2D after it usually "
        "mixes the maps."
    )

    depthwise_stage: ClassVar[str] = "convolution"

    kernel_size: tuple[int, int] = kernel_size_setting("How many pixels the kernel covers, height and width.")
    depth_multiplier: int = setting(
        1, Integer("Depth multiplier", "How many kernels each map has; each makes one feature map.", 1, 64)
    )
    activation: str = activation_setting()
    padding: Padding = padding_setting()
    strides: tuple[int, int] = strides_setting()
    dilation_rate: tuple[int, int] = dilation_rate_setting()
    use_bias: bool = use_bias_setting()

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("kernel_size", "strides", "padding", "depth_multiplier", "data_format", "dilation_rate")
        return (kernel_form(("DepthwiseConv2D",), places, ("kernel_size",), kernels=("depthwise",)),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (convolution_form(cls._of_torch, when=_is_depthwise),)

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        before, padding = convolution_padding(values)
        layer = cls(
            kernel_size=pair(values["kernel_size"]),
            depth_multiplier=values["out_channels"] // values["in_channels"],
            activation=NO_ACTIVATION,
            padding=padding,
            strides=pair(values["stride"]),
            dilation_rate=pair(values["dilation"]),
            use_bias=bool(values["bias"]),
        )
        return with_zeros_around(values, *before, layer)

    def summary(self) -> str:
        return f"DepthwiseConv2D {self.kernel_size[0]} × {self.kernel_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width = self.window.output_size(self, input_shape)
        return (input_shape[0] * self.depth_multiplier, height, width)

    def parameter_count(self, input_shape: Shape) -> int:
        return input_shape[0] * self.depth_multiplier * (numbers_in(self.kernel_size) + self.use_bias)

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(self.output_shape(input_shape)) * numbers_in(self.kernel_size)

    def stages(self, input_shape: Shape) -> list[Stage]:
        channels = input_shape[0]
        convolution = self.window.convolution(
            "convolution", input_shape, channels * self.depth_multiplier, groups=channels, bias=self.use_bias
        )
        return [*convolution, *activation_stages(self.activation)]
