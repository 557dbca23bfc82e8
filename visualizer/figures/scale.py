"""Colour scales, and the bar that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from plotly.colors import sample_colorscale, unlabel_rgb

from visualizer.figures.palette import DIVERGING, LINE, SEQUENTIAL, SMALL_FONT_SIZE

BAR_HEIGHT = 57  # pixels above the map: title, bar and its numbers
BAR_WIDTH = 240


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`; a diverging one has white at 0, in the middle."""

    low: float
    high: float
    diverging: bool

    @classmethod
    def of(cls, values: np.ndarray, *, diverging: bool) -> "Scale":
        """The scale of all finite values: symmetric around 0 where diverging, else from 0 (or the least, if below)."""
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        if diverging:
            extent = max(abs(low), abs(high)) or 1.0
            return cls(-extent, extent, True)
        low = min(low, 0.0)
        return cls(low, high if high > low else low + 1.0, False)

    def colours(self) -> dict[str, Any]:
        """The settings of a heatmap trace that colour it, without a bar."""
        return {
            "zmin": self.low,
            "zmax": self.high,
            "colorscale": DIVERGING if self.diverging else SEQUENTIAL,
        }


def bar(chart_width: float, figure_height: float, *, top: float = LINE, **settings: Any) -> dict[str, Any]:
    """A horizontal colour bar at the left, above the plot; its title is a `header_line` above it.

    Args:
        chart_width, figure_height: Pixels.
        top: The bar's upper edge, in pixels below the figure's upper edge.
        settings: More of Plotly's settings.
    """
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "xpad": 16,
        "y": 1 - top / figure_height,
        "yref": "container",
        "yanchor": "top",
        "ypad": 5,
        "len": min(BAR_WIDTH, chart_width),
        "lenmode": "pixels",
        "thickness": 10,
        "outlinewidth": 0,
        "nticks": 5,
        "ticks": "outside",
        "ticklen": 3,
        "ticklabeloverflow": "allow",
        "tickfont": {"size": SMALL_FONT_SIZE},
    } | settings


def side_bar(title: str, **settings: Any) -> dict[str, Any]:
    """A standing colour bar at the right of the plot, its title beside it; `settings` are more of Plotly's."""
    return {
        "title": {"text": title, "side": "right", "font": {"size": SMALL_FONT_SIZE}},
        "thickness": 12,
        "outlinewidth": 0,
        "tickfont": {"size": SMALL_FONT_SIZE},
    } | settings


def takes_black(rgb: np.ndarray) -> np.ndarray:
    """Whether black text has more contrast than white text on colours, (…, 3) from 0 to 255; (…) bool.

    Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    """
    linear = np.where(rgb / 255 <= 0.04045, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    # At this luminance, both have a contrast of 4.6 : 1.
    black: np.ndarray = linear @ [0.2126, 0.7152, 0.0722] > 0.179
    return black


def cell_numbers(
    x: np.ndarray, y: np.ndarray, words: Sequence[str], values: np.ndarray, colours: dict[str, Any], *, size: int
) -> dict[str, Any]:
    """A trace that writes into the cells of a heatmap, in black or white, whichever has more contrast.

    Plotly's own texts on a heatmap are grey on green.

    Args:
        x, y: (N,) the middles of the cells.
        words: N texts.
        values: (N,) the values that determine the cells' colours.
        colours: The heatmap's `zmin`, `zmax` and `colorscale`.
        size: Pixels of the letters.
    """
    # Twice the largest float32 would overflow.
    low, high = float(colours["zmin"]), float(colours["zmax"])
    share = np.nan_to_num(np.clip((np.asarray(values, dtype=np.float64) - low) / (high - low), 0, 1))
    rgb = np.array([unlabel_rgb(colour) for colour in sample_colorscale(colours["colorscale"], share)]).reshape(-1, 3)
    letters = np.where(takes_black(rgb), "#000000", "#FFFFFF").tolist()
    return {
        "type": "scatter",
        "mode": "text",
        "x": x,
        "y": y,
        "text": list(words),
        "textfont": {"size": size, "color": letters},
        "hoverinfo": "skip",
        "showlegend": False,
    }
