"""Max pooling over feature maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PoolingKind, register
from visualizer.architecture.pooling import Pooling2D
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class MaxPooling2D(Pooling2D):
    """Keeps the largest number of each window, channel by channel."""

    title: ClassVar[str] = "MaxPooling2D"
    group: ClassVar[str] = "Pooling"
    kind: ClassVar[PoolingKind] = "max"
    keras_names: ClassVar[tuple[str, ...]] = ("MaxPooling2D", "MaxPool2D")
    icon: ClassVar[str] = ":material/photo_size_select_small:"
    explanation: ClassVar[str] = (
        "Keeps only the largest number of each window: the map gets smaller, and a small shift of the picture changes "
        "less. It has nothing to learn. Padding, where there is any, never wins."
    )

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        (top, bottom), (left, right) = self.window.pads(input_shape)
        stages: list[Stage] = []
        if top or bottom or left or right:
            # nn.MaxPool2d pads both sides alike, Keras's "same" does not always.
            stages.append(("pad", nn.ConstantPad2d((left, right, top, bottom), float("-inf"))))
        return [*stages, ("max_pooling", nn.MaxPool2d(self.pool_size, stride=self.strides))]
