"""Flatten: feature maps become one vector."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.shapes import Shape, numbers_in
from visualizer.architecture.span import Span, whole_map


@register
@dataclass(frozen=True)
class Flatten(Layer):
    """Writes all feature maps one after the other into a vector: (C, H, W) in, (C·H·W,) out."""

    title: ClassVar[str] = "Flatten"
    group: ClassVar[str] = "Dense"
    icon: ClassVar[str] = ":material/view_column:"
    explanation: ClassVar[str] = (
        "Writes all feature maps into one long vector, so that a Dense layer can follow; no number changes. (Here "
        "channel after channel, as PyTorch does it; Keras goes pixel by pixel.)"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (numbers_in(input_shape),)

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        # The vector as a whole; one of its numbers is one number of a map.
        return whole_map(axis, input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("flatten", nn.Flatten())]
