"""How the first weights of a network are drawn; `network.build` draws them."""

from typing import Literal

Initialization = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "torch_default",
    "small_normal",
    "zeros",
]

INITIALIZATIONS: dict[Initialization, str] = {
    "glorot_uniform": "Glorot uniform",
    "glorot_normal": "Glorot normal",
    "he_uniform": "He uniform",
    "he_normal": "He normal",
    "lecun_normal": "LeCun normal",
    "torch_default": "PyTorch's default",
    "small_normal": "Normal, σ = 0.01",
    "zeros": "All zeros",
}
