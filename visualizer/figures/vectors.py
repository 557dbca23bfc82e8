"""A vector: the output of a Dense or Flatten layer."""

from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, Spec, axis_style, column_box, figure_of, header_line, number
from visualizer.figures.palette import BLUE, GREY
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar
from visualizer.words import counted

MAX_BARS = 128
STRIP_COLUMNS = 100
MAX_STRIP_HEIGHT = 420
PANEL = 170  # pixels


def unit_bars(
    values: np.ndarray,
    *,
    before: np.ndarray | None = None,
    value_label: str,
    width: int = 720,
    marked: int | None = None,
    scale: Scale | None = None,
) -> Chart:
    """The numbers of a vector: bars where there are at most 128, else a strip of colours folded into rows of 100.

    Args:
        values: (F,).
        before: (F,) the input of the activation function, drawn above the values; left out of a strip.
        value_label: What the values are.
        width: Pixels that the page gives the chart.
        marked: Put a band behind the bar with this number, from 1; not in a strip.
        scale: The range of the axis or colours, where several charts share it; by default that of these values.
    """
    alt = (
        f"{counted(len(values), 'number')}, {value_label} from {number(values.min())} to {number(values.max())}; "
        f"the largest is number {int(np.argmax(values)) + 1}, {int(np.count_nonzero(values == 0)):,} are 0."
    )
    if len(values) > MAX_BARS:
        return Chart(_strip(values, value_label, width, scale), alt)
    figure = _bars(values, before, value_label)
    if scale is not None:
        figure = figure.with_layout(yaxis=figure.layout["yaxis"] | {"range": [scale.low, scale.high]})
    if marked is not None:
        look = {"fillcolor": GREY, "opacity": 0.3, "layer": "below", "line": {"color": GREY, "width": 2}}
        figure = figure.with_shape(**column_box(marked, **look))
    return Chart(figure, alt)


def _bars(values: np.ndarray, before: np.ndarray | None, value_label: str) -> Spec:
    """One panel, or two, since the input and the output of an activation function can have very different ranges."""
    panels = [(value_label, values, BLUE)]
    if before is not None:
        panels.insert(0, ("before the activation", before, GREY))
    units = np.arange(1, len(values) + 1)
    top = 26
    height = len(panels) * (PANEL + top) + 44
    traces, annotations, axes = [], [], {}
    for index, (label, numbers, colour) in enumerate(panels):
        suffix = "" if index == 0 else str(index + 1)
        ceiling = index * (PANEL + top)
        traces.append(
            {
                "type": "bar",
                "x": units,
                "y": numbers,
                "yaxis": f"y{suffix}",
                "marker": {"color": colour},
                "hovertemplate": f"unit %{{x}}, {label}<br><b>%{{y:.4g}}</b><extra></extra>",
            }
        )
        annotations.append(header_line(f"<b>{label}</b>", ceiling + 2, top))
        plot = height - top - 44
        domain = [1 - (ceiling + PANEL) / plot, 1 - ceiling / plot]
        axes[f"yaxis{suffix}"] = axis_style(zeroline=True, nticks=5, domain=[max(domain[0], 0), domain[1]])
    ticks: dict[str, Any] = {"dtick": 1} if len(values) <= 20 else {"nticks": 12}
    return figure_of(
        traces,
        height=height,
        margin=(8, 4, top, 44),
        bargap=0.15,
        showlegend=False,
        annotations=annotations,
        xaxis=axis_style("unit", range=[0.4, len(values) + 0.6], tickformat="d", anchor=f"y{suffix}", **ticks),
        **axes,
    )


def _strip(values: np.ndarray, value_label: str, width: int, scale: Scale | None) -> Spec:
    rows = -(-len(values) // STRIP_COLUMNS)
    padded = np.full(rows * STRIP_COLUMNS, np.nan, dtype=np.float32)
    padded[: len(values)] = values
    height = min(max(rows * 14, 42), MAX_STRIP_HEIGHT) + BAR_HEIGHT + 12
    trace = {
        "type": "heatmap",
        "z": padded.reshape(rows, STRIP_COLUMNS),
        "customdata": np.arange(1, len(padded) + 1, dtype=np.uint32).reshape(rows, STRIP_COLUMNS, 1),
        "hoverongaps": False,
        "hovertemplate": "number %{customdata[0]:,}<br><b>%{z:.4g}</b><extra></extra>",
        "colorbar": bar(width - 80, height),
    } | (scale or Scale.of(values, diverging=bool(np.nanmin(values) < 0))).colours()
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, rows) if rows / step <= 8 or step == rows)
    ticks = list(range(0, rows, step))
    labels = [f"{row * STRIP_COLUMNS + 1:,} …" for row in ticks]
    return figure_of(
        [trace],
        height=height,
        margin=(76, 4, BAR_HEIGHT, 12),
        annotations=[header_line(f"{value_label}, {STRIP_COLUMNS} numbers per row", 0, BAR_HEIGHT)],
        xaxis={"visible": False, "fixedrange": True},
        yaxis=axis_style(automargin=False, autorange="reversed", showgrid=False, tickvals=ticks, ticktext=labels),
    )
