"""Diffusion on one picture: noise is mixed in, and a network takes it away step by step.

Pixels go from -1 to 1 here, as in Ho and others, 2020, https://arxiv.org/abs/2006.11239; a network's input goes from 0
to 1. The way from picture to noise is straight, as the task Diffusion has it; other schedules are there to compare.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork

DECIMALS = 3  # of every number of a way: what is shown can then be added up by hand
_NOISE_DECIMALS = 2
_AMOUNT_DECIMALS = 4
_LINEAR_STEPS = 1000
_BETAS = (1e-4, 0.02)  # of the first and of the last of them

Schedule = Literal["straight", "cosine", "linear"]


@dataclass(frozen=True)
class WayBack:
    """From noise to a picture in n steps.

    Attributes:
        shown: (n + 1, H, W), the picture before each step, and after the last.
        clean: (n, H, W) from -1 to 1, what the network takes for the clean picture before each step.
        shares: (n + 1,), the share of noise t before each step, from 1 to 0.
    """

    shown: np.ndarray
    clean: np.ndarray
    shares: np.ndarray


def as_signed(picture: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1 as pixels from -1 to 1, rounded."""
    return np.round(2.0 * picture - 1, DECIMALS)


def drawn_noise(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Normally distributed numbers with mean 0 and standard deviation 1, rounded."""
    return np.round(np.random.default_rng(seed).standard_normal(shape), _NOISE_DECIMALS)


def amounts(schedule: Schedule, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of the picture and how much of the noise is mixed at each time from 0 to 1, rounded: (T,) each.

    - straight: 1 - t and t. Source: Liu and others, 2022, https://arxiv.org/abs/2209.03003
    - cosine: cos(π t / 2) and sin(π t / 2). Source: Nichol and Dhariwal, 2021, https://arxiv.org/abs/2102.09672,
      without the offset that keeps its first steps from being tiny.
    - linear: √ᾱ and √(1 - ᾱ), where ᾱ is the product of 1 - β over the first 1,000 · t of 1,000 steps, and β goes
      evenly from 0.0001 to 0.02. Source: Ho and others, 2020, https://arxiv.org/abs/2006.11239
    """
    if schedule == "straight":
        kept, added = 1 - times, times
    elif schedule == "cosine":
        kept, added = np.cos(np.pi / 2 * times), np.sin(np.pi / 2 * times)
    else:
        products = np.concatenate([[1.0], np.cumprod(1 - np.linspace(*_BETAS, _LINEAR_STEPS))])
        product = products[np.round(times * _LINEAR_STEPS).astype(int)]
        kept, added = np.sqrt(product), np.sqrt(1 - product)
    return np.round(kept, _AMOUNT_DECIMALS), np.round(added, _AMOUNT_DECIMALS)


def noised(clean: np.ndarray, noise: np.ndarray, kept: np.ndarray, added: np.ndarray) -> np.ndarray:
    """kept · clean + added · noise for each of the (T,) amounts: (T, H, W)."""
    return kept[:, None, None] * clean + added[:, None, None] * noise


def way_back(network: "FlowNetwork", noise: np.ndarray, steps: int, wanted: int | None = None) -> WayBack:
    """Take the noise away in so many steps of the same size.

    From the share t to the next smaller one s, x becomes x + (t - s) / t · (clean - x).

    Args:
        network: In evaluation mode; it turns (N, 1, H, W) from 0 to 1 into the clean pictures.
        noise: (H, W), the start.
        steps: At least 1.
        wanted: The class that is asked for, where the network can be asked.
    """
    import torch

    from visualizer.architecture.own_modules import of_classes

    classes = None if wanted is None else torch.tensor([wanted])
    shares = np.linspace(1, 0, steps + 1)
    shown, clean = [noise], []
    for left in range(steps, 0, -1):
        seen = torch.from_numpy((shown[-1] + 1) / 2).float()[None, None]
        with torch.inference_mode(), of_classes(classes):
            clean.append(as_signed(network(seen)[0, 0].numpy().astype(np.float64)))
        shown.append(np.round(shown[-1] + (clean[-1] - shown[-1]) / left, DECIMALS))
    return WayBack(np.stack(shown), np.stack(clean), shares)


def read_right(
    network: "FlowNetwork",
    pictures: np.ndarray,
    labels: np.ndarray,
    mixed: Iterable[tuple[float, float]],
    seed: int,
) -> np.ndarray:
    """The share of noisy pictures that a classifier names right, (T,) for T mixtures of picture and noise.

    Args:
        network: A classifier in evaluation mode.
        pictures: (N, 1, H, W) from 0 to 1. With their noise they are cut off at 0 and 1, as pictures are.
        labels: (N,) the right classes.
        mixed: How much of the picture and how much of the noise; the noise itself is the same for all of them.
        seed: Of the noise.
    """
    import torch

    noise = np.random.default_rng(seed).standard_normal(pictures.shape)
    right = []
    for kept, added in mixed:
        shown = kept * (2 * pictures - 1) + added * noise
        with torch.inference_mode():
            answers = network(torch.from_numpy(np.clip((shown + 1) / 2, 0, 1)).float()).argmax(1).numpy()
        right.append(float((answers == labels).mean()))
    return np.array(right)
