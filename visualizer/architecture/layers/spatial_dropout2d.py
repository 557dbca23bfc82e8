"""Dropout of whole maps."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register, require_maps
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.torch_window import dropout_form
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import TorchForm


@register
@dataclass(frozen=True)
class SpatialDropout2D(PlacewiseLayer):
    """Sets a share of the maps to zero while training and enlarges the rest. Source: Tompson et al., 2015."""

    title: ClassVar[str] = "SpatialDropout2D"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/layers_clear:"
    explanation: ClassVar[str] = (
        "Dropout for feature maps: while training it sets whole maps to zero at random and enlarges the others to make "
        "up for it. Neighbouring numbers of a map say nearly the same, so leaving out single ones would hide little. "
        "Afterwards it does nothing."
    )
    is_random_in_training: ClassVar[bool] = True

    rate: float = setting(0.25, Real("Rate", "The share of the maps that is set to zero.", 0.0, 0.95, 0.05))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm(("SpatialDropout2D",), ("rate",), required=("rate",)),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        # Of a vector, torch drops single numbers.
        return (
            dropout_form(
                ("Dropout2d",),
                ("dropout2d",),
                lambda rate, arriving: Dropout(rate=rate) if arriving.is_vector else cls(rate=rate),
            ),
        )

    def summary(self) -> str:
        return f"SpatialDropout2D {self.rate:g}"

    @property
    def keeps_shape(self) -> bool:
        return False  # it takes maps only

    def output_shape(self, input_shape: Shape) -> Shape:
        require_maps(self, input_shape)
        return input_shape

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("dropout", nn.Dropout2d(self.rate))]
