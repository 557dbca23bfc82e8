"""How the output of pooling changes when the picture moves, and what pooling loses."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import Chart, figure_of
from visualizer.figures.maps import map_grid
from visualizer.figures.palette import BLUE
from visualizer.words import counted


def percent(share: float) -> str:
    """A share of 1 in whole per cents, a small one with two digits.

    >>> percent(0.784), percent(0.0038)
    ('78 %', '0.38 %')
    """
    value = 100 * share
    return f"{value:.0f} %" if value >= 1 or value == 0 else f"{value:.2g} %"


def change_bars(titles: Sequence[str], changes: Sequence[float], shift: int) -> Chart:
    """How much the output of each way to downsample a map changes when the picture moves.

    Args:
        titles: The ways to downsample.
        changes: Σ|after − before| / Σ|before| of each; 0.5 is drawn as 50 %.
        shift: Pixels that the picture moved.
    """
    labels = [percent(change) for change in changes]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(titles),
        "x": [100 * change for change in changes],
        "text": labels,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": BLUE},
        "hovertemplate": "%{y}: %{x:.1f} %<extra></extra>",
    }
    figure = figure_of(
        [bars],
        height=48 * len(labels) + 60,
        margin=(170, 50, 8, 52),
        xaxis={"title": {"text": "change (% of its sum)", "standoff": 8}, "rangemode": "tozero", "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "ticklabelstandoff": 6},
    )
    words = ", ".join(f"{title} {change}" for title, change in zip(titles, labels, strict=True))
    return Chart(figure, f"Change of the output when the picture moves by {counted(shift, 'pixel')}: {words}.")


def difference_grid(rows: Sequence[tuple[str, np.ndarray, str, np.ndarray]], value_label: str, width: int) -> Chart:
    """Pairs of maps and the size of their difference, a row for each pair, all on one scale.

    Args:
        rows: (title, map, other title, other map); all maps are (H, W) of one shape, titles are short.
        value_label: What the values are.
        width: Pixels that the page gives the chart.
    """
    maps, titles = [], []
    for title, first, other_title, second in rows:
        maps += [first, second, np.abs(second - first)]
        titles += [title, other_title, "|difference|"]
    return map_grid(np.stack(maps), titles=titles, columns=3, value_label=value_label, hover=False, width=width)
