"""An activation function as a layer of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from visualizer.architecture.activations import DEFAULT_NEGATIVE_SLOPE, FUNCTION_OPTIONS, FUNCTIONS
from visualizer.architecture.layer import Layer, register
from visualizer.architecture.settings import Choice, Real, setting
from visualizer.architecture.shapes import Shape

if TYPE_CHECKING:
    from torch import nn


@register
@dataclass(frozen=True)
class Activation(Layer):
    """Applies one function to every number; softmax runs over the channels."""

    title: ClassVar[str] = "Activation"
    group: ClassVar[str] = "3 Activation and regularisation"
    icon: ClassVar[str] = ":material/show_chart:"
    explanation: ClassVar[str] = (
        "Applies one function to every number. Without it, any stack of convolutions and dense layers would be no more "
        "than a single one."
    )

    function: str = setting("relu", Choice("Function", "Which function is applied.", FUNCTION_OPTIONS))
    negative_slope: float = setting(
        DEFAULT_NEGATIVE_SLOPE,
        Real("Negative slope", "How steep LeakyReLU is below zero.", 0.0, 1.0, 0.05),
        only_when=("function", "leaky_relu"),
    )

    def summary(self) -> str:
        return f"Activation {FUNCTIONS[self.function].title}"

    @property
    def keeps_shape(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def stages(self, input_shape: Shape) -> list[tuple[str, "nn.Module"]]:
        return [(self.function, FUNCTIONS[self.function].make(self.negative_slope))]
