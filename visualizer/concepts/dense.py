"""From feature maps to logits: how much each position of the maps contributes to one class's logit."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LogitSum:
    """A logit split into the contributions of all positions of the maps, and the bias.

    Attributes:
        unit: The class's unit in the Dense layer, from 0.
        activations: (C, H, W) float32, the input of Flatten.
        weights: (C, H, W) float32, the unit's weight for each position.
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
        """The sum of all contributions, without the bias."""
        return float(self.contributions.sum())

    @property
    def logit(self) -> float:
        return self.total + self.bias

    @property
    def by_position(self) -> np.ndarray:
        """(H, W) the sum of all maps' contributions at each position."""
        return np.asarray(self.contributions.sum(axis=0))


@dataclass(frozen=True)
class Contribution:
    """One position of the maps and its contribution to the logit. All indices count from 0.

    Attributes:
        channel, row, column: The position.
        index: Its index in the output of Flatten, in torch's order.
        keras_index: The same in Keras's order, with the channels last.
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
    """Split the logit of one class into its contributions.

    Flatten writes the maps one after another, each row by row, and Dense multiplies number i of that vector by weight
    i: https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html. So each weight belongs to one position of a
    map, and their product can be drawn there.

    Args:
        maps: (C, H, W) float32, the input of Flatten.
        weights: (classes, C · H · W) float32 of the Dense layer.
        biases: (classes,) float32.
        unit: The class.
    """
    unit_weights = weights[unit].reshape(maps.shape)
    return LogitSum(unit, maps, unit_weights, maps.astype(np.float64) * unit_weights, float(biases[unit]))


def strongest(parts: LogitSum, count: int) -> list[Contribution]:
    """The `count` contributions of largest size, whatever their sign, the largest first."""
    channels, _, width = parts.contributions.shape
    order = np.argsort(-np.abs(parts.contributions), axis=None, kind="stable")[:count]
    contributions = []
    for index in order:
        channel, row, column = (int(part) for part in np.unravel_index(index, parts.contributions.shape))
        position = (channel, row, column)
        contributions.append(
            Contribution(
                *position,
                index=int(index),
                keras_index=(row * width + column) * channels + channel,
                activation=float(parts.activations[position]),
                weight=float(parts.weights[position]),
                value=float(parts.contributions[position]),
            )
        )
    return contributions
