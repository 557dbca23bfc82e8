"""Overfitting in a run's curves: for some epochs, training pictures are answered far better than others.

Also why the training curve may lie below the validation curve at first. No torch here: pages use this too.
"""

import math
from dataclasses import dataclass

import numpy as np

from visualizer.tasks.task import Measure
from visualizer.training.runs.curves import Curves

# The gap is that of the accuracies, training minus validation. It is called overfitting where, in each of the last
# EPOCHS epochs, it was at least GAP and more than SURE standard errors: of 12 validation pictures, half of which are
# right, chance alone moves the accuracy by 0.13 (one standard error), of 2,000 by 0.01.
EPOCHS = 3
GAP = 0.1
SURE = 2.0


@dataclass(frozen=True)
class Overfitting:
    """A gap between training and validation that is too large for chance.

    Attributes:
        since: The first of the latest epochs in a row with the gap, counted from 1.
        epoch: The last finished epoch.
        train: Training accuracy of that epoch, 0 to 1, a mean over it.
        validation: Validation accuracy at its end, 0 to 1.
        best_epoch: The first epoch that had the highest validation accuracy of all.
        best: That accuracy.
    """

    since: int
    epoch: int
    train: float
    validation: float
    best_epoch: int
    best: float

    def __str__(self) -> str:
        return (
            f"Overfitting since epoch {self.since}: after epoch {self.epoch} it gets {self.train:.1%} of the training "
            f"pictures right, but only {self.validation:.1%} of the validation pictures, which it never trains on. It "
            "memorises its training pictures instead of learning what tells the classes apart."
        )


def overfitting(curves: Curves, train_pictures: int, validation_pictures: int, measure: Measure) -> Overfitting | None:
    """Whether a run with these curves, from so many pictures, overfits by now; None if not, or not known yet.

    Known only of measures that count right answers, since of these the error by chance is known.
    """
    if not measure.counts_right or not len(curves.epoch):
        return None
    trained = curves.epoch > 0
    _, of_train, of_validation = curves.measured(measure.name)
    epochs, train, validation = (values[trained] for values in (curves.epoch, of_train, of_validation))
    wide = [
        gap >= GAP and gap > SURE * math.hypot(_error(right, train_pictures), _error(other, validation_pictures))
        for gap, right, other in zip(train - validation, train, validation, strict=True)
    ]
    in_a_row = next((place for place, is_wide in enumerate(reversed(wide)) if not is_wide), len(wide))
    if in_a_row < EPOCHS:
        return None
    best = int(np.argmax(validation))
    return Overfitting(
        since=int(epochs[-in_a_row]),
        epoch=int(epochs[-1]),
        train=float(train[-1]),
        validation=float(validation[-1]),
        best_epoch=int(epochs[best]),
        best=float(validation[best]),
    )


def why_training_lies_below(
    curves: Curves, train_pictures: int, validation_pictures: int, harder: bool, measure: Measure
) -> str:
    """Why training lies below validation in the first epoch, in a few sentences; empty where it does not.

    `harder` is True where pictures are changed at random, or dropout leaves out units. Others as in `overfitting`.
    """
    first = curves.epoch == 1
    if not first.any() or not measure.counts_right:
        return ""
    train, validation = (float(values[first][0]) for values in curves.measured(measure.name)[1:])
    if not train < validation:
        return ""
    words = (
        f"In epoch 1, training accuracy ({train:.1%}) is below validation accuracy ({validation:.1%}): the first is "
        "the mean over the whole epoch, while the network was still learning; the second is measured at its end."
    )
    if harder:
        words += " Also, dropout or augmentation makes only training harder."
    if validation - train <= SURE * math.hypot(_error(train, train_pictures), _error(validation, validation_pictures)):
        words += " With so few pictures, it may also be chance."
    return words


def _error(accuracy: float, pictures: int) -> float:
    """One standard error of an accuracy over so many pictures.

    With two correct and two wrong pictures more than there were, since even no mistake among few is uncertain: Agresti
    and Coull, 1998, https://doi.org/10.1080/00031305.1998.10480550
    """
    share = (accuracy * pictures + 2) / (pictures + 4)
    return math.sqrt(share * (1 - share) / (pictures + 4))
