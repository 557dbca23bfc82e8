"""Global average pooling: one number for each map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.torch_window import adaptive_pooling, whole_maps
from visualizer.architecture.pooling import GlobalPooling2D
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import REQUIRED, Arriving, TorchForm


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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        adaptive = {"output_size": REQUIRED}
        mean = {"dim": None, "keepdim": False}
        return (
            TorchForm(("AdaptiveAvgPool2d",), adaptive, cls._adaptive, ("adaptive_avg_pool2d",), keeps_sign=True),
            TorchForm((), mean, partial(whole_maps, cls()), ("mean",), keeps_sign=True),
        )

    @classmethod
    def _adaptive(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        return adaptive_pooling(values["output_size"], arriving, cls(), AveragePooling2D)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("average_pooling", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten())]
