"""Colours for pictures that the browser draws itself: a scale as a list of colours, from its low to its high end."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from plotly.colors import sample_colorscale, unlabel_rgb

from visualizer.figures.palette import DIVERGING, SEQUENTIAL

_STOPS = 65  # odd, so that zero has a colour of its own


@dataclass(frozen=True)
class ColourScale:
    """Which colour a number gets: `colours` ("#rrggbb") are spread evenly from `low` to `high`; `label` says what."""

    low: float
    high: float
    colours: tuple[str, ...]
    label: str


def grey_scale(high: float, label: str) -> ColourScale:
    """Black at 0, white at `high`."""
    return ColourScale(0.0, high, ("#000000", "#ffffff"), label)


def signed_scale(values: np.ndarray, label: str) -> ColourScale:
    """Blue below zero, white at zero, red above; as far as the largest |value| on both sides."""
    extent = float(np.abs(values).max()) or 1.0
    return ColourScale(-extent, extent, _sampled(diverging=True), label)


def positive_scale(values: np.ndarray, label: str) -> ColourScale:
    """Viridis from 0 to the largest value."""
    return ColourScale(0.0, float(values.max()) or 1.0, _sampled(diverging=False), label)


@lru_cache(maxsize=2)
def _sampled(*, diverging: bool) -> tuple[str, ...]:
    colours = sample_colorscale(DIVERGING if diverging else SEQUENTIAL, np.linspace(0, 1, _STOPS))
    return tuple("#" + "".join(f"{round(part):02x}" for part in unlabel_rgb(colour)) for colour in colours)


def painted(values: np.ndarray, scale: ColourScale) -> np.ndarray:
    """Numbers of any shape in the colours of a scale: (…, 3) uint8; what is not finite takes the nearer end."""
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in scale.colours], dtype=float)
    finite = np.nan_to_num(values.astype(float), nan=scale.low, posinf=scale.high, neginf=scale.low)
    # A scale may be without end where a network's numbers are.
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num(np.clip((finite - scale.low) / (scale.high - scale.low), 0, 1))
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(share, places, stops[:, part]) for part in range(3)], axis=-1).round().astype(np.uint8)
