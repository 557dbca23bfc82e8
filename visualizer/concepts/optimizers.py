"""Four optimizers on one surface. `torch.optim` takes every step; this module records them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.concepts.surfaces import Surface, distance_to_minimum

if TYPE_CHECKING:
    import torch

ARRIVED_WITHIN = 0.1  # distance to the minimum
# A position further away from the drawn part than this many times its size does not come back.
DIVERGED_BEYOND = 10.0


@dataclass(frozen=True)
class ExplainedOptimizer:
    """An optimizer: its name in the code, the name shown to people, its idea, its class in `torch.optim`."""

    name: str
    title: str
    idea: str
    torch_class: str
    options: Mapping[str, float] = field(default_factory=dict)

    def make(self, parameters: Any, learning_rate: float) -> "torch.optim.Optimizer":
        """The torch optimizer of these parameters."""
        import torch

        return getattr(torch.optim, self.torch_class)(parameters, lr=learning_rate, **self.options)


# All other settings are torch's defaults, which are those of the papers except for RMSprop's α: 0.99 instead of the 0.9
# of Hinton's lecture (https://docs.pytorch.org/docs/stable/optim.html).
OPTIMIZERS: dict[str, ExplainedOptimizer] = {
    optimizer.name: optimizer
    for optimizer in (
        ExplainedOptimizer(
            "sgd",
            "SGD",
            "Go downhill, against the gradient, by the learning rate times its length.",
            "SGD",
        ),
        ExplainedOptimizer(
            "momentum",
            "Momentum",
            "SGD with a velocity: gradients that keep pointing the same way add up. Those that change sign at every "
            "step are damped; a slow swing is not.",
            "SGD",
            {"momentum": 0.9},
        ),
        ExplainedOptimizer(
            "rmsprop",
            "RMSprop",
            "Divide each coordinate's step by the usual size of its gradient: steps are equally long in steep and in "
            "flat directions.",
            "RMSprop",
        ),
        ExplainedOptimizer(
            "adam",
            "Adam",
            "A velocity as in Momentum, divided by the usual size as in RMSprop; both are corrected for starting at "
            "zero.",
            "Adam",
        ),
    )
}

# The learning rates on the slider: 1, 2 and 5 times each power of ten.
LEARNING_RATES: tuple[float, ...] = tuple(float(f"{digit}e{power}") for power in range(-4, 1) for digit in (1, 2, 5))

# Rates with which each optimizer makes progress on the surface; not the best possible ones.
STARTING_RATES: dict[str, dict[str, float]] = {
    "bowl": {"sgd": 0.2, "momentum": 0.05, "rmsprop": 0.05, "adam": 0.1},
    "ravine": {"sgd": 0.5, "momentum": 0.1, "rmsprop": 0.05, "adam": 0.2},
    "saddle": {"sgd": 0.1, "momentum": 0.1, "rmsprop": 0.05, "adam": 0.1},
    "beale": {"sgd": 0.02, "momentum": 0.005, "rmsprop": 0.1, "adam": 0.5},
}


@dataclass(frozen=True)
class Path:
    """One optimizer's path over a surface. T is the number of steps taken; all arrays are float64.

    Attributes:
        optimizer: Its name in OPTIMIZERS.
        settings: The settings of torch's optimizer: lr, momentum, alpha, betas, eps ….
        positions: (T + 1, 2): the start, and the position after each step.
        values: (T + 1,): f at these positions.
        gradients: (T, 2): row t is the gradient of step t + 1, at positions[t].
        state: The state of torch's optimizer after each step, by the names of its `state_dict`: (T, 2) each.
        arrived_at: The first step from which it stays within ARRIVED_WITHIN of a minimum; None where it does not.
        diverged_at: The step after which it was so far away that the race continued without it; None where it stayed.
    """

    optimizer: str
    settings: Mapping[str, Any]
    positions: np.ndarray
    values: np.ndarray
    gradients: np.ndarray
    state: Mapping[str, np.ndarray]
    arrived_at: int | None
    diverged_at: int | None

    @property
    def steps(self) -> int:
        return len(self.gradients)


def descend(surface: Surface, optimizer: str, learning_rate: float, steps: int | None = None) -> Path:
    """Run one optimizer from the surface's start, in double precision, by default for as many steps as a race takes."""
    import torch

    weights = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    torch_optimizer = OPTIMIZERS[optimizer].make([weights], learning_rate)
    settings = {key: value for key, value in torch_optimizer.param_groups[0].items() if key != "params"}
    positions, values = [np.array(surface.start)], [float(surface.function(*surface.start))]
    gradients: list[np.ndarray] = []
    states: dict[str, list[np.ndarray]] = {}
    diverged_at = None
    for step in range(1, (steps or surface.steps) + 1):
        torch_optimizer.zero_grad()
        surface.function(weights[0], weights[1]).backward()
        assert weights.grad is not None
        gradients.append(weights.grad.numpy().copy())
        torch_optimizer.step()
        for name, value in torch_optimizer.state_dict()["state"].get(0, {}).items():
            if torch.is_tensor(value) and value.shape == weights.shape:
                states.setdefault(name, []).append(value.numpy().copy())
        position = weights.detach().numpy().copy()
        positions.append(position)
        values.append(float(surface.function(*position)))
        if _has_diverged(surface, position):
            diverged_at = step
            break
    return Path(
        optimizer,
        settings,
        np.array(positions),
        np.array(values),
        np.array(gradients),
        {name: np.array(rows) for name, rows in states.items()},
        None if diverged_at else _arrival(surface, np.array(positions)),
        diverged_at,
    )


def winners(paths: Mapping[str, Path]) -> tuple[str, ...]:
    """The optimizers that arrived first: one, several at the same step, or none."""
    first = min((path.arrived_at for path in paths.values() if path.arrived_at is not None), default=None)
    return () if first is None else tuple(name for name, path in paths.items() if path.arrived_at == first)


def curvatures(surface: Surface) -> tuple[float, float]:
    """The smallest and the largest second derivative in any direction at the first minimum, from torch's Hessian.

    Plain gradient descent is stable there only with a learning rate below 2 divided by the largest one
    (https://www.deeplearningbook.org/contents/numerical.html, section 4.3.1).
    """
    import torch

    minimum = torch.tensor(surface.minima[0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda point: surface.function(point[0], point[1]), minimum)
    least, most = torch.linalg.eigvalsh(hessian).tolist()
    return float(least), float(most)


def share_left_by_step(momentum: float, learning_rate: float, curvature: float) -> float:
    """The share of the distance from a minimum that each step leaves in the long run, in a direction of that curvature.

    For SGD (momentum 0) it is |1 − ηλ|; otherwise the larger of the sizes of the two roots of z² − (1 + β − ηλ) z + β.
    Above 1, the optimizer climbs.
    Source: G. Goh, Why momentum really works, https://distill.pub/2017/momentum/
    """
    return float(np.abs(np.roots([1, -(1 + momentum - learning_rate * curvature), momentum])).max())


def _arrival(surface: Surface, positions: np.ndarray) -> int | None:
    outside = np.flatnonzero(distance_to_minimum(surface, positions) > ARRIVED_WITHIN)
    first = int(outside[-1]) + 1 if len(outside) else 0
    return first if first < len(positions) else None


def _has_diverged(surface: Surface, position: np.ndarray) -> bool:
    if not np.isfinite(position).all():
        return True
    ranges = np.array([surface.x_range, surface.y_range])
    size = ranges[:, 1] - ranges[:, 0]
    return bool((np.abs(position - ranges.mean(axis=1)) > DIVERGED_BEYOND * size).any())
