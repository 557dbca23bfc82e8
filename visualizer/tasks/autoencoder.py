"""Autoencoders: the picture itself is what is to be learnt, through a layer that is too narrow to copy it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.answer import Answer, Reconstruction
from visualizer.architecture.assembly import Assembly
from visualizer.architecture.goal import MapsGoal, OutputGoal
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.conv2d_transpose import Conv2DTranspose
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.settings import Real, setting
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.pictures import Parts, PictureTask, as_rows, code_of, mean_error, narrowest, noise_of
from visualizer.tasks.task import Evaluation, LossName, Measure, TaskPreset, register

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork, Watch

ERROR = Measure(
    "error", "mean error of a pixel", "down", "%", "pixels are off by {value} of their range on the {split} pictures"
)


@register
@dataclass(frozen=True)
class Autoencoder(PictureTask):
    """The network's output is compared with the picture that it was shown, or that it was shown with noise.

    Attributes:
        noise: The standard deviation of normal noise on every number of what the network is shown, also where it is
            evaluated: above 0, it is a denoising autoencoder. Source: Vincent and others, 2008,
            https://doi.org/10.1145/1390156.1390294
    """

    title: ClassVar[str] = "Autoencoder"
    explanation: ClassVar[str] = "Can a picture be told in a few numbers, and drawn again from them?"
    icon: ClassVar[str] = ":material/compress:"
    answer_type: ClassVar[type[Answer]] = Reconstruction
    losses: ClassVar[Mapping[str, LossName]] = {
        "pixels_mse": LossName("Mean squared error of the pixels", "mean squared error of the pixels"),
        "pixels_mae": LossName("Mean absolute error of the pixels", "mean absolute error of the pixels"),
        "pixels_bce": LossName("Binary cross-entropy of the pixels", "binary cross-entropy of the pixels"),
    }
    measures: ClassVar[tuple[Measure, ...]] = (ERROR,)
    shown: ClassVar[int] = 24

    noise: float = setting(
        0.0,
        Real(
            "Noise to remove",
            "What the network is shown has this much noise, and it learns the picture without it. Standard deviation; "
            "pixel values go from 0 to 1.",
            0.0,
            1.0,
            0.05,
        ),
    )

    @classmethod
    def preset(cls) -> TaskPreset:
        assembly = Assembly((1, 16, 16))
        add_encoder(assembly, 2)
        add_decoder(assembly)
        return TaskPreset(
            assembly.architecture("Tells a digit in two numbers"),
            "digits",
            "An encoder makes two numbers of a digit, and a decoder draws the digit again from the two alone.",
            {"epochs": 120, "learning_rate": 0.002, "batch_size": 64},
        )

    def goal(self, annotations: Annotations, input_shape: tuple[int, int, int]) -> OutputGoal:
        return picture_goal(input_shape)

    def loss_and_outputs(
        self, network: "FlowNetwork", pictures: "torch.Tensor", targets: "torch.Tensor", loss: str
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """The loss and the outputs, (N, numbers) as `pictures.Parts` packs them: answers, and what was shown."""
        given = self.given(network, pictures)
        answers, code = reconstructed(network, given)
        return of_pixels(loss, answers, pictures).mean(), self.packed(answers, given, pictures, code)

    def packed(
        self,
        answers: "torch.Tensor",
        given: "torch.Tensor",
        pictures: "torch.Tensor",
        code: "torch.Tensor",
        *measured: "torch.Tensor",
    ) -> "torch.Tensor":
        """The outputs; `measured` are all of `measures` but the first, (N,) each."""
        import torch

        measures = torch.stack([mean_error(answers, pictures), *(values.detach() for values in measured)], 1)
        return Parts(measures, code, torch.stack([answers.detach(), given], 1)).packed()

    def given(self, network: "FlowNetwork", pictures: "torch.Tensor") -> "torch.Tensor":
        """The pictures with noise; in evaluation, a picture always has the same noise."""
        import torch

        if self.noise and network.training:
            return pictures + self.noise * torch.randn_like(pictures)
        return self.as_input(pictures)

    def as_input(self, pictures: "torch.Tensor") -> "torch.Tensor":
        return pictures + self.noise * noise_of(pictures, pictures.shape[1:], normal=True) if self.noise else pictures

    def answer(self, network: "FlowNetwork", outputs: "torch.Tensor", annotations: Annotations) -> Answer:
        parts = Parts.unpacked(outputs, network.input_shape)
        answered, given = parts.pictures[0]
        return _reconstruction(answered, given, parts.code[0])

    def answer_to(
        self, network: "FlowNetwork", pictures: "torch.Tensor", outputs: "torch.Tensor", annotations: Annotations
    ) -> Answer:
        _, code = reconstructed(network, pictures)
        return _reconstruction(outputs[0], pictures[0], code[0])

    def truth(self, dataset: Dataset, index: int) -> Answer | None:
        picture = dataset.pictures[index].astype(np.float32) / 255
        return Reconstruction(picture, picture, np.zeros(0, np.float32))

    def evaluation(self, outputs: np.ndarray, targets: np.ndarray, annotations: Annotations) -> Evaluation:
        """The means of the measures; the details are each picture's code, (N, n), and class, (N,)."""
        import torch

        code = code_of(torch.from_numpy(outputs)).numpy()
        return replace(super().evaluation(outputs, targets, annotations), details={"code": code, "classes": targets})


