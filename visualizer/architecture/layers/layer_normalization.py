"""Layer normalisation: over the channels of each place."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, LayerDoesNotFit, PlacewiseLayer, register
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape, describe_shape, is_maps, numbers_in


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
