"""What a classifier answers: a bar for each class."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import FONT_SIZE, Chart, figure_of
from visualizer.figures.palette import BLUE, GREY, VERMILLION

BAR_HEIGHT = 27


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
        compare: The name and the probabilities of another network, drawn as diamonds on the same lines.
    """
    winner = int(np.argmax(probabilities))
    percent = np.asarray(probabilities, dtype=np.float64) * 100
    labels = []
    for index, name in enumerate(class_names):
        text = f"{name} ✓" if index == true_label else name
        labels.append(f"<b>{text}</b>" if index == winner else text)
    values = [f"{value:.1f} %" for value in percent]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": percent,
            "y": list(range(len(percent))),
            "text": [f"<b>{value}</b>" if index == winner else value for index, value in enumerate(values)],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {"color": [BLUE if index == winner else GREY for index in range(len(percent))]},
            "customdata": list(class_names),
            "hovertemplate": "%{customdata}: <b>%{x:.2f} %</b><extra></extra>",
            "showlegend": False,
        }
    ]
    alt = f"The answer is {class_names[winner]} with {values[winner]}"
    if true_label is not None:
        alt += (
            ", which is right"
            if true_label == winner
            else f"; right is {class_names[true_label]} ({values[true_label]})"
        )
    if compare is not None:
        name, others = compare
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": np.asarray(others, dtype=np.float64) * 100,
                "y": list(range(len(others))),
                "name": name,
                "marker": {"symbol": "diamond", "size": 11, "color": VERMILLION},
                "customdata": list(class_names),
                "hovertemplate": f"{name}: %{{customdata}} <b>%{{x:.2f}} %</b><extra></extra>",
                "showlegend": True,
                "cliponaxis": False,
            }
        )
        best = int(np.argmax(others))
        alt += f". {name}: {class_names[best]} with {others[best]:.1%}"
    top = 34 if compare else 4
    figure = figure_of(
        traces,
        height=len(percent) * BAR_HEIGHT + top + 30,
        margin=(0, 62, top, 30),
        bargap=0.28,
        xaxis={
            "range": [0, 100],
            "tickvals": [0, 50, 100],
            "ticksuffix": " %",
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
            "tickfont": {"size": FONT_SIZE},
        },
        yaxis={
            "range": [len(percent) - 0.5, -0.5],
            "tickvals": list(range(len(percent))),
            "ticktext": labels,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "ticklabelstandoff": 6,
            "tickfont": {"size": FONT_SIZE},
        },
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": FONT_SIZE}},
    )
    return Chart(figure, f"{alt}.")
