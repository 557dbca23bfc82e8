"""What a classifier answers to a picture: a probability or a score for each class."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

AnswerKind = Literal["probabilities", "scores"]


@dataclass(frozen=True)
class Answer:
    """One number for each class; the class with the largest is the answer.

    Attributes:
        values: (classes,) float32. Probabilities are from 0 to 1 and add up to 1; scores may be any numbers.
        kind: Whether they are probabilities or scores; see `answer_kind`.
    """

    values: np.ndarray
    kind: AnswerKind

    @property
    def best(self) -> int:
        """The class with the largest number."""
        return int(self.values.argmax())


def answer_kind(*, ends_in_softmax: bool, softmax_in_loss: bool) -> AnswerKind:
    """What the numbers of a classifier are.

    A softmax makes probabilities: as the last activation, or within cross-entropy, which applies it to the outputs.
    Without either, the outputs are scores. So are those of a sigmoid, which are each between 0 and 1 but do not add up
    to 1.

    Args:
        ends_in_softmax: Whether the last activation is a softmax.
        softmax_in_loss: Whether the loss that it is or will be trained with applies the softmax; False for an unknown
            loss.
    """
    return "probabilities" if ends_in_softmax or softmax_in_loss else "scores"
