"""Global average pooling: one number for each map."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import register
from visualizer.architecture.pooling import GlobalPooling2D
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class GlobalAveragePooling2D(GlobalPooling2D):
    """The mean of each whole feature map: (C, H, W) in, (C,) out."""

    title: ClassVar[str] = "GlobalAveragePooling2D"
    group: ClassVar[str] = "Pooling"
    keras_names: ClassVar[tuple[str, ...]] = ("GlobalAveragePooling2D", "GlobalAvgPool2D")
    icon: ClassVar[str] = ":material/compress:"
    explanation: ClassVar[str] = (
        "Turns each feature map into one number, its mean. It replaces Flatten with far fewer parameters after it, and "
        "fits maps of any size."
    )

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("average_pooling", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten())]
