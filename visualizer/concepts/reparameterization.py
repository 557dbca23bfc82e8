"""How a variational autoencoder draws a code at random so that a gradient still reaches the encoder.

Source: Kingma and Welling, 2013, Auto-Encoding Variational Bayes, section 2.4, https://arxiv.org/abs/1312.6114
"""

import numpy as np

_DECIMALS = 2


def epsilons(count: int, seed: int) -> np.ndarray:
    """Normally distributed numbers with mean 0 and standard deviation 1, rounded, in ascending order: (count,)."""
    return np.sort(np.round(np.random.default_rng(seed).standard_normal(count), _DECIMALS))


def divergence(mean: float, log_variance: float) -> float:
    """The KL divergence of N(mean, variance) from N(0, 1), in nats: (μ² + σ² - 1 - log σ²) / 2."""
    return float((mean**2 + np.exp(log_variance) - 1 - log_variance) / 2)
