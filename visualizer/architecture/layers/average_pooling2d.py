"""Average pooling over feature maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, PoolingKind, register
from visualizer.architecture.layers.torch_window import is_same, pooling_pads, pooling_strides, strides_within, zeros
from visualizer.architecture.pooling import Pooling2D
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm, pair


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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {
            "kernel_size": REQUIRED,
            "stride": None,
            "padding": 0,
            "ceil_mode": False,
            "count_include_pad": True,
            "divisor_override": None,
        }
        functions = ("avg_pool2d",)
        own = {
            "window": REQUIRED,
            "strides": REQUIRED,
            "padding": REQUIRED,
        }  # of the class that scripts of this app define
        return (
            TorchForm(("AvgPool2d",), arguments, cls._of_torch, functions, keeps_sign=True),
            TorchForm(
                ("PaddedAveragePooling",),
                own,
                lambda values, _: (cls(tuple(values["window"]), tuple(values["strides"]), "same"),),
            ),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        """Zeros that torch counts become a layer before it; what does not count is padding “same”, where that fits."""
        window, strides = pair(values["kernel_size"]), pooling_strides(values)
        plain = cls(window, strides_within(window, strides, arriving.size))
        if values["divisor_override"] is not None:
            raise NoCounterpart("Average pooling divides by the size of its window here.", plain)
        try:
            pads = pooling_pads(values, arriving.size)
        except NoCounterpart as error:
            raise NoCounterpart(error.why, plain) from None
        reaches_over = any(after > before for before, after in pads)
        has_padding = any(before for before, _ in pads)
        if not reaches_over and not has_padding:
            return (plain,)
        if not reaches_over and values["count_include_pad"]:
            return zeros(pads), plain
        if not (has_padding and values["count_include_pad"]) and is_same(pads, window, strides, arriving.size):
            return (cls(window, strides, "same"),)
        raise NoCounterpart("Its mean over the edge of the maps is not computed here: the padding is left out.", plain)

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
