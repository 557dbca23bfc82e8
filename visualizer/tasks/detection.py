"""Object detection: every object in a picture, what it is and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Boxes, Candidates
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.goal import MapsGoal, OutputGoal
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.data.annotations import Annotations
from visualizer.data.boxes import found, survivors
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.tasks.average_precision import average_precision, interpolated, precision_and_recall
from visualizer.tasks.box_loss import generalised_overlap
from visualizer.tasks.cells import FIRST_CLASS, boxes_of_cells, candidates, responsible
from visualizer.tasks.task import Evaluation, Exported, LossName, Measure, Task, TaskPreset, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.data.moves import Moves

MOST_CANDIDATES = 100  # of a picture
LEAST_SCORE = 0.05
THRESHOLD = 0.4  # the lowest score of an answer, where nothing else is chosen
OVERLAP = 0.5  # above which non-maximum suppression removes a box
RECALLS = np.linspace(0, 1, 101)  # at which the curves of an evaluation are drawn

_BOX_WEIGHT = 2.0
_FOCUS = 2.0  # the exponent of the focal loss
_POSITIVE = 0.25  # its weight of cells with an object

_ROUNDING = 1e-9

MEAN_PRECISION = Measure("map", "mAP at IoU 0.5", "up", "%", "")


@register
@dataclass(frozen=True)
class Detection(Task):
    """A grid of cells, each with a map for whether there is an object, four for its box and one for each class."""

    title: ClassVar[str] = "Object detection"
    explanation: ClassVar[str] = "Which objects are in the picture, and where? The answer is a box around each."
    icon: ClassVar[str] = ":material/select_all:"
    answer_type: ClassVar[type[Answer]] = Candidates
    losses: ClassVar[Mapping[str, LossName]] = {
        "cells_bce": LossName("BCE + GIoU + cross-entropy", "binary cross-entropy plus GIoU and class losses"),
        "cells_focal": LossName("Focal + GIoU + cross-entropy", "focal loss plus GIoU and class losses"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("f1", "F1 at IoU 0.5", "up", "%", "objects are found with an F1 of {value} on the {split} pictures"),
    )
    shown: ClassVar[int] = 12
    mirrored_beyond: ClassVar[bool] = False

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return annotations.most_objects > 0

    @classmethod
    def preset(cls) -> TaskPreset:
        layers = (
            *(Conv2D(filters=16, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=32, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), BatchNormalization(), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), BatchNormalization()),
            *(Conv2D(filters=64, padding="same"), BatchNormalization()),
            Conv2D(filters=10, kernel_size=(1, 1), activation=NO_ACTIVATION),
        )
        return TaskPreset(
            Architecture("Detects shapes", (3, 64, 64), layers),
            "scenes",
            "A grid of 8 × 8 cells; each says whether an object has its centre there, where its edges are, and what it "
            "is.",
            {"epochs": 25, "learning_rate": 0.002, "flip": True},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        maps = FIRST_CLASS + len(annotations.class_names)
        needs = (
            f"The last layer must output {maps} maps of any size: one for whether there is an object, four for its "
            f"box, and one for each class."
        )
        return MapsGoal(maps, None, needs)

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        edges = ("left", "top", "right", "bottom")
        return Exported(
            "It has numbers for each cell of a grid: whether an object has its centre there, how far the box’s edges "
            "are from the cell’s centre, and a score for each class.",
            (
                "whether there is an object, before the sigmoid",
                *(f"distance to the {edge} edge of the box in cells, as its logarithm" for edge in edges),
                *(f"score of {name}, before the softmax" for name in annotations.class_names),
            ),
        )

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N, most, 5) float32, rows of `Dataset.boxes`."""
        assert dataset.boxes is not None
        return dataset.boxes[indices]

    def moved(
        self,
        targets: "torch.Tensor",
        moves: "Moves",
        size: tuple[int, int],
        annotations: Annotations,
        masks: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """An object whose centre has left the picture is none any more; of others, the part in the picture is left.

        So does SSD: Liu et al., 2016, https://arxiv.org/abs/1512.02325
        """
        import torch

        from visualizer.data.moved_boxes import moved_boxes
        from visualizer.data.moves import moved_points

        boxes, centers = moved_boxes(targets[..., 1:], moves, size), moved_points(targets[..., 1:3], moves, size)
        inside = ((centers > 0) & (centers < 1)).all(-1)
        classes = torch.where(inside, targets[..., 0], float(NO_OBJECT))
        return torch.cat([classes[..., None], boxes], -1)

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the outputs, maps (N, 5 + classes, H, W).

        Three losses, each a sum over cells divided by the number of those that are responsible for an object: of all
        cells, binary cross-entropy or the focal loss (Lin et al., 2017, https://arxiv.org/abs/1708.02002) of whether
        they are; of the responsible ones, twice 1 − GIoU of their boxes, and cross-entropy of their classes.
        """
        import torch
        from torch.nn import functional

        maps = network(pictures)
        size = (maps.shape[2], maps.shape[3])
        which = responsible(targets, *size)
        answers = which >= 0
        pictures_of, rows, columns = answers.nonzero(as_tuple=True)
        count = max(len(rows), 1)
        of_objects = functional.binary_cross_entropy_with_logits(maps[:, 0], answers.to(maps.dtype), reduction="none")
        if loss == "cells_focal":
            wrong = 1 - torch.exp(-of_objects)
            weight = torch.where(answers, _POSITIVE, 1 - _POSITIVE) / _POSITIVE
            of_objects = weight * wrong**_FOCUS * of_objects
        cells = maps[pictures_of, :, rows, columns]
        true = targets[pictures_of, which[pictures_of, rows, columns]]
        boxes = boxes_of_cells(cells[:, 1:FIRST_CLASS], rows, columns, size)
        of_boxes = _BOX_WEIGHT * (1 - generalised_overlap(boxes, true[:, 1:]))
        of_classes = functional.cross_entropy(cells[:, FIRST_CLASS:], true[:, 0].long(), reduction="sum")
        return (of_objects.sum() + of_boxes.sum() + of_classes) / count, maps

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        """F1 of each picture: twice the objects that are found, of all answers and all objects together."""
        import torch

        boxes, classes, scores = candidates(outputs, MOST_CANDIDATES, THRESHOLD)
        true = targets.numpy(force=True)
        answered = (scores > 0) & survivors(boxes, classes, OVERLAP)
        hits = (found(boxes, classes, answered, true[..., 1:], true[..., 0]) >= 0).sum(1)
        both = answered.sum(1) + (true[..., 0] != NO_OBJECT).sum(1)
        return {"f1": torch.from_numpy(np.where(both > 0, 2 * hits / np.maximum(both, 1), 1.0))}

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        """Up to 100 candidates with a score of 0.05 or more."""
        (boxes,), (classes,), (scores,) = candidates(outputs, MOST_CANDIDATES, LEAST_SCORE)
        some = scores > 0
        boxes, classes, scores = boxes[some], classes[some], scores[some]
        return Candidates(boxes, classes, scores, survivors(boxes, classes, OVERLAP), THRESHOLD)

    def marked(self, target: np.ndarray, annotations: Annotations) -> Answer | None:
        objects = target[target[:, 0] != NO_OBJECT]
        return Boxes(objects[:, 1:], objects[:, 0].astype(np.int64), np.ones(len(objects), np.float32))

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        (target,) = self.targets(dataset, np.array([index]))
        return self.marked(target, dataset.annotations)

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """The mean of the average precision over the classes that occur (mAP), and F1.

        The details have for each class its number of objects, its average precision (NaN where it does not occur), and
        at each of `RECALLS` the interpolated precision and the score from which that many are found (NaN where no score
        finds as many).
        """
        import torch

        maps = torch.from_numpy(outputs)
        boxes, classes, scores = candidates(maps, MOST_CANDIDATES, LEAST_SCORE)
        answered = (scores > 0) & survivors(boxes, classes, OVERLAP)
        right = found(boxes, classes, answered, targets[..., 1:], targets[..., 0]) >= 0
        count = len(annotations.class_names)
        objects = np.array([(targets[..., 0] == label).sum() for label in range(count)])
        average = np.full(count, np.nan)
        curves = np.full((2, count, len(RECALLS)), np.nan)
        for label in np.flatnonzero(objects):
            of_class = answered & (classes == label)
            precision, recall = precision_and_recall(scores[of_class], right[of_class], int(objects[label]))
            average[label] = average_precision(precision, recall)
            places = np.searchsorted(recall, RECALLS - _ROUNDING)
            reached = places < len(recall)
            curves[0, label, reached] = interpolated(precision)[places[reached]]
            curves[1, label, reached] = -np.sort(-scores[of_class])[places[reached]]
        f1 = self.measured(maps, torch.from_numpy(targets), annotations)["f1"].numpy()
        measures = (MEAN_PRECISION, float(np.nanmean(average))), (self.measures[0], float(f1.mean()))
        details = {"objects": objects, "average": average, "precision": curves[0], "score": curves[1]}
        return Evaluation(measures, -f1, details)
