"""An activation function as a separate layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from visualizer.architecture.activations import DEFAULT_NEGATIVE_SLOPE, FUNCTION_OPTIONS, FUNCTIONS, ActivationFunction
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, PlacewiseLayer, register
from visualizer.architecture.settings import Choice, Real, setting
from visualizer.architecture.shapes import Shape
from visualizer.architecture.torch_form import Arriving, NoCounterpart, TorchForm

# torch's arguments that have always their default here, by function.
_FIXED: Mapping[str, Mapping[str, Any]] = {
    "gelu": {"approximate": "none"},
    "elu": {"alpha": 1.0},
    "softplus": {"beta": 1.0, "threshold": 20.0},
}


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

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (*(cls._torch_form(function) for function in FUNCTIONS.values()), cls._log_softmax())

    @classmethod
    def _torch_form(cls, function: ActivationFunction) -> TorchForm:
        """How torch writes a function: its class, and a function with the name in small letters."""

        def make(values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
            layer = cls(function.name, values.get("negative_slope", DEFAULT_NEGATIVE_SLOPE))
            if not arriving.is_over_channels(values.get("dim", 1)):
                raise NoCounterpart("Softmax runs over the channels here.", layer)
            for argument, fixed in others.items():
                if values[argument] != fixed:
                    raise NoCounterpart(f"“{argument}” of {function.title} is {fixed!r} here.", layer)
            return (layer,)

        others = _FIXED.get(function.name, {})
        arguments = dict(others)
        if function.name == "leaky_relu":
            arguments = {"negative_slope": 0.01}
        elif function.name == "softmax":
            arguments = {"dim": 1}
        lower = {"hard_sigmoid": "hardsigmoid"}.get(function.name, function.name)
        names = (function.torch_class, "Softmax2d") if function.name == "softmax" else (function.torch_class,)
        return TorchForm(
            names,
            arguments,
            make,
            (lower, f"{lower}_"),
            activation="" if function.name == "leaky_relu" else function.name,
            is_positive=function.name in ("relu", "relu6", "sigmoid", "softplus", "hard_sigmoid", "softmax"),
        )

    @classmethod
    def _log_softmax(cls) -> TorchForm:
        def make(values: Mapping[str, Any], arriving: Arriving) -> Sequence[Layer]:
            if not arriving.is_over_channels(values["dim"]):
                raise NoCounterpart("Softmax runs over the channels here.", cls("softmax"))
            return (cls("softmax"),)

        return TorchForm(
            ("LogSoftmax",),
            {"dim": 1},
            make,
            ("log_softmax",),
            activation="softmax",
            ends=True,
            remark="The network ends in softmax here; the loss takes the logarithm, so that it trains in the same way.",
        )

    def keras_form(self) -> KerasForm:
        named, leaky, *_ = self.keras_forms()
        return leaky if self.function == "leaky_relu" else named

    def summary(self) -> str:
        return f"Activation {FUNCTIONS[self.function].title}"

    def stages(self, input_shape: Shape) -> list[Stage]:
        return [(self.function, FUNCTIONS[self.function].make(self.negative_slope))]
