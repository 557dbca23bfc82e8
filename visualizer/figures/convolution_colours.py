"""Colours for pictures that the browser draws: a scale as a list of colours from its low to its high end."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from plotly.colors import sample_colorscale, unlabel_rgb

from visualizer.figures.palette import DIVERGING, SEQUENTIAL

_STOPS = 65  # odd, so that zero has a colour of its own
NO_NUMBER = (128, 128, 128)  # grey, which is in no scale


@dataclass(frozen=True)
class ColourScale:
    """The colours of numbers: `colours` ("#rrggbb") are evenly spaced from `low` to `high`; `label` names the unit."""

    low: float
    high: float
    colours: tuple[str, ...]
    label: str


def grey_scale(high: float, label: str) -> ColourScale:
    """Black at 0, white at `high`."""
    return ColourScale(0.0, high, ("#000000", "#ffffff"), label)


def signed_scale(values: np.ndarray, label: str) -> ColourScale:
    """Blue below zero, white at zero, red above, up to the largest finite |value| on both sides."""
    extent = _largest(np.abs(values)) or 1.0
    return ColourScale(-extent, extent, _sampled(diverging=True), label)


def positive_scale(values: np.ndarray, label: str) -> ColourScale:
    """Viridis from 0 to the largest finite value."""
    return ColourScale(0.0, _largest(values) or 1.0, _sampled(diverging=False), label)


def _largest(values: np.ndarray) -> float:
    return float(values.max(where=np.isfinite(values), initial=0.0))


@lru_cache(maxsize=2)
def _sampled(*, diverging: bool) -> tuple[str, ...]:
    colours = sample_colorscale(DIVERGING if diverging else SEQUENTIAL, np.linspace(0, 1, _STOPS))
    return tuple("#" + "".join(f"{round(part):02x}" for part in unlabel_rgb(colour)) for colour in colours)


def share_of_scale(values: np.ndarray, scale: ColourScale) -> np.ndarray:
    """The position of numbers in a scale, float64 from 0 (its low end or below) to 1; NaN stays NaN."""
    # Twice the largest float32 would overflow.
    share: np.ndarray = (np.asarray(values, dtype=np.float64) - scale.low) / (scale.high - scale.low)
    return share.clip(0, 1)


def painted(values: np.ndarray, scale: ColourScale) -> np.ndarray:
    """Numbers of any shape in the colours of a scale: (…, 3) uint8; infinite ones take its end, NaN is grey."""
    stops = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in scale.colours], dtype=float)
    share = share_of_scale(values, scale)
    nothing = np.isnan(share)
    share[nothing] = 0
    places = np.linspace(0, 1, len(stops))
    colours = np.stack([np.interp(share, places, stops[:, part]) for part in range(3)], axis=-1)
    colours[nothing] = NO_NUMBER
    return colours.round().astype(np.uint8)
