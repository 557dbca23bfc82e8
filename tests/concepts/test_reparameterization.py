import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from visualizer.concepts.reparameterization import divergence, epsilons


@pytest.mark.parametrize(("mean", "log_variance"), [(0, 0), (1.5, -2), (-3, 1), (0.2, 0.7)])
def test_the_divergence_is_that_of_torch(mean: float, log_variance: float) -> None:
    variance = torch.tensor(float(log_variance)).exp()
    by_torch = kl_divergence(Normal(torch.tensor(float(mean)), variance.sqrt()), Normal(0.0, 1.0))
    assert divergence(mean, log_variance) == pytest.approx(by_torch.item(), abs=1e-5)


def test_the_gradient_reaches_mean_and_deviation_as_the_page_says() -> None:
    """dz/dμ is 1 and dz/dσ is ε."""
    mean, deviation = torch.tensor(0.5, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    (mean + deviation * -1.25).backward()
    assert (mean.grad, deviation.grad) == (1, -1.25)


def test_epsilons_are_standard_normal_and_always_the_same() -> None:
    many = epsilons(20_000, 0)
    assert (many.mean(), many.std()) == pytest.approx((0, 1), abs=0.02)
    assert (np.diff(many) >= 0).all()
    assert epsilons(5, 3).tolist() == epsilons(5, 3).tolist()
