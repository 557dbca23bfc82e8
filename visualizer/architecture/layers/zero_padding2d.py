"""Zero padding around feature maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.sides import MOST, SIDES, describe_sides
from visualizer.architecture.span import Span


@register
@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Adds rows and columns of zeros: (C, H, W) in, (C, H + top + bottom, W + left + right) out."""

    title: ClassVar[str] = "ZeroPadding2D"
    group: ClassVar[str] = "Size and shape"
    icon: ClassVar[str] = ":material/crop_free:"
    explanation: ClassVar[str] = (
        "Adds zeros around every map, as many on each side as you like. A convolution after it reaches the edge as "
        "often as the middle, and the map shrinks less. “Padding: same” of a convolution does this by itself."
    )

    top: int = setting(1, Integer("Top", "How many rows of zeros are added above.", 0, MOST))
    bottom: int = setting(1, Integer("Bottom", "How many rows of zeros are added below.", 0, MOST))
    left: int = setting(1, Integer("Left", "How many columns of zeros are added on the left.", 0, MOST))
    right: int = setting(1, Integer("Right", "How many columns of zeros are added on the right.", 0, MOST))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("ZeroPadding2D",), ("padding", "data_format"), packed={"padding": SIDES}),)

    def summary(self) -> str:
        return f"ZeroPadding2D {describe_sides(self.top, self.bottom, self.left, self.right)}"

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        return (channels, height + self.top + self.bottom, width + self.left + self.right)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        before = (self.top, self.left)[axis]
        return Span(span.first - before, span.last - before)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("zero_padding", nn.ZeroPad2d((self.left, self.right, self.top, self.bottom)))]
