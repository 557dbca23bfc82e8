"""Regression: how much of something there is in a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Numbers
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.goal import OutputGoal, VectorGoal
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.task import Evaluation, Exported, LossName, Measure, Task, TaskPreset, register
from visualizer.words import counted, listed

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork
    from visualizer.data.moves import Moves


@register
@dataclass(frozen=True)
class Regression(Task):
    """One number for each quantity, learnt as a share of the quantity's range.

    A cyclic quantity, such as an angle, is two numbers instead, its sine and cosine: 359° and 1° are neighbours, which
    the number of degrees hides from a loss.
    """

    title: ClassVar[str] = "Regression"
    explanation: ClassVar[str] = "How large is it, where is it, which way does it point? The answer is numbers."
    icon: ClassVar[str] = ":material/straighten:"
    answer_type: ClassVar[type[Answer]] = Numbers
    losses: ClassVar[Mapping[str, LossName]] = {
        "mse": LossName("Mean squared error (of the range)", "mean squared error"),
        "mae": LossName("Mean absolute error (of the range)", "mean absolute error"),
        "huber": LossName("Huber loss (of the range)", "Huber loss"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure("error", "mean error", "down", "%", "off by {value} of the range on the {split} pictures"),
    )
    shown: ClassVar[int] = 256

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return bool(annotations.quantities)

    @classmethod
    def preset(cls) -> TaskPreset:
        # Grey, and half as large: size, place and direction need no more, and an epoch takes a quarter of the time. The
        # normalisation makes weak contrasts as strong as others.
        layers = (
            *(GroupNormalization(groups=1), Conv2D(filters=16, kernel_size=(5, 5), padding="same"), MaxPooling2D()),
            *(Conv2D(filters=32, padding="same"), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), MaxPooling2D()),
            *(Conv2D(filters=64, padding="same"), Flatten()),
            *(Dense(units=128), Dense(units=5, activation=NO_ACTIVATION)),
        )
        return TaskPreset(
            Architecture("Measures a shape", (1, 32, 32), layers),
            "pointing",
            "Four convolutions, and five numbers at the end: size, sine and cosine of the direction, and the place.",
            {"epochs": 150, "flip": True, "flip_vertical": True, "rotation": 180.0},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        names = [
            f"the sine and cosine of the {quantity.name}" if quantity.cyclic else f"the {quantity.name}"
            for quantity in annotations.quantities
        ]
        count = len(self.output_names(annotations))
        return VectorGoal(
            count, f"The last layer must output {counted(count, 'number')}: {listed(names)}.", classes=False
        )

    def output_names(self, annotations: Annotations) -> tuple[str, ...]:
        names: list[str] = []
        for quantity in annotations.quantities:
            parts = (f"sine of the {quantity.name}", f"cosine of the {quantity.name}")
            names += parts if quantity.cyclic else (quantity.name,)
        return tuple(names)

    def learnt(self, annotations: Annotations) -> str:
        return f"Measured: {listed([quantity.label for quantity in annotations.quantities])}."

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        names: list[str] = []
        for quantity in annotations.quantities:
            ends = f"{quantity.low:g} to {quantity.high:g} {quantity.unit}".rstrip()
            if quantity.cyclic:
                names += [f"{part} of the {quantity.name}, a full turn from {ends}" for part in ("sine", "cosine")]
            else:
                names.append(f"{quantity.name}, from 0 to 1 for {ends}")
        return Exported(
            "It has a number for each quantity, 0 at the low end of its range and 1 at the high end. A direction is "
            "two numbers, its sine and cosine.",
            tuple(names),
        )

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N, numbers) float32: shares of the range, from 0 to 1, or sine and cosine, each from -1 to 1."""
        assert dataset.numbers is not None
        columns = []
        for quantity, values in zip(dataset.quantities, dataset.numbers[indices].T, strict=True):
            share = (values - quantity.low) / (quantity.high - quantity.low)
            turn = 2 * np.pi * share
            columns += [np.sin(turn), np.cos(turn)] if quantity.cyclic else [share]
        return np.stack(columns, axis=1).astype(np.float32)

    def moved(
        self,
        targets: "torch.Tensor",
        moves: "Moves",
        size: tuple[int, int],
        annotations: Annotations,
        masks: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """Places, directions and lengths move with their picture, as `Quantity.moves_as` says; all else stays.

        A place stays where only one of its two coordinates is known.
        """
        import torch

        from visualizer.data.moves import moved_points

        result, columns = targets.clone(), _columns(annotations)
        x, y, angle, length = (annotations.quantity_that_is(kind) for kind in ("x", "y", "angle", "length"))
        if x is not None and y is not None:
            place = [columns[x].start, columns[y].start]
            result[:, place] = moved_points(targets[:, None, place], moves, size)[:, 0]
        if angle is not None:
            height, width = size
            sine, cosine = targets[:, columns[angle]].T
            ends = torch.stack([sine / width, -cosine / height], -1)
            points = moved_points(torch.stack([torch.zeros_like(ends), ends], 1), moves, size)
            right, down = ((points[:, 1] - points[:, 0]) * torch.tensor([width, height])).T
            result[:, columns[angle]] = torch.nn.functional.normalize(torch.stack([right, -down], -1))
        if length is not None:
            low, high = annotations.quantities[length].low, annotations.quantities[length].high
            enlarged = (low + (high - low) * targets[:, columns[length]]) / moves.kept[:, None]
            result[:, columns[length]] = (enlarged - low) / (high - low)
        return result

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the outputs (N, numbers).

        The Huber loss is quadratic up to a distance of 0.1 and linear beyond it, divided by 0.1: Huber, 1964,
        https://doi.org/10.1214/aoms/1177703732
        """
        from torch.nn import functional

        outputs = network(pictures)
        if loss == "mae":
            return functional.l1_loss(outputs, targets), outputs
        if loss == "huber":
            return functional.smooth_l1_loss(outputs, targets, beta=0.1), outputs
        return functional.mse_loss(outputs, targets), outputs

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        import torch

        off = np.abs(_off(outputs.numpy(force=True), targets.numpy(force=True), annotations))
        return {"error": torch.from_numpy(off.mean(axis=1))}

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        return Numbers(_in_units(outputs.numpy(force=True), annotations)[0])

    def marked(self, target: np.ndarray, annotations: Annotations) -> Answer | None:
        return Numbers(_in_units(target[np.newaxis], annotations)[0])

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        assert dataset.numbers is not None
        return Numbers(dataset.numbers[index])

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """For each quantity the mean absolute error in its unit and R², the share of the variance that is explained.

        R² is 1 for perfect answers, and 0 for a network that always answers with the mean. A cyclic quantity has none.
        """
        off = _off(outputs, targets, annotations)
        said, true = _in_units(outputs, annotations), _in_units(targets, annotations)
        measures = [(self.measures[0], float(np.abs(off).mean()))]
        for place, quantity in enumerate(annotations.quantities):
            width = quantity.high - quantity.low
            error = Measure(f"error-{place}", f"mean error of the {quantity.name}", "down", quantity.unit, "")
            measures.append((error, float(np.abs(off[:, place]).mean()) * width))
            spread = float(np.square(true[:, place] - true[:, place].mean()).sum())
            if not quantity.cyclic and spread > 0:
                explained = 1 - float(np.square(off[:, place] * width).sum()) / spread
                measures.append((Measure(f"r2-{place}", f"R² of the {quantity.name}", "up", "", ""), explained))
        return Evaluation(tuple(measures), np.abs(off).mean(axis=1), {"said": said, "true": true})


def _columns(annotations: Annotations) -> list[slice]:
    """For each quantity, where its numbers are among those of the network."""
    columns: list[slice] = []
    for quantity in annotations.quantities:
        first = columns[-1].stop if columns else 0
        columns.append(slice(first, first + (2 if quantity.cyclic else 1)))
    return columns


def _shares(numbers: np.ndarray, annotations: Annotations) -> np.ndarray:
    """(N, numbers) as the network has them -> (N, quantities), as shares of their ranges."""
    shares = []
    for quantity, columns in zip(annotations.quantities, _columns(annotations), strict=True):
        own = numbers[:, columns]
        shares.append(np.arctan2(own[:, 0], own[:, 1]) / (2 * np.pi) % 1 if quantity.cyclic else own[:, 0])
    return np.stack(shares, axis=1)


def _in_units(numbers: np.ndarray, annotations: Annotations) -> np.ndarray:
    """(N, numbers) as the network has them -> (N, quantities) float32, in their units."""
    low, high = (np.array([getattr(quantity, end) for quantity in annotations.quantities]) for end in ("low", "high"))
    return (low + (high - low) * _shares(numbers, annotations)).astype(np.float32)


def _off(said: np.ndarray, true: np.ndarray, annotations: Annotations) -> np.ndarray:
    """How far off, as shares of the ranges, (N, quantities); of a cyclic quantity the short way round."""
    off = _shares(said, annotations) - _shares(true, annotations)
    cyclic = np.array([quantity.cyclic for quantity in annotations.quantities])
    return np.where(cyclic, (off + 0.5) % 1 - 0.5, off)
