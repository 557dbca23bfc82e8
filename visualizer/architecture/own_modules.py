"""Modules that torch does not have. The PyTorch writer puts their source into a script, where they need torch alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import nn


class ParametricReLU(nn.Module):
    """x where x > 0, else its own slope times x; `shape` is that of the slopes, (C, H, W), (C, 1, 1) or (F,).

    `nn.PReLU` has no slope for each place, and does not print the slope that it starts with.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return torch.where(values > 0, values, self.weight * values)

    def extra_repr(self) -> str:
        return f"{self.shape}"


class ScaleAndShift(nn.Module):
    """values · scale + offset, with fixed numbers."""

    def __init__(self, scale: float, offset: float) -> None:
        super().__init__()
        self.scale = scale
        self.offset = offset

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values * self.scale + self.offset

    def extra_repr(self) -> str:
        return f"scale={self.scale}, offset={self.offset}"


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels at each place, as Keras does it: (N, C, H, W) in and out."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return super().forward(maps.movedim(1, -1)).movedim(-1, 1).contiguous()


class NoiseInTraining(nn.Module):
    """Adds normally distributed numbers with standard deviation `stddev` while training, and nothing afterwards."""

    def __init__(self, stddev: float) -> None:
        super().__init__()
        self.stddev = stddev

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values + self.stddev * torch.randn_like(values) if self.training else values

    def extra_repr(self) -> str:
        return f"stddev={self.stddev}"


class NormalSampling(nn.Module):
    """(N, 2n) in, means and logarithms of variances; (N, n) out, while training drawn at random, else the means."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        mean, log_variance = values.chunk(2, dim=1)
        if not self.training:
            return mean
        return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)


class ClassTable(nn.Module):
    """Adds to each channel a number that is learnt for each class: (N, C, …) in and out.

    `wanted` has the class of each, (N,) whole numbers. Where it is None, −1 or no class of these, nothing is added.
    """

    wanted: "ContextVar[torch.Tensor | None]" = ContextVar("wanted", default=None)

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        self.classes = classes
        self.weight = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        wanted = self.wanted.get()
        if wanted is None:
            return values
        known = torch.where((wanted >= 0) & (wanted < self.classes), wanted, self.classes)
        added = torch.cat([self.weight, torch.zeros_like(self.weight[:1])])[known]
        return values + added.reshape(*added.shape, *[1] * (values.ndim - 2))

    def extra_repr(self) -> str:
        return "classes={}, channels={}".format(*self.weight.shape)


@contextmanager
def of_classes(wanted: torch.Tensor | None) -> Iterator[None]:
    """In this thread, let every `ClassTable` add the numbers of these classes, (N,); None: of none."""
    token = ClassTable.wanted.set(wanted)
    try:
        yield
    finally:
        ClassTable.wanted.reset(token)


class VectorToMaps(nn.Module):
    """(N, height · width · C) in, (N, C, height, width) out, pixel by pixel."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height = height
        self.width = width

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        # Without the number of pictures, which an exported file would then have fixed.
        return vectors.unflatten(1, (self.height, self.width, -1)).movedim(-1, 1).contiguous()

    def extra_repr(self) -> str:
        return f"height={self.height}, width={self.width}"


class MapsToVector(nn.Module):
    """(N, C, H, W) in, (N, H · W · C) out, pixel by pixel; `nn.Flatten` goes map by map."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return maps.movedim(1, -1).flatten(1)
