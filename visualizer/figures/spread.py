"""How many numbers are how large at every moment of a training: histograms side by side, and one of them large."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, as_label, axis_style, column_box, figure_of, header_line, number
from visualizer.figures.palette import BLUE, SEQUENTIAL, SMALL_FONT_SIZE, VERMILLION
from visualizer.figures.scale import BAR_HEIGHT, bar

HEIGHT = 300
_LEFT, _BOTTOM = 70, 84  # below: two lines of each tick's label, and the title clear of them
_MAX_TICKS = 7
_HEAT = 0.70  # of the width; the rest is the histogram of one moment


def weight_spread(counts: np.ndarray, edges: np.ndarray, moments: Sequence[str], chosen: int, *, width: int) -> Chart:
    """The weights of a layer: a column of colour for each moment, and bars for the chosen one.

    Args:
        counts: (moments, bins).
        edges: (bins + 1,) borders of the bins, the same at all moments.
        moments: A name for each.
        chosen: Which of them the bars show.
        width: Pixels that the page gives the chart.
    """
    return _spread(counts, edges, moments, chosen, width, "weight", "of the weights", {"nticks": 6}, "{}")


def gradient_spread(counts: np.ndarray, edges: np.ndarray, moments: Sequence[str], chosen: int, *, width: int) -> Chart:
    """The sizes of a layer's gradient numbers, on a logarithmic axis.

    Args:
        counts: (moments, bins), the first bin for all below the first edge, such as 0; NaN at a moment without any.
        edges: (bins,) the lower borders of the other bins, and at the end the upper one of the last.
        moments: A name for each.
        chosen: Which of them the bars show.
        width: Pixels that the page gives the chart.
    """
    powers = np.log10(edges)
    step = powers[1] - powers[0]
    seen = np.flatnonzero(np.nan_to_num(counts[:, 1:]).sum(axis=0) > 0)
    first, last = (int(seen[0]), int(seen[-1]) + 1) if seen.size else (0, len(powers) - 1)
    # The bin of the smallest stands below the others, whatever is left out between.
    least = counts[:, : first + 1].sum(axis=1, keepdims=True)
    shown = np.hstack([least, counts[:, first + 1 : last + 1]])
    places = np.concatenate([[powers[first] - 2 * step], powers[first : last + 1]])
    whole = np.arange(np.ceil(powers[first]), powers[last] + 0.01)
    whole = whole[:: max(1, -(-len(whole) // 6))]
    ticks = {
        "tickvals": [powers[first] - step, *whole],
        "ticktext": ["less", *(f"{10.0**power:g}" if power >= -3 else f"10<sup>{power:.0f}</sup>" for power in whole)],
    }
    return _spread(shown, places, moments, chosen, width, "size of the gradient", "of the gradient", ticks, "10^{}")


def _spread(
    counts: np.ndarray,
    edges: np.ndarray,
    moments: Sequence[str],
    chosen: int,
    width: int,
    label: str,
    of_what: str,
    ticks: dict[str, Any],
    value_format: str,
) -> Chart:
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.where(totals > 0, totals, np.nan)
    top = BAR_HEIGHT + 6
    height = HEIGHT + top + _BOTTOM
    largest = float(np.nanmax(shares)) if np.isfinite(shares).any() else 1.0
    names = [as_label(name) for name in moments]
    centres = (edges[:-1] + edges[1:]) / 2
    pointed = value_format.format("%{y:.3g}")
    heat = {
        "type": "heatmap",
        "x0": 0,
        "dx": 1,
        "y": edges,
        "z": shares.T,
        "zmin": 0,
        "zmax": largest,
        "colorscale": SEQUENTIAL,
        "customdata": np.broadcast_to(np.array(names, object), (len(centres), len(names))),
        "hoverongaps": False,
        "hovertemplate": f"%{{customdata}}<br>{label} {pointed}<br><b>%{{z:.1f}} % {of_what}</b><extra></extra>",
        "colorbar": bar(width, height, ticksuffix=" %"),
    }
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": shares[chosen],
        "y": centres,
        "width": np.diff(edges),
        "marker": {"color": BLUE, "line": {"width": 0}},
        "xaxis": "x2",
        "hovertemplate": f"{label} {pointed}<br><b>%{{x:.1f}} %</b><extra>{names[chosen]}</extra>",
        "showlegend": False,
    }
    every = max(1, -(-len(names) // min(_MAX_TICKS, max(int(width * _HEAT / 90), 2))))
    figure = figure_of(
        [heat, bars],
        height=height,
        margin=(_LEFT, 14, top, _BOTTOM),
        annotations=[header_line(f"share {of_what}", 0, top, xshift=-_LEFT)],
        xaxis=axis_style(
            "moment",
            automargin=False,
            domain=[0, _HEAT],
            range=[-0.5, len(names) - 0.5],
            tickvals=list(range(0, len(names), every)),
            # In two lines, so that it fits below its column.
            ticktext=[name.replace(" ", "<br>", 1) for name in names[::every]],
            tickangle=0,
            showgrid=False,
        ),
        xaxis2=axis_style(
            "then",
            automargin=False,
            domain=[_HEAT + 0.03, 1],
            range=[0, 1.05 * largest],
            tickvals=[0, largest],
            ticktext=["0", f"{largest:.2g} %"],
            tickangle=0,
            anchor="y",
        ),
        yaxis=axis_style(label, automargin=False, range=[edges[0], edges[-1]], showgrid=False, **ticks),
        shapes=[column_box(chosen, line={"color": VERMILLION, "width": 3})],
        showlegend=False,
        bargap=0,
        font={"size": SMALL_FONT_SIZE + 1},
    )
    return Chart(figure, _alt(shares[chosen], centres, names[chosen], label, of_what, value_format))


def _alt(shares: np.ndarray, centres: np.ndarray, moment: str, label: str, of_what: str, value_format: str) -> str:
    if not np.isfinite(shares).all():
        return f"Histogram of the {label}: none at “{moment}”."
    middle = float(centres[np.searchsorted(np.cumsum(shares), 50.0)])
    peak = int(shares.argmax())
    return (
        f"Histogram of the {label} at “{moment}”: the middle one is about {value_format.format(number(middle))}; most, "
        f"{shares[peak]:.0f} % {of_what}, are about {value_format.format(number(float(centres[peak])))}."
    )
