"""Classification: which of several classes a picture belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.answer import Answer, Classes
from visualizer.architecture.goal import OutputGoal, class_goal
from visualizer.architecture.presets import CLASSIC
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.task import Exported, LossName, Measure, Task, TaskPreset, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork


@register
@dataclass(frozen=True)
class Classification(Task):
    """One number for each class; the class with the largest is the answer."""

    title: ClassVar[str] = "Classification"
    explanation: ClassVar[str] = "Which of several classes does the picture belong to?"
    icon: ClassVar[str] = ":material/category:"
    answer_type: ClassVar[type[Answer]] = Classes
    losses: ClassVar[Mapping[str, LossName]] = {
        "cross_entropy": LossName("Cross-entropy", "cross-entropy"),
        "mse": LossName("Mean squared error (one-hot targets)", "mean squared error"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("accuracy", "accuracy", "up", "%", "{value} of the {split} pictures right", counts_right=True),
    )

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return annotations.one_class and len(annotations.class_names) > 1

    @classmethod
    def preset(cls) -> TaskPreset:
        return TaskPreset(CLASSIC.architecture, "shapes", CLASSIC.description, {})

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        return class_goal(len(annotations.class_names))

    def output_names(self, annotations: Annotations) -> tuple[str, ...]:
        return annotations.class_names

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        if network.ends_in_softmax:
            sentence = "It has a probability for each class."
        elif network.softmax_in_loss:
            sentence = "It has a score for each class; a softmax makes probabilities of them."
        else:
            sentence = "It has a score for each class."
        return Exported(sentence, annotations.class_names)

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N,) int64, the index of the right class."""
        labels: np.ndarray = dataset.labels[indices]
        return labels

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the scores (N, classes), whose largest is the answer.

        Cross-entropy is taken of the logits, which is the same as the negative log of softmax's probability but does
        not overflow (https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html). The mean
        squared error is taken of the network's output, after its softmax if it ends in one, against one-hot targets, as
        the mean over pictures and classes.
        """
        from torch.nn import functional

        if loss == "cross_entropy":
            scores = network.logits(pictures)
            return functional.cross_entropy(scores, targets), scores
        scores = network(pictures)
        one_hot = functional.one_hot(targets, scores.shape[1]).to(scores.dtype)
        return functional.mse_loss(scores, one_hot), scores

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        return {"accuracy": outputs.argmax(1) == targets}

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        return Classes(network.answers(outputs)[0].numpy(force=True), network.answer_kind)

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        """A probability of 1 for the right class."""
        values = np.zeros(len(dataset.class_names), np.float32)
        values[dataset.labels[index]] = 1
        return Classes(values, "probabilities")
