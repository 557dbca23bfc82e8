"""Batch normalisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, PlacewiseLayer, register
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm


@register
@dataclass(frozen=True)
class BatchNormalization(PlacewiseLayer):
    """Normalises each channel over the batch, then scales and shifts it. Source: Ioffe and Szegedy, 2015."""

    title: ClassVar[str] = "BatchNormalization"
    group: ClassVar[str] = "Normalisation"
    icon: ClassVar[str] = ":material/equalizer:"
    explanation: ClassVar[str] = (
        "While training it brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it by "
        "two learnt numbers. Afterwards it uses the running mean and variance that it kept: two more numbers for each "
        "channel, which no training step changes by a gradient. Keras counts all four as parameters, two of them as "
        "non-trainable."
    )

    momentum: float = setting(
        0.9,
        Real("Momentum", "How much of the running mean and variance is kept each step (Keras's meaning).", 0, 1, 0.01),
    )
    epsilon: float = setting(
        0.001, Real("Epsilon", "Added to the variance so that nothing is divided by zero.", 1e-7, 1, 0.001)
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        order = ("axis", "momentum", "epsilon")
        return (KerasForm(("BatchNormalization",), order, defaults={"momentum": 0.99, "epsilon": 0.001}),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {
            "num_features": REQUIRED,
            "eps": 1e-5,
            "momentum": 0.1,
            "affine": True,
            "track_running_stats": True,
        }
        return (TorchForm(("BatchNorm2d", "BatchNorm1d"), arguments, cls._of_torch, reads="num_features"),)

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        # torch's momentum is the share of the new value, here it is that of the old one.
        momentum = values["momentum"]
        layer = cls(momentum=round(1.0 - (0.1 if momentum is None else momentum), 12), epsilon=float(values["eps"]))
        if momentum is None:
            raise NoCounterpart("It keeps a plain mean over all batches, and here one with momentum 0.9.", layer)
        if not values["affine"] or not values["track_running_stats"]:
            raise NoCounterpart("Here it scales and shifts what it normalised, and keeps a running mean.", layer)
        return (layer,)

    def parameter_count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def kept_count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(input_shape)

    def smallest_batch(self, input_shape: Shape) -> int:
        # The variance of one number is 0: torch refuses it.
        return 2 if numbers_in(input_shape[1:]) == 1 else 1

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        kind = nn.BatchNorm2d if is_maps(input_shape) else nn.BatchNorm1d
        # torch's momentum is the share of the new value, Keras's that of the old value.
        return [("normalization", kind(input_shape[0], eps=self.epsilon, momentum=1 - self.momentum))]
