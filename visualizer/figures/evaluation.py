"""The quality of a network: by class, by confidence, and with its pictures on a map."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import Chart, as_label, axis_style, category_axis, figure_of, line_trace
from visualizer.figures.palette import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, VERMILLION

ROW = 30  # pixels
_ROOMY = 500  # points on the map up to which they have their full size
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, GREY)
_SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "star", "x", "hexagon", "pentagon", "triangle-down")


def class_bars(recall: np.ndarray, precision: np.ndarray, counts: np.ndarray, class_names: Sequence[str]) -> Chart:
    """Recall and precision of each class.

    Args:
        recall: (classes,) share of a class's pictures that were found, 0 to 1; NaN without pictures of the class.
        precision: (classes,) share of the answers of that class that were right; NaN without such answers.
        counts: (classes,) pictures of each class.
        class_names: One name for each class.
    """
    names = [f"{as_label(name)}  ({count})" for name, count in zip(class_names, counts, strict=True)]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": 100 * values,
            "y": list(range(len(names))),
            "marker": {
                "color": colour,
                "pattern": {"shape": pattern, "bgcolor": colour, "fgcolor": "rgba(255, 255, 255, 0.6)"},
            },
            "hovertemplate": f"{name} of %{{customdata}}: <b>%{{x:.1f}} %</b><extra></extra>",
            "customdata": names,
        }
        for name, values, colour, pattern in (
            ("recall: of this class, found", recall, BLUE, ""),
            ("precision: called so, and right", precision, VERMILLION, "/"),
        )
    ]
    figure = figure_of(
        traces,
        height=len(names) * ROW + 84,
        margin=(8, 12, 44, 40),
        bargap=0.3,
        xaxis=axis_style("per cent of the pictures", range=[0, 101], showgrid=True),
        yaxis=category_axis(names),
    )
    recalls = ", ".join(f"{name} {value:.0%}" for name, value in zip(class_names, recall, strict=True))
    return Chart(figure, f"Recall by class: {recalls}.")


def reliability(confidence: np.ndarray, accuracy: np.ndarray, counts: np.ndarray, error: float) -> Chart:
    """How often the network is right, by how sure it is.

    Args:
        confidence: (B,) mean probability of the answers of a bin, 0 to 1.
        accuracy: (B,) share of them that is right.
        counts: (B,) pictures of a bin.
        error: The expected calibration error, 0 to 1.
    """
    traces = [
        line_trace("as sure as right", [0, 100], [0, 100], None, colour=GREY, width=2, dash="dash"),
        line_trace(
            "this network",
            100 * confidence,
            100 * accuracy,
            "%{customdata} pictures<br>on average %{x:.1f} % sure<br><b>%{y:.1f} % right</b><extra></extra>",
            colour=BLUE,
            mode="lines+markers",
            marker={"size": 8 + 22 * np.sqrt(counts / counts.max()), "opacity": 0.85},
            customdata=counts,
        ),
    ]
    figure = figure_of(
        traces,
        height=360,
        margin=(0, 12, 44, 46),
        xaxis=axis_style("how sure it is (mean of a bin)", range=[0, 106], ticksuffix=" %", showgrid=True),
        yaxis=axis_style("how often it is right", range=[-3, 106], ticksuffix=" %"),
    )
    last = (
        f"{counts[-1]:,} of {counts.sum():,} pictures it is {confidence[-1]:.1%} sure, and right in {accuracy[-1]:.1%}"
    )
    return Chart(figure, f"Calibration in {len(counts)} bins: of {last}. Expected calibration error {error:.1%}.")


def picture_map(
    places: np.ndarray, labels: np.ndarray, answers: np.ndarray, class_names: Sequence[str], axes: tuple[str, str]
) -> Chart:
    """Every picture as a point, by its class; those that were answered wrongly have a red ring.

    Each point's customdata is its picture's place, from 0.

    Args:
        places: (N, 2).
        labels: (N,) the right classes.
        answers: (N,) the network's answers.
        class_names: One name for each class.
        axes: The names of the two axes.
    """
    traces = []
    size = float(np.clip(np.sqrt(_ROOMY / len(labels)), 0.6, 1.0)) if len(labels) else 1.0
    for label, name in enumerate(class_names):
        chosen = np.flatnonzero(labels == label)
        wrong = answers[chosen] != label
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": as_label(name),
                "x": places[chosen, 0],
                "y": places[chosen, 1],
                "customdata": chosen,
                "text": [as_label(class_names[answer]) for answer in answers[chosen]],
                "marker": {
                    "color": _COLOURS[label % len(_COLOURS)],
                    "symbol": _SYMBOLS[label % len(_SYMBOLS)],
                    "size": size * np.where(wrong, 13, 9),
                    "line": {"color": RED, "width": size * np.where(wrong, 3, 0)},
                    "opacity": 0.85,
                },
                "hovertemplate": f"is {as_label(name)}, answer %{{text}}<extra></extra>",
            }
        )
    figure = figure_of(
        traces,
        height=520,
        margin=(0, 8, 66, 30),
        hovermode="closest",
        xaxis=axis_style(axes[0], showgrid=True, showticklabels=False),
        yaxis=axis_style(axes[1], showgrid=True, showticklabels=False),
    )
    wrong = int((labels != answers).sum())
    return Chart(
        figure,
        f"{len(labels):,} pictures as points, by their {len(class_names)} classes; {wrong:,} with a red ring are "
        f"answered wrongly. Axes: {axes[0]} and {axes[1]}.",
    )
