"""Average pooling with Keras's "same" padding, which torch does not have."""

import torch
from torch import nn
from torch.nn import functional


class PaddedAveragePooling(nn.Module):
    """The mean of each window over its pixels without the padding: (N, C, H, W) in, (N, C, H', W') out.

    `nn.AvgPool2d` pads both sides alike; here `padding` is (left, right, top, bottom).
    """

    def __init__(self, window: tuple[int, int], strides: tuple[int, int], padding: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.window = window
        self.strides = strides
        self.padding = padding

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        padded_maps = functional.pad(maps, self.padding)
        real = functional.pad(torch.ones_like(maps[:1, :1]), self.padding)
        return functional.avg_pool2d(padded_maps, self.window, self.strides) / functional.avg_pool2d(
            real, self.window, self.strides
        )

    def extra_repr(self) -> str:
        # What the PyTorch writer puts into a script.
        return f"window={self.window}, strides={self.strides}, padding={self.padding}"
