"""The activation functions, each in one entry."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

# Keras's default for the activation named "leaky_relu"; PyTorch's own default is 0.01.
# Source: https://keras.io/api/layers/activations/#leakyrelu-function
DEFAULT_NEGATIVE_SLOPE = 0.2


@dataclass(frozen=True)
class ActivationFunction:
    """An activation function.

    Attributes:
        name: Its name in the code.
        title: Its name for people.
        formula: As plain text.
        torch_class: The name of its class in `torch.nn`.
        elementwise: Whether each number of its output comes from one number of its input.
    """

    name: str
    title: str
    formula: str
    torch_class: str
    elementwise: bool = True

    def make(self, negative_slope: float) -> "nn.Module":
        """Its torch module; only LeakyReLU has a slope."""
        from torch import nn

        # Axis 1 holds the channels of feature maps and the features of a vector, as Keras's last axis does.
        options: dict[str, dict[str, Any]] = {"leaky_relu": {"negative_slope": negative_slope}, "softmax": {"dim": 1}}
        return getattr(nn, self.torch_class)(**options.get(self.name, {}))


FUNCTIONS: dict[str, ActivationFunction] = {
    function.name: function
    for function in (
        ActivationFunction("relu", "ReLU", "max(0, x)", "ReLU"),
        ActivationFunction("leaky_relu", "LeakyReLU", "x if x > 0, else slope · x", "LeakyReLU"),
        ActivationFunction("relu6", "ReLU6", "min(max(0, x), 6)", "ReLU6"),
        ActivationFunction("sigmoid", "sigmoid", "1 / (1 + e⁻ˣ)", "Sigmoid"),
        ActivationFunction("tanh", "tanh", "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "Tanh"),
        ActivationFunction("gelu", "GELU", "x · Φ(x)", "GELU"),
        ActivationFunction("silu", "SiLU", "x / (1 + e⁻ˣ)", "SiLU"),
        ActivationFunction("elu", "ELU", "x if x > 0, else eˣ − 1", "ELU"),
        ActivationFunction("selu", "SELU", "1.0507 · x if x > 0, else 1.7581 · (eˣ − 1)", "SELU"),
        ActivationFunction("softplus", "softplus", "ln(1 + eˣ)", "Softplus"),
        ActivationFunction("hard_sigmoid", "hard sigmoid", "min(max(0, x / 6 + 1/2), 1)", "Hardsigmoid"),
        ActivationFunction("softmax", "softmax", "eˣⁱ / Σⱼ eˣʲ over the channels", "Softmax", elementwise=False),
    )
}

# What a course meets first.
COMMON = ("relu", "leaky_relu", "sigmoid", "tanh", "gelu")

NO_ACTIVATION = "linear"

FUNCTION_OPTIONS = tuple((function.name, function.title) for function in FUNCTIONS.values())
# A layer's own activation has no settings: its LeakyReLU says the slope. A layer `Activation` can have any.
OPTIONAL_FUNCTION_OPTIONS = (
    (NO_ACTIVATION, "none (linear)"),
    *(
        (name, f"{title}, slope {DEFAULT_NEGATIVE_SLOPE:g}" if name == "leaky_relu" else title)
        for name, title in FUNCTION_OPTIONS
    ),
)


def elementwise() -> dict[str, str]:
    """The functions that take each number by itself, as in hidden layers: titles by name, the common ones first."""
    names = (*COMMON, *(name for name, function in FUNCTIONS.items() if function.elementwise))
    return {name: FUNCTIONS[name].title for name in names}


def activation_stages(name: str) -> list[tuple[str, "nn.Module"]]:
    """The stage a layer's `activation` setting adds: none for "linear", else one, named like the function."""
    if name == NO_ACTIVATION:
        return []
    return [(name, FUNCTIONS[name].make(DEFAULT_NEGATIVE_SLOPE))]
