"""How the first weights of a network are drawn; `network.build` draws them."""

from typing import Literal

Initialization = Literal["glorot_uniform", "he_normal", "torch_default", "small_normal", "zeros"]

INITIALIZATIONS: dict[Initialization, str] = {
    "glorot_uniform": "Glorot uniform",
    "he_normal": "He normal",
    "torch_default": "PyTorch's default",
    "small_normal": "Normal, σ = 0.01",
    "zeros": "All zeros",
}
