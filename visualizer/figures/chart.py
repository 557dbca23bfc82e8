"""What every figure function returns, and the look that all figures share."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

FONT_SIZE = 14
SMALL_FONT_SIZE = 13
TINY_FONT_SIZE = 11

TRANSPARENT = "rgba(0, 0, 0, 0)"


@dataclass(frozen=True)
class Chart:
    """A figure and the same in words, for those who cannot see it."""

    figure: go.Figure
    alt: str


def figure_of(traces: list[Any], *, height: float, margin: tuple[int, int, int, int], **layout: Any) -> go.Figure:
    """A figure in the shared look: transparent, text colours from the page's theme, zoom kept on updates.

    Args:
        traces: Plotly traces.
        height: Pixels, with the margins.
        margin: Pixels (left, right, top, bottom).
        layout: More of the layout.
    """
    left, right, top, bottom = margin
    common = {
        "height": round(height),
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "font": {"size": FONT_SIZE},
        "hoverlabel": {"font": {"size": FONT_SIZE}},
        "dragmode": False,
        "uirevision": "keep",
    }
    return go.Figure(traces, common | layout)


def pixel_axes(
    width: float, height: float, *, left: float = 0.0, top: float = 0.0, suffix: str = ""
) -> dict[str, dict[str, Any]]:
    """Axes without ticks from the corner (left, top), rows downwards, pixels square, kept to the top left.

    Where the page is narrower than the figure was made for, the picture shrinks and what is left over is below it.
    """
    shared = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return {
        f"xaxis{suffix}": shared | {"range": [left, left + width], "constraintoward": "left"},
        f"yaxis{suffix}": shared
        | {"range": [top + height, top], "constraintoward": "top", "scaleanchor": f"x{suffix}", "scaleratio": 1},
    }


def number(value: float) -> str:
    """A measured number as people read it: three significant digits, a real minus sign."""
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "infinite"
    return f"{value:.3g}".replace("-", "−")


def counted(count: int, noun: str) -> str:
    """ "1 map", "12 maps"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
