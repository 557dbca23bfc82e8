"""What the convolutions share: their settings, and the window that slides over feature maps."""

from typing import Any, ClassVar

from visualizer.architecture.kernel_layer import KernelLayer
from visualizer.architecture.settings import Integer, IntegerPair, Toggle, setting
from visualizer.architecture.shapes import Padding, Shape
from visualizer.architecture.span import Span
from visualizer.architecture.window import LayerWindow

MOST_FILTERS = 4096


def filters_setting(help_text: str) -> Any:
    """How many feature maps a convolution makes."""
    return setting(32, Integer("Filters", help_text, 1, MOST_FILTERS))


def kernel_size_setting(help_text: str, default: tuple[int, int] = (3, 3)) -> Any:
    """Height and width of the kernels."""
    return setting(default, IntegerPair("Kernel", help_text, 1, 31))


def strides_setting(
    help_text: str = "How many pixels the kernel moves each step; 2 halves the map.", default: tuple[int, int] = (1, 1)
) -> Any:
    """How far the window moves, or how far apart it paints."""
    return setting(default, IntegerPair("Stride", help_text, 1, 16))


def dilation_rate_setting() -> Any:
    """How far apart the pixels of the kernel lie."""
    return setting(
        (1, 1), IntegerPair("Dilation", "Gap between the kernel's pixels; 1 is none. Widens the view for free.", 1, 16)
    )


def use_bias_setting() -> Any:
    """Whether each feature map has a bias."""
    return setting(True, Toggle("Bias", "Add one learnt number to each feature map."))


class SlidingConvolution(KernelLayer):
    """A convolution whose window slides over the maps.

    No dataclass itself: its subclasses have these settings, each in the order in which Keras has them.
    """

    kernel_size: tuple[int, int]
    padding: Padding
    strides: tuple[int, int]
    dilation_rate: tuple[int, int]

    @property
    def window(self) -> LayerWindow:
        return LayerWindow("kernel_size", self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def keras_remark(self, input_shape: Shape) -> str:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            return "Keras refuses strides together with dilation_rate: change one of them here."
        return ""

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return self.window.sees(axis, span, input_shape)


class DepthwiseConvolution(SlidingConvolution):
    """A convolution that begins with `depth_multiplier` kernels of its own for each map."""

    depthwise_stage: ClassVar[str]  # the stage with these kernels

    depth_multiplier: int

    def drawn_shape(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        # Keras has kernels of (height, width, maps, multiplier) and takes all maps for inputs of each number, though it
        # reads one: most initialisations draw them smaller than torch would.
        # Source: https://github.com/keras-team/keras/blob/v3.15.1/keras/src/initializers/random_initializers.py
        if name != f"{self.depthwise_stage}.weight":
            return shape
        return (self.depth_multiplier, shape[0] // self.depth_multiplier, *shape[2:])

    def keras_remark(self, input_shape: Shape) -> str:
        if remark := super().keras_remark(input_shape):
            return remark
        if self.strides[0] != self.strides[1]:
            return "Keras with TensorFlow needs the same stride for height and width here."
        return ""
