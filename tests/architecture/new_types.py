"""Layer types as a stranger would write them, each in the text of one file."""

import re
from pathlib import Path

_HEAD = """
from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import OPTIONAL_FUNCTION_OPTIONS, activation_stages
from visualizer.architecture.layer import Layer, LayerDoesNotFit, Fix, register, require_maps
from visualizer.architecture.settings import Choice, Integer, IntegerPair, setting
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.architecture.span import Span, whole_map


@register
@dataclass(frozen=True)
"""

CONV2D_TRANSPOSE = (
    _HEAD
    + '''
class Conv2DTranspose(Layer):
    """Adds each input pixel's kernel, times the pixel, into a larger map."""

    title: ClassVar[str] = "Conv2DTranspose"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/zoom_out_map:"
    explanation: ClassVar[str] = "Each pixel paints its kernel into a larger map."

    filters: int = setting(4, Integer("Filters", "How many maps leave.", 1, 512))
    kernel_size: tuple[int, int] = setting((2, 2), IntegerPair("Kernel", "What one pixel paints.", 1, 31))
    strides: tuple[int, int] = setting((2, 2), IntegerPair("Stride", "How far apart the pixels paint.", 1, 16))
    activation: str = setting("relu", Choice("Activation", "What is applied.", OPTIONAL_FUNCTION_OPTIONS))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        sides = zip(input_shape[1:], self.kernel_size, self.strides, strict=True)
        return (self.filters, *((size - 1) * stride + kernel for size, kernel, stride in sides))

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        kernel, stride = self.kernel_size[axis], self.strides[axis]
        return Span(-((kernel - 1 - span.first) // stride), span.last // stride)

    def parameter_count(self, input_shape: Shape) -> int:
        return self.filters * (input_shape[0] * self.kernel_size[0] * self.kernel_size[1] + 1)

    def stages(self, input_shape: Shape):
        from torch import nn

        convolution = nn.ConvTranspose2d(input_shape[0], self.filters, self.kernel_size, stride=self.strides)
        return [("convolution", convolution), *activation_stages(self.activation)]
'''
)

FRAME2D = (
    _HEAD
    + '''
class Frame2D(Layer):
    """A frame of zeros that is not as wide on all sides."""

    title: ClassVar[str] = "Frame2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/crop_free:"
    explanation: ClassVar[str] = "Adds zeros around every map."

    rows: tuple[int, int] = setting((2, 0), IntegerPair("Rows", "Above and below.", 0, 8))
    columns: tuple[int, int] = setting((0, 1), IntegerPair("Columns", "Left and right.", 0, 8))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        return (channels, height + sum(self.rows), width + sum(self.columns))

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        before = (self.rows, self.columns)[axis][0]
        return Span(span.first - before, span.last - before)

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("frame", nn.ZeroPad2d((*self.columns, *self.rows)))]
'''
)

CROPPING2D = (
    _HEAD
    + '''
class Cropping2D(Layer):
    """Cuts off the edge."""

    title: ClassVar[str] = "Cropping2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/crop:"
    explanation: ClassVar[str] = "Cuts off the edge of every map."

    rows: tuple[int, int] = setting((1, 0), IntegerPair("Rows", "Above and below.", 0, 8))
    columns: tuple[int, int] = setting((0, 2), IntegerPair("Columns", "Left and right.", 0, 8))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        height, width = height - sum(self.rows), width - sum(self.columns)
        if height < 1 or width < 1:
            raise LayerDoesNotFit("a small map arrives", "nothing of it is left", (Fix("Remove it", ()),))
        return (channels, height, width)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        cut = (self.rows, self.columns)[axis][0]
        return Span(span.first + cut, span.last + cut)

    def stages(self, input_shape: Shape):
        from torch import nn

        (top, bottom), (left, right) = self.rows, self.columns
        return [("cropping", nn.ZeroPad2d((-left, -right, -top, -bottom)))]
'''
)

UP_SAMPLING2D = (
    _HEAD
    + '''
class UpSampling2D(Layer):
    """Repeats every row and column."""

    title: ClassVar[str] = "UpSampling2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/zoom_in:"
    explanation: ClassVar[str] = "Repeats every row and column."

    size: tuple[int, int] = setting((2, 2), IntegerPair("Size", "How often.", 1, 8))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        channels, height, width = input_shape
        return (channels, height * self.size[0], width * self.size[1])

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return Span(span.first // self.size[axis], span.last // self.size[axis])

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("upsampling", nn.Upsample(scale_factor=tuple(map(float, self.size))))]
'''
)

LAYER_NORMALIZATION = (
    _HEAD
    + '''
class MapNormalization(Layer):
    """Normalises over all numbers that arrive, each with a scale and a shift of its own: of rank three for maps."""

    title: ClassVar[str] = "MapNormalization"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/equalizer:"
    explanation: ClassVar[str] = "Brings all numbers of a picture to mean 0 and variance 1."

    @property
    def keeps_shape(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)

    def parameter_count(self, input_shape: Shape) -> int:
        return 2 * numbers_in(input_shape)

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("normalization", nn.LayerNorm(input_shape))]
'''
)

