"""From feature maps to logits: what every place of the maps adds to one class's logit."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LogitSum:
    """A logit taken apart: the contribution of every place of the maps, and the bias.

    Attributes:
        unit: The class's unit in the Dense layer, from 0.
        activations: (C, H, W) float32, the maps that enter Flatten.
        weights: (C, H, W) float32, the unit's weight for each place.
        contributions: (C, H, W) float64, activation times weight.
        bias: The unit's bias.
    """

    unit: int
    activations: np.ndarray
    weights: np.ndarray
    contributions: np.ndarray
    bias: float

    @property
    def total(self) -> float:
        """All contributions added up, without the bias."""
        return float(self.contributions.sum())

    @property
    def logit(self) -> float:
        return self.total + self.bias

    @property
    def by_place(self) -> np.ndarray:
        """(H, W) the contributions of all maps at each place added up."""
        return np.asarray(self.contributions.sum(axis=0))


@dataclass(frozen=True)
class Contribution:
    """One place of the maps and what it adds to the logit. Everything counts from 0.

    Attributes:
        channel, row, column: The place.
        index: Its place in the vector that Flatten makes, in torch's order.
        keras_index: The same in Keras's order, where the channels come last.
        activation, weight, value: `value` is the product of the other two.
    """

    channel: int
    row: int
    column: int
    index: int
    keras_index: int
    activation: float
    weight: float
    value: float


def logit_sum(maps: np.ndarray, weights: np.ndarray, biases: np.ndarray, unit: int) -> LogitSum:
    """Take the logit of one class apart.

    Flatten writes the maps one after another, each row by row, and Dense gives place i of that vector the weight i:
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html. So a weight belongs to a place of a map, and
    the product of both can be drawn there.

    Args:
        maps: (C, H, W) float32, what enters Flatten.
        weights: (classes, C · H · W) float32 of the Dense layer.
        biases: (classes,) float32.
        unit: The class.
    """
    of_unit = weights[unit].reshape(maps.shape)
    return LogitSum(unit, maps, of_unit, maps.astype(np.float64) * of_unit, float(biases[unit]))


def strongest(parts: LogitSum, count: int) -> list[Contribution]:
    """The `count` contributions of largest size, of either sign, the largest first."""
    channels, _, width = parts.contributions.shape
    order = np.argsort(-np.abs(parts.contributions), axis=None, kind="stable")[:count]
    found = []
    for index in order:
        channel, row, column = (int(place) for place in np.unravel_index(index, parts.contributions.shape))
        place = (channel, row, column)
        found.append(
            Contribution(
                *place,
                index=int(index),
                keras_index=(row * width + column) * channels + channel,
                activation=float(parts.activations[place]),
                weight=float(parts.weights[place]),
                value=float(parts.contributions[place]),
            )
        )
    return found


def logits_of(maps: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """The logits of all classes by torch's own Flatten and Linear: (classes,) float32.

    Args:
        maps: (C, H, W) float32.
        weights: (classes, C · H · W) float32.
        biases: (classes,) float32.
    """
    import torch
    from torch.nn import functional

    with torch.no_grad():
        flat = torch.from_numpy(np.array(maps)).flatten()
        logits: np.ndarray = functional.linear(
            flat, torch.from_numpy(np.array(weights)), torch.from_numpy(np.array(biases))
        ).numpy()
    return logits
