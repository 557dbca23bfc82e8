"""What a network answers to a picture, as plain data; each kind of answer is one class."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

import numpy as np

AnswerKind = Literal["probabilities", "scores"]


@dataclass(frozen=True)
class Answer:
    """The answer to one picture. A subclass is one kind; its fields are numpy arrays and plain JSON values.

    Attributes:
        kinds: All kinds by the name of their class.
    """

    kinds: ClassVar[dict[str, type["Answer"]]] = {}

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        Answer.kinds[cls.__name__] = cls


@dataclass(frozen=True)
class Classes(Answer):
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


@dataclass(frozen=True)
class Numbers(Answer):
    """Measured quantities.

    Attributes:
        values: (quantities,) float32, each in the unit of its quantity.
    """

    values: np.ndarray


@dataclass(frozen=True)
class Mask(Answer):
    """The class of each pixel.

    Attributes:
        values: (H, W) uint8: 0 for the background, 1 for the first class, ….
    """

    values: np.ndarray


@dataclass(frozen=True)
class Reconstruction(Answer):
    """A picture that was made of a picture.

    Attributes:
        values: (H, W, C) float32 from 0 to 1.
        given: (H, W, C) float32, what the network was shown: the picture itself, or one with noise, whose numbers may
            lie outside 0 to 1.
        code: (n,) float32, the few numbers in between that the whole answer was made of; (0,) where there are none.
    """

    values: np.ndarray
    given: np.ndarray
    code: np.ndarray


@dataclass(frozen=True)
class Sample(Answer):
    """A picture that was made of random numbers.

    Attributes:
        values: (H, W, C) float32 from 0 to 1.
        noise: (H, W, C) float32, the random numbers, as the network was shown them.
    """

    values: np.ndarray
    noise: np.ndarray


def _no_pictures() -> np.ndarray:
    return np.zeros((0, 1, 1, 1), np.uint8)


@dataclass(frozen=True)
class DenoisedSample(Sample):
    """A picture that was made of noise step by step.

    Attributes:
        way: (steps + 1, H, W, C) uint8, what it was before and after each step, noise first.
        wanted: The class that was asked for; None where the network cannot be asked for one.
        as_classes: (K, H, W, C) uint8, what the same noise becomes as each of K classes; K may be 0.
    """

    way: np.ndarray
    wanted: int | None = None
    as_classes: np.ndarray = field(default_factory=_no_pictures)


@dataclass(frozen=True)
class Boxes(Answer):
    """Objects, each in a box.

    Attributes:
        boxes: (n, 4) float32, the centre's x and y, width and height, as shares of the picture's sides.
        classes: (n,) int64, the class of each.
        scores: (n,) float32 from 0 to 1, the highest first.
    """

    boxes: np.ndarray
    classes: np.ndarray
    scores: np.ndarray

    @property
    def counting(self) -> np.ndarray:
        """The indices of the boxes that count, the highest score first."""
        return np.arange(len(self.scores))


@dataclass(frozen=True)
class Candidates(Boxes):
    """More boxes than there are objects: those count that are kept and have a high enough score.

    Attributes:
        kept: (n,) bool, False for those that a box with a higher score makes superfluous.
        threshold: The lowest score that counts, from 0 to 1.
    """

    kept: np.ndarray
    threshold: float

    @property
    def counting(self) -> np.ndarray:
        return np.flatnonzero(self.kept & (self.scores >= self.threshold))


def answer_parts(answer: Answer) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What `answer_of` makes an answer of: plain JSON values, and its arrays by the name of their field."""
    values = vars(answer)
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in values.items() if name not in arrays}
    return {"type": type(answer).__name__} | rest, arrays


def answer_of(values: dict[str, Any], arrays: Mapping[str, np.ndarray], prefix: str = "") -> Answer:
    """The answer that `answer_parts` took apart; the names of its arrays begin with `prefix`.

    Raises:
        KeyError, TypeError: It is no such answer.
    """
    kind = Answer.kinds[values["type"]]
    given = {name: value for name, value in values.items() if name != "type"}
    names = {item.name for item in fields(kind)} - given.keys()
    return kind(**given, **{name: arrays[f"{prefix}{name}"] for name in names})


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