GROUP_NORMALIZATION = (
    _HEAD
    + '''
class GroupNormalization(Layer):
    """Normalises over the maps of each group."""

    title: ClassVar[str] = "GroupNormalization"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/equalizer:"
    explanation: ClassVar[str] = "Brings the maps of each group to mean 0 and variance 1."

    groups: int = setting(1, Integer("Groups", "How many groups.", 1, 64))

    @property
    def keeps_shape(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        if numbers_in(input_shape) in (1, self.groups):
            raise LayerDoesNotFit("one number for each group arrives", "it needs more", (Fix("Remove it", ()),))
        if input_shape[0] % self.groups:
            one = Fix("Use 1 group", (self.with_settings(groups=1),))
            raise LayerDoesNotFit("maps arrive", "they must be dealt out evenly", (one,))
        return input_shape

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)

    def parameter_count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("normalization", nn.GroupNorm(self.groups, input_shape[0]))]
'''
)

SEPARABLE_CONV2D = (
    _HEAD
    + '''
class SeparableConv2D(Layer):
    """A kernel for each map, and then a weighted sum of what they found."""

    title: ClassVar[str] = "SeparableConv2D"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/grid_on:"
    explanation: ClassVar[str] = "A kernel for each map, and then a weighted sum of what they found."

    filters: int = setting(6, Integer("Filters", "How many maps leave.", 1, 512))
    kernel_size: int = setting(3, Integer("Kernel", "Its side.", 1, 31))
    depth_multiplier: int = setting(2, Integer("Depth multiplier", "How many kernels each map has.", 1, 8))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        height, width = (size - self.kernel_size + 1 for size in input_shape[1:])
        if height < 1 or width < 1:
            small = Fix("Use a 1 x 1 kernel", (self.with_settings(kernel_size=1),))
            raise LayerDoesNotFit("a small map arrives", "the kernel is larger", (small,))
        return (self.filters, height, width)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return Span(span.first, span.last + self.kernel_size - 1)

    def parameter_count(self, input_shape: Shape) -> int:
        between = input_shape[0] * self.depth_multiplier
        return between * (self.kernel_size**2 + self.filters) + self.filters

    def stages(self, input_shape: Shape):
        from torch import nn

        channels = input_shape[0]
        between = channels * self.depth_multiplier
        return [
            ("depthwise", nn.Conv2d(channels, between, self.kernel_size, groups=channels, bias=False)),
            ("pointwise", nn.Conv2d(between, self.filters, 1)),
        ]
'''
)

KERNEL_LAYER = (
    _HEAD.replace("import Layer,", "import").replace(
        "from visualizer.architecture.settings",
        "from visualizer.architecture.kernel_layer import KernelLayer\nfrom visualizer.architecture.settings",
        1,
    )
    + '''
class OneByOne(KernelLayer):
    """A weighted sum over the maps at each place."""

    title: ClassVar[str] = "OneByOne"
    group: ClassVar[str] = "Convolution"
    icon: ClassVar[str] = ":material/grid_on:"
    explanation: ClassVar[str] = "A weighted sum over the maps at each place."

    filters: int = setting(4, Integer("Filters", "How many maps leave.", 1, 512))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return (self.filters, *input_shape[1:])

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return span

    def parameter_count(self, input_shape: Shape) -> int:
        return self.filters * (input_shape[0] + 1)

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("convolution", nn.Conv2d(input_shape[0], self.filters, 1))]
'''
)

# Says nothing of what it sees.
SHIFTED2D = (
    _HEAD
    + '''
class Shifted2D(Layer):
    """Moves every map down by a row."""

    title: ClassVar[str] = "Shifted2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/south:"
    explanation: ClassVar[str] = "Moves every map down by a row."

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return input_shape

    def stages(self, input_shape: Shape):
        from torch import nn

        return [("shift", nn.ZeroPad2d((0, 0, 1, -1)))]
'''
)


def _readme_examples() -> list[str]:
    """The very texts that README.md shows: of a type with one input, and of one that merges."""
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    return [
        code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "(Layer)" in code or "Merge)" in code
    ]


BORDER2D, ADD_AND_RELU = _readme_examples()

# By the name of the file.
EXAMPLES = {
    "border2d": BORDER2D,
    "conv2d_transpose": CONV2D_TRANSPOSE,
    "frame2d": FRAME2D,
    "cropping2d": CROPPING2D,
    "up_sampling2d": UP_SAMPLING2D,
    "map_normalization": LAYER_NORMALIZATION,
    "group_normalization": GROUP_NORMALIZATION,
    "separable_conv2d": SEPARABLE_CONV2D,
    "one_by_one": KERNEL_LAYER,
}
