"""Diffusion: a network that removes noise, asked again and again, makes a picture of nothing but noise."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, DenoisedSample
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.goal import OutputGoal
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.class_embedding import ClassEmbedding
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.settings import Integer, setting
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.autoencoder import picture_goal
from visualizer.tasks.pictures import Parts, PictureTask, as_bytes, as_rows, code_of, mean_error, noise_of
from visualizer.tasks.task import Evaluation, LossName, Measure, TaskPreset, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork

_WITHOUT_CLASS = 0.1  # of the pictures, while training
_LEAST_NOISE = 0.1  # by which an error is divided at least: the velocity's would have no bound


@register
@dataclass(frozen=True)
class Diffusion(PictureTask):
    """The network sees a picture that is partly noise, and learns the picture without it.

    With pixels y from -1 to 1 and normally distributed ε, it is shown (1 - t) · y + t · ε for a random share t of
    noise, which it has to see for itself. Sources: Liu and others, 2022, https://arxiv.org/abs/2209.03003 for the
    straight ways; Sun and others, 2025, https://arxiv.org/abs/2502.13129 for networks that are not told t; Li and He,
    2025, https://arxiv.org/abs/2511.13720 for the error of the velocity of an answer that is a picture.

    Layers of the type ClassEmbedding are told the picture's class, of one picture in ten at random not: then samples
    can be asked for by class. Which class a sample is asked to be follows from its noise.

    Attributes:
        steps: In how many steps a sample is made.
    """

    title: ClassVar[str] = "Diffusion"
    explanation: ClassVar[str] = "What remains if noise is taken away step by step, where there was nothing but noise?"
    icon: ClassVar[str] = ":material/blur_on:"
    answer_type: ClassVar[type[Answer]] = DenoisedSample
    losses: ClassVar[Mapping[str, LossName]] = {
        "velocity_mse": LossName("Mean squared error of the velocity", "mean squared error of the velocity"),
        "denoised_mse": LossName("Mean squared error of the clean picture", "mean squared error of the clean picture"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "error",
            "mean error of a pixel without its noise",
            "down",
            "%",
            "pixels without their noise are off by {value} of their range on the {split} pictures",
        ),
    )
    shown: ClassVar[int] = 24
    reads_noise: ClassVar[bool] = True

    steps: int = setting(20, Integer("Steps of a sample", "In how many steps noise becomes a picture.", 1, 100))

    @classmethod
    def preset(cls) -> TaskPreset:
        return TaskPreset(
            _small_u_net("Removes noise from digits", (1, 8, 8), 10),
            "digits",
            "A small U-Net learns to remove noise. Asked step by step, it makes digits of nothing but noise, of the "
            "class that one wants.",
            {"epochs": 200, "learning_rate": 0.002, "batch_size": 64},
        )

    @classmethod
    def more_presets(cls) -> tuple[TaskPreset, ...]:
        return (
            TaskPreset(
                _small_u_net("Removes noise from shapes", (3, 16, 16), 10),
                "shapes",
                # Looked at with seed 0 after 120 epochs, which took five minutes on two cores.
                "The same for coloured shapes of 16 × 16 pixels, which are harder: after five minutes, there is a spot "
                "in one colour on a plain ground, whose shape can hardly be told.",
                {"epochs": 120, "learning_rate": 0.002, "batch_size": 64},
                "shapes",
            ),
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        return picture_goal(input_shape)

    def as_input(self, pictures: "torch.Tensor") -> "torch.Tensor":
        """Nothing but noise, the start of a sample."""
        return _as_pixels(noise_of(pictures, tuple(pictures.shape[1:]), normal=True))

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the outputs, (N, numbers) as `pictures.Parts` packs them: t, and the noise of each sample.

        `targets` are the classes, (N,); −1 where a class is unknown.

        The velocity, from picture to noise, is (shown - y) / t; so its error is that of the answer, divided by t. It is
        divided by 0.1 at least. In evaluation mode, the same picture has the same noise and the same t.
        """
        import torch

        from visualizer.architecture.own_modules import of_classes

        shape = tuple(pictures.shape[1:])
        if network.training:
            noise, share = torch.randn_like(pictures), torch.rand(len(pictures), device=pictures.device)
        else:
            noise = noise_of(pictures, shape, normal=True)
            share = noise_of(1 - pictures, (), normal=False)
        of_each = share[:, None, None, None]
        shown = (1 - of_each) * (2 * pictures - 1) + of_each * noise
        classes = targets
        if network.training:
            classes = torch.where(torch.rand(len(pictures), device=pictures.device) < _WITHOUT_CLASS, -1, targets)
        with of_classes(classes):
            answers = network(_as_pixels(shown))
        off = 2 * (answers - pictures)
        weighted = off / of_each.clamp(min=_LEAST_NOISE) if loss == "velocity_mse" else off
        error = mean_error(answers, pictures)[:, None]
        return weighted.square().mean(), Parts(error, share[:, None], _as_pixels(noise)[:, None]).packed()

    def answers(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> list[Answer]:
        return [*self._samples(network, Parts.unpacked(outputs, network.input_shape).pictures[:, 0], annotations)]

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        return self.answers(network, outputs, annotations)[0]

    def answer_to(
        self, network: "FlowNetwork", pictures: "torch.Tensor", outputs: "torch.Tensor", annotations: Annotations
    ) -> Answer:
        """The sample that begins with the picture, as if it were noise."""
        import torch

        (sample,) = self._samples(network, pictures, annotations)
        classes = _classes_of(network, annotations)
        if classes:
            ends = self._way(network, pictures.expand(classes, -1, -1, -1), torch.arange(classes))[-1]
            sample = replace(sample, as_classes=as_bytes(ends).numpy(force=True))
        return sample

    def _samples(
        self, network: "FlowNetwork", starts: "torch.Tensor", annotations: Annotations
    ) -> list[DenoisedSample]:
        """Samples from (N, C, H, W) noise, as the pixels that the network is shown."""
        import torch

        classes = _classes_of(network, annotations)
        wanted = [_from_noise(start, classes) if classes else None for start in starts]
        way = self._way(network, starts, torch.tensor(wanted, device=starts.device) if classes else None)
        frames = as_bytes(torch.stack(way, 1)).numpy(force=True)
        noise, values = (as_rows(end).numpy(force=True) for end in (starts, way[-1].clamp(0, 1)))
        return [DenoisedSample(*of_one) for of_one in zip(values, noise, frames, wanted, strict=True)]

    def _way(
        self, network: "FlowNetwork", starts: "torch.Tensor", classes: "torch.Tensor | None"
    ) -> "list[torch.Tensor]":
        """What (N, C, H, W) noise is before and after each step; `classes` has the class that each shall become.

        From the share t to the next smaller one s, a step goes the part (t - s) / t of the way from what there is to
        what the network takes for the clean picture.
        """
        from visualizer.architecture.own_modules import of_classes

        way = [starts]
        with of_classes(classes):
            for left in range(self.steps, 0, -1):
                way.append(way[-1] + (network(way[-1]) - way[-1]) / left)
        return way

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        return None

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """The mean error; the details are each picture's share of noise and error, (N,) each."""
        import torch

        found = super().evaluation(outputs, targets, annotations)
        noise = code_of(torch.from_numpy(outputs))[:, 0].numpy()
        return replace(found, details={"noise": noise, "error": found.errors})


def class_count(architecture: Architecture) -> int:
    """How many classes a network can be asked for; 0 where it has no layer for that."""
    return max((layer.told_classes for layer in architecture.layers), default=0)


def _classes_of(network: "FlowNetwork", annotations: Annotations) -> int:
    """How many of the classes the network can be asked for."""
    from visualizer.architecture.own_modules import ClassTable

    known = (part.classes for part in network.modules() if isinstance(part, ClassTable))
    return min(max(known, default=0), len(annotations.class_names))


def _from_noise(start: "torch.Tensor", classes: int) -> int:
    """The class, below `classes`, that a sample is asked to be; the same for the same noise."""
    return zlib.crc32(start.numpy(force=True).tobytes()) % classes


def _as_pixels(values: "torch.Tensor") -> "torch.Tensor":
    """From the scale on which pixels go from -1 to 1 to that of a network's input, from 0 to 1."""
    return (values + 1) / 2


def _small_u_net(name: str, shape: tuple[int, int, int], classes: int) -> Architecture:
    assembly = Assembly(shape)
    skipped = []
    for filters in (32, 64):
        with assembly.block("Down"):
            _add_convolutions(assembly, filters, 2, classes)
            skipped.append(assembly.last)
        assembly.add(MaxPooling2D())
    with assembly.block("Bottom"):
        _add_convolutions(assembly, 128, 2, classes)
    for filters in (64, 32):
        with assembly.block("Up"):
            up = assembly.add(UpSampling2D())
            assembly.add(Concatenate(), reads=(skipped.pop(), up))
            _add_convolutions(assembly, filters, 1, classes)
    assembly.add(Conv2D(filters=shape[0], kernel_size=(1, 1), activation="sigmoid"))
    return assembly.architecture(name)


def _add_convolutions(assembly: Assembly, filters: int, count: int, classes: int) -> None:
    """Convolutions with normalisation; the first is told the class."""
    for place in range(count):
        assembly.add(Conv2D(filters=filters, padding="same", activation=NO_ACTIVATION))
        if place == 0:
            assembly.add(ClassEmbedding(classes=classes))
        assembly.add(GroupNormalization(groups=1), Activation())
