"""Checks of an attribution: is it about what the network learnt, and about what the answer hangs on?"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import spearmanr

from visualizer.architecture.flow import FlowNetwork

SHARES = tuple(share / 100 for share in range(0, 101, 10))
RANDOM_ORDERS = 5


@dataclass(frozen=True)
class Deletion:
    """The answer for a class, a probability or a score, while more and more pixels get the picture's mean colour.

    Attributes:
        shares: (S,) share of the pixels that are gone, 0 to 1.
        by_heat: (S,) the answer when those with the most heat go first.
        at_random: (orders, S) when they go in random orders.
    """

    shares: np.ndarray
    by_heat: np.ndarray
    at_random: np.ndarray


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's correlation of the sizes of two heats, −1 to 1: 1 where both put the pixels into the same order.

    The sizes, since a method that only turned all signs round would still point at the same pixels. Pixels that get 0
    from both are left out: a black background gets 0 from some methods whatever the network is, and would make any two
    look alike. NaN where one of the heats is the same everywhere.

    Source: Adebayo et al., 2018, https://arxiv.org/abs/1810.03292
    """
    told = (one != 0) | (other != 0)
    sizes, others = np.abs(one[told]), np.abs(other[told])
    if not told.any() or np.ptp(sizes) == 0 or np.ptp(others) == 0:
        return float("nan")
    return float(spearmanr(sizes, others).statistic)


def deletion(
    network: FlowNetwork, picture: np.ndarray, target: int, heat: np.ndarray, seed: int = 0
) -> Generator[float, None, Deletion]:
    """Take pixels away, those with the most heat first, and in random orders.

    Source: Samek et al., 2017, https://arxiv.org/abs/1509.06321

    Args:
        network: Any network that ends in a vector of logits.
        picture: (C, H, W) in [0, 1].
        target: The class, from 0.
        heat: (H, W); the largest first.
        seed: Of the random orders.

    Yields:
        The share that is done, 0 to 1.
    """
    random = np.random.default_rng(seed)
    pixels = heat.size
    orders = [np.argsort(-heat.ravel(), kind="stable"), *(random.permutation(pixels) for _ in range(RANDOM_ORDERS))]
    mean = picture.mean(axis=(1, 2))
    curves = []
    for number, order in enumerate(orders):
        yield number / len(orders)
        pictures = np.repeat(picture[None].astype(np.float32), len(SHARES), axis=0).reshape(len(SHARES), len(mean), -1)
        for gone, share in zip(pictures, SHARES, strict=True):
            gone[:, order[: round(share * pixels)]] = mean[:, None]
        batch = torch.from_numpy(pictures.reshape(len(SHARES), *picture.shape))
        with torch.inference_mode():
            curves.append(network.answers(network(batch))[:, target].numpy())
    return Deletion(np.array(SHARES), curves[0], np.stack(curves[1:]))
