"""Four optimizers on one surface. `torch.optim` takes every step; this file only watches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.concepts.surfaces import Surface, distance_to_minimum

if TYPE_CHECKING:
    import torch

ARRIVED_WITHIN = 0.1  # distance to the minimum
# A position that is this many times the drawn part's size away from it does not come back.
LOST_BEYOND = 10.0


@dataclass(frozen=True)
class Optimizer:
    """An optimizer: its name in the code, its name for people, its idea in a sentence, its class in `torch.optim`."""

    name: str
    title: str
    idea: str
    torch_class: str
    options: Mapping[str, float] = field(default_factory=dict)

    def make(self, parameters: Any, learning_rate: float) -> "torch.optim.Optimizer":
        """The torch optimizer of these parameters."""
        import torch

        made: torch.optim.Optimizer = getattr(torch.optim, self.torch_class)(
            parameters, lr=learning_rate, **self.options
        )
        return made


# Settings that are not named are torch's defaults, which are those of the papers but for RMSprop's α: 0.99, where
# Hinton's lecture has 0.9 (https://docs.pytorch.org/docs/stable/optim.html).
OPTIMIZERS: dict[str, Optimizer] = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer(
            "sgd",
            "SGD",
            "Go downhill, against the gradient, by the learning rate times its length.",
            "SGD",
        ),
        Optimizer(
            "momentum",
            "Momentum",
            "SGD with a velocity: what points the same way again and again adds up. What changes its sign at every "
            "step is damped, a slow swing is not.",
            "SGD",
            {"momentum": 0.9},
        ),
        Optimizer(
            "rmsprop",
            "RMSprop",
            "Divide each coordinate's step by the usual size of its gradient: steep and flat directions move alike.",
            "RMSprop",
        ),
        Optimizer(
            "adam",
            "Adam",
            "A velocity as in momentum, divided by the usual size as in RMSprop, both corrected for starting at zero.",
            "Adam",
        ),
    )
}

# The slider's learning rates: 1, 2 and 5 times each power of ten.
LEARNING_RATES: tuple[float, ...] = tuple(float(f"{digit}e{power}") for power in range(-4, 1) for digit in (1, 2, 5))

# With these each optimizer gets along on the surface; they are not the best possible ones.
STARTING_RATES: dict[str, dict[str, float]] = {
    "bowl": {"sgd": 0.2, "momentum": 0.05, "rmsprop": 0.05, "adam": 0.1},
    "ravine": {"sgd": 0.5, "momentum": 0.1, "rmsprop": 0.05, "adam": 0.2},
    "saddle": {"sgd": 0.1, "momentum": 0.1, "rmsprop": 0.05, "adam": 0.1},
    "beale": {"sgd": 0.02, "momentum": 0.005, "rmsprop": 0.1, "adam": 0.5},
}


@dataclass(frozen=True)
class Path:
    """One optimizer's way over a surface. T is the number of steps taken; all arrays are float64.

    Attributes:
        optimizer: Its name in OPTIMIZERS.
        settings: What torch's optimizer was set to: lr, momentum, alpha, betas, eps ….
        positions: (T + 1, 2): the start and where each step led.
        values: (T + 1,): f at these positions.
        gradients: (T, 2): row t is the gradient that step t + 1 saw, at positions[t].
        state: What torch's optimizer remembered after each step, by the names of its `state_dict`: (T, 2) each.
        arrived: The first step from which it stays within ARRIVED_WITHIN of a minimum; None where it does not.
        lost: The step after which it was so far away that the race went on without it; None where it stayed.
    """

    optimizer: str
    settings: Mapping[str, Any]
    positions: np.ndarray
    values: np.ndarray
    gradients: np.ndarray
    state: Mapping[str, np.ndarray]
    arrived: int | None
    lost: int | None

    @property
    def steps(self) -> int:
        return len(self.gradients)


def descend(surface: Surface, optimizer: str, learning_rate: float, steps: int | None = None) -> Path:
    """Let one optimizer walk from the surface's start, in double precision; the surface says how many steps."""
    import torch

    weights = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    torch_optimizer = OPTIMIZERS[optimizer].make([weights], learning_rate)
    settings = {key: value for key, value in torch_optimizer.param_groups[0].items() if key != "params"}
    positions, values = [np.array(surface.start)], [float(surface.function(*surface.start))]
    gradients: list[np.ndarray] = []
    remembered: dict[str, list[np.ndarray]] = {}
    lost = None
    for step in range(1, (steps or surface.steps) + 1):
        torch_optimizer.zero_grad()
        surface.function(weights[0], weights[1]).backward()
        assert weights.grad is not None
        gradients.append(weights.grad.numpy().copy())
        torch_optimizer.step()
        for name, value in torch_optimizer.state_dict()["state"].get(0, {}).items():
            if torch.is_tensor(value) and value.shape == weights.shape:
                remembered.setdefault(name, []).append(value.numpy().copy())
        position = weights.detach().numpy().copy()
        positions.append(position)
        values.append(float(surface.function(*position)))
        if _is_lost(surface, position):
            lost = step
            break
    way = np.array(positions)
    return Path(
        optimizer,
        settings,
        way,
        np.array(values),
        np.array(gradients),
        {name: np.array(rows) for name, rows in remembered.items()},
        None if lost else _arrival(surface, way),
        lost,
    )


def winners(paths: Mapping[str, Path]) -> tuple[str, ...]:
    """The optimizers that arrived first: one, several at the same step, or none."""
    first = min((path.arrived for path in paths.values() if path.arrived is not None), default=None)
    return () if first is None else tuple(name for name, path in paths.items() if path.arrived == first)


def curvatures(surface: Surface) -> tuple[float, float]:
    """The smallest and the largest second derivative in any direction at the first minimum, from torch's Hessian.

    Plain gradient descent is only stable there with a learning rate below 2 divided by the largest one
    (https://www.deeplearningbook.org/contents/numerical.html, section 4.3.1).
    """
    import torch

    minimum = torch.tensor(surface.minima[0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda point: surface.function(point[0], point[1]), minimum)
    least, most = torch.linalg.eigvalsh(hessian).tolist()
    return float(least), float(most)


def left_by_a_step(momentum: float, learning_rate: float, curvature: float) -> float:
    """What share of the distance from a minimum a step leaves in the long run, where the surface curves like that.

    For SGD (momentum 0) |1 − ηλ|; else the larger size of the two roots of z² − (1 + β − ηλ) z + β. Above 1 it climbs.
    Source: G. Goh, Why momentum really works, https://distill.pub/2017/momentum/
    """
    return float(np.abs(np.roots([1, -(1 + momentum - learning_rate * curvature), momentum])).max())


def _arrival(surface: Surface, positions: np.ndarray) -> int | None:
    outside = np.flatnonzero(distance_to_minimum(surface, positions) > ARRIVED_WITHIN)
    first = int(outside[-1]) + 1 if len(outside) else 0
    return first if first < len(positions) else None


def _is_lost(surface: Surface, position: np.ndarray) -> bool:
    if not np.isfinite(position).all():
        return True
    ranges = np.array([surface.x_range, surface.y_range])
    size = ranges[:, 1] - ranges[:, 0]
    return bool((np.abs(position - ranges.mean(axis=1)) > LOST_BEYOND * size).any())
