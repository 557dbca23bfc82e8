"""The ways a fresh network's weights can be drawn; `network.build` draws them."""

from typing import Literal

Initialization = Literal["glorot_uniform", "he_normal", "torch_default", "small_normal", "zeros"]

INITIALIZATIONS: dict[Initialization, str] = {
    "glorot_uniform": "Glorot uniform (Keras's default)",
    "he_normal": "He normal (made for ReLU)",
    "torch_default": "PyTorch's default (uniform ±1/√inputs)",
    "small_normal": "Normal, σ = 0.01",
    "zeros": "All zeros (see why it fails)",
}
