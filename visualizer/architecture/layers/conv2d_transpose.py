"""Transposed convolution: every number paints its kernel into a larger map."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS, activation_stages
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import KernelLayer
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import register, require_maps
from visualizer.architecture.settings import Choice, Integer, IntegerPair, Toggle, setting
from visualizer.architecture.shapes import Padding, Shape, numbers_in
from visualizer.architecture.span import Span

PADDING_OPTIONS = (("valid", "valid (keep all)"), ("same", "same (size × stride)"))
PADDING_HELP = (
    "valid: all that the kernels paint is kept. same: the edge is cut off so that the output has size × stride; as in "
    "Keras, an odd row or column is cut off at the bottom and the right."
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

    filters: int = setting(
        32, Integer("Filters", "How many kernels are learnt; each makes one feature map (output channel).", 1, 512)
    )
    kernel_size: tuple[int, int] = setting(
        (2, 2), IntegerPair("Kernel", "How many pixels one number paints, height and width.", 1, 31)
    )
    activation: str = setting(
        "relu", Choice("Activation", "The function applied to every number that leaves.", OPTIONAL_FUNCTION_OPTIONS)
    )
    padding: Padding = setting("valid", Choice("Padding", PADDING_HELP, PADDING_OPTIONS))
    strides: tuple[int, int] = setting(
        (2, 2), IntegerPair("Stride", "How far apart neighbouring numbers paint; 2 doubles the map.", 1, 16)
    )
    use_bias: bool = setting(True, Toggle("Bias", "Add one learnt number to each feature map."))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("filters", "kernel_size", "strides", "padding", "output_padding", "data_format", "dilation_rate")
        return (
            KerasForm(
                ("Conv2DTranspose", "Convolution2DTranspose"),
                (*places, "activation", "use_bias"),
                required=("filters", "kernel_size"),
                defaults={"activation": NO_ACTIVATION, "strides": (1, 1)},
                initializers=("kernel_initializer",),
                regularizers=("kernel_regularizer",),
            ),
        )

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
