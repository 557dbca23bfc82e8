"""Two checks of an attribution: does it depend on what the network learnt, and do its pixels decide the answer?"""

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
    """The answer for a class, a probability or a score, as more and more pixels are set to the picture's mean colour.

    Attributes:
        shares: (S,) share of the pixels that are removed, 0 to 1.
        by_heat: (S,) the answer when those with the most heat are removed first.
        at_random: (orders, S) when they are removed in random orders.
    """

    shares: np.ndarray
    by_heat: np.ndarray
    at_random: np.ndarray


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's correlation of the absolute values of two heats, −1 to 1: 1 where both rank the pixels alike.

    Absolute values, since a heat with all signs reversed still marks the same pixels. Pixels that are 0 in both are
    left out: some methods give a black background 0 for every network, which would make any two heats similar. NaN
    where one of the heats is constant.

    Source: Adebayo et al., 2018, https://arxiv.org/abs/1810.03292
    """
    compared = (first != 0) | (second != 0)
    first_sizes, second_sizes = np.abs(first[compared]), np.abs(second[compared])
    if not compared.any() or np.ptp(first_sizes) == 0 or np.ptp(second_sizes) == 0:
        return float("nan")
    return float(spearmanr(first_sizes, second_sizes).statistic)


def deletion(
    network: FlowNetwork, picture: np.ndarray, target: int, heat: np.ndarray
) -> Generator[float, None, Deletion]:
    """Remove pixels, those with the most heat first, and in random orders.

    Source: Samek et al., 2017, https://arxiv.org/abs/1509.06321

    Args:
        network: Any network that ends in a vector of logits.
        picture: (C, H, W) in [0, 1].
        target: The class, from 0.
        heat: (H, W); the largest first.

    Yields:
        The share that is done, 0 to 1.
    """
    random = np.random.default_rng(0)
    pixels = heat.size
    orders = [np.argsort(-heat.ravel(), kind="stable"), *(random.permutation(pixels) for _ in range(RANDOM_ORDERS))]
    mean = picture.mean(axis=(1, 2))
    curves = []
    for number, order in enumerate(orders):
        yield number / len(orders)
        pictures = np.repeat(picture[None].astype(np.float32), len(SHARES), axis=0).reshape(len(SHARES), len(mean), -1)
        for remaining, share in zip(pictures, SHARES, strict=True):
            remaining[:, order[: round(share * pixels)]] = mean[:, None]
        batch = torch.from_numpy(pictures.reshape(len(SHARES), *picture.shape))
        with torch.inference_mode():
            curves.append(network.answers(network(batch))[:, target].numpy())
    return Deletion(np.array(SHARES), curves[0], np.stack(curves[1:]))
