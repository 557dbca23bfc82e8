"""The effect of activation functions on the numbers of a map, on the gradient of a deep chain, and on dying units."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, header_line, line_at, line_trace, number, white_mark
from visualizer.figures.mosaic import Mosaic
from visualizer.figures.palette import BLUE, GREEN, GREY, INDIGO, PURPLE, VERMILLION
from visualizer.figures.scale import Scale

UNITS_PER_ROW = 16
# Colour, dash and marker of each line, so that lines can be distinguished without colour.
_STYLES = (
    (BLUE, "solid", "circle"),
    (GREEN, "dot", "square"),
    (VERMILLION, "dash", "diamond"),
    (PURPLE, "dashdot", "triangle-up"),
    (GREY, "longdash", "x"),
    (INDIGO, "longdashdot", "star"),
)


def before_and_after(edges: np.ndarray, before: np.ndarray, after: np.ndarray, name: str) -> Chart:
    """Two histograms on one axis: the input and the output of an activation function.

    Args:
        edges: (bins + 1,) borders of the bins.
        before, after: (bins,) how many numbers lie in each bin.
        name: The function's name as shown to people.
    """
    middles = (edges[:-1] + edges[1:]) / 2
    total = int(before.sum())
    traces = []
    rows = ((before, "before", GREY, ""), (after, f"after {name}", BLUE, "2"))
    for counts, label, color, suffix in rows:
        traces.append(
            {
                "type": "bar",
                "x": middles,
                "y": counts / total * 100,
                "width": np.diff(edges),
                "name": label,
                "yaxis": f"y{suffix}",
                "marker": {"color": color, "line": {"width": 0}},
                "customdata": np.stack([edges[:-1], edges[1:], counts], axis=1),
                "hovertemplate": (
                    f"{label}<br>%{{customdata[0]:.3g}} to %{{customdata[1]:.3g}}: <b>%{{customdata[2]:,}} numbers"
                    "</b> (%{y:.1f} %)<extra></extra>"
                ),
                "showlegend": False,
            }
        )
    share = axis_style(ticksuffix=" %", nticks=4, rangemode="tozero")
    figure = figure_of(
        traces,
        height=240,
        margin=(0, 8, 22, 42),
        bargap=0,
        xaxis=axis_style("value", range=[edges[0], edges[-1]], nticks=9, anchor="y2"),
        yaxis=share | {"domain": [0.6, 1]},
        yaxis2=share | {"domain": [0, 0.4], "anchor": "x"},
        annotations=[
            header_line(f"<b>{label}</b>: share of the map's numbers", 0, 0, y=top, yanchor="bottom")
            for (_, label, _, _), top in zip(rows, (1.0, 0.4), strict=True)
        ],
    )
    figure = figure.with_shape(**line_at(0, color=GREY, width=1, dash="dot"))
    fullest = int(after.argmax())
    alt = (
        f"Histograms of the map's {total:,} numbers. Before: {_share_below(edges, before):.0%} lie below 0. "
        f"After {name}: {_share_below(edges, after):.0%} lie below 0, and {after[fullest] / total:.0%} lie in the "
        f"fullest bin, from {number(edges[fullest])} to {number(edges[fullest + 1])}."
    )
    return Chart(figure, alt)


def _share_below(edges: np.ndarray, counts: np.ndarray) -> float:
    # A border lies at 0, give or take what rounding does.
    return float(counts[edges[1:] < 1e-9].sum() / counts.sum())


def gradient_lines(norms: Mapping[str, np.ndarray], titles: Mapping[str, str], chosen: str) -> Chart:
    """The gradient's norm at every layer of a chain, one line for each activation function, on a logarithmic axis.

    Args:
        norms: By the function's name, (depth,) from the layer next to the picture on.
        titles: Names as shown to people, also of functions that are not drawn, so that each keeps its colour.
        chosen: The function whose line is drawn wide.
    """
    styles = dict(zip(titles, _STYLES, strict=False))
    traces = []
    for name, values in norms.items():
        hover = f"{titles[name]}, layer %{{x}}<br><b>gradient norm %{{y:.3g}}</b><extra></extra>"
        depths = np.arange(1, len(values) + 1)
        traces.append(_line(titles[name], depths, values, hover, styles[name], is_chosen=name == chosen))
    depth = max(len(values) for values in norms.values())
    every = np.concatenate(list(norms.values()))
    decades = math.log10(every.max() / every.min())
    figure = figure_of(
        traces,
        height=360,
        margin=(0, 8, 34, 46),
        xaxis=axis_style("layer (1 is next to the picture)", range=[0.6, depth + 0.4], tickformat="d", nticks=13),
        yaxis=axis_style(
            type="log",
            exponentformat="power",
            # Whole powers of ten, at most eight of them; within two powers 1, 2, 5 too.
            dtick=math.ceil(decades / 8) if decades > 2 else "D2",
        )
        # Plotly underestimates the width of powers of ten.
        | {"title": {"text": "gradient norm (log scale)", "standoff": 22}},
    )
    sentences = [
        f"With {titles[name]} it is {number(values[-1])} at layer {len(values)} and {number(values[0])} at layer 1."
        for name, values in norms.items()
    ]
    return Chart(figure, f"Norm of the gradient at each layer of the chain. {' '.join(sentences)}")


def _line(
    name: str, x: np.ndarray, y: np.ndarray, hover: str, style: tuple[str, str, str], *, is_chosen: bool
) -> dict[str, Any]:
    """The chosen line is wider, and its name bold."""
    (colour, dash, symbol), width = style, 4 if is_chosen else 2
    name = f"<b>{name}</b>" if is_chosen else name
    return line_trace(name, x, y, hover, colour=colour, width=width, dash=dash, symbol=symbol, size=width + 5)


def firing_grid(firing: np.ndarray, *, width: int = 460) -> Chart:
    """The share of the pictures for which each unit fires, one square per unit; a cross marks the dead ones.

    Args:
        firing: (layers, units) share of the pictures from 0 to 1; the units must fill whole rows.
        width: Pixels that the page gives the chart.
    """
    layers, units = firing.shape
    rows = units // UNITS_PER_ROW
    tiles = firing.reshape(layers, rows, UNITS_PER_ROW) * 100
    mosaic = Mosaic(layers, rows, UNITS_PER_ROW, 1, width, True, max_cell=34)
    dead = np.argwhere(tiles == 0)
    corners = [mosaic.corner(int(layer)) for layer, _, _ in dead]
    heatmap = mosaic.heatmap(
        tiles,
        Scale(0.0, 100.0, False),
        customdata=mosaic.grid(np.arange(layers * units).reshape(tiles.shape) % units + 1),
        hovertemplate="unit %{customdata}<br><b>fires for %{z:.1f} % of the pictures</b><extra></extra>",
        xgap=1,
        ygap=1,
    )
    x = [left + column + 0.5 for (left, _), (_, _, column) in zip(corners, dead, strict=True)]
    y = [top + row + 0.5 for (_, top), (_, row, _) in zip(corners, dead, strict=True)]
    crosses = white_mark("dead", None, "x", 9, 1, x=x, y=y, showlegend=False)
    counts = [int(np.count_nonzero(layer == 0)) for layer in firing]
    titles = [f"Layer {index + 1}: {count} of {units} ReLUs dead" for index, count in enumerate(counts)]
    label = "fires for … % of the pictures; ✕ for none: dead"
    figure = mosaic.below_bar([heatmap, crosses, mosaic.title_trace(titles)], label)
    alive = firing[firing > 0]
    alt = f"{'. '.join(titles)}. " + (
        f"The others fire for {number(alive.min() * 100)} to {number(alive.max() * 100)} % of the pictures."
        if len(alive)
        else "No unit is left that fires."
    )
    return Chart(figure, alt)


def dead_share_lines(steps: Sequence[int] | np.ndarray, shares: Mapping[float, np.ndarray], chosen: float) -> Chart:
    """The share of dead ReLUs while a network trains, one line for each learning rate.

    Args:
        steps: (S,) training steps.
        shares: By learning rate, (S,) from 0 to 1.
        chosen: The learning rate whose line is drawn wide.
    """
    traces = []
    for (rate, values), style in zip(shares.items(), _STYLES, strict=False):
        hover = f"learning rate {rate:g}, step %{{x}}<br><b>%{{y:.1f}} % dead</b><extra></extra>"
        percent = np.asarray(values) * 100
        traces.append(_line(f"{rate:g}", np.asarray(steps), percent, hover, style, is_chosen=rate == chosen))
    figure = figure_of(
        traces,
        height=300,
        margin=(0, 8, 34, 46),
        xaxis=axis_style("training step", nticks=6),
        yaxis=axis_style("dead ReLUs", ticksuffix=" %", range=[0, 102]),
        legend={"title": {"text": "learning rate "}},
    )
    sentences = [f"With the learning rate {rate:g} it is {values[-1]:.0%}." for rate, values in shares.items()]
    return Chart(figure, f"Share of dead ReLUs after {int(steps[-1])} training steps. {' '.join(sentences)}")
