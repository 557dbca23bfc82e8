"""A fully connected layer."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION, activation_stages
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernel_layer import KernelLayer, activation_setting, kernel_form
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, LayerDoesNotFit, register
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.settings import Integer, Toggle, setting
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.architecture.torch_form import REQUIRED, TorchForm

MOST_UNITS = 4096


@register
@dataclass(frozen=True)
class Dense(KernelLayer):
    """Connects every input with every unit: `activation(W x + b)`, (F,) in, (units,) out."""

    title: ClassVar[str] = "Dense"
    group: ClassVar[str] = "Dense"
    icon: ClassVar[str] = ":material/hub:"
    explanation: ClassVar[str] = (
        "Every unit adds up all inputs, each times its own weight, and a bias. The last Dense layer has one unit for "
        "each class."
    )

    units: int = setting(
        128, Integer("Units", "How many outputs; in the last layer one for each class.", 1, MOST_UNITS)
    )
    activation: str = activation_setting()
    use_bias: bool = setting(True, Toggle("Bias", "Add one learnt number to each unit."))

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (kernel_form(("Dense",), ("units",), ("units",)),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (
            TorchForm(
                ("Linear",),
                {"in_features": REQUIRED, "out_features": REQUIRED, "bias": True},
                lambda values, _: (
                    cls(units=values["out_features"], activation=NO_ACTIVATION, use_bias=bool(values["bias"])),
                ),
                reads="in_features",
                open={"out_features": "units"},
            ),
        )

    def summary(self) -> str:
        return f"Dense {self.units}"

    def output_shape(self, input_shape: Shape) -> Shape:
        if is_maps(input_shape):
            raise LayerDoesNotFit(
                f"Feature maps of {describe_shape(input_shape)} arrive.",
                "Dense needs a vector: one long row of numbers.",
                tuple(
                    Fix(f"Put {layer.title} before it", (layer, self))
                    for layer in (Flatten(), GlobalAveragePooling2D())
                ),
            )
        return (self.units,)

    def giving(self, count: int) -> Fix:
        return Fix(f"Use {count} units", (self.with_settings(units=count),))

    def parameter_count(self, input_shape: Shape) -> int:
        return self.units * (input_shape[0] + self.use_bias)

    def multiply_adds(self, input_shape: Shape) -> int:
        return self.units * input_shape[0]

    def stages(self, input_shape: Shape) -> list[Stage]:
        from torch import nn

        dense = nn.Linear(input_shape[0], self.units, bias=self.use_bias)
        return [("dense", dense), *activation_stages(self.activation)]
