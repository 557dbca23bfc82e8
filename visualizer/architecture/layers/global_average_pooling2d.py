"""Global average pooling: one number for each map."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register, require_maps
from visualizer.architecture.shapes import Shape
from visualizer.architecture.span import Span, whole_map


@register
@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each whole feature map: (C, H, W) in, (C,) out."""

    title: ClassVar[str] = "GlobalAveragePooling2D"
    group: ClassVar[str] = "Pooling"
    icon: ClassVar[str] = ":material/compress:"
    explanation: ClassVar[str] = (
        "Turns each feature map into one number, its mean. It replaces Flatten with far fewer parameters after it, and "
        "fits maps of any size."
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("GlobalAveragePooling2D", "GlobalAvgPool2D"), ()),)

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return (input_shape[0],)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return whole_map(axis, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("average_pooling", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten())]
