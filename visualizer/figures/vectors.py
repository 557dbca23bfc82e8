"""A vector: what leaves a Dense or Flatten layer."""

import numpy as np

from visualizer.figures.chart import SMALL_FONT_SIZE, Chart, counted, figure_of, number
from visualizer.figures.palette import BLUE, VERMILLION
from visualizer.figures.scale import BAR_HEIGHT, Scale

MAX_BARS = 128
STRIP_COLUMNS = 128


def unit_bars(values: np.ndarray, *, before: np.ndarray | None = None, value_label: str, width: int = 720) -> Chart:
    """The numbers of a vector: bars where there are at most 128, else a strip of colours folded into rows.

    Args:
        values: (F,).
        before: (F,) what the activation function received, drawn as diamonds; left out of a strip.
        value_label: What the values are.
        width: Pixels that the page gives the chart.
    """
    alt = (
        f"{counted(len(values), 'number')}, {value_label} from {number(values.min())} to {number(values.max())}; "
        f"the largest is number {int(np.argmax(values)) + 1}, {int(np.count_nonzero(values == 0))} are 0."
    )
    figure = _bars(values, before, value_label) if len(values) <= MAX_BARS else _strip(values, value_label, width)
    return Chart(figure, alt)


def _bars(values, before, value_label):
    units = np.arange(1, len(values) + 1)
    traces = [
        {
            "type": "bar",
            "x": units,
            "y": values,
            "name": f"{value_label}",
            "marker": {"color": BLUE},
            "hovertemplate": "unit %{x}<br><b>%{y:.4g}</b><extra></extra>",
        }
    ]
    if before is not None:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": units,
                "y": before,
                "name": "before the activation",
                "marker": {"symbol": "diamond-open", "size": 7, "color": VERMILLION, "line": {"width": 1.5}},
                "hovertemplate": "unit %{x}, before the activation<br><b>%{y:.4g}</b><extra></extra>",
            }
        )
    axis = {"fixedrange": True, "tickfont": {"size": SMALL_FONT_SIZE}}
    return figure_of(
        traces,
        height=300,
        margin=(0, 8, 34, 46),
        bargap=0.15,
        xaxis=axis
        | {
            "title": {"text": "unit", "standoff": 6},
            "range": [0.4, len(values) + 0.6],
            "tickformat": "d",
            "nticks": 12,
        },
        yaxis=axis | {"title": {"text": value_label, "standoff": 8}, "automargin": True, "zeroline": True, "nticks": 6},
        showlegend=before is not None,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": SMALL_FONT_SIZE}},
    )


def _strip(values, value_label, width):
    rows = -(-len(values) // STRIP_COLUMNS)
    padded = np.full(rows * STRIP_COLUMNS, np.nan, dtype=np.float32)
    padded[: len(values)] = values
    diverging = bool(np.nanmin(values) < 0)
    trace = {
        "type": "heatmap",
        "z": padded.reshape(rows, STRIP_COLUMNS),
        "customdata": np.arange(1, len(padded) + 1, dtype=np.uint32).reshape(rows, STRIP_COLUMNS, 1),
        "hoverongaps": False,
        "hovertemplate": "number %{customdata[0]}<br><b>%{z:.4g}</b><extra></extra>",
    } | Scale.of(values, diverging=diverging).trace_settings(value_label, width)
    ticks = list(range(0, rows, max(-(-rows // 8), 1)))
    return figure_of(
        [trace],
        height=max(rows * 14, 56) if rows < 30 else 420 + BAR_HEIGHT + 20,
        margin=(0, 8, BAR_HEIGHT, 20),
        xaxis={"visible": False, "fixedrange": True},
        yaxis={
            "autorange": "reversed",
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickvals": ticks,
            "ticktext": [f"{row * STRIP_COLUMNS + 1:,}" for row in ticks],
            "automargin": True,
            "tickfont": {"size": SMALL_FONT_SIZE},
            "title": {"text": "number", "standoff": 6},
        },
    )
