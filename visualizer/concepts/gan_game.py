"""A GAN whose pictures are single numbers: a generator and a discriminator that play against each other.

Source: Goodfellow and others, 2014, Generative Adversarial Nets, https://arxiv.org/abs/1406.2661; the generator's loss
is the one of their section 3 that does not saturate.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

LOW, HIGH = -4.0, 4.0  # real numbers lie in between
BINS = 16
BATCH_SIZE = 128
LEARNING_RATE = 0.005
_BETAS = (0.5, 0.999)
_UNITS = 32
_SHOWN = 2000
_SHOWN_SEED = 9
_POINTS = 161


@dataclass(frozen=True)
class Move:
    """What one generated number is told by the discriminator.

    Attributes:
        noise: What the generator made it of.
        number: The number.
        real: The probability that the discriminator gives it of being real, 0 to 1.
        slope: Of its loss, -ln(real), along the number: where it is below 0, a larger number looks more real.
    """

    noise: float
    number: float
    real: float
    slope: float


@dataclass(frozen=True)
class GameView:
    """Where the game stands.

    Attributes:
        steps: How many were played.
        places: (points,) numbers along the axis, from LOW to HIGH.
        curve: (points,), the discriminator's probability at each place that a number there is real.
        generated: (BINS,) the share of generated numbers in each bin, always of the same noise.
        below: The share of generated numbers below 0.
        outside: The share of generated numbers below LOW or above HIGH.
        losses: Of discriminator and generator in the last step, in nats; None before the first.
        move: One generated number.
    """

    steps: int
    places: np.ndarray
    curve: np.ndarray
    generated: np.ndarray
    below: float
    outside: float
    losses: tuple[float, float] | None
    move: Move


def peaks(*centers: float) -> tuple[float, ...]:
    """The heights of BINS bars, 0 to 1, with a narrow peak around each of these numbers."""
    edges = np.linspace(LOW, HIGH, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    heights = sum(np.exp(-(((middles - center) / 0.4) ** 2) / 2) for center in centers)
    return tuple(np.round(heights / np.max(heights), 2).tolist())


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """How much of two histograms is the same, 0 to 1; each has shares that add up to at most 1."""
    return float(np.minimum(first, second).sum())


class Game:
    """Both networks, as far as they have played. The same bars, seed and number of steps give the same game."""

    def __init__(self, bars: tuple[float, ...], seed: int) -> None:
        """Real numbers follow `bars`, BINS heights from LOW to HIGH that are at least 0 and not all 0."""
        import torch
        from torch import nn

        self._random = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator = nn.Sequential(nn.Linear(1, _UNITS), nn.Tanh(), nn.Linear(_UNITS, 1))
            self.discriminator = nn.Sequential(
                *(nn.Linear(1, _UNITS), nn.Tanh()), *(nn.Linear(_UNITS, _UNITS), nn.Tanh()), nn.Linear(_UNITS, 1)
            )
        self._shares = torch.tensor(bars)
        self._optimizers = [
            torch.optim.Adam(network.parameters(), LEARNING_RATE, _BETAS)
            for network in (self.discriminator, self.generator)
        ]
        self._steps = 0
        self._losses: tuple[float, float] | None = None

    def play(self, steps: int) -> None:
        """In each step the discriminator learns from one batch, and then the generator from another."""
        from torch.nn.functional import softplus

        for _ in range(steps):
            real, made = self.discriminator(self._real()), self.discriminator(self._made().detach())
            # From the logits: -ln D(real) - ln(1 - D(made)), and then -ln D(made).
            losses = [softplus(-real).mean() + softplus(made).mean()]
            self._step(0, losses[0])
            losses.append(softplus(-self.discriminator(self._made())).mean())
            self._step(1, losses[1])
            self._losses = (losses[0].item(), losses[1].item())
            self._steps += 1

    def view(self) -> GameView:
        import torch

        places = np.linspace(LOW, HIGH, _POINTS)
        noise = torch.randn(_SHOWN, 1, generator=torch.Generator().manual_seed(_SHOWN_SEED))
        with torch.no_grad():
            curve = torch.sigmoid(self.discriminator(torch.from_numpy(places).float()[:, None]))[:, 0].numpy()
            numbers = self.generator(noise)[:, 0].numpy()
        number = torch.tensor([[float(numbers[0])]], requires_grad=True)
        real = torch.sigmoid(self.discriminator(number))
        (slope,) = torch.autograd.grad(-real.log().sum(), number)
        move = Move(float(noise[0]), float(numbers[0]), real.item(), slope.item())
        counts = np.histogram(numbers, BINS, (LOW, HIGH))[0]
        below, outside = float((numbers < 0).mean()), float(1 - counts.sum() / _SHOWN)
        return GameView(self._steps, places, curve, counts / _SHOWN, below, outside, self._losses, move)

    def _step(self, which: int, loss: "torch.Tensor") -> None:
        self._optimizers[which].zero_grad()
        loss.backward()
        self._optimizers[which].step()

    def _real(self) -> "torch.Tensor":
        """A batch of real numbers: a bin by its share, and any place in it."""
        import torch

        bins = torch.multinomial(self._shares, BATCH_SIZE, replacement=True, generator=self._random)
        places = bins + torch.rand(BATCH_SIZE, generator=self._random)
        return (LOW + places * (HIGH - LOW) / BINS)[:, None]

    def _made(self) -> "torch.Tensor":
        import torch

        made: torch.Tensor = self.generator(torch.randn(BATCH_SIZE, 1, generator=self._random))
        return made
