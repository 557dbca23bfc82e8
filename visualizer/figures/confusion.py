"""Which classes a classifier confuses."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import Chart, as_label, axis_style, figure_of, header_line
from visualizer.figures.palette import CHARACTER, FONT_SIZE, SEQUENTIAL, SMALL_FONT_SIZE
from visualizer.figures.scale import BAR_HEIGHT, bar, cell_numbers
from visualizer.words import counted

MAX_SIDE = 520.0
MOST_LETTERS = 14  # of a name beside the matrix; the pointer shows the full name
_TITLE = 44  # pixels that an axis takes beside its labels


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
    short = [as_label(name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…") for name in class_names]
    longest = CHARACTER * max(min(len(name), MOST_LETTERS) for name in class_names)
    left = round(_TITLE + max(longest, 40))
    side = min(width - left, MAX_SIDE)
    # Names that do not fit side by side are turned and end at their column, so that the last one stays on the page.
    turned = longest + 6 > side / classes
    bottom = round(_TITLE + (longest if turned else 40))
    top = BAR_HEIGHT + 4
    height = side + top + bottom
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
    # Plotly would omit a label that extends beyond the figure's edge.
    ticks = {"tickvals": list(range(classes)), "ticktext": short, "showgrid": False, "ticklabeloverflow": "allow"}
    figure = figure_of(
        [trace, numbers],
        height=height,
        margin=(left, max(width - left - side, 0), top, bottom),
        annotations=[header_line("share of the pictures of a class", 0, top, xshift=-left)],
        xaxis=axis_style("the network's answer", automargin=False) | ticks | {"tickangle": -90 if turned else 0},
        yaxis=axis_style("what it is", automargin=False) | ticks | {"range": [classes - 0.5, -0.5]},
    )
    return Chart(figure, _alt(counts, class_names))


def _alt(counts: np.ndarray, class_names: Sequence[str]) -> str:
    total, right = int(counts.sum()), int(np.trace(counts))
    if not total:
        return "Confusion matrix of no pictures."
    wrong = counts - np.diag(np.diag(counts))
    row, column = divmod(int(wrong.argmax()), len(class_names))
    text = f"Confusion matrix: {right:,} of {total:,} pictures right."
    if not wrong.any():
        return text
    times = counted(int(wrong.max()), "time")
    return f"{text} Most often, {class_names[row]} is taken for {class_names[column]}: {times}."
