"""What a classifier answers: a bar for each class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import FONT_SIZE, SMALL_FONT_SIZE, Chart, as_label, axis_style, figure_of
from visualizer.figures.palette import BLUE, GREY, VERMILLION

ROW = 27  # pixels
MOST_BARS = 20  # classes up to which each has its bar
VALUE_WIDTH = 64  # of "100.0 %" beside a full bar


def probability_bars(
    probabilities: np.ndarray,
    class_names: Sequence[str],
    true_label: int | None = None,
    compare: tuple[str, np.ndarray] | None = None,
) -> Chart:
    """Class probabilities as bars in the order of the classes; the winner is bold, the true class has a check mark.

    Args:
        probabilities: (classes,) from 0 to 1.
        class_names: One name for each class.
        true_label: The class that is right, where it is known.
        compare: The name and the probabilities of another network: hatched bars below the others.
    """
    winner = int(np.argmax(probabilities))
    names = [as_label(name) for name in class_names]
    labels = [f"{name} ✓" if index == true_label else name for index, name in enumerate(names)]
    labels[winner] = f"<b>{labels[winner]}</b>"
    traces = [_bars(probabilities, names, BLUE, "")]
    alt = f"The answer is {class_names[winner]} with {probabilities[winner]:.1%}"
    if true_label == winner:
        alt += ", which is right"
    elif true_label is not None:
        alt += f"; right would be {class_names[true_label]}, which has {probabilities[true_label]:.1%}"
    if compare is not None:
        name, others = compare
        traces.append(_bars(others, names, VERMILLION, as_label(name)))
        best = int(np.argmax(others))
        alt += f". {name}: {class_names[best]} with {others[best]:.1%}"
    top, bottom = 34 if compare else 4, 28
    figure = figure_of(
        traces,
        height=len(names) * ROW * (1.6 if compare else 1) + top + bottom,
        margin=(8, VALUE_WIDTH, top, bottom),
        bargap=0.28,
        barmode="group",
        xaxis=axis_style()
        | {"range": [0, 100], "tickvals": [0, 50, 100], "ticktext": ["0", "50", "100 %"], "showgrid": True},
        yaxis=axis_style()
        | {
            "range": [len(names) - 0.5, -0.5],
            "tickvals": list(range(len(names))),
            "ticktext": labels,
            "showgrid": False,
            "tickfont": {"size": FONT_SIZE},
            # Plotly does not make room for a label that stands off, but for a tick that is not seen.
            "ticks": "outside",
            "ticklen": 8,
            "tickcolor": "rgba(0, 0, 0, 0)",
        },
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": FONT_SIZE}},
    )
    return Chart(figure, f"{alt}.")


def top_bars(probabilities: np.ndarray, class_names: Sequence[str], count: int = 5) -> Chart:
    """The `count` most probable of many classes as bars, the first one at the top.

    Args:
        probabilities: (classes,) from 0 to 1.
        class_names: One name for each class.
        count: How many are shown.
    """
    order = np.argsort(-probabilities, kind="stable")[:count]
    chart = probability_bars(probabilities[order], [class_names[at] for at in order])
    others = [f"{class_names[at]} {probabilities[at]:.1%}" for at in order[1:]]
    return Chart(chart.spec, f"{chart.alt} Next of {len(class_names):,} classes: {', '.join(others)}.")


def _bars(probabilities: np.ndarray, names: Sequence[str], colour: str, network: str) -> dict[str, Any]:
    winner = int(np.argmax(probabilities))
    percent = np.asarray(probabilities, dtype=np.float64) * 100
    values = [f"{value:.1f} %" for value in percent]
    values[winner] = f"<b>{values[winner]}</b>"
    marker: dict[str, Any] = {"color": [colour if index == winner else GREY for index in range(len(percent))]}
    if network:
        marker["pattern"] = {"shape": "/", "fgopacity": 1, "size": 6, "solidity": 0.5}
    return {
        "type": "bar",
        "orientation": "h",
        "x": percent,
        "y": list(range(len(percent))),
        "text": values,
        "textposition": "outside",
        "textfont": {"size": SMALL_FONT_SIZE},
        "constraintext": "none",
        "cliponaxis": False,
        "marker": marker,
        "name": network,
        "showlegend": bool(network),
        "customdata": list(names),
        "hovertemplate": f"{network} %{{customdata}}: <b>%{{x:.2f}} %</b><extra></extra>",
    }
