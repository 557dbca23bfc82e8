"""The kernels of a layer's torch modules. torch is imported where they are looked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn

Stage = tuple[str, "nn.Module"]


@dataclass(frozen=True)
class KernelSet:
    """The kernels of one stage of a layer.

    Attributes:
        stage: What the stage is called.
        weights: (out, in, kernel height, kernel width) of a convolution, (units, inputs) of a dense layer.
        bias: (out,) or (units,); None where there is none.
        arriving: How many channels or numbers arrive at the stage; with groups each kernel looks at part of them.
    """

    stage: str
    weights: "torch.Tensor"
    bias: "torch.Tensor | None"
    arriving: int


def kernel_sets(stages: Sequence[Stage]) -> Iterator[KernelSet]:
    """One set for each convolution, transposed or not, and each dense layer among the modules, in order."""
    from torch import nn

    for name, stage in stages:
        for path, module in stage.named_modules():
            called = f"{name}.{path}" if path else name
            if isinstance(module, nn.ConvTranspose2d):
                # torch keeps what arrives first: (in, out of a group, height, width).
                grouped = module.weight.unflatten(0, (module.groups, -1)).transpose(1, 2).flatten(0, 1)
                yield KernelSet(called, grouped, module.bias, module.in_channels)
            elif isinstance(module, nn.Conv2d):
                yield KernelSet(called, module.weight, module.bias, module.in_channels)
            elif isinstance(module, nn.Linear):
                yield KernelSet(called, module.weight, module.bias, module.in_features)
