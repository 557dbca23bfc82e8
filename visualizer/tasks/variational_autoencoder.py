"""Variational autoencoders: an encoder says where a code is and how sure it is, so that every code can be drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.goal import Ending, OutputGoal, without_activation
from visualizer.architecture.layer import Fix, Problem
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.sampling import Sampling
from visualizer.architecture.settings import Real, setting
from visualizer.data.annotations import Annotations
from visualizer.tasks.autoencoder import (
    ERROR,
    Autoencoder,
    add_decoder,
    add_encoder,
    of_pixels,
    picture_goal,
    reconstructed,
)
from visualizer.tasks.task import LossName, Measure, TaskPreset, opening, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork, Node


@register
@dataclass(frozen=True)
class VariationalAutoencoder(Autoencoder):
    """An autoencoder whose codes are drawn at random, and pulled towards the standard normal distribution.

    The loss of a picture is that of its reconstruction, the sum over its pixels, plus β times the divergence of the
    code's distribution from the standard normal one, both in nats: KL = Σ (μ² + σ² − 1 − log σ²) / 2 over the code.
    Sources: Kingma and Welling, 2013, appendix B, https://arxiv.org/abs/1312.6114; for β Higgins and others, 2017,
    https://openreview.net/forum?id=Sy2fzU9gl

    Attributes:
        beta: How much the divergence counts.
    """

    title: ClassVar[str] = "Variational autoencoder"
    explanation: ClassVar[str] = (
        "Which codes make good pictures? All near the middle: new pictures come from any of them."
    )
    icon: ClassVar[str] = ":material/bubble_chart:"
    losses: ClassVar[Mapping[str, LossName]] = {
        "bce_and_kl": LossName("Cross-entropy of all pixels + β · KL", "binary cross-entropy plus KL divergence"),
        "gauss_and_kl": LossName(
            "Squared error of all pixels / 0.08 + β · KL", "scaled squared error plus KL divergence"
        ),
    }
    measures: ClassVar[tuple[Measure, ...]] = (
        ERROR,
        Measure("divergence", "KL divergence", "down", "nats", "", has_curve=True),
    )

    beta: float = setting(
        1.0,
        Real(
            "β, weight of the KL divergence",
            "How strongly codes are pulled to the standard normal distribution. 0 makes it an autoencoder.",
            0.0,
            10.0,
            0.1,
        ),
    )

    @classmethod
    def preset(cls) -> TaskPreset:
        assembly = Assembly((1, 16, 16))
        add_encoder(assembly, 4)
        assembly.add(Sampling())
        add_decoder(assembly)
        return TaskPreset(
            assembly.architecture("Draws digits from a map"),
            "digits",
            "An encoder says where on a map a digit lies, a decoder draws any place of the map: digits turn into each "
            "other.",
            {"epochs": 300, "learning_rate": 0.002, "batch_size": 64},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        return _DrawnCode(picture_goal(input_shape))

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss, and outputs as an autoencoder's, with the divergence.

        The squared error is divided by 2 · 0.2²: the negative logarithm of a normal distribution's density whose
        standard deviation is 0.2, but for a constant.
        """
        import torch

        from visualizer.architecture.own_modules import NormalSampling

        divergences: list[torch.Tensor] = []

        def watch(node: "Node", stage: int, values: torch.Tensor) -> None:
            if stage == 0 and node.stages and isinstance(node.stages[-1][1], NormalSampling):
                mean, log_variance = values.chunk(2, dim=1)
                divergences.append((mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2)

        given = self.given(network, pictures)
        answers, code = reconstructed(network, given, watch)
        divergence = torch.stack(divergences).sum(0) if divergences else pictures.new_zeros(len(pictures))
        if loss == "gauss_and_kl":
            off = of_pixels("pixels_mse", answers, pictures) / (2 * _DEVIATION**2)
        else:
            off = of_pixels("pixels_bce", answers, pictures)
        of_pictures = off.flatten(1).sum(1) + self.beta * divergence
        return of_pictures.mean(), self.packed(answers, given, pictures, code, divergence)


_DEVIATION = 0.2


@dataclass(frozen=True)
class _DrawnCode:
    """A picture, made of a code that is drawn at random."""

    picture: OutputGoal

    def problem(self, ending: Ending) -> Problem | None:
        """As `OutputGoal.problem`."""
        problem = self.picture.problem(ending)
        if ending.draws_codes:
            return problem
        arrives = "No layer of the network draws codes at random."
        needs = "Put Sampling where the code is, after a Dense layer with twice as many units as the code has numbers."
        if problem is not None or ending.code is None:
            # Whatever else it is, it has no decoder.
            return Problem(arrives, needs, (opening(VariationalAutoencoder.preset()),))
        code = ending.code
        numbers = 2 * code.shape[0]
        wider = code.layer.giving(numbers)
        if wider is None:
            dense = Dense(units=numbers, activation=NO_ACTIVATION)
            fix = Fix(f"Add Dense {numbers} and Sampling", (code.layer, dense, Sampling()))
        else:
            fix = Fix(f"{wider.label} and add Sampling", (*map(without_activation, wider.replacement), Sampling()))
        return Problem(arrives, needs, (fix,), place=code.index)
