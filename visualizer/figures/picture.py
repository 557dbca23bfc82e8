"""One picture as it is."""

import numpy as np

from visualizer.figures.chart import Chart, figure_of, pixel_axes
from visualizer.figures.raster import image_trace, rgb_pixels

MAX_HEIGHT = 420


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
    top = 30 if title else 0
    trace = image_trace(pixels) | {"hovertemplate": "row %{y:.0f}, column %{x:.0f}<br>%{color}<extra></extra>"}
    figure = figure_of([trace], height=cell * height + top, margin=(0, 0, top, 0), **pixel_axes(columns, height))
    if title:
        figure.update_layout(
            title={"text": title, "font": {"size": 14}, "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 6}}
        )
    return Chart(
        figure, f"{title or 'Picture'}: {height} × {columns} pixels, mean brightness {pixels.mean() / 255:.0%}."
    )
