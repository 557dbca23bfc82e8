"""Training pictures are changed at random, so that a network sees each of them in many ways.

Source of the idea: Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks,
section 4.1, https://papers.nips.cc/paper/4824
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from visualizer.training.settings import TrainingSettings, is_augmented


@dataclass(frozen=True)
class Moves:
    """How each of N pictures is moved, (N,) each.

    Attributes:
        flipped, flipped_vertically: -1 if it is mirrored, else 1.
        down, right: How far it is shifted, as a share of its height and width.
        angle: How far it is turned, counter-clockwise, in radians.
        kept: The share of each side that is left after the crop.
        crop_down, crop_right: Where the crop lies, from -1 (at the upper or left edge) to 1.
    """

    flipped: torch.Tensor
    flipped_vertically: torch.Tensor
    down: torch.Tensor
    right: torch.Tensor
    angle: torch.Tensor
    kept: torch.Tensor
    crop_down: torch.Tensor
    crop_right: torch.Tensor


class Augmentation:
    """Changes batches as the settings say, with its own random numbers, which follow from the seed."""

    def __init__(self, settings: TrainingSettings) -> None:
        self.settings = settings
        self._changes = is_augmented(settings)
        # Not the stream that draws the batches' order, which starts with the seed itself.
        self._random = torch.Generator().manual_seed(settings.seed + 1_000_003)

    @property
    def random_state(self) -> torch.Tensor:
        """The state of its random generator, uint8; may be set to one that was read before."""
        return self._random.get_state()

    @random_state.setter
    def random_state(self, state: torch.Tensor) -> None:
        self._random.set_state(state)

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """The pictures changed, each in its own way: (N, C, H, W) float32 in [0, 1] in and out."""
        settings = self.settings
        if not self._changes:
            return pictures
        if settings.flip or settings.flip_vertical or settings.shift or settings.rotation or settings.crop:
            pictures = moved(pictures, self._moves(len(pictures)))
        if settings.brightness:
            factor = 1 + settings.brightness * self._between(len(pictures))
            pictures = pictures * factor[:, None, None, None]
        if settings.noise:
            pictures = pictures + settings.noise * torch.randn(pictures.shape, generator=self._random)
        return pictures.clamp(0, 1)

    def _between(self, count: int) -> torch.Tensor:
        """Uniform between -1 and 1: (count,)."""
        return 2 * torch.rand(count, generator=self._random) - 1

    def _sign(self, count: int, wanted: bool) -> torch.Tensor:
        return torch.sign(self._between(count)) if wanted else torch.ones(count)

    def _moves(self, count: int) -> Moves:
        settings = self.settings
        return Moves(
            self._sign(count, settings.flip),
            self._sign(count, settings.flip_vertical),
            settings.shift * self._between(count),
            settings.shift * self._between(count),
            math.radians(settings.rotation) * self._between(count),
            1 - settings.crop * (self._between(count) + 1) / 2,
            self._between(count),
            self._between(count),
        )


def moved(pictures: torch.Tensor, moves: Moves) -> torch.Tensor:
    """Mirror, turn, crop and shift pictures, (N, C, H, W) in and out, with bilinear interpolation.

    Beyond its edges a picture is mirrored.
    """
    height, width = pictures.shape[2:]
    # For every place of the result, where in the picture its number comes from; both go from -1 to 1 along each axis.
    # So a picture that moves right is read further left.
    cosine, sine = torch.cos(moves.angle), torch.sin(moves.angle)
    across = torch.stack([cosine, -sine * height / width], -1) * (moves.flipped * moves.kept)[:, None]
    along = torch.stack([sine * width / height, cosine], -1) * (moves.flipped_vertically * moves.kept)[:, None]
    rest = 1 - moves.kept
    offset = torch.stack([moves.crop_right * rest - 2 * moves.right, moves.crop_down * rest - 2 * moves.down], -1)
    places = torch.cat([torch.stack([across, along], 1), offset[:, :, None]], -1)
    grid = functional.affine_grid(places, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def preview(picture: np.ndarray, settings: TrainingSettings, count: int) -> np.ndarray:
    """One picture as training would see it `count` times: (C, H, W) float32 in [0, 1] in, (count, C, H, W) out."""
    many = torch.from_numpy(picture)[None].repeat(count, 1, 1, 1)
    return Augmentation(settings)(many).numpy()
