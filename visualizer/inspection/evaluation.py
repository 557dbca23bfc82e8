"""How good a network is on pictures outside its training, and where it errs, by scikit-learn."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from visualizer.architecture.answer import AnswerKind
from visualizer.architecture.flow import FlowNetwork, Node

BINS = 10


@dataclass(frozen=True)
class Calibration:
    """Is a network that says 80 % right in 80 % of the cases? In bins of its confidence, without the empty ones.

    Attributes:
        confidence: (B,) mean probability of the answers in each bin, 0 to 1.
        accuracy: (B,) share of the right ones, 0 to 1.
        counts: (B,) pictures in each bin.
        error: Mean |confidence − accuracy|, weighed by the counts: the expected calibration error. Source: Guo et al.,
            2017, https://arxiv.org/abs/1706.04599
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    counts: np.ndarray
    error: float

    @property
    def surplus(self) -> float:
        """Mean confidence − accuracy over all pictures, −1 to 1: above 0 the network is overconfident."""
        return float((self.counts * (self.confidence - self.accuracy)).sum() / self.counts.sum())


@dataclass(frozen=True)
class Evaluation:
    """What a network answers to N pictures.

    Attributes:
        labels: (N,) the right classes.
        values: (N, classes) float32, its answer to each picture.
        kind: Whether these are probabilities or scores.
        hidden: (N, F) float32, the input of its last Dense layer; (N, 0) where it has none.
        confusion: (classes, classes) numbers of pictures: row the right class, column the answer.
        precision: (classes,) share of the right ones among the answers of a class, 0 to 1; NaN without such an answer.
        recall: (classes,) share of the right answers among the pictures of a class; NaN without such a picture.
        calibration: By confidence; None for scores, which do not measure confidence.
    """

    labels: np.ndarray
    values: np.ndarray
    kind: AnswerKind
    hidden: np.ndarray
    confusion: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    calibration: Calibration | None

    @property
    def answers(self) -> np.ndarray:
        """(N,) the class with the largest number."""
        return self.values.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        return float((self.answers == self.labels).mean())

    def cell(self, label: int, answer: int) -> np.ndarray:
        """The pictures of a class that got this answer, the largest number first: indices from 0."""
        places = np.flatnonzero((self.labels == label) & (self.answers == answer))
        return places[np.argsort(-self.values[places, answer], kind="stable")]

    def mistakes(self) -> np.ndarray:
        """The pictures with a wrong answer, the largest number first: indices from 0."""
        wrong = np.flatnonzero(self.answers != self.labels)
        return wrong[np.argsort(-self.values.max(axis=1)[wrong], kind="stable")]


def evaluate(
    network: FlowNetwork, batches: Iterable[np.ndarray], labels: np.ndarray
) -> Generator[float, None, Evaluation]:
    """Evaluate a network on all pictures.

    Args:
        network: Any network that ends in a vector, in evaluation mode.
        batches: The pictures in order, (n, C, H, W) float32 in [0, 1] each.
        labels: (N,) their classes.

    Yields:
        The share that is done, from 0 to 1.
    """
    answers: list[torch.Tensor] = []
    hidden: list[torch.Tensor] = []
    done = 0
    for batch in batches:
        with torch.inference_mode():
            outputs, hidden_of_batch = _outputs_and_hidden(network, torch.from_numpy(batch))
        answers.append(network.answers(outputs))
        hidden.append(hidden_of_batch)
        done += len(batch)
        yield done / len(labels)
    return evaluation_of(labels, torch.cat(answers).numpy(), network.answer_kind, torch.cat(hidden).numpy())


def evaluation_of(labels: np.ndarray, values: np.ndarray, kind: AnswerKind, hidden: np.ndarray) -> Evaluation:
    """An evaluation with all its counts; arguments as in `Evaluation`."""
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    answers, classes = values.argmax(axis=1), range(values.shape[1])
    precision, recall, _, _ = precision_recall_fscore_support(
        labels, answers, labels=list(classes), zero_division=np.nan
    )
    confusion = confusion_matrix(labels, answers, labels=list(classes))
    calibration = calibration_of(labels, values) if kind == "probabilities" else None
    return Evaluation(labels, values, kind, hidden, confusion, precision, recall, calibration)


def calibration_of(labels: np.ndarray, probabilities: np.ndarray) -> Calibration:
    """The answers by their confidence, in ten bins of the same width."""
    from sklearn.calibration import calibration_curve

    confidence, right = probabilities.max(axis=1).astype(float), probabilities.argmax(axis=1) == labels
    # The same bins as scikit-learn's: a confidence on a border belongs to the lower bin.
    bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)
    counts = np.bincount(bins, minlength=BINS)
    used = counts > 0
    if right.all() or not right.any():  # scikit-learn needs both kinds
        mean = np.bincount(bins, confidence, minlength=BINS)[used] / counts[used]
        accuracy = np.full(len(mean), float(right.all()))
    else:
        accuracy, mean = calibration_curve(right, confidence, n_bins=BINS)
    counts = counts[used]
    error = float((counts * np.abs(mean - accuracy)).sum() / counts.sum())
    return Calibration(mean, accuracy, counts, error)


def _outputs_and_hidden(network: FlowNetwork, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One pass: the output of the network, and the input of its last Dense layer, (n, F)."""
    hidden = pictures[:, :0].flatten(1)

    def watch(node: Node, stages_run: int, value: torch.Tensor) -> None:
        nonlocal hidden
        if stages_run < len(node.stages) and isinstance(node.stages[stages_run][1], nn.Linear):
            hidden = value

    return network.run(pictures, watch=watch), hidden
