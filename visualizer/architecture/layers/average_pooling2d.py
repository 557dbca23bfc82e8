"""Average pooling over feature maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PoolingKind, register
from visualizer.architecture.pooling import Pooling2D
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class AveragePooling2D(Pooling2D):
    """Replaces each window by its mean, channel by channel; padded pixels do not count, as in Keras."""

    title: ClassVar[str] = "AveragePooling2D"
    group: ClassVar[str] = "Pooling"
    kind: ClassVar[PoolingKind] = "average"
    keras_names: ClassVar[tuple[str, ...]] = ("AveragePooling2D", "AvgPool2D")
    icon: ClassVar[str] = ":material/blur_on:"
    explanation: ClassVar[str] = (
        "Replaces each window by its mean: the map gets smaller and smoother. It has nothing to learn. Padded pixels, "
        "where there are any, are left out of the mean."
    )

    def keras_remark(self, input_shape: Shape) -> str:
        (top, bottom), (left, right) = self.window.pads(input_shape)
        if top != bottom or left != right:
            return "Keras with PyTorch repeats the pixels at the edge here; with TensorFlow it leaves the padding out."
        return ""

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        (top, bottom), (left, right) = self.window.pads(input_shape)
        if not (top or bottom or left or right):
            return [("average_pooling", nn.AvgPool2d(self.pool_size, stride=self.strides))]
        from visualizer.architecture.padded_average import PaddedAveragePooling

        return [("average_pooling", PaddedAveragePooling(self.pool_size, self.strides, (left, right, top, bottom)))]
