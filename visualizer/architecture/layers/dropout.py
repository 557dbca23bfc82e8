"""Dropout."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register
from visualizer.architecture.layers.torch_window import dropout_form
from visualizer.architecture.settings import Real, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import TorchForm


@register
@dataclass(frozen=True)
class Dropout(PlacewiseLayer):
    """Sets a share of the numbers to zero while training and enlarges the rest. Source: Srivastava et al., 2014."""

    title: ClassVar[str] = "Dropout"
    group: ClassVar[str] = "Activation and regularisation"
    icon: ClassVar[str] = ":material/scatter_plot:"
    explanation: ClassVar[str] = (
        "While training it sets a random share of the numbers to zero and enlarges the others to make up for it, so "
        "that no unit can rely on a single other one. Afterwards it does nothing."
    )
    is_random_in_training: ClassVar[bool] = True

    rate: float = setting(0.25, Real("Rate", "The share of the numbers that is set to zero.", 0.0, 0.95, 0.05))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        # Spatial dropout drops whole maps, so it is not read as this layer.
        return (KerasForm(("Dropout",), ("rate",), required=("rate",)),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (dropout_form(("Dropout",), ("dropout",), lambda rate, _: cls(rate=rate)),)

    def summary(self) -> str:
        return f"Dropout {self.rate:g}"

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        return [("dropout", nn.Dropout(self.rate))]
