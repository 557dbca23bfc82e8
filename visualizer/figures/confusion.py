"""Which classes a classifier takes for which."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import FONT_SIZE, SMALL_FONT_SIZE, Chart, as_label, axis_style, figure_of, header_line
from visualizer.figures.palette import SEQUENTIAL
from visualizer.figures.scale import BAR_HEIGHT, bar, cell_numbers

MAX_SIDE = 520.0
_LEFT = 84
_BOTTOM = 84


def confusion_matrix(counts: np.ndarray, class_names: Sequence[str], *, width: int) -> Chart:
    """A row for each right class, a column for each answer; a cell's number counts pictures, its colour is its share.

    Args:
        counts: (classes, classes) pictures: row the right class, column the answer.
        class_names: One name for each class.
        width: Pixels that the page gives the chart.
    """
    classes = len(class_names)
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.maximum(totals, 1)
    names = [as_label(name) for name in class_names]
    side = min(width - _LEFT, MAX_SIDE)
    top = BAR_HEIGHT + 4
    height = side + top + _BOTTOM
    colours = {"zmin": 0, "zmax": 100, "colorscale": SEQUENTIAL}
    trace = {
        "type": "heatmap",
        "z": shares,
        "text": np.where(counts > 0, counts.astype(str), ""),
        "xgap": 1,
        "ygap": 1,
        "customdata": np.stack(
            [np.array(names, object)[:, None].repeat(classes, 1), np.array(names, object)[None].repeat(classes, 0)], -1
        ),
        "hovertemplate": (
            "is %{customdata[0]}, answer %{customdata[1]}<br><b>%{text} pictures, %{z:.0f} % of the row</b>"
            "<extra></extra>"
        ),
        "colorbar": bar(width, height, tickvals=[0, 50, 100], ticktext=["0", "50", "100 %"]),
    } | colours
    rows, columns = np.nonzero(counts)
    size = FONT_SIZE if side / classes >= 30 else SMALL_FONT_SIZE
    words = [str(counts[cell]) for cell in zip(rows, columns, strict=True)]
    numbers = cell_numbers(columns, rows, words, shares[rows, columns], colours, size=size)
    ticks = {"tickvals": list(range(classes)), "ticktext": names, "showgrid": False}
    figure = figure_of(
        [trace, numbers],
        height=height,
        margin=(_LEFT, max(width - _LEFT - side, 0), top, _BOTTOM),
        annotations=[header_line("share of the pictures of a class", 0, top, xshift=-_LEFT)],
        xaxis=axis_style("the network's answer", automargin=False) | ticks,
        yaxis=axis_style("what it is", automargin=False) | ticks | {"range": [classes - 0.5, -0.5]},
    )
    return Chart(figure, _alt(counts, class_names))


def _alt(counts: np.ndarray, class_names: Sequence[str]) -> str:
    total, right = int(counts.sum()), int(np.trace(counts))
    if not total:
        return "Confusion matrix of no pictures."
    wrong = counts - np.diag(np.diag(counts))
    row, column = divmod(int(wrong.argmax()), len(class_names))
    text = f"Confusion matrix: {right:,} of {total:,} pictures right"
    if wrong.any():
        text += f"; most often {class_names[row]} is taken for {class_names[column]}, {int(wrong.max()):,} times"
    return f"{text}."
