"""One picture as it is."""

import numpy as np

from visualizer.figures.chart import Chart, as_label, figure_of, header_line, lines_of, pixel_axes
from visualizer.figures.palette import LINE
from visualizer.figures.raster import image_trace, rgb_pixels

MAX_HEIGHT = 420


def drawing_chart(drawing: np.ndarray, alt: str, *, width: int) -> Chart:
    """A picture with something drawn on it, whose own pixels mean nothing.

    Args:
        drawing: (H, W, 3) uint8.
        alt: The text alternative.
        width: Pixels that the page gives the chart.
    """
    height, columns = drawing.shape[:2]
    cell = min(width / columns, MAX_HEIGHT / height)
    trace = image_trace(rgb_pixels(drawing)) | {"hoverinfo": "skip", "zsmooth": "fast"}
    return Chart(figure_of([trace], height=cell * height, margin=(0, 0, 0, 0), **pixel_axes(columns, height)), alt)


def picture_chart(picture: np.ndarray, title: str, *, width: int = 260) -> Chart:
    """A picture, its pixels crisp.

    Args:
        picture: (C, H, W) float in [0, 1], or (H, W, C) uint8; C is 1 or 3.
        title: Stands above it; may be empty.
        width: Pixels that the page gives the chart.
    """
    pixels = rgb_pixels(picture)
    height, columns = pixels.shape[:2]
    cell = min(width / columns, MAX_HEIGHT / height)
    trace = image_trace(pixels) | {
        "x0": 1,
        "y0": 1,
        "hovertemplate": "row %{y}, column %{x}<br>red %{color[0]}, green %{color[1]}, blue %{color[2]} of 255"
        "<extra></extra>",
    }
    lines = [as_label(line) for line in lines_of(title, width)]
    top = len(lines) * LINE + 6 if lines else 0
    figure = figure_of(
        [trace],
        height=cell * height + top,
        margin=(0, 0, top, 0),
        annotations=[header_line(f"<b>{'<br>'.join(lines)}</b>", 0, top)] if lines else [],
        **pixel_axes(columns, height, left=0.5, top=0.5),
    )
    return Chart(
        figure, f"{title or 'Picture'}: {height} × {columns} pixels, mean brightness {pixels.mean() / 255:.0%}."
    )
