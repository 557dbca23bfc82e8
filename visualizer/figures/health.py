"""The health of a network's layers during training, in four panels that share their colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from plotly.colors import sample_colorscale

from visualizer.figures.chart import Chart, axis_style, figure_of, header_line, lines_of, number
from visualizer.figures.palette import (
    BLUE,
    FONT_SIZE,
    GREEN,
    LINE,
    ORANGE,
    PURPLE,
    SEQUENTIAL,
    SMALL_FONT_SIZE,
    VERMILLION,
)

PANEL_HEIGHT = 190
TITLE_HEIGHT = 54  # of a panel: its title and what it measures
AXIS_HEIGHT = 52  # below a panel
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE)
_SIGNS = ("circle", "diamond", "square", "triangle-up", "x")
_DASHES = ("solid", "dash", "dot", "dashdot")
_GAP = 0.09  # of the width at least, between two panels
_NUMBERS = 52  # pixels at least that the axis's numbers take there


@dataclass(frozen=True)
class Panel:
    """One quantity of every layer.

    Attributes:
        title: Its name.
        unit: What it is measured in, or how it is computed.
        values: (steps, layers); NaN where a layer has no such number.
        share: True where it is a share from 0 to 1, drawn as per cent; else the axis is logarithmic.
        usual: The range that is usual, drawn as a band; None where there is none.
    """

    title: str
    unit: str
    values: np.ndarray
    share: bool = False
    usual: tuple[float, float] | None = None


def health_panels(
    epoch_position: np.ndarray, names: Sequence[str], panels: Sequence[Panel], *, columns: int, width: int
) -> Chart:
    """A line for each layer in every panel; one legend for all.

    Args:
        epoch_position: (steps,) in epochs.
        names: One for each layer.
        panels: What is drawn, in rows of `columns`.
        columns: How many panels a row has.
        width: Pixels that the page gives the chart.
    """
    rows = -(-len(panels) // columns)
    gap = max(_GAP, _NUMBERS / width)
    legend = _legend_height(names, width)
    row_height = TITLE_HEIGHT + PANEL_HEIGHT + AXIS_HEIGHT
    height = legend + rows * row_height
    last = max(float(epoch_position[-1]), 0.1) if len(epoch_position) else 1.0
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        suffix = "" if place == 0 else str(place + 1)
        top = 1 - (row * row_height + TITLE_HEIGHT) / (rows * row_height)
        domain = [top - PANEL_HEIGHT / (rows * row_height), top]
        share = (1 - gap * columns) / columns
        left = column * (share + gap) + gap
        across = {"domain": [left, left + share], "range": [-0.02 * last, 1.02 * last]}
        layout[f"xaxis{suffix}"] = axis_style("epoch", automargin=False, anchor=f"y{suffix}", nticks=6) | across
        upwards = {"domain": domain, "anchor": f"x{suffix}"}
        layout[f"yaxis{suffix}"] = axis_style(automargin=False) | upwards | _value_axis(panel)
        text = f"<b>{panel.title}</b><br><span style='font-size:{SMALL_FONT_SIZE}px'>{panel.unit}</span>"
        above = {"x": left - gap + 0.005, "y": top, "yanchor": "bottom", "font": {"size": FONT_SIZE}}
        layout["annotations"].append(header_line(text, 0, 8, **above))
        if panel.usual:
            layout["shapes"].append(_band(panel.usual, suffix))
        traces += _lines(epoch_position, names, panel, suffix, legend=place == 0)
    figure = figure_of(
        traces,
        height=height,
        margin=(0, 8, legend, 0),
        legend={"itemsizing": "constant"},
        showlegend=True,
        **layout,
    )
    return Chart(figure, _alt(names, panels))


def _legend_height(names: Sequence[str], width: int) -> int:
    words = "  ".join(f"———  {name} " for name in names)
    return LINE * len(lines_of(words, width)) + 16


def _style(index: int, count: int) -> dict[str, Any]:
    """Colour, dash and marker of a layer; with many layers, the colour shows the depth."""
    colour = (
        _COLOURS[index] if count <= len(_COLOURS) else sample_colorscale(SEQUENTIAL, [0.92 * index / (count - 1)])[0]
    )
    return {
        "line": {"color": colour, "width": 2, "dash": _DASHES[index % len(_DASHES)]},
        "marker": {"symbol": _SIGNS[index % len(_SIGNS)], "size": 7, "color": colour},
    }


def _lines(
    epoch_position: np.ndarray, names: Sequence[str], panel: Panel, suffix: str, *, legend: bool
) -> list[dict[str, Any]]:
    factor, digits = (100.0, ".0f") if panel.share else (1.0, ".3g")
    unit = " %" if panel.share else ""
    lines = []
    for index, name in enumerate(names):
        values = panel.values[:, index] * factor
        # The first panel makes the legend for all, so there a layer without this number is included too.
        if not legend and not np.isfinite(values).any():
            continue
        lines.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "legendgroup": name,
                "showlegend": legend,
                "x": epoch_position,
                "y": np.where(values > 0, values, np.nan) if not panel.share else values,
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "hovertemplate": f"epoch %{{x:.2f}}<br><b>%{{y:{digits}}}{unit}</b><extra>{name}</extra>",
            }
            | _style(index, len(names))
        )
    return lines


def _value_axis(panel: Panel) -> dict[str, Any]:
    if panel.share:
        return {"range": [-3, 103], "ticksuffix": " %", "nticks": 6}
    low, high = _decades(panel)
    powers = range(low, high + 1, max(1, round((high - low) / 5)))
    return {
        "type": "log",
        "range": [low, high],
        "tickvals": [10.0**power for power in powers],
        "ticktext": [f"{10.0**power:g}" for power in powers],
    }


def _decades(panel: Panel) -> tuple[int, int]:
    """The powers of ten around all values: at least one whole decade, so that small wiggles do not look large."""
    seen = panel.values[np.isfinite(panel.values) & (panel.values > 0)]
    if not seen.size:
        return -1, 0
    low, high = np.log10(seen.min()), np.log10(seen.max())
    if panel.usual:
        low, high = min(low, np.log10(panel.usual[0])), max(high, np.log10(panel.usual[1]))
    low, high = int(np.floor(low)), int(np.ceil(high))
    return low, max(high, low + 1)


def _band(usual: tuple[float, float], suffix: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "xref": f"x{suffix} domain",
        "yref": f"y{suffix}",
        "x0": 0,
        "x1": 1,
        "y0": usual[0],
        "y1": usual[1],
        "fillcolor": GREEN,
        "opacity": 0.16,
        "line": {"width": 0},
        "layer": "below",
    }


def _alt(names: Sequence[str], panels: Sequence[Panel]) -> str:
    parts = []
    for panel in panels:
        if not len(panel.values):
            parts.append(f"{panel.title}: nothing yet.")
            continue
        now = [
            f"{name} {value:.0%}" if panel.share else f"{name} {number(float(value))}"
            for name, value in zip(names, panel.values[-1], strict=True)
            if np.isfinite(value)
        ]
        parts.append(f"{panel.title} now: {', '.join(now) or 'none'}.")
    return " ".join(parts)
