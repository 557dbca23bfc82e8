"""What the tasks whose answers are pictures share: where a network is narrowest, noise, outputs with several parts."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.architecture.shapes import numbers_in
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.tasks.task import Exported, Task

if TYPE_CHECKING:
    import torch

    from visualizer.architecture.flow import FlowNetwork

_HEADER = 3  # numbers before the others in a row of `Parts.packed`


@dataclass(frozen=True)
class Parts:
    """What a forward pass leaves of N pictures for measures and answers.

    Attributes:
        measured: (N, measures), in the order of the task's measures.
        code: (N, n), n may be 0.
        pictures: (N, how many, C, H, W), several of each.
    """

    measured: "torch.Tensor"
    code: "torch.Tensor"
    pictures: "torch.Tensor"

    def packed(self) -> "torch.Tensor":
        """All of it as one tensor, (N, numbers), as a task's outputs must be; `unpacked` takes it apart."""
        import torch

        sizes = torch.tensor([self.measured.shape[1], self.code.shape[1], self.pictures.shape[1]])
        header = sizes.to(self.pictures).expand(len(self.pictures), _HEADER)
        return torch.cat([header, self.measured, self.code, self.pictures.flatten(1)], 1)

    @classmethod
    def unpacked(cls, packed: "torch.Tensor", shape: tuple[int, int, int]) -> "Parts":
        """The parts of (N, numbers); `shape` is (C, H, W) of each picture."""
        _, end = _ends(packed)
        return cls(measured_of(packed), code_of(packed), packed[:, end:].unflatten(1, (int(packed[0, 2]), *shape)))


def _ends(packed: "torch.Tensor") -> tuple[int, int]:
    """Where the measures end in a row of what `Parts.packed` returned, and where the code does."""
    first = _HEADER + int(packed[0, 0])
    return first, first + int(packed[0, 1])


def measured_of(packed: "torch.Tensor") -> "torch.Tensor":
    """The measures, (N, measures), of what `Parts.packed` returned."""
    return packed[:, _HEADER : _ends(packed)[0]]


def without_pictures(packed: "torch.Tensor") -> "torch.Tensor":
    """The same rows without their pictures, which take most of the memory."""
    return packed[:, : _ends(packed)[1]]


def code_of(packed: "torch.Tensor") -> "torch.Tensor":
    """The codes, (N, n), of what `Parts.packed` returned."""
    return packed[:, slice(*_ends(packed))]


def compared(packed: "torch.Tensor", count: int) -> "tuple[torch.Tensor, ...]":
    """Each of the `count` pictures of what `Parts.packed` returned, as (N, numbers)."""
    return packed[:, _ends(packed)[1] :].chunk(count, dim=1)


@dataclass(frozen=True)
class PictureTask(Task):
    """A task that learns from the pictures themselves, whatever else a data set has; its outputs are packed `Parts`."""

    @classmethod
    def fits(cls, annotations: Annotations) -> bool:
        return True

    def learnt(self, annotations: Annotations) -> str:
        return "What is learnt are the pictures themselves, whatever they show."

    def exported(self, network: "FlowNetwork", annotations: Annotations) -> Exported:
        return exported_picture(network, None, "It is the picture that the network makes of what it is shown.")

    def targets(self, dataset: Dataset, indices: np.ndarray) -> np.ndarray:
        """(N,) int64, the classes, by which codes are coloured: what is learnt is the picture itself."""
        return dataset.labels[indices]

    def measured(
        self, outputs: "torch.Tensor", targets: "torch.Tensor", annotations: Annotations
    ) -> "Mapping[str, torch.Tensor]":
        return {measure.name: values for measure, values in zip(self.measures, measured_of(outputs).T, strict=True)}

    def kept(self, outputs: "torch.Tensor") -> np.ndarray:
        """Measures and codes without the pictures."""
        return without_pictures(outputs).numpy(force=True)


def exported_picture(network: "FlowNetwork", until: int | None, sentence: str) -> Exported:
    """A picture, which that layer outputs, the last one for None."""
    channels = network.nodes[-1 if until is None else until].shape[0]
    colours = {1: ("brightness",), 3: ("red", "green", "blue")}.get(channels, ())
    names = tuple(f"{colour}, from 0 (black) to 1" for colour in colours)
    return Exported(f"{sentence} Its values go from 0 to 1.", names, until)


def narrowest(network: "FlowNetwork") -> int | None:
    """The layer whose output is the fewest numbers that everything passes through, by its index.

    None where no such layer has fewer numbers than the network's output: then nothing is a code. Of several, the last.
    """
    numbers = {node.index: numbers_in(node.shape) for node in network.nodes}
    passages = [index for index in network.passages if index < len(network.nodes) - 1]
    if not passages:
        return None
    place = min(reversed(passages), key=lambda index: numbers[index])
    return place if numbers[place] < numbers[len(network.nodes) - 1] else None


def noise_of(pictures: "torch.Tensor", shape: tuple[int, ...], *, normal: bool) -> "torch.Tensor":
    """Random numbers, (N, *shape), that follow from each picture: the same picture has the same ones.

    So a row of samples can be watched while the network learns. Uniform from 0 to 1, or normally distributed with mean
    0 and standard deviation 1.
    """
    import torch

    rows = []
    for picture in pictures.detach().cpu():
        seed = zlib.crc32((picture * 255).round().to(torch.uint8).numpy().tobytes())
        random = torch.Generator().manual_seed(seed)
        rows.append(torch.randn(shape, generator=random) if normal else torch.rand(shape, generator=random))
    return torch.stack(rows).to(pictures.device)


def as_rows(pictures: "torch.Tensor") -> "torch.Tensor":
    """(…, C, H, W) -> (…, H, W, C), as answers have pictures."""
    return pictures.movedim(-3, -1).contiguous()


def as_bytes(pictures: "torch.Tensor") -> "torch.Tensor":
    """(…, C, H, W), cut off at 0 and 1, -> (…, H, W, C) uint8, as they are drawn; what is not a number is black."""
    import torch

    return (as_rows(pictures).nan_to_num(0).clamp(0, 1) * 255).round().to(torch.uint8)


def mean_error(answers: "torch.Tensor", pictures: "torch.Tensor") -> "torch.Tensor":
    """How far a pixel of each answer is off on average, (N,), as a picture, so cut off at 0 and 1."""
    return (answers.detach().clamp(0, 1) - pictures).abs().flatten(1).mean(1)
