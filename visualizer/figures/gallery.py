"""Pictures of a data set."""

from collections.abc import Sequence

import numpy as np

from visualizer.figures.chart import Chart, as_label, figure_of, pixel_axes
from visualizer.figures.mosaic import Mosaic
from visualizer.figures.raster import image_trace
from visualizer.words import counted

MAX_TILE = 110.0
LARGE_TILE = 170.0  # where something is drawn on the pictures that has to be read


def gallery(
    pictures: np.ndarray,
    labels: Sequence[str],
    columns: int,
    *,
    width: int = 900,
    labelled: str = "Their classes",
    largest_tile: float = MAX_TILE,
) -> Chart:
    """Pictures in rows and columns with the names of their classes, or other labels, above them.

    Args:
        pictures: (N, H, W, C) uint8, C is 1 or 3.
        labels: N names.
        columns: How many pictures a row has.
        width: Pixels that the page gives the chart.
        labelled: What the labels are, for the text alternative.
        largest_tile: The most pixels of the screen that the longer side of a picture takes.
    """
    count, height, tile_width = pictures.shape[:3]
    mosaic = Mosaic(count, height, tile_width, columns, width, True, largest_tile / max(height, tile_width))
    tiles = np.broadcast_to(pictures, (count, height, tile_width, 3))
    image = image_trace(mosaic.raster(tiles), pixel=1 / mosaic.parts) | {"hoverinfo": "skip"}
    if mosaic.cell < 1:  # reduced without smoothing, thin lines would vanish in places
        image["zsmooth"] = "fast"
    axes = pixel_axes(mosaic.total_width, mosaic.total_height)
    figure = figure_of(
        [image, mosaic.title_trace([as_label(label) for label in labels])],
        height=mosaic.pixel_height,
        margin=(0, 0, 0, 0),
        **axes,
    )
    classes = ", ".join(dict.fromkeys(labels))
    return Chart(figure, f"{counted(count, 'picture')} of {height} × {tile_width} pixels. {labelled}: {classes}.")


def changed_gallery(pictures: np.ndarray, columns: int, *, marked: np.ndarray | None = None, width: int = 900) -> Chart:
    """One picture as it is, and then as training sees it, changed at random.

    Args:
        pictures: (1 + N, H, W, C) uint8, the first one as it is.
        marked: (1 + N, H', W', 3) uint8, the same with what is to be learnt drawn on them; None where nothing is.
        columns: How many a row has.
        width: Pixels that the page gives the chart.
    """
    count, height, tile_width = pictures.shape[:3]
    chart = gallery(
        pictures if marked is None else marked, ["as it is", *map(str, range(1, count))], columns, width=width
    )
    different = sum(not np.array_equal(picture, pictures[0]) for picture in pictures[1:])
    return Chart(
        chart.spec,
        f"A picture of {height} × {tile_width} pixels as it is, and {count - 1} times as training sees it: "
        f"{different} of them differ from it.{'' if marked is None else ' The right answer is drawn on each.'}",
    )
