"""Softmax with a temperature, and all intermediate numbers."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Softmax:
    """From logits to probabilities. All arrays are (classes,) float64.

    Attributes:
        logits: The output of the last Dense layer.
        temperature: The divisor of the logits.
        scaled: The logits divided by the temperature.
        exponentials: e to the power of each scaled logit.
        total: The sum of the exponentials.
        probabilities: Each exponential divided by the total, by torch's softmax.
        entropy: Of the probabilities, in bits: 0 is certain, log2(classes) is uniform.
    """

    logits: np.ndarray
    temperature: float
    scaled: np.ndarray
    exponentials: np.ndarray
    total: float
    probabilities: np.ndarray
    entropy: float

    @property
    def max_entropy(self) -> float:
        """The entropy in bits if all classes were equally probable."""
        return float(np.log2(len(self.logits)))

    @property
    def winner(self) -> int:
        return int(self.probabilities.argmax())


def softmax(logits: np.ndarray, temperature: float) -> Softmax:
    """The probabilities of (classes,) logits at a temperature above 0; 1 is the plain softmax.

    Libraries subtract the largest logit from all of them first, so that no exponential overflows; the factor cancels
    out. Here the plain exponentials are shown: in float64 they overflow above 709, far beyond these networks' logits.
    Temperature: G. Hinton, O. Vinyals and J. Dean, Distilling the knowledge in a neural network, 2015,
    https://arxiv.org/abs/1503.02531

    Raises:
        ValueError: The temperature is not above 0.
    """
    import torch

    if not temperature > 0:
        raise ValueError(f"A temperature must be above 0, not {temperature}.")
    scaled = torch.tensor(np.asarray(logits, dtype=np.float64)) / temperature
    exponentials = scaled.exp()
    probabilities = torch.softmax(scaled, dim=0)
    entropy = torch.special.entr(probabilities).sum() / np.log(2)
    return Softmax(
        logits=np.asarray(logits, dtype=np.float64),
        temperature=temperature,
        scaled=scaled.numpy(),
        exponentials=exponentials.numpy(),
        total=float(exponentials.sum()),
        probabilities=probabilities.numpy(),
        entropy=float(entropy),
    )
