"""Global max pooling: one number for each map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.torch_window import adaptive_pooling, whole_maps
from visualizer.architecture.pooling import GlobalPooling2D
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import REQUIRED, Arriving, TorchForm


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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        adaptive = {"output_size": REQUIRED, "return_indices": False}
        largest = {"dim": None, "keepdim": False}
        return (
            TorchForm(("AdaptiveMaxPool2d",), adaptive, cls._adaptive, ("adaptive_max_pool2d",), keeps_sign=True),
            TorchForm((), largest, partial(whole_maps, cls()), ("amax",), keeps_sign=True),
        )

    @classmethod
    def _adaptive(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        return adaptive_pooling(values["output_size"], arriving, cls(), MaxPooling2D)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("max_pooling", nn.AdaptiveMaxPool2d(1)), ("flatten", nn.Flatten())]
