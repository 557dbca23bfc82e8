"""Pooling: the same map before and after, at one scale."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from visualizer.figures.chart import Chart, figure_of, header_line, lines_of, number, pixel_axes, quiet_line, white_mark
from visualizer.figures.palette import GRID, GRID_RIM, LINE
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar

MAX_MARKED = 40  # pixels of a map whose windows are all drawn
LEAST_STEP = 9.0  # pixels of the screen from line to line
GRID_LINES = 16
MAX_PANEL_HEIGHT = 420
PANEL_GAP = 0.04


def pooling_pair(
    before: np.ndarray,
    after: np.ndarray,
    window: tuple[int, int],
    strides: tuple[int, int],
    padding_before: tuple[int, int],
    kind: Literal["max", "average"],
    value_label: str,
    *,
    width: int = 720,
) -> Chart:
    """A map before and after pooling, both in the pixels of the map before, with one colour scale.

    Args:
        before: (H, W).
        after: (H', W').
        window: Height and width of the window.
        strides: How far it moves, down and to the right; a pixel of `after` is drawn as large.
        padding_before: Pixels added at the top and at the left.
        kind: "max" marks the winner of each window (the first where several are equal).
        value_label: What the values are, for the colour bar.
        width: Pixels that the page gives the chart.
    """
    geometry = _Geometry(before.shape, after.shape, window, strides, padding_before)
    left, top, right, bottom = geometry.extent
    panel = width * (1 - PANEL_GAP) / 2
    cell = min(panel / (right - left), MAX_PANEL_HEIGHT / (bottom - top))
    scale = Scale.of(before, diverging=bool(before.min() < 0)).colours()
    step = min(strides) * cell
    every = math.ceil(LEAST_STEP / step)
    if max(before.shape) > MAX_MARKED:
        every = max(every, -(-max(after.shape) // GRID_LINES))
    strongest = np.unravel_index(int(np.argmax(after)), after.shape)
    row, column = int(strongest[0]), int(strongest[1])
    after_x, after_y = geometry.after_edges
    marked_winners = kind == "max" and every == 1
    notes = lines_of(_notes(geometry, marked_winners=marked_winners, every=every), width)
    notes.append(value_label)
    top_of_bar = len(notes) * LINE
    header = top_of_bar + BAR_HEIGHT + 4
    height = cell * (bottom - top) + header + 6
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "z": before,
            "x0": 0.5,
            "y0": 0.5,
            "hovertemplate": "before: row %{customdata[0]}, column %{customdata[1]}<br><b>%{z:.4g}</b><extra></extra>",
            "customdata": _places(before.shape),
            "colorbar": bar(width, height, top=top_of_bar),
        }
        | scale,
        {
            "type": "heatmap",
            "z": after,
            "x": after_x,
            "y": after_y,
            "xaxis": "x2",
            "yaxis": "y2",
            "hovertemplate": "after: row %{customdata[0]}, column %{customdata[1]}<br><b>%{z:.4g}</b><extra></extra>",
            "customdata": _places(after.shape),
            "showscale": False,
        }
        | scale,
        *_lines("windows", *geometry.grid(every)),
        *_box(geometry.window_box(row, column), ""),
        *_box((after_x[column], after_y[row], after_x[column + 1], after_y[row + 1]), "2"),
    ]
    if marked_winners:
        rows, columns = winners(before, geometry)
        size, x, y = min(max(cell * 0.4, 4.0), 10.0), columns.ravel() + 0.5, rows.ravel() + 0.5
        traces.append(white_mark("winners", None, "circle", size, 1.5, x=x, y=y))
    axes = pixel_axes(right - left, bottom - top, left=left, top=top)
    axes |= pixel_axes(right - left, bottom - top, left=left, top=top, suffix="2")
    share = cell * (right - left) / width
    axes["xaxis"] |= {"domain": [0, share]}
    axes["xaxis2"] |= {"domain": [share + PANEL_GAP, 2 * share + PANEL_GAP]}
    axes["yaxis2"] |= {"anchor": "x2"}
    sizes = [
        f"<b>{name}</b>  {shape[0]} × {shape[1]}" for name, shape in (("before", before.shape), ("after", after.shape))
    ]
    figure = figure_of(
        traces,
        height=height,
        margin=(0, 0, header, 6),
        showlegend=False,
        annotations=[
            header_line("<br>".join(notes), 0, header),
            header_line(sizes[0], header - LINE - 2, header),
            header_line(sizes[1], header - LINE - 2, header, x=share + PANEL_GAP),
        ],
        **axes,
    )
    rule = (
        f"Each number is the largest of a {window[0]} × {window[1]} window."
        if kind == "max"
        else f"Each number is the mean of a {window[0]} × {window[1]} window."
    )
    alt = (
        f"One map before and after pooling: {before.shape[0]} × {before.shape[1]}, {value_label} from "
        f"{number(before.min())} to {number(before.max())}, becomes {after.shape[0]} × {after.shape[1]}, from "
        f"{number(after.min())} to {number(after.max())}. {rule}"
    )
    return Chart(figure, alt)


@dataclass(frozen=True)
class _Geometry:
    """Where the windows lie, in pixels of the map before, counted from its upper left corner."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    window: tuple[int, int]
    strides: tuple[int, int]
    padding_before: tuple[int, int]

    def starts(self, axis: int) -> np.ndarray:
        """Where the windows begin along an axis; below 0 in the padding."""
        return np.arange(self.after[axis]) * self.strides[axis] - self.padding_before[axis]

    @property
    def after_edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Borders (x, y) of the pixels after, each as large as a stride, in the middle of its window."""
        edges = []
        for axis in (1, 0):
            first = (self.window[axis] - self.strides[axis]) / 2 - self.padding_before[axis]
            edges.append(first + np.arange(self.after[axis] + 1) * self.strides[axis])
        return edges[0], edges[1]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all that is drawn."""
        x, y = self.after_edges
        ends = [self.starts(axis)[-1] + self.window[axis] for axis in (0, 1)]
        return (
            float(min(0, x[0], self.starts(1)[0])),
            float(min(0, y[0], self.starts(0)[0])),
            float(max(self.before[1], x[-1], ends[1])),
            float(max(self.before[0], y[-1], ends[0])),
        )

    def window_box(self, row: int, column: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of one window."""
        left, top = float(self.starts(1)[column]), float(self.starts(0)[row])
        return left, top, left + self.window[1], top + self.window[0]

    def grid(self, every: int) -> tuple[list[float | None], list[float | None]]:
        """Lines (x, y) where every n-th window begins, and where the last one ends."""
        x: list[float | None] = []
        y: list[float | None] = []
        spans = [(self.starts(axis)[0], self.starts(axis)[-1] + self.window[axis]) for axis in (0, 1)]
        for column in [*self.starts(1)[::every], spans[1][1]]:
            x += [float(column), float(column), None]
            y += [float(spans[0][0]), float(spans[0][1]), None]
        for row in [*self.starts(0)[::every], spans[0][1]]:
            x += [float(spans[1][0]), float(spans[1][1]), None]
            y += [float(row), float(row), None]
        return x, y


def _notes(geometry: _Geometry, *, marked_winners: bool, every: int) -> str:
    overlap = any(window > stride for window, stride in zip(geometry.window, geometry.strides, strict=True))
    parts = [
        f"Lines: one for every {every} windows." if every > 1 else "Lines: where each window begins.",
        "The windows overlap." if overlap else "",
        "Dots: the largest value of each window." if marked_winners else "",
        "Framed: the window with the largest result.",
    ]
    return " ".join(part for part in parts if part)


def winners(before: np.ndarray, geometry: _Geometry) -> tuple[np.ndarray, np.ndarray]:
    """Row and column, from 0, of the largest value of each window, the first of equals: two arrays (H', W')."""
    rows = np.zeros(geometry.after, dtype=int)
    columns = np.zeros(geometry.after, dtype=int)
    for i, top in enumerate(geometry.starts(0)):
        for j, left in enumerate(geometry.starts(1)):
            first_row, first_column = max(top, 0), max(left, 0)
            seen = before[first_row : top + geometry.window[0], first_column : left + geometry.window[1]]
            row, column = np.unravel_index(int(np.argmax(seen)), seen.shape)
            rows[i, j], columns[i, j] = first_row + row, first_column + column
    return rows, columns


def _places(shape: tuple[int, ...]) -> np.ndarray:
    """(row, column) of each pixel, from 1: (H, W, 2) uint16."""
    rows, columns = np.indices(shape, dtype=np.uint16)
    return np.stack([rows + 1, columns + 1], axis=-1)


def _lines(
    name: str, x: list[float | None], y: list[float | None], suffix: str = "", width: float = 1.0
) -> list[dict[str, Any]]:
    """White lines with a black rim, which show on dark and on bright pixels."""
    return [
        quiet_line(
            x,
            y,
            {"color": colour, "width": thickness},
            name=name,
            xaxis=f"x{suffix}",
            yaxis=f"y{suffix}",
            cliponaxis=False,
        )
        for colour, thickness in ((GRID_RIM, width * 2.2), (GRID, width))
    ]


def _box(box: tuple[float, float, float, float], suffix: str) -> list[dict[str, Any]]:
    left, top, right, bottom = (float(side) for side in box)
    return _lines("strongest", [left, right, right, left, left], [top, top, bottom, bottom, top], suffix, width=3.0)
