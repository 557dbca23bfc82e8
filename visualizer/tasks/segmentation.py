"""Segmentation: which class each pixel belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Mask
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.goal import MapsGoal, OutputGoal
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.task import Evaluation, Exported, LossName, Measure, Task, TaskPreset, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.data.moves import Moves

_SMOOTHING = 1.0  # pixels, in Dice's numerator and denominator


@register
@dataclass(frozen=True)
class Segmentation(Task):
    """One map for the background and one for each class; at each pixel the class with the largest number is the answer.

    Masks have the size of the data set's pictures. Where the network's maps are of another size, the masks are resized
    to it, each pixel taking the class of the nearest one.
    """

    title: ClassVar[str] = "Segmentation"
    explanation: ClassVar[str] = "Which class does each pixel belong to? The answer is a mask over the picture."
    icon: ClassVar[str] = ":material/format_shapes:"
    answer_type: ClassVar[type[Answer]] = Mask
    losses: ClassVar[Mapping[str, LossName]] = {
        "cross_entropy": LossName("Cross-entropy", "cross-entropy"),
        "dice": LossName("Dice loss (1 − Dice coefficient)", "Dice loss"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("iou", "mean IoU", "up", "%", "mean IoU of {value} on the {split} pictures"),
        Measure("pixels", "pixels right", "up", "%", "{value} of the pixels of the {split} pictures right"),
    )
    shown: ClassVar[int] = 8

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return annotations.has_masks

    @classmethod
    def preset(cls) -> TaskPreset:
        return TaskPreset(
            _small_unet(),
            "scenes",
            # Measured with seed 0 on the test split.
            "A small U-Net: down to see what there is, up again to say for every pixel which class it is. After five "
            "epochs, its mean IoU was 81 %, and 65 % without its skip connections.",
            {"epochs": 15, "batch_size": 16, "learning_rate": 0.002},
        )

    @classmethod
    def more_presets(cls) -> tuple[TaskPreset, ...]:
        return (
            TaskPreset(
                _small_fcn(),
                "scenes",
                "A fully convolutional network (FCN; Long, Shelhamer and Darrell, 2015): it scores the classes on "
                "small maps, enlarges the scores, and adds those of larger maps on the way.",
                {"epochs": 15, "batch_size": 16, "learning_rate": 0.002},
                "FCN",
            ),
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        maps, (height, width) = len(annotations.class_names) + 1, input_shape[1:]
        needs = (
            f"The last layer must output {maps} feature maps of the picture’s size, {height} × {width}: one for the "
            f"background and one for each of the {maps - 1} classes."
        )
        return MapsGoal(maps, (height, width), needs, classes=True)

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        kind = "probability" if network.ends_in_softmax else "score"
        return Exported(
            f"It has a map for the background and one for each class: the {kind} of it at every pixel. The largest is "
            "the answer.",
            tuple(f"{kind} of {name}" for name in ("background", *annotations.class_names)),
        )

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N, H, W) uint8 in the size of the data set: 0 for the background, 1 for the first class, …."""
        assert dataset.masks is not None
        masks: np.ndarray = dataset.masks[indices]
        return masks

    def moved(
        self,
        targets: "torch.Tensor",
        moves: "Moves",
        size: tuple[int, int],
        annotations: Annotations,
        masks: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """The masks in the pictures' size, moved with them; each pixel has the class of the nearest place."""
        from visualizer.data.moves import moved

        masks = _resized(targets, size)[:, None]
        return moved(masks.float(), moves, nearest=True)[:, 0].to(targets.dtype)

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the scores (N, 1 + classes, H, W) before a softmax at the end, whose largest is the answer.

        Cross-entropy is the mean over all pixels. The Dice loss compares areas, so that a small shape weighs as much as
        a large one: 1 − (2 · Σ p·t + 1) / (Σ p + Σ t + 1) with the probability p of a class and t = 1 on its pixels,
        the mean over classes and pictures. Source: Milletari, Navab and Ahmadi, V-Net, 2016,
        https://arxiv.org/abs/1606.04797, without the squares, as in https://arxiv.org/abs/1707.03237
        """
        from torch.nn import functional

        scores = network.logits(pictures)
        masks = _resized(targets, tuple(scores.shape[2:])).long()
        if loss == "cross_entropy":
            return functional.cross_entropy(scores, masks), scores
        probabilities = scores.softmax(dim=1)
        true = functional.one_hot(masks, scores.shape[1]).movedim(-1, 1).to(scores.dtype)
        both = (probabilities * true).sum(dim=(2, 3))
        areas = probabilities.sum(dim=(2, 3)) + true.sum(dim=(2, 3))
        return 1 - ((2 * both + _SMOOTHING) / (areas + _SMOOTHING)).mean(), scores

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        """The share of the right pixels, and the mean over the classes that are in the mask or in the answer of IoU."""
        answers = _best(outputs)
        counts = _pixel_counts(answers, _resized(targets, tuple(answers.shape[1:])), outputs.shape[1])
        right = counts.diagonal(dim1=1, dim2=2)
        union = counts.sum(dim=1) + counts.sum(dim=2) - right
        present = union > 0
        iou = (right / union.clamp(min=1)).sum(dim=1) / present.sum(dim=1)
        return {"iou": iou, "pixels": right.sum(dim=1) / counts.sum(dim=(1, 2))}

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        return Mask(self.kept(outputs)[0])

    def marked(self, target: np.ndarray, annotations: Annotations) -> Answer | None:
        return Mask(target)

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        (target,) = self.targets(dataset, np.array([index]))
        return self.marked(target, dataset.annotations)

    def kept(self, outputs: "torch.Tensor") -> np.ndarray:
        """The class of each pixel, (N, H, W) uint8."""
        import torch

        return _best(outputs).to(torch.uint8).numpy(force=True)

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """The IoU of each class over the pixels of all pictures together, and its mean over the classes.

        The pixels that are the class and are called so, divided by those that are it or are called so. The background
        counts as a class. Source: Everingham et al., The PASCAL Visual Object Classes Challenge, 2015, section 4.3,
        https://doi.org/10.1007/s11263-014-0733-5. A class that is neither in a mask nor in an answer has none: NaN.

        `errors` are by the mean IoU of each picture alone, the lead of `measures`.
        """
        import torch

        classes = len(annotations.class_names) + 1
        counts = np.zeros((len(outputs), classes, classes), np.int64)
        for first in range(0, len(outputs), _PIECE):
            piece = slice(first, first + _PIECE)
            answers = torch.from_numpy(outputs[piece])
            masks = _resized(torch.from_numpy(targets[piece]), tuple(answers.shape[1:]))
            counts[piece] = _pixel_counts(answers, masks, classes).numpy()
        of_pictures = np.array([np.nanmean(_iou_by_class(each)) for each in counts])
        total = counts.sum(axis=0)
        iou = _iou_by_class(total)
        measures = (
            (Measure("mean-iou", "mean IoU of the classes", "up", "%", ""), float(np.nanmean(iou))),
            (Measure("picture-iou", "mean IoU of a single picture", "up", "%", ""), float(of_pictures.mean())),
            (Measure("wrong", "pixels in error", "down", "%", ""), 1 - float(total.trace() / total.sum())),
        )
        return Evaluation(measures, -of_pictures, {"iou": iou, "pixels": total.sum(axis=1)})


_PIECE = 64  # pictures that are counted at a time


def _resized(masks: "torch.Tensor", size: tuple[int, ...]) -> "torch.Tensor":
    """(N, H, W) masks as (N, *size); each pixel takes the class of the nearest one, measured at the pixels' middles."""
    from torch.nn import functional

    if tuple(masks.shape[1:]) == size:
        return masks
    return functional.interpolate(masks[:, None], size, mode="nearest-exact")[:, 0]


def _best(scores: "torch.Tensor") -> "torch.Tensor":
    """(N, classes, H, W) -> (N, H, W) int16, the class with the largest score, the first of equal ones.

    `max` with its indices takes three times as long, `argmax` twenty times: it showed in the speed of training.
    """
    import torch

    classes = scores.shape[1]
    is_best = scores == scores.amax(dim=1, keepdim=True)
    countdown = torch.arange(classes, 0, -1, dtype=torch.int16, device=scores.device)[:, None, None]
    # NaN is equal to nothing: such a pixel has the last class.
    return classes - (is_best * countdown).amax(dim=1).clamp(min=1)


def _pixel_counts(answers: "torch.Tensor", masks: "torch.Tensor", classes: int) -> "torch.Tensor":
    """Two (N, H, W) with a class for each pixel -> (N, classes, classes) pixels: by row the right one, the answer."""
    import torch

    count = len(answers)
    pairs = torch.arange(count, dtype=torch.int32, device=answers.device)[:, None, None] * classes + masks
    pairs = pairs * classes + answers
    return torch.bincount(pairs.flatten(), minlength=count * classes**2).reshape(count, classes, classes)


def _iou_by_class(counts: np.ndarray) -> np.ndarray:
    """(classes, classes) pixels -> (classes,), NaN where there is neither such a pixel nor such an answer."""
    right = np.diagonal(counts).astype(np.float64)
    union = counts.sum(axis=0) + counts.sum(axis=1) - right
    return np.divide(right, union, out=np.full_like(right, np.nan), where=union > 0)


def _small_unet() -> Architecture:
    """Three steps down and up."""
    assembly = Assembly((3, 64, 64))
    skipped = []
    for filters, convolutions in ((12, 1), (24, 2), (48, 2)):
        with assembly.block("Down"):
            skipped.append(_add_convolutions(assembly, filters, convolutions))
        assembly.add(MaxPooling2D())
    with assembly.block("Bottom"):
        _add_convolutions(assembly, 96, 2)
    for filters in (48, 24, 12):
        with assembly.block("Up"):
            up = assembly.add(Conv2DTranspose(filters=filters, activation=NO_ACTIVATION))
            assembly.add(Concatenate(), reads=(skipped.pop(), up))
            _add_convolutions(assembly, filters, 1)
    assembly.add(_scores())
    return assembly.architecture("Small U-Net for pixels")


def _small_fcn() -> Architecture:
    """The scores of three sizes of maps, the smaller enlarged and added. Source: https://arxiv.org/abs/1411.4038"""
    assembly = Assembly((3, 64, 64))
    pooled = []
    for filters in (16, 32, 64):
        with assembly.block("Down"):
            _add_convolutions(assembly, filters, 2)
            pooled.append(assembly.add(MaxPooling2D()))
    scores = assembly.add(_scores(), reads=pooled.pop())
    while pooled:
        with assembly.block("Up"):
            larger = assembly.add(_scores(), reads=pooled.pop())
            enlarged = assembly.add(UpSampling2D(interpolation="bilinear"), reads=scores)
            scores = assembly.add(Add(), reads=(enlarged, larger))
    assembly.add(UpSampling2D(interpolation="bilinear"))
    return assembly.architecture("FCN for pixels")


def _scores() -> Conv2D:
    return Conv2D(filters=6, kernel_size=(1, 1), activation=NO_ACTIVATION)


def _add_convolutions(assembly: Assembly, filters: int, count: int) -> int:
    for _ in range(count):
        assembly.add(Conv2D(filters=filters, padding="same"), BatchNormalization())
    return assembly.last
