"""What convolution and pooling share: a window that slides over feature maps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, require_maps
from visualizer.architecture.settings import Choice, setting
from visualizer.architecture.shapes import (
    Padding,
    Shape,
    describe_shape,
    window_extent,
    window_output_size,
    window_padding,
)
from visualizer.architecture.span import Span


def padding_setting() -> Any:
    """What happens where the window reaches the edge of the map."""
    help_text = (
        "valid: the window stays inside, so the map shrinks. same: the edge is padded so that the output has "
        "size / stride (rounded up); as in Keras, an odd pixel goes to the bottom and the right."
    )
    return setting("valid", Choice("Padding", help_text, (("valid", "valid (none)"), ("same", "same (keep size)"))))


@dataclass(frozen=True)
class LayerWindow:
    """A sliding window over `(C, H, W)`; every pair is (height, width).

    `setting` is the name of the layer's field with the window's size, which a `Fix` changes.
    """

    setting: str
    size: tuple[int, int]
    strides: tuple[int, int]
    padding: Padding
    dilation: tuple[int, int] = (1, 1)

    def _axes(self, input_shape: Shape) -> Iterator[tuple[int, int, int, int]]:
        """Size of the input, window, stride and dilation, along the height and along the width."""
        return zip(input_shape[1:], self.size, self.strides, self.dilation, strict=True)

    def output_size(self, layer: Layer, input_shape: Shape) -> tuple[int, int]:
        """Height and width of the output. Raises LayerDoesNotFit."""
        require_maps(layer, input_shape)
        height, width = (window_output_size(*along_axis, self.padding) for along_axis in self._axes(input_shape))
        if height < 1 or width < 1:
            self._raise_too_large(layer, input_shape)
        return height, width

    def _raise_too_large(self, layer: Layer, input_shape: Shape) -> None:
        extent = tuple(window_extent(size, gap) for size, gap in zip(self.size, self.dilation, strict=True))
        fitting = tuple(min(size, available) for size, available in zip(self.size, input_shape[1:], strict=True))
        label, changes = f"Use a {fitting[0]} × {fitting[1]} window", {self.setting: fitting}
        if self.dilation != (1, 1):
            label = f"Use a {fitting[0]} × {fitting[1]} window without dilation"
            changes["dilation_rate"] = (1, 1)
        fixes = [
            Fix(label, (layer.with_settings(**changes),)),
            Fix("Use padding “same”", (layer.with_settings(padding="same"),)),
            Fix(f"Remove this {layer.title}", ()),
        ]
        raise LayerDoesNotFit(
            f"Maps of {input_shape[1]} × {input_shape[2]} arrive ({describe_shape(input_shape)}).",
            f"The window covers {extent[0]} × {extent[1]} and needs a map at least that large.",
            tuple(fixes),
        )

    def pads(self, input_shape: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
        """Pixels added ((top, bottom), (left, right))."""
        vertical, horizontal = (window_padding(*along_axis, self.padding) for along_axis in self._axes(input_shape))
        return vertical, horizontal

    def convolution(
        self, name: str, input_shape: Shape, filters: int, *, groups: int = 1, bias: bool = True
    ) -> list[Stage]:
        """The stages of a convolution with this window: where needed padding, then the convolution as stage `name`."""
        from torch import nn

        (top, bottom), (left, right) = self.pads(input_shape)
        symmetric = top == bottom and left == right
        convolution = nn.Conv2d(
            input_shape[0],
            filters,
            self.size,
            stride=self.strides,
            padding=(top, left) if symmetric else 0,
            dilation=self.dilation,
            groups=groups,
            bias=bias,
        )
        # nn.Conv2d pads both sides equally; Keras's "same" sometimes pads one side more.
        pad: list[Stage] = [] if symmetric else [("pad", nn.ZeroPad2d((left, right, top, bottom)))]
        return [*pad, (name, cast(nn.Module, convolution))]

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        """`Layer.sees` of a layer that is one window."""
        stride, dilation = self.strides[axis], self.dilation[axis]
        before, _ = self.pads(input_shape)[axis]
        reach = dilation * (self.size[axis] - 1)
        return Span(span.first * stride - before, span.last * stride - before + reach, dilation)
