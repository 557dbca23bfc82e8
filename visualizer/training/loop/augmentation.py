"""Training pictures are changed at random, so that a network sees each of them in many ways.

Source of the idea: Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks,
section 4.1, https://papers.nips.cc/paper/4824
"""

import math

import numpy as np
import torch

from visualizer.data.annotations import Annotations
from visualizer.data.moves import Moves, moved
from visualizer.training.settings import TrainingSettings, is_augmented


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

    def __call__(self, pictures: torch.Tensor) -> tuple[torch.Tensor, Moves | None]:
        """The pictures changed, each in its own way, and how they were moved; None where they were not.

        (N, C, H, W) float32 in [0, 1] in and out.
        """
        settings = self.settings
        moves = None
        if not self._changes:
            return pictures, moves
        if settings.flip or settings.flip_vertical or settings.shift or settings.rotation or settings.crop:
            moves = self._moves(len(pictures))
            pictures = moved(pictures, moves, mirrored_beyond=settings.task.mirrored_beyond)
        if settings.brightness:
            factor = 1 + settings.brightness * self._between(len(pictures))
            pictures = pictures * factor[:, None, None, None]
        if settings.noise:
            pictures = pictures + settings.noise * torch.randn(pictures.shape, generator=self._random)
        return pictures.clamp(0, 1), moves

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


def preview(
    picture: np.ndarray,
    target: np.ndarray,
    settings: TrainingSettings,
    annotations: Annotations,
    count: int,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """One picture, and what is to be learnt of it, as training would see them `count` times.

    Args:
        picture: (C, H, W) float32 in [0, 1].
        target: (…), as the task's `targets` makes it.
        settings: With the task and the changes.
        annotations: As the task's `about` returned them.
        count: How many times.
        mask: (H, W), its mask, where the data set has one and the task wants it.

    Returns:
        (count, C, H, W) and (count, …).
    """
    pictures = torch.from_numpy(picture).expand(count, *picture.shape)
    targets = torch.from_numpy(np.asarray(target)).expand(count, *target.shape)
    changed, moves = Augmentation(settings)(pictures)
    if moves is not None:
        masks = None if mask is None else torch.from_numpy(mask).expand(count, *mask.shape)
        targets = settings.task.moved(targets, moves, (picture.shape[1], picture.shape[2]), annotations, masks)
    return changed.numpy(), targets.numpy()