def _reconstruction(answered: "torch.Tensor", given: "torch.Tensor", code: "torch.Tensor") -> Reconstruction:
    """The answer of (C, H, W) and (n,)."""
    drawn, seen = (as_rows(each).numpy(force=True) for each in (answered, given))
    return Reconstruction(drawn.clip(0, 1), seen, code.numpy(force=True))


def picture_goal(input_shape: tuple[int, int, int]) -> OutputGoal:
    """A picture of the input's shape."""
    channels, height, width = input_shape
    needs = (
        f"The last layer must output a picture like the input, {height} × {width} with {channels} "
        f"{'channel' if channels == 1 else 'channels'}."
    )
    return MapsGoal(channels, (height, width), needs)


_SMOOTH = "silu"  # pictures of two numbers are smooth functions of them


def add_encoder(assembly: Assembly, numbers: int) -> None:
    """From a picture of 16 × 16 to so many numbers.

    Without dropout it learns the training pictures by heart: of 100 reconstructions, a classifier read 3 fewer right.
    """
    with assembly.block("Encoder"):
        assembly.add(
            Conv2D(filters=32, padding="same", strides=(2, 2), activation=_SMOOTH),
            Conv2D(filters=64, padding="same", strides=(2, 2), activation=_SMOOTH),
            *(Flatten(), Dropout(rate=0.2)),
            *(Dense(units=128, activation=_SMOOTH), Dense(units=64, activation=_SMOOTH)),
            Dense(units=numbers, activation=NO_ACTIVATION),
        )


def add_decoder(assembly: Assembly) -> None:
    """From any vector to a picture of 16 × 16."""
    with assembly.block("Decoder"):
        assembly.add(
            *(Dense(units=64, activation=_SMOOTH), Dense(units=128, activation=_SMOOTH)),
            *(Dense(units=512, activation=_SMOOTH), Reshape(height=4, width=4)),
            Conv2DTranspose(filters=32, activation=_SMOOTH),
            Conv2DTranspose(filters=16, activation=_SMOOTH),
            Conv2D(filters=1, padding="same", activation="sigmoid"),
        )


def of_pixels(loss: str, answers: "torch.Tensor", pictures: "torch.Tensor") -> "torch.Tensor":
    """The loss of each pixel of `answers`, in the shape of both.

    Binary cross-entropy takes a pixel for a probability; it is least, though not 0, where the two are equal.
    """
    from torch.nn import functional

    if loss == "pixels_mae":
        return (answers - pictures).abs()
    if loss == "pixels_bce":
        shares = answers.clamp(0, 1)
        off = functional.binary_cross_entropy(shares.nan_to_num(0.5), pictures.clamp(0, 1), reduction="none")
        return off + 0 * shares  # torch refuses NaN, which is the loss of a network whose numbers grew too large
    return (answers - pictures).square()


def reconstructed(
    network: "FlowNetwork", pictures: "torch.Tensor", watch: "Watch | None" = None
) -> "tuple[torch.Tensor, torch.Tensor]":
    """The answers, and the codes, (N, n), where a layer is narrower than the answer; `watch` as in `run`."""
    place = narrowest(network)
    if place is None:
        return network.run(pictures, watch=watch), pictures.new_zeros((len(pictures), 0))
    code = network.run(pictures, until=place, watch=watch)
    return network.run(code, after=place, watch=watch), code.detach().flatten(1)
