"""Global max pooling: one number for each map."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import Span, whole_map


@register
@dataclass(frozen=True)
class GlobalMaxPooling2D(Layer):
    """The largest number of each whole feature map: (C, H, W) in, (C,) out."""

    title: ClassVar[str] = "GlobalMaxPooling2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/vertical_align_top:"
    explanation: ClassVar[str] = (
        "Turns each feature map into one number, its largest: whether what the map looks for is anywhere in the "
        "picture, no matter where. GlobalAveragePooling2D says instead how much of it there is."
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("GlobalMaxPooling2D", "GlobalMaxPool2D"), ()),)

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return (input_shape[0],)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("max_pooling", nn.AdaptiveMaxPool2d(1)), ("flatten", nn.Flatten())]
