"""Layer normalisation: over the channels of each place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit, PlacewiseLayer, register
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape, describe_shape, is_maps, numbers_in
from visualizer.architecture.torch_form import REQUIRED, Arriving, NoCounterpart, TorchForm


@register
@dataclass(frozen=True)
class LayerNormalization(PlacewiseLayer):
    """Normalises over the channels at each place, or over a vector, then scales and shifts each channel.

    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016; over the axis that Keras uses by default, the last one.
    """

    title: ClassVar[str] = "LayerNormalization"
    group: ClassVar[str] = "Normalisation"
    icon: ClassVar[str] = ":material/equalizer:"
    explanation: ClassVar[str] = (
        "At each place it brings the numbers of all channels to mean 0 and variance 1, then scales and shifts each "
        "channel by two learnt numbers. It looks at one picture alone, so it does the same in training and afterwards, "
        "with any batch size; BatchNormalization looks at the whole batch."
    )

    epsilon: float = setting(
        0.001, Real("Epsilon", "Added to the variance so that nothing is divided by zero.", 1e-7, 1, 0.001)
    )

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("LayerNormalization",), ("axis", "epsilon")),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        arguments = {"normalized_shape": REQUIRED, "eps": 1e-5, "elementwise_affine": True, "bias": True}
        own = {"normalized_shape": REQUIRED, "eps": 1e-5}  # of the class that scripts of this app define
        return (
            TorchForm(("LayerNorm",), arguments, cls._of_torch),
            TorchForm(("ChannelNorm",), own, lambda values, _: (cls(epsilon=float(values["eps"])),)),
        )

    @classmethod
    def _of_torch(cls, values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
        layer = cls(epsilon=float(values["eps"]))
        if arriving.shape is None or is_maps(arriving.shape):
            raise NoCounterpart("Here it normalises over the channels at each place, not over whole maps.", layer)
        if not values["elementwise_affine"] or not values["bias"]:
            raise NoCounterpart("Here it scales and shifts what it normalised.", layer)
        return (layer,)

    @property
    def keeps_shape(self) -> bool:
        return False  # it does not take a single number

    def output_shape(self, input_shape: Shape) -> Shape:
        if input_shape[0] == 1:
            what = f"A single map arrives ({describe_shape(input_shape)})."
            raise LayerDoesNotFit(
                what if is_maps(input_shape) else "A single number arrives.",
                f"{self.title} compares the channels at each place. Of a single one it would make the same everywhere.",
                (Fix(f"Remove this {self.title}", ()),),
            )
        return input_shape

    def parameter_count(self, input_shape: Shape) -> int:
        return 2 * input_shape[0]

    def multiply_adds(self, input_shape: Shape) -> int:
        return numbers_in(input_shape)

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        if not is_maps(input_shape):
            return [("normalization", nn.LayerNorm(input_shape, eps=self.epsilon))]
        from visualizer.architecture.own_modules import ChannelNorm

        return [("normalization", ChannelNorm(input_shape[:1], eps=self.epsilon))]
