"""Generative adversarial networks: one part makes pictures of noise, the other tells them from real ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Sample
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.goal import Ending, OutputGoal, VectorGoal
from visualizer.architecture.layer import Problem
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.gaussian_noise import GaussianNoise
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.settings import Integer, setting
from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.pictures import Parts, PictureTask, as_rows, compared, exported_picture, measured_of, noise_of
from visualizer.tasks.task import Evaluation, Exported, LossName, Measure, TaskPreset, opening, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork

GENERATOR, DISCRIMINATOR = "Generator", "Discriminator"  # the titles of the two blocks
_MOST_COMPARED = 300  # pictures


@register
@dataclass(frozen=True)
class Gan(PictureTask):
    """A generator and a discriminator after it, trained against each other in one step.

    The network's input is noise, uniform from 0 to 1. Source: Goodfellow and others, 2014,
    https://arxiv.org/abs/1406.2661; both parts take their step at once, from the same weights.

    Attributes:
        discriminator_every: The discriminator learns from one batch in so many, at random.
    """

    title: ClassVar[str] = "GAN"
    explanation: ClassVar[str] = "Can a network learn to make pictures by fooling another one that knows real ones?"
    icon: ClassVar[str] = ":material/swords:"
    answer_type: ClassVar[type[Answer]] = Sample
    losses: ClassVar[Mapping[str, LossName]] = {
        "adversarial_bce": LossName("Both binary cross-entropies", "sum of both binary cross-entropies"),
        "adversarial_mse": LossName("Both squared errors (LSGAN)", "sum of both squared errors"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(
            "told",
            "told apart by the discriminator",
            "up",
            "%",
            "the discriminator tells {value} of the {split} pictures and of as many samples apart",
        ),
        Measure("discriminator", "discriminator’s loss", "down", "", "", has_curve=True),
        Measure("generator", "generator’s loss", "down", "", "", has_curve=True),
    )
    loss_falls: ClassVar[bool] = False
    shown: ClassVar[int] = 48
    reads_noise: ClassVar[bool] = True

    discriminator_every: int = setting(
        1,
        Integer(
            "Discriminator learns in 1 batch of",
            "1: in each. If it learns seldom, such as in 1 of 30, the generator settles on the few pictures that fool "
            "it, and makes hardly any others: mode collapse. Evaluation says how much variety is left.",
            1,
            50,
        ),
    )

    @classmethod
    def preset(cls) -> TaskPreset:
        assembly = Assembly((1, 4, 4))
        with assembly.block(GENERATOR):
            assembly.add(
                *(Flatten(), Dense(units=512, activation=NO_ACTIVATION), BatchNormalization(), Activation()),
                *(Reshape(height=4, width=4), Conv2DTranspose(filters=24, activation=NO_ACTIVATION)),
                *(BatchNormalization(), Activation()),
                Conv2D(filters=1, padding="same", activation="sigmoid"),
            )
        with assembly.block(DISCRIMINATOR):
            assembly.add(
                # Noise makes the two kinds harder to tell apart, and normalisation over the batch shows the
                # discriminator if all pictures of a batch are alike: without the two, the generator collapses.
                *(GaussianNoise(stddev=0.2), Conv2D(filters=24, padding="same", activation="leaky_relu")),
                Conv2D(filters=48, padding="same", strides=(2, 2), activation=NO_ACTIVATION),
                *(BatchNormalization(), Activation(function="leaky_relu"), Flatten()),
                Dense(units=1, activation=NO_ACTIVATION),
            )
        return TaskPreset(
            assembly.architecture("Makes digits of noise"),
            "digits",
            "A generator makes a digit of 16 random numbers, and a discriminator learns to tell it from real ones. "
            "Each gets better because the other does.",
            {"epochs": 900, "learning_rate": 0.001, "batch_size": 64},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        return _Adversaries()

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        """The generator alone, which makes pictures."""
        if not any(node.block == GENERATOR for node in network.nodes):
            return super().exported(network, annotations)
        found = exported_picture(network, _last_of_generator(network), "It is the picture that the generator makes.")
        shown = "What goes in is noise, random numbers from 0 to 1; the discriminator is not in the file."
        return replace(found, input_sentence=shown)

    def picture_shape(self, architecture: Architecture) -> tuple[int, int, int]:
        """That of the generator's output."""
        rows = summarize(architecture).layers
        last = next(block.last for block in architecture.blocks if block.title == GENERATOR)
        channels, height, width = rows[last].output_shape or ()
        return channels, height, width

    def as_input(self, pictures: "torch.Tensor") -> "torch.Tensor":
        return noise_of(pictures, tuple(pictures.shape[1:]), normal=False)

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The sum of both losses and the outputs, (N, numbers) as `pictures.Parts` packs them: the noise as code,
        made and real pictures.

        The discriminator's loss has no gradient for the generator's weights, and the generator's none for the
        discriminator's, so that one step of the optimizer is a step of both.
        """
        import torch

        last = _last_of_generator(network)
        if network.training:
            noise = torch.rand((len(pictures), *network.input_shape), device=pictures.device)
        else:
            noise = noise_of(pictures, network.input_shape, normal=False)
        made = network.run(noise, until=last)
        judges = [
            weights for node in network.nodes[last + 1 :] for _, part in node.stages for weights in part.parameters()
        ]
        for weights in judges:
            weights.requires_grad_(False)
        fooled = network.run(made, after=last)[:, 0]
        for weights in judges:
            weights.requires_grad_(True)
        real, false = network.run(pictures, after=last)[:, 0], network.run(made.detach(), after=last)[:, 0]
        of_discriminator = _off(real, loss, real=True) + _off(false, loss, real=False)
        of_generator = _off(fooled, loss, real=True)
        middle = 0.5 if loss == "adversarial_mse" else 0.0
        told = ((real > middle).float() + (false < middle).float()) / 2
        measured = torch.stack([told, of_discriminator.detach(), of_generator.detach()], 1)
        parts = Parts(measured, noise.flatten(1), torch.stack([made.detach(), pictures], 1))
        learns = not network.training or self.discriminator_every == 1
        if not learns:
            learns = bool(torch.rand(()) < 1 / self.discriminator_every)
        both = of_generator.mean() + (of_discriminator.mean() if learns else of_discriminator.detach().mean())
        return both, parts.packed()

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        shape = network.nodes[_last_of_generator(network)].shape
        parts = Parts.unpacked(outputs, (shape[0], shape[1], shape[2]))
        return _sample(parts.pictures[0, 0], parts.code[0].unflatten(0, network.input_shape))

    def answer_to(
        self, network: "FlowNetwork", pictures: "torch.Tensor", outputs: "torch.Tensor", annotations: Annotations
    ) -> Answer:
        return _sample(network.run(pictures, until=_last_of_generator(network))[0], pictures[0])

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        return None

    def kept(self, outputs: "torch.Tensor") -> np.ndarray:
        """All of them: `evaluation` compares the pictures with each other."""
        return outputs.numpy(force=True)

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """The means of the measures, and how different the made pictures are from each other.

        Their variety is the mean distance between two of them, divided by that between two real pictures: near 0 after
        a mode collapse. The first 300 pictures are compared.
        """
        import torch

        rows = torch.from_numpy(outputs)
        found = super().evaluation(outputs, targets, annotations)
        made, real = (float(torch.pdist(each).mean()) for each in compared(rows[:_MOST_COMPARED], 2))
        variety = Measure("variety", "variety of the samples, compared with real pictures", "up", "%", "")
        errors = measured_of(rows)[:, 2].numpy().astype(np.float64)  # of the generator
        return replace(found, measures=(*found.measures, (variety, made / max(real, 1e-9))), errors=errors)


def _last_of_generator(network: "FlowNetwork") -> int:
    return max(node.index for node in network.nodes if node.block == GENERATOR)


def _off(said: "torch.Tensor", loss: str, *, real: bool) -> "torch.Tensor":
    """How wrong each answer of the discriminator is if all pictures are real, or all are made; (N,).

    Sources: the generator's loss that does not saturate, section 3 of the first paper; for squared errors Mao and
    others, 2016, https://arxiv.org/abs/1611.04076
    """
    from torch.nn import functional

    if loss == "adversarial_mse":
        return (said - 1).square() if real else said.square()
    return functional.softplus(-said if real else said)


def _sample(picture: "torch.Tensor", noise: "torch.Tensor") -> Sample:
    return Sample(as_rows(picture).numpy(force=True).clip(0, 1), as_rows(noise).numpy(force=True))


@dataclass(frozen=True)
class _Adversaries:
    """A block that makes pictures, and one after it that outputs one number."""

    def problem(self, ending: Ending) -> Problem | None:
        """As `OutputGoal.problem`."""
        needs = (
            f"A GAN is two blocks: “{GENERATOR}”, which makes a picture of noise, then “{DISCRIMINATOR}”, which "
            "outputs one number."
        )
        for title in (GENERATOR, DISCRIMINATOR):
            if title not in ending.blocks:
                return Problem(f"The network has no block “{title}”.", needs, (opening(Gan.preset()),))
        made = ending.blocks[GENERATOR]
        if not is_maps(made) or made[0] not in (1, 3):
            return Problem(
                f"The block “{GENERATOR}” outputs {describe_shape(made)}.",
                f"{needs} A picture has 1 or 3 channels.",
                (opening(Gan.preset()),),
            )
        return VectorGoal(1, needs, classes=False).problem(ending)
