"""Overfitting in a run's curves: for some epochs, training pictures are answered far better than others.

Also why training may be worse than validation at first. No torch here: pages use this too.
"""

import math
from dataclasses import dataclass

import numpy as np

from visualizer.tasks.task import Measure, Task
from visualizer.training.runs.curves import LOSS, Curves

# The gap is how much better training is than validation. It is called overfitting where, in each of the last EPOCHS
# epochs, it was at least GAP and more than SURE standard errors: of 12 validation pictures, half of which are right,
# chance alone moves the accuracy by 0.13 (one standard error), of 2,000 by 0.01. Of measures that do not count right
# answers, GAP is a share of what training has gained since the untrained network: a tenth of an IoU means something
# else than a tenth of a loss.
EPOCHS = 3
GAP = 0.1
SURE = 2.0

LOSS_MEASURE = Measure(LOSS, "loss", "down", "", "")  # judged where a task measures nothing else


@dataclass(frozen=True)
class Overfitting:
    """A gap between training and validation that is too large for chance.

    Attributes:
        since: The first of the latest epochs in a row with the gap, counted from 1.
        epoch: The last finished epoch.
        train: The measure in training in that epoch, a mean over it.
        validation: The measure in validation at its end.
        best_epoch: The first epoch that had the best validation measure of all.
        best: That measure.
        measure: What is measured.
    """

    since: int
    epoch: int
    train: float
    validation: float
    best_epoch: int
    best: float
    measure: Measure

    def __str__(self) -> str:
        measure = self.measure
        train, validation = measure.text(self.train), measure.text(self.validation)
        if measure.counts_right:
            return (
                f"Overfitting since epoch {self.since}: after epoch {self.epoch} it gets {train} of the training "
                f"pictures right, but only {validation} of the validation pictures, which it never trains on. It "
                "memorises its training pictures instead of learning what tells the classes apart."
            )
        only = "only " if measure.better == "up" else ""
        return (
            f"Overfitting since epoch {self.since}: after epoch {self.epoch} the {measure.title} is {train} on the "
            f"training pictures, but {only}{validation} on the validation pictures, which it never trains on. It "
            "memorises its training pictures instead of learning what holds for others too."
        )


def leading_measure(task: Task) -> Measure | None:
    """What a run of the task is judged by; None where parts compete, so that no number says that all goes well."""
    if not task.loss_falls:
        return None
    return task.measures[0] if task.measures else LOSS_MEASURE


def overfitting(curves: Curves, train_pictures: int, validation_pictures: int, measure: Measure) -> Overfitting | None:
    """Whether a run with these curves, from so many pictures, overfits by now; None if not, or not known yet.

    `measure` is one of the task's, or `LOSS_MEASURE`.
    """
    if not len(curves.epoch):
        return None
    of_train, of_validation = _measured(curves, measure)
    trained = curves.epoch > 0
    epochs, train, validation = (values[trained] for values in (curves.epoch, of_train, of_validation))
    untrained = float(of_validation[0])
    wide = [
        _is_wide(measure, right, other, untrained, (train_pictures, validation_pictures))
        for right, other in zip(train.tolist(), validation.tolist(), strict=True)
    ]
    in_a_row = next((place for place, is_wide in enumerate(reversed(wide)) if not is_wide), len(wide))
    if in_a_row < EPOCHS:
        return None
    best = int(np.argmax(validation) if measure.better == "up" else np.argmin(validation))
    return Overfitting(
        since=int(epochs[-in_a_row]),
        epoch=int(epochs[-1]),
        train=float(train[-1]),
        validation=float(validation[-1]),
        best_epoch=int(epochs[best]),
        best=float(validation[best]),
        measure=measure,
    )


def why_training_is_worse(
    curves: Curves, train_pictures: int, validation_pictures: int, harder: bool, measure: Measure
) -> str:
    """Why training is worse than validation in the first epoch, in a few sentences; empty where it is not.

    `harder` is True where pictures are changed at random, or dropout leaves out units. Others as in `overfitting`.
    """
    first = curves.epoch == 1
    if not first.any():
        return ""
    train, validation = (float(values[first][0]) for values in _measured(curves, measure))
    lead = _better_by(measure, validation, train)
    if not lead > 0:
        return ""
    where = "below" if measure.better == "up" else "above"
    words = (
        f"In epoch 1, training {measure.title} ({measure.text(train)}) is {where} validation {measure.title} "
        f"({measure.text(validation)}): the first is the mean over the whole epoch, while the network was still "
        "learning; the second is measured at its end."
    )
    if harder:
        words += " Also, dropout or augmentation makes only training harder."
    if lead <= _by_chance(measure, train, validation, (train_pictures, validation_pictures)):
        words += " With so few pictures, it may also be chance."
    return words


def _measured(curves: Curves, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
    """The measure in training and in validation, (epochs + 1,) each; of the loss without the penalty of the weights."""
    if measure is LOSS_MEASURE:
        return curves.train_loss - curves.train_penalty, curves.validation_loss - curves.validation_penalty
    return curves.measured(measure.name)[1:]


def _better_by(measure: Measure, value: float, other: float) -> float:
    """How much better a value is than another."""
    return value - other if measure.better == "up" else other - value


def _is_wide(measure: Measure, train: float, validation: float, untrained: float, pictures: tuple[int, int]) -> bool:
    """Whether training is so much better that it is called overfitting."""
    gap = _better_by(measure, train, validation)
    gained = 1.0 if measure.counts_right else _better_by(measure, train, untrained)
    return gained > 0 and gap >= GAP * gained and gap > _by_chance(measure, train, validation, pictures)


def _by_chance(measure: Measure, train: float, validation: float, pictures: tuple[int, int]) -> float:
    """How far apart two values may be by chance, from so many training and validation pictures."""
    errors = (_error(measure, value, count) for value, count in zip((train, validation), pictures, strict=True))
    return SURE * math.hypot(*errors)


def _error(measure: Measure, value: float, pictures: int) -> float:
    """One standard error of a measure over so many pictures.

    Of a share that is better when it is higher, as if each picture were right or wrong, since shares between the two
    vary less. With two correct and two wrong pictures more than there were, since even no mistake among few is
    uncertain: Agresti and Coull, 1998, https://doi.org/10.1080/00031305.1998.10480550. Of others, as if they varied
    from picture to picture by as much as their mean.
    """
    if measure.is_share and measure.better == "up":
        share = (value * pictures + 2) / (pictures + 4)
        return math.sqrt(share * (1 - share) / (pictures + 4))
    return abs(value) / math.sqrt(pictures)
