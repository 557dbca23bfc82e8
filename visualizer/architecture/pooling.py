"""What max and average pooling share, of windows and of whole maps: their settings and their shape rules."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, PoolingKind, PoolingWindow, require_maps
from visualizer.architecture.settings import IntegerPair, setting
from visualizer.architecture.shapes import Padding, Shape
from visualizer.architecture.span import Span, whole_map
from visualizer.architecture.window import LayerWindow, padding_setting


@dataclass(frozen=True)
class Pooling2D(Layer):
    """A window that pools each channel: (C, H, W) in, (C, H', W') out."""

    kind: ClassVar[PoolingKind]
    keras_names: ClassVar[tuple[str, ...]]  # the usual name first

    pool_size: tuple[int, int] = setting(
        (2, 2), IntegerPair("Window", "How many pixels one window covers, height and width.", 1, 31)
    )
    strides: tuple[int, int] = setting(
        (2, 2), IntegerPair("Stride", "How many pixels the window moves each step; usually its own size.", 1, 16)
    )
    padding: Padding = padding_setting()

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        places = ("pool_size", "strides", "padding")
        # Keras 3 has a default window for max pooling only.
        return (KerasForm(cls.keras_names, places, written=("pool_size",), same={"strides": "pool_size"}),)

    @property
    def window(self) -> LayerWindow:
        return LayerWindow("pool_size", self.pool_size, self.strides, self.padding)

    def summary(self) -> str:
        return f"{self.title} {self.pool_size[0]} × {self.pool_size[1]}"

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width = self.window.output_size(self, input_shape)
        return (input_shape[0], height, width)

    def pooled(self, input_shape: Shape) -> PoolingWindow:
        (top, _), (left, _) = self.window.pads(input_shape)
        return PoolingWindow(self.kind, self.pool_size, self.strides, (top, left))

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return self.window.sees(axis, span, input_shape)


@dataclass(frozen=True)
class GlobalPooling2D(Layer):
    """Pools each whole feature map into one number: (C, H, W) in, (C,) out."""

    keras_names: ClassVar[tuple[str, ...]]  # the usual name first

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(cls.keras_names, ()),)

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return (input_shape[0],)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)
