"""One filter: its kernel for each input channel, what excites it, and how a picture for it was made."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from visualizer.figures.chart import (
    Chart,
    as_label,
    axis_style,
    figure_of,
    header_line,
    line_trace,
    lines_of,
    number,
    pixel_axes,
    rimmed_lines,
)
from visualizer.figures.mosaic import Mosaic, mosaic_of
from visualizer.figures.palette import BLUE, GREY, LINE, SMALL_FONT_SIZE, VERMILLION
from visualizer.figures.raster import image_trace, rgb_pixels
from visualizer.figures.scale import Scale, cell_numbers
from visualizer.words import counted

MAX_CELL = 30.0  # pixels of the screen for one weight
CELL_WITH_NUMBER = 46.0
MOST_WITH_NUMBERS = 40  # weights in all
LEAST_TILE = 48.0
MAX_TILE = 120.0
SCALE_OF_FILTER = "weight, one scale for all channels of this filter"
STRIPE = 5.0  # pixels of the screen
_STRIPES = np.array([[96, 104, 110], [150, 158, 164]], dtype=np.uint8)
ASCENT_HEIGHT = 280


def kernel_by_channel(
    kernel: np.ndarray, titles: Sequence[str], extent: float, *, columns: int, width: int = 720
) -> Chart:
    """The kernel of one filter, a tile for each input channel; if there are few weights, with their numbers.

    Args:
        kernel: (C, kernel height, kernel width) weights, in the order in which they are shown.
        titles: The name of each channel.
        extent: The colours go from −extent to +extent; of the whole filter, so that pages can be compared.
        columns: How many tiles a row has.
        width: Pixels that the page gives the chart.
    """
    count, *size = kernel.shape
    cell = min(max(MAX_CELL * max(size), LEAST_TILE), MAX_TILE) / max(size)
    numbered = kernel.size <= MOST_WITH_NUMBERS and CELL_WITH_NUMBER * size[1] * min(columns, count) <= width
    cell = max(cell, CELL_WITH_NUMBER) if numbered else cell
    mosaic = mosaic_of((count, *size), min(columns, count), width, max_cell=cell, titled=True)
    scale = Scale.of(np.array([-extent, extent]), diverging=True)
    trace = mosaic.heatmap(
        kernel,
        scale,
        text=_titles_by_cell(mosaic, titles),
        customdata=mosaic.places(range(1, count + 1)),
        hovertemplate="%{text}, row %{customdata[1]}, column %{customdata[2]}<br><b>weight %{z:.4g}</b><extra></extra>",
    )
    traces = [trace, mosaic.title_trace([as_label(title) for title in titles])]
    if numbered:
        traces.append(_weights(mosaic, kernel, scale.colours()))
    figure = mosaic.below_bar(traces, "weight" if count == 1 else SCALE_OF_FILTER)
    alt = (
        f"One filter's weights for {counted(count, 'channel')}, {size[0]} × {size[1]} each, from "
        f"{number(kernel.min())} to {number(kernel.max())}. The colours go from −{number(extent)} to {number(extent)}. "
        f"First: {', '.join(titles[:4])}."
    )
    return Chart(figure, alt)


def _weights(mosaic: Mosaic, kernel: np.ndarray, colours: dict[str, Any]) -> dict[str, Any]:
    """The number of every weight in its cell."""
    tile, row, column = (places.ravel() for places in np.indices(kernel.shape))
    left, top = np.array([mosaic.corner(index) for index in range(len(kernel))]).T
    words = [f"{weight:.2f}".replace("-", "−") for weight in kernel.ravel()]
    return cell_numbers(
        left[tile] + column + 0.5, top[tile] + row + 0.5, words, kernel.ravel(), colours, size=SMALL_FONT_SIZE
    )


def _titles_by_cell(mosaic: Mosaic, titles: Sequence[str]) -> np.ndarray:
    numbers = mosaic.places(range(1, mosaic.count + 1))[..., 0].astype(np.intp)
    return np.array(["", *(as_label(title) for title in titles)], dtype=object)[numbers]


def patches(
    pixels: np.ndarray,
    inside: np.ndarray,
    titles: Sequence[Sequence[str]],
    *,
    columns: int,
    alt: str,
    width: int = 720,
    max_tile: float = MAX_TILE,
    boxes: Sequence[tuple[float, float, float, float]] = (),
) -> Chart:
    """Pictures or parts of pictures in rows and columns, each with its title above it.

    Args:
        pixels: (N, C, h, w) in [0, 1]; C is 1 (grey) or 3.
        inside: (N, h, w) bool; cells outside the picture are striped.
        titles: One for each, in lines; all have as many.
        columns: How many a row has.
        alt: The text alternative.
        width: Pixels that the page gives the chart.
        max_tile: Pixels of the screen that the longer side of one takes at most.
        boxes: A frame in each: (top, left, height, width) in its pixels, or none.
    """
    count, _, high, wide = pixels.shape
    max_cell = max_tile / max(high, wide)
    mosaic = Mosaic(count, high, wide, min(columns, count), width, True, max_cell, len(titles[0]))
    raster = mosaic.raster(np.stack([rgb_pixels(tile) for tile in pixels]))
    drawn = mosaic.raster(np.repeat(inside[..., None].astype(np.uint8), 3, axis=-1))
    outside = (drawn[..., 3] > 0) & (drawn[..., 0] == 0)
    rows, across = np.nonzero(outside)
    period = max(round(STRIPE / mosaic.cell * mosaic.parts), 1)
    raster[rows, across, :3] = _STRIPES[(rows + across) // period % 2]
    traces = [
        image_trace(raster, pixel=1 / mosaic.parts) | {"hoverinfo": "skip"},
        mosaic.title_trace(["<br>".join(as_label(line) for line in lines) for lines in titles]),
    ]
    figure = figure_of(
        [*traces, mosaic.edges_trace(), *_frames(mosaic, boxes)],
        height=mosaic.pixel_height + 4,
        margin=(1, 1, 1, 3),
        **pixel_axes(mosaic.total_width, mosaic.total_height),
    )
    return Chart(figure, alt)


def _frames(mosaic: Mosaic, boxes: Sequence[tuple[float, float, float, float]]) -> list[dict[str, Any]]:
    """The boxes as one line with gaps, kept within their pictures; white in a dark rim shows on any picture."""
    x: list[float | None] = []
    y: list[float | None] = []
    for index, (first_row, first_column, height, width) in enumerate(boxes):
        left, top = mosaic.corner(index)
        rows = np.clip([first_row, first_row + height], 0, mosaic.height) + top
        columns = np.clip([first_column, first_column + width], 0, mosaic.width) + left
        x += [*columns[[0, 1, 1, 0, 0]], None]
        y += [*rows[[0, 0, 1, 1, 0]], None]
    return rimmed_lines(x, y) if x else []


def ascent_chart(
    history: np.ndarray, steps: int, *, best_real: float | None, mean_real: float | None, label: str, width: int = 720
) -> Chart:
    """How a filter's value rose while a picture was made for it, beside the values of real pictures.

    Args:
        history: (steps so far,) the value before each step.
        steps: The total number of steps.
        best_real: The value of the strongest real picture, if it is known.
        mean_real: The mean value of real pictures.
        label: The name of the value.
        width: Pixels that the page gives the chart.
    """
    traces: list[dict[str, Any]] = [
        line_trace(
            "the picture so far",
            np.arange(len(history)),
            history,
            "after %{x} steps<br><b>%{y:.4g}</b><extra></extra>",
            colour=BLUE,
        )
    ]
    alt = f"{label}: from {number(history[0])} to {number(history[-1])} after {counted(len(history) - 1, 'step')}."
    for value, name, in_sentence, colour, dash in (
        (best_real, "strongest real picture", "The strongest real picture reaches {}.", VERMILLION, "dash"),
        (mean_real, "real pictures on average", "Real pictures reach {} on average.", GREY, "dot"),
    ):
        if value is None:
            continue
        alt = f"{alt} {in_sentence.format(number(value))}"
        traces.append(
            line_trace(
                f"{name}: {number(value)}",
                [0, steps],
                [value, value],
                f"{name}<br><b>%{{y:.4g}}</b><extra></extra>",
                colour=colour,
                width=2,
                dash=dash,
            )
        )
    lines = lines_of(label, width)
    top = LINE * (len(lines) + len(traces)) + 14
    figure = figure_of(
        traces,
        height=ASCENT_HEIGHT,
        margin=(60, 8, top, 46),
        showlegend=True,
        annotations=[header_line("<br>".join(f"<b>{line}</b>" for line in lines), 0, top)],
        xaxis=axis_style("step", automargin=False, range=[0, max(steps, 1)], nticks=6),
        yaxis=axis_style(automargin=False, nticks=6),
        legend={"orientation": "v"},
    )
    return Chart(figure, alt)
