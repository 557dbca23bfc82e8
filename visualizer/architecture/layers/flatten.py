"""Flatten: feature maps become one vector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from visualizer.architecture.layer import Layer, register
from visualizer.architecture.shapes import Shape, numbers_in

if TYPE_CHECKING:
    from torch import nn


@register
@dataclass(frozen=True)
class Flatten(Layer):
    """Writes all feature maps one after the other into a vector: (C, H, W) in, (C·H·W,) out."""

    title: ClassVar[str] = "Flatten"
    group: ClassVar[str] = "4 Dense"
    icon: ClassVar[str] = ":material/view_column:"
    explanation: ClassVar[str] = (
        "Writes all feature maps into one long vector, so that a Dense layer can follow; no number changes. (Here "
        "channel after channel, as PyTorch does it; Keras goes pixel by pixel.)"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (numbers_in(input_shape),)

    def stages(self, input_shape: Shape) -> list[tuple[str, "nn.Module"]]:
        from torch import nn

        return [("flatten", nn.Flatten())]
