"""An activation function as a separate layer."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import DEFAULT_NEGATIVE_SLOPE, FUNCTION_OPTIONS, FUNCTIONS
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import PlacewiseLayer, register
from visualizer.architecture.settings import Choice, Real, setting
from visualizer.architecture.shapes import Shape


@register
@dataclass(frozen=True)
class Activation(PlacewiseLayer):
    """Applies one function to every number; softmax runs over the channels."""

    title: ClassVar[str] = "Activation"
    group: ClassVar[str] = "Activation and regularisation"
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

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        # https://keras.io/api/layers/activation_layers/: LeakyReLU as a layer has the slope 0.3, as a name 0.2.
        leaky = KerasForm(
            ("LeakyReLU",),
            ("negative_slope",),
            renamed={"alpha": "negative_slope"},
            implied={"function": "leaky_relu"},
            defaults={"negative_slope": 0.3},
        )
        named = KerasForm(
            ("Activation",),
            ("activation",),
            required=("activation",),
            function_argument="activation",
            function_arguments={"leaky_relu": ("negative_slope",)},
            renamed={"activation": "function", "alpha": "negative_slope"},  # tf.nn.leaky_relu(x, alpha=0.1)
        )
        order, no_slope = ("max_value", "negative_slope", "threshold"), {"negative_slope": (0.0, 0.0)}
        relu6 = KerasForm(("ReLU",), order, when={"max_value": 6}, within=no_slope, implied={"function": "relu6"})
        relu = KerasForm(("ReLU",), order, within=no_slope, implied={"function": "relu"})
        sloping = KerasForm(("ReLU",), order, implied={"function": "leaky_relu"}, defaults={"negative_slope": 0.0})
        elu = KerasForm(("ELU",), ("alpha",), implied={"function": "elu"})
        softmax = KerasForm(("Softmax",), ("axis",), implied={"function": "softmax"})
        return named, leaky, relu6, relu, sloping, elu, softmax

    def keras_form(self) -> KerasForm:
        named, leaky, *_ = self.keras_forms()
        return leaky if self.function == "leaky_relu" else named

    def summary(self) -> str:
        return f"Activation {FUNCTIONS[self.function].title}"

    def stages(self, input_shape: Shape) -> list[Stage]:
        return [(self.function, FUNCTIONS[self.function].make(self.negative_slope))]
