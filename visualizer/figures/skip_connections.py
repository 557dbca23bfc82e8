"""Two networks side by side, with and without skip connections: how good they are while they learn, and their masks."""

from collections.abc import Mapping

import numpy as np

from visualizer.architecture.answer import Mask
from visualizer.concepts.skip_connections import SkipRun
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.chart import Chart, axis_style, figure_of, line_trace
from visualizer.figures.gallery import LARGE_TILE, gallery
from visualizer.figures.palette import BLUE, VERMILLION

TITLES = {True: "with skip connections", False: "without"}
_HEIGHT = 300
_LOOKS = {True: (BLUE, "", "circle"), False: (VERMILLION, "dash", "square")}
_SHAPES = Annotations(("shape",), has_masks=True)


def error_lines(runs: Mapping[bool, SkipRun]) -> Chart:
    """The share of wrong pixels on pictures that are held out, while both networks learn."""
    traces, words = [], []
    for skips, run in runs.items():
        colour, dash, symbol = _LOOKS[skips]
        hover = f"{TITLES[skips]}: batch %{{x}}<br><b>%{{y:.1f}} % of the pixels wrong</b><extra></extra>"
        line = line_trace(TITLES[skips], run.batches, 100 * run.wrong, hover, colour=colour, dash=dash, symbol=symbol)
        traces.append(line)
        words.append(f"{TITLES[skips]} {run.wrong[-1]:.1%} after batch {run.batches[-1]}")
    total = max(run.total for run in runs.values())
    figure = figure_of(
        traces,
        height=_HEIGHT,
        margin=(8, 16, 34, 44),
        showlegend=True,
        xaxis=axis_style("batch", range=[0, 1.02 * total], nticks=8),
        yaxis=axis_style("pixels in error", ticksuffix=" %", rangemode="tozero", nticks=6),
    )
    return Chart(figure, f"Pixels in error on held-out pictures: {'; '.join(words)}.")


def masks_side_by_side(
    pictures: np.ndarray, truths: np.ndarray, runs: Mapping[bool, SkipRun], width: int, *, columns: int
) -> Chart:
    """The first pictures, a row with the masks of each network below each other.

    Args:
        pictures: (N, H, W, 3) uint8.
        truths: (N, H, W) uint8, 1 for a shape.
        runs: With skips (True) and without (False).
        width: Pixels that the page gives the chart.
        columns: How many pictures.
    """
    figures, drawn, labels = figures_of(Mask), [], []
    for skips, run in runs.items():
        shown = (pictures[:columns], run.answers[:columns], truths[:columns])
        for picture, answer, truth in zip(*shown, strict=True):
            drawn.append(figures.drawn(picture, Mask(answer), Mask(truth), _SHAPES))
            labels.append(f"{'with' if skips else 'without'}: {(answer != truth).mean():.1%}")
    return gallery(np.stack(drawn), labels, columns, width=width, labelled="Pixels in error", largest_tile=LARGE_TILE)
