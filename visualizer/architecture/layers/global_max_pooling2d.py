"""Global max pooling: one number for each map."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import register
from visualizer.architecture.pooling import GlobalPooling2D
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalPooling2D):
    """The largest number of each whole feature map: (C, H, W) in, (C,) out."""

    title: ClassVar[str] = "GlobalMaxPooling2D"
    group: ClassVar[str] = "Pooling"
    keras_names: ClassVar[tuple[str, ...]] = ("GlobalMaxPooling2D", "GlobalMaxPool2D")
    icon: ClassVar[str] = ":material/vertical_align_top:"
    explanation: ClassVar[str] = (
        "Turns each feature map into one number, its largest: whether what the map looks for is anywhere in the "
        "picture, no matter where. GlobalAveragePooling2D says instead how much of it there is."
    )

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("max_pooling", nn.AdaptiveMaxPool2d(1)), ("flatten", nn.Flatten())]
