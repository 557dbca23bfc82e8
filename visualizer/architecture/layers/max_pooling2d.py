"""Max pooling over feature maps."""

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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {
            "kernel_size": REQUIRED,
            "stride": None,
            "padding": 0,
            "dilation": 1,
            "ceil_mode": False,
            "return_indices": False,
        }
        # As a class it has the last two the other way round.
        places = {**dict(list(arguments.items())[:4]), "return_indices": False, "ceil_mode": False}
        return (
            TorchForm(("MaxPool2d",), places, cls._of_torch, keeps_sign=True),
            TorchForm((), arguments, cls._of_torch, functions=("max_pool2d",), keeps_sign=True),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        """torch pads with what never wins; zeros never win either where no number that arrives is below them."""
        window, strides = pair(values["kernel_size"]), pooling_strides(values)
        plain = cls(window, strides_within(window, strides, arriving.size))
        if pair(values["dilation"]) != (1, 1) or values["return_indices"]:
            raise NoCounterpart("Max pooling has no dilation here, and does not say where its maxima lie.", plain)
        try:
            pads = pooling_pads(values, arriving.size)
        except NoCounterpart as error:
            raise NoCounterpart(error.why, plain) from None
        if not any(map(any, pads)):
            return (plain,)
        if is_same(pads, window, strides, arriving.size):
            return (cls(window, strides, "same"),)
        if arriving.is_positive:
            return zeros(pads), plain
        why = "PyTorch pads it with what never wins, and here zeros do: it differs at the edge where all is below zero."
        raise NoCounterpart(why, zeros(pads), plain)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        (top, bottom), (left, right) = self.window.pads(input_shape)
        stages: list[Stage] = []
        if top or bottom or left or right:
            # nn.MaxPool2d pads both sides alike, Keras's "same" does not always.
            stages.append(("pad", nn.ConstantPad2d((left, right, top, bottom), float("-inf"))))
        return [*stages, ("max_pooling", nn.MaxPool2d(self.pool_size, stride=self.strides))]
