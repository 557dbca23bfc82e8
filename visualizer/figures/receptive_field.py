"""The effective receptive field: how much each pixel matters to a unit."""

from typing import Any

import numpy as np

from visualizer.figures.chart import Chart, axis_style, figure_of, header_line, number, pixel_axes, quiet_line
from visualizer.figures.palette import MARK, MARK_RIM
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar
from visualizer.inspection.receptive_field.fields import AxisField, ReceptiveField, inner_half_share

MAX_HEIGHT = 380
_MARGIN = 0.12  # of the field, shown around it


def effective_field_chart(gradient: np.ndarray, field: ReceptiveField, *, width: int = 400) -> Chart:
    """The gradient as a map over the field and what is around it, with the field's frame and that of its middle half.

    Args:
        gradient: (H, W), 0 or more.
        field: What the unit can see at most.
        width: Pixels that the page gives the chart.
    """
    peak = float(gradient.max())
    (top, bottom), (left, right) = _shown(field.rows), _shown(field.columns)
    part = gradient[top:bottom, left:right] / (peak or 1.0)
    trace: dict[str, Any] = {
        "type": "heatmap",
        "z": part.astype(np.float32),
        "x0": left + 1,
        "dx": 1,
        "y0": top + 1,
        "dy": 1,
        "hovertemplate": "row %{y}, column %{x}<br><b>%{z:.1%} of the largest gradient</b><extra></extra>",
    }
    rows, columns = bottom - top, right - left
    cell = min((width - 60) / columns, MAX_HEIGHT / rows)
    height = cell * rows + BAR_HEIGHT + 50
    trace |= Scale(0.0, 1.0, diverging=False).colours() | {"colorbar": bar(width - 60, height)}
    axes = pixel_axes(columns, rows, left=left + 0.5, top=top + 0.5)
    for axis, name in (("xaxis", "column"), ("yaxis", "row")):
        axes[axis] |= axis_style(
            name, automargin=False, visible=True, showgrid=False, tickformat="d", nticks=7, ticks="outside", ticklen=4
        )
    figure = figure_of(
        [trace, *_frames(field)],
        height=height,
        margin=(56, 8, BAR_HEIGHT, 50),
        annotations=[header_line("|gradient|, as a share of the largest", 0, BAR_HEIGHT)],
        **axes,
    )
    return Chart(figure, _alt(gradient, field))


def _shown(axis: AxisField) -> tuple[int, int]:
    """The pixels of the picture that are drawn: from the first to the one after the last."""
    margin = max(round(axis.size * _MARGIN), 1)
    size = len(axis.seen)
    return min(max(axis.first - margin, 0), size - 1), max(min(axis.last + 1 + margin, size), 1)


def _frames(field: ReceptiveField) -> list[dict[str, Any]]:
    """The field's outline, and, dotted, that of its middle half; each white with a black rim."""
    outlines = [
        (field.rows.first, field.rows.last + 1, field.columns.first, field.columns.last + 1, "solid"),
        (*field.rows.middle_half, *field.columns.middle_half, "dot"),
    ]
    return [
        quiet_line(
            # Pixel i is drawn around i + 1, since rows and columns count from 1.
            np.array([left, right, right, left, left]) + 0.5,
            np.array([top, top, bottom, bottom, top]) + 0.5,
            {"color": colour, "width": thickness, "dash": dash},
        )
        for top, bottom, left, right, dash in outlines
        for colour, thickness in ((MARK_RIM, 4), (MARK, 2))
    ]


def _alt(gradient: np.ndarray, field: ReceptiveField) -> str:
    share = inner_half_share(gradient, field)
    if share is None:
        return "The gradient is 0 everywhere: no pixel of this picture matters to the unit."
    row, column = np.unravel_index(int(gradient.argmax()), gradient.shape)
    return (
        f"Gradient of the unit over the picture: largest, {number(float(gradient.max()))}, in row {row + 1}, column "
        f"{column + 1}; {share:.0%} of it lies in the middle half of the field's height and width."
    )
