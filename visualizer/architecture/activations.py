"""The activation functions, each in one entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

# Keras's default for the activation named "leaky_relu"; PyTorch's own default is 0.01.
# Source: https://keras.io/api/layers/activations/#leakyrelu-function
DEFAULT_NEGATIVE_SLOPE = 0.2


@dataclass(frozen=True)
class ActivationFunction:
    """An activation function: its name in the code, its name for people, its formula, and its torch module's maker."""

    name: str
    title: str
    formula: str
    make: Callable[[float], "nn.Module"]


def _relu(_: float) -> "nn.Module":
    from torch import nn

    return nn.ReLU()


def _relu6(_: float) -> "nn.Module":
    from torch import nn

    return nn.ReLU6()


def _silu(_: float) -> "nn.Module":
    from torch import nn

    return nn.SiLU()


def _leaky_relu(negative_slope: float) -> "nn.Module":
    from torch import nn

    return nn.LeakyReLU(negative_slope)


def _sigmoid(_: float) -> "nn.Module":
    from torch import nn

    return nn.Sigmoid()


def _tanh(_: float) -> "nn.Module":
    from torch import nn

    return nn.Tanh()


def _gelu(_: float) -> "nn.Module":
    from torch import nn

    return nn.GELU()


def _softmax(_: float) -> "nn.Module":
    from torch import nn

    # Axis 1 holds the channels of feature maps and the features of a vector, as Keras's last axis does.
    return nn.Softmax(dim=1)


FUNCTIONS: dict[str, ActivationFunction] = {
    function.name: function
    for function in (
        ActivationFunction("relu", "ReLU", "max(0, x)", _relu),
        ActivationFunction("leaky_relu", "LeakyReLU", "x if x > 0, else slope · x", _leaky_relu),
        ActivationFunction("relu6", "ReLU6", "min(max(0, x), 6)", _relu6),
        ActivationFunction("sigmoid", "sigmoid", "1 / (1 + e⁻ˣ)", _sigmoid),
        ActivationFunction("tanh", "tanh", "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", _tanh),
        ActivationFunction("gelu", "GELU", "x · Φ(x)", _gelu),
        ActivationFunction("silu", "SiLU", "x / (1 + e⁻ˣ)", _silu),
        ActivationFunction("softmax", "softmax", "eˣⁱ / Σⱼ eˣʲ over the channels", _softmax),
    )
}

NO_ACTIVATION = "linear"

FUNCTION_OPTIONS = tuple((function.name, function.title) for function in FUNCTIONS.values())
OPTIONAL_FUNCTION_OPTIONS = ((NO_ACTIVATION, "none (linear)"), *FUNCTION_OPTIONS)


def activation_stages(name: str) -> list[tuple[str, "nn.Module"]]:
    """The stage a layer's `activation` setting adds: none for "linear", else one, named like the function."""
    if name == NO_ACTIVATION:
        return []
    return [(name, FUNCTIONS[name].make(DEFAULT_NEGATIVE_SLOPE))]
