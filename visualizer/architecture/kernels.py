"""The kernels of a layer's torch modules. torch is imported where they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from torch import nn

Stage = tuple[str, "nn.Module"]


@dataclass(frozen=True)
class KernelSet:
    """The kernels of one stage of a layer: read-only views of its weights, which follow when these change.

    Attributes:
        stage: What the stage is called.
        weights: (out, in, kernel height, kernel width) of a convolution, (units, inputs) of a dense layer.
        bias: (out,) or (units,); None where there is none.
        input_count: How many channels or numbers the stage takes; with groups each kernel reads a part of them.
    """

    stage: str
    weights: np.ndarray
    bias: np.ndarray | None
    input_count: int


def kernel_sets(stages: Sequence[Stage]) -> Iterator[KernelSet]:
    """One set for each convolution, transposed or not, and each dense layer among the modules, in order."""
    from torch import nn

    for name, stage in stages:
        for path, module in stage.named_modules():
            if isinstance(module, nn.ConvTranspose2d):
                # torch puts the input channels first: (in, out of a group, height, width).
                weights = module.weight.unflatten(0, (module.groups, -1)).transpose(1, 2).flatten(0, 1)
                input_count = module.in_channels
            elif isinstance(module, nn.Conv2d):
                weights, input_count = module.weight, module.in_channels
            elif isinstance(module, nn.Linear):
                weights, input_count = module.weight, module.in_features
            else:
                continue
            bias = None if module.bias is None else _read_only(module.bias)
            yield KernelSet(f"{name}.{path}" if path else name, _read_only(weights), bias, input_count)


def _read_only(weights: "torch.Tensor") -> np.ndarray:
    array: np.ndarray = weights.detach().cpu().numpy()
    array.flags.writeable = False
    return array
