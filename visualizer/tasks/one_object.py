"""Localisation: what the one object in a picture is, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Boxes
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.goal import OutputGoal, VectorGoal
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.data.annotations import Annotations
from visualizer.data.boxes import overlaps
from visualizer.data.dataset import Dataset
from visualizer.tasks.box_loss import generalised_overlap
from visualizer.tasks.task import Evaluation, Exported, LossName, Measure, Task, TaskPreset, register
from visualizer.words import counted

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.data.moves import Moves

_BOX_NUMBERS = 4
# How much the box counts in the loss beside the class: both then start at about the same size.
_L1_WEIGHT = 20.0
_GIOU_WEIGHT = 2.0
_SEEN = 0.5  # share of a pixel from which on it belongs to a moved object
_L1_BETA = 0.1  # shares of the side up to which the loss of the box is quadratic


@register
@dataclass(frozen=True)
class OneObject(Task):
    """One number for each class, then four for the box: a sigmoid makes them the centre's x and y, width and height."""

    title: ClassVar[str] = "One object"
    explanation: ClassVar[str] = "What is the object in the picture, and where? The answer is a class and a box."
    icon: ClassVar[str] = ":material/crop_free:"
    answer_type: ClassVar[type[Answer]] = Boxes
    losses: ClassVar[Mapping[str, LossName]] = {
        "class_and_l1": LossName("Cross-entropy + smooth L1", "cross-entropy plus smooth L1 of the box"),
        "class_and_giou": LossName("Cross-entropy + GIoU", "cross-entropy plus GIoU loss of the box"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("iou", "mean IoU", "up", "%", "boxes overlap by {value} on the {split} pictures"),
        Measure("accuracy", "class accuracy", "up", "%", "{value} of the {split} pictures have the right class"),
    )
    shown: ClassVar[int] = 12
    mirrored_beyond: ClassVar[bool] = False
    wants_masks: ClassVar[bool] = True

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return annotations.most_objects == 1

    @classmethod
    def preset(cls) -> TaskPreset:
        layers = (
            *(Conv2D(filters=16, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=32, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Flatten(), Dense(units=128), Dense(units=14, activation=NO_ACTIVATION)),
        )
        return TaskPreset(
            Architecture("Finds a shape", (3, 64, 64), layers),
            "shapes",
            "Four convolutions, then a number for each class and four for a box around the shape.",
            {"epochs": 20},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        classes = len(annotations.class_names)
        needs = (
            f"The last layer must output {counted(classes + _BOX_NUMBERS, 'number')}: one for each class, and four for "
            "the box."
        )
        return VectorGoal(classes + _BOX_NUMBERS, needs, classes=False)

    def output_names(self, annotations: Annotations) -> tuple[str, ...]:
        of_box = ("place from the left", "place from the top", "width", "height")
        return (*annotations.class_names, *(f"{name} of the box" for name in of_box))

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        of_box = (
            "the box’s centre from the left, a share of the picture’s width",
            "the box’s centre from the top, a share of the picture’s height",
            "width of the box, a share of the picture’s width",
            "height of the box, a share of the picture’s height",
        )
        return Exported(
            "It has a score for each class, of which a softmax makes probabilities, and four numbers for the box, of "
            "which a sigmoid makes shares of the picture’s sides.",
            (
                *(f"score of {name}, before the softmax" for name in annotations.class_names),
                *(f"{name}, before the sigmoid" for name in of_box),
            ),
        )

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N, 5) float32, a row of `Dataset.boxes` each."""
        assert dataset.boxes is not None
        return dataset.boxes[indices, 0]

    def moved(
        self,
        targets: "torch.Tensor",
        moves: "Moves",
        size: tuple[int, int],
        annotations: Annotations,
        masks: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """The class stays; of a box that was moved past an edge, the part in the picture is left.

        Where there is a mask, the box of an object that was turned or cut is the one around what is seen of it.
        """
        import torch

        from visualizer.data.moved_boxes import boxes_around, moved_boxes
        from visualizer.data.moves import moved

        boxes = moved_boxes(targets[:, None, 1:], moves, size)[:, 0]
        if masks is not None:
            own = (masks == targets[:, :1, None] + 1)[:, None].float()
            of_size = torch.nn.functional.interpolate(own, size, mode="area")
            seen = moved(of_size, moves, mirrored_beyond=False)[:, 0] >= _SEEN
            center, half = boxes[:, :2], boxes[:, 2:] / 2
            whole = (moves.angle == 0) & (center > half).all(1) & (center + half < 1).all(1)
            # Where nothing is painted, only the box says where the object is.
            as_box = whole | ~own.flatten(1).any(1)
            boxes = torch.where(as_box[:, None], boxes, boxes_around(seen, center))
        return torch.cat([targets[:, :1], boxes], 1)

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the outputs (N, classes + 4), before softmax and sigmoid.

        Cross-entropy of the class, plus what the box costs: 20 times the smooth L1 loss (Girshick, Fast R-CNN, 2015,
        https://arxiv.org/abs/1504.08083) of its four shares of the side, or twice 1 − GIoU.
        """
        import torch
        from torch.nn import functional

        outputs = network(pictures)
        of_class = functional.cross_entropy(outputs[:, :-_BOX_NUMBERS], targets[:, 0].long())
        boxes = torch.sigmoid(outputs[:, -_BOX_NUMBERS:])
        if loss == "class_and_giou":
            of_box = _GIOU_WEIGHT * (1 - generalised_overlap(boxes, targets[:, 1:])).mean()
        else:
            of_box = _L1_WEIGHT * functional.smooth_l1_loss(boxes, targets[:, 1:], beta=_L1_BETA)
        return of_class + of_box, outputs

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        import torch

        boxes = torch.sigmoid(outputs[:, -_BOX_NUMBERS:]).numpy(force=True)
        shared = overlaps(boxes[:, None], targets[:, None, 1:].numpy(force=True))[:, 0, 0]
        right = outputs[:, :-_BOX_NUMBERS].argmax(1) == targets[:, 0]
        return {"iou": torch.from_numpy(shared), "accuracy": right}

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        """One box, with the probability of its class as its score."""
        import torch

        probabilities = torch.softmax(outputs[0, :-_BOX_NUMBERS], 0).numpy(force=True)
        box = torch.sigmoid(outputs[:, -_BOX_NUMBERS:]).numpy(force=True)
        best = probabilities.argmax(0, keepdims=True)
        return Boxes(box, best, probabilities[best])

    def marked(self, target: np.ndarray, annotations: Annotations) -> Answer | None:
        return Boxes(target[np.newaxis, 1:], target[:1].astype(np.int64), np.ones(1, np.float32))

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        (target,) = self.targets(dataset, np.array([index]))
        return self.marked(target, dataset.annotations)

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """As measured; the details have the overlap of each answer with the true box."""
        evaluation = super().evaluation(outputs, targets, annotations)
        return Evaluation(evaluation.measures, evaluation.errors, {"overlaps": -evaluation.errors})
