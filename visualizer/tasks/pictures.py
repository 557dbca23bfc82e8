"""What the tasks whose answers are pictures share: where a network is narrowest, noise, outputs with several parts."""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.architecture.shapes import numbers_in

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
        measures, numbers, count = (int(size) for size in packed[0, :_HEADER])
        first, second = _HEADER + measures, _HEADER + measures + numbers
        pictures = packed[:, second:].unflatten(1, (count, *shape))
        return cls(packed[:, _HEADER:first], packed[:, first:second], pictures)


def measured_of(packed: "torch.Tensor") -> "torch.Tensor":
    """The measures, (N, measures), of what `Parts.packed` returned."""
    return packed[:, _HEADER : _HEADER + int(packed[0, 0])]


def without_pictures(packed: "torch.Tensor") -> "torch.Tensor":
    """The same rows without their pictures, which take most of the memory."""
    return packed[:, : _HEADER + int(packed[0, 0]) + int(packed[0, 1])]


def code_of(packed: "torch.Tensor") -> "torch.Tensor":
    """The codes, (N, n), of what `Parts.packed` returned."""
    first = _HEADER + int(packed[0, 0])
    return packed[:, first : first + int(packed[0, 1])]


def compared(packed: "torch.Tensor", count: int) -> "tuple[torch.Tensor, ...]":
    """Each of the `count` pictures of what `Parts.packed` returned, as (N, numbers)."""
    return packed[:, _HEADER + int(packed[0, 0]) + int(packed[0, 1]) :].chunk(count, dim=1)


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
