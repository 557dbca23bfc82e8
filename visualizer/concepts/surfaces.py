"""Surfaces on which optimizers race: functions of two numbers, each difficult in its own way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Surface:
    """A loss of two weights x and y.

    Attributes:
        name: Short id.
        title: The name shown to people.
        idea: What makes it difficult, in one sentence.
        formula: f(x, y) in LaTeX.
        function: f, of two torch tensors or two numpy arrays.
        start: Where every optimizer starts.
        minima: The lowest points, one or more.
        least: The value of f there.
        x_range, y_range: The part that is drawn.
        steps: The number of steps in a race.
        logarithmic: Heights and colours show log₁₀(1 + f), since the sizes of f differ widely; `least` is 0.
    """

    name: str
    title: str
    idea: str
    formula: str
    function: Callable[[Any, Any], Any]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    steps: int
    least: float = 0.0
    logarithmic: bool = False

    def height(self, value: np.ndarray) -> np.ndarray:
        """The heights at which values of f are drawn."""
        return np.log10(1 + value) if self.logarithmic else value


@dataclass(frozen=True)
class Grid:
    """Values of f, (H, W), on a grid with the coordinates `x` (W,) and `y` (H,)."""

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray


def grid(surface: Surface, points: int) -> Grid:
    """The values of f on points × points positions of the part that is drawn."""
    return _grid(surface, surface.x_range, surface.y_range, points)


def close_up(surface: Surface, before: np.ndarray, after: np.ndarray, points: int) -> Grid:
    """The values of f in a square around two positions, (2,) each, with as much space around as between them."""
    middle = (before + after) / 2
    half = max(1.2 * float(np.abs(before - after).max()), 0.02 * (surface.x_range[1] - surface.x_range[0]))
    (left, bottom), (right, top) = middle - half, middle + half
    return _grid(surface, (left, right), (bottom, top), points)


def _grid(surface: Surface, x_range: tuple[float, float], y_range: tuple[float, float], points: int) -> Grid:
    x = np.linspace(*x_range, points)
    y = np.linspace(*y_range, points)
    return Grid(x, y, surface.function(x[None, :], y[:, None]))


def distance_to_minimum(surface: Surface, positions: np.ndarray) -> np.ndarray:
    """The distance of each position, (N, 2), from the nearest minimum: (N,)."""
    gaps = positions[:, None, :] - np.array(surface.minima)[None, :, :]
    return np.linalg.norm(gaps, axis=-1).min(axis=1)


BOWL = Surface(
    name="bowl",
    title="Bowl",
    idea="It curves equally in every direction, so the gradient points straight away from the minimum: the easiest "
    "case.",
    formula=r"f(x, y) = \tfrac{1}{2}\,(x^2 + y^2)",
    function=lambda x, y: (x**2 + y**2) / 2,
    start=(-2.5, 1.8),
    minima=((0.0, 0.0),),
    x_range=(-3.0, 3.0),
    y_range=(-3.0, 3.0),
    steps=80,
)

RAVINE = Surface(
    name="ravine",
    title="Ravine",
    idea="It curves 45 times as strongly across as along, so the negative gradient points almost straight at the "
    "opposite wall.",
    formula=r"f(x, y) = 0.04\,x^2 + 1.8\,y^2",
    function=lambda x, y: 0.04 * x**2 + 1.8 * y**2,
    start=(-7.0, 2.0),
    minima=((0.0, 0.0),),
    x_range=(-8.0, 4.0),
    y_range=(-3.0, 3.0),
    steps=120,
)

SADDLE = Surface(
    name="saddle",
    title="Saddle",
    idea="It is flat in the middle: a lowest point along x, a highest point along y. The way down is to either side.",
    formula=r"f(x, y) = \tfrac{1}{2}\,x^2 - \tfrac{1}{2}\,y^2 + \tfrac{1}{4}\,y^4",
    function=lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    start=(-1.5, 0.001),
    minima=((0.0, 1.0), (0.0, -1.0)),
    least=-0.25,
    x_range=(-2.0, 2.0),
    y_range=(-1.8, 1.8),
    steps=120,
)

# E. M. L. Beale, 1958, as in https://www.sfu.ca/~ssurjano/beale.html
BEALE = Surface(
    name="beale",
    title="Beale",
    idea="It has steep walls at the edges and a curved, nearly flat valley: no single learning rate suits both.",
    formula=r"f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
    function=lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    start=(1.0, 1.5),
    minima=((3.0, 0.5),),
    x_range=(-4.5, 4.5),
    y_range=(-4.5, 4.5),
    steps=200,
    logarithmic=True,
)

SURFACES: dict[str, Surface] = {surface.name: surface for surface in (RAVINE, BOWL, SADDLE, BEALE)}
