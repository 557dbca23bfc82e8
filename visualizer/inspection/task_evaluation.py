"""How good a network is at any task on pictures outside its training, with its answers."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
import torch

from visualizer.architecture.answer import Answer
from visualizer.architecture.flow import FlowNetwork
from visualizer.data.annotations import Annotations
from visualizer.tasks.task import Evaluation, Task


@dataclass(frozen=True)
class EvaluatedAnswers:
    """An evaluation, and the answers that it is about, or the first of them, in the order of the pictures."""

    evaluation: Evaluation
    answers: tuple[Answer, ...]

    def worst(self) -> np.ndarray:
        """The pictures, the most wrong answer first: indices from 0."""
        return np.argsort(-self.evaluation.errors, kind="stable")


def evaluate_task(
    network: FlowNetwork,
    task: Task,
    batches: Iterable[np.ndarray],
    targets: np.ndarray,
    annotations: Annotations,
    loss: str,
    most_answers: int | None = None,
) -> Generator[float, None, EvaluatedAnswers]:
    """Evaluate a network on all pictures.

    Args:
        network: In evaluation mode.
        task: What it was trained for.
        batches: The pictures in order, (n, C, H, W) float32 in [0, 1] each, of the task's `picture_shape`.
        targets: (N, …) as the task made them.
        annotations: Of the data set.
        loss: A name in the task's losses.
        most_answers: About how many answers are kept, of the first pictures; None for all.

    Yields:
        The share that is done, from 0 to 1.
    """
    kept: list[np.ndarray] = []
    answers: list[Answer] = []
    done = 0
    for batch in batches:
        of_batch = torch.from_numpy(targets[done : done + len(batch)])
        done += len(batch)
        with torch.inference_mode():
            _, outputs = task.loss_and_outputs(network, torch.from_numpy(batch), of_batch, loss)
            if most_answers is None or len(answers) < most_answers:
                answers += task.answers(network, outputs, annotations)
        kept.append(task.kept(outputs))
        yield done / len(targets)
    evaluation = task.evaluation(np.concatenate(kept), targets, annotations)
    return EvaluatedAnswers(evaluation, tuple(answers))
