"""Where the tiles of a mosaic lie: many small pictures in rows and columns on one pair of axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from visualizer.figures.chart import Spec, figure_of, header_line, pixel_axes, quiet_line, rimmed_lines
from visualizer.figures.palette import GREY, SMALL_FONT_SIZE, TINY_FONT_SIZE
from visualizer.figures.scale import BAR_HEIGHT, Scale, bar

TILE_GAP = 6.0  # pixels of the screen
MIN_TILE_FOR_SMALL_FONT = 56.0
CHARACTER_WIDTH = 0.62  # of the font size; a safe estimate for digits and lower case


@dataclass(frozen=True)
class Mosaic:
    """`count` tiles of `height` x `width` cells in `columns` columns, for a chart `chart_width` pixels wide.

    Positions and gaps are in cells, from the top left corner. In the grid of a heatmap a gap is one row or column,
    narrow or wide, or several whole cells where cells are small; in a raster it is as many pixels as needed.
    """

    count: int
    height: int
    width: int
    columns: int
    chart_width: float
    titled: bool
    max_cell: float
    title_lines: int = 1

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @cached_property
    def cell(self) -> float:
        """Pixels of the screen that one cell takes."""
        available = self.chart_width - TILE_GAP * (self.columns - 1)
        return max(min(available / (self.columns * self.width), self.max_cell), 0.05)

    @property
    def font_size(self) -> int:
        return SMALL_FONT_SIZE if self.width * self.cell >= MIN_TILE_FOR_SMALL_FONT else TINY_FONT_SIZE

    @cached_property
    def parts(self) -> int:
        """Into how many parts a cell is divided: gaps are whole parts, so that a raster of parts can draw them."""
        return max(math.ceil(self.cell / 3), 1)

    def _in_parts(self, pixels: float) -> float:
        return max(round(pixels / self.cell * self.parts), 1) / self.parts

    @cached_property
    def gap(self) -> float:
        return self._in_parts(TILE_GAP)

    @cached_property
    def title_height(self) -> float:
        return self._in_parts((self.font_size + 5.0) * self.title_lines) if self.titled else 0.0

    @property
    def column_step(self) -> float:
        return self.width + self.gap

    @property
    def row_step(self) -> float:
        return self.height + self.title_height + self.gap

    @property
    def total_width(self) -> float:
        return self.columns * self.column_step - self.gap

    @property
    def total_height(self) -> float:
        return self.rows * self.row_step - self.gap

    @property
    def pixel_height(self) -> float:
        return self.total_height * self.cell

    def corner(self, index: int) -> tuple[float, float]:
        """Left and top of a tile."""
        row, column = divmod(index, self.columns)
        return column * self.column_step, row * self.row_step + self.title_height

    @property
    def _between(self) -> tuple[int, int]:
        """Rows and columns of the grid between two tiles.

        Gaps of whole cells are drawn as cells: Plotly draws a grid of equal cells many times faster.
        """
        return (int(self.gap + self.title_height), int(self.gap)) if self.parts == 1 else (1, 1)

    @cached_property
    def x_edges(self) -> np.ndarray:
        """Borders of the grid's columns: (grid columns + 1,)."""
        if self.parts == 1:
            return np.arange(self.total_width + 1)
        starts = np.arange(self.columns) * self.column_step
        return (starts[:, None] + np.arange(self.width + 1)).ravel()

    @cached_property
    def y_edges(self) -> np.ndarray:
        """Borders of the grid's rows: (grid rows + 1,)."""
        if self.parts == 1:
            return np.arange(self.title_height, self.total_height + 1)
        starts = np.arange(self.rows) * self.row_step + self.title_height
        return (starts[:, None] + np.arange(self.height + 1)).ravel()

    def _joined(self, padded: np.ndarray) -> np.ndarray:
        """(rows * columns, height + gap, width + gap, …) as one grid, without the last gaps."""
        below, beside = self._between
        height, width = self.height + below, self.width + beside
        more = padded.shape[3:]
        grid = padded.reshape(self.rows, self.columns, height, width, *more).swapaxes(1, 2)
        return grid.reshape(self.rows * height, self.columns * width, *more)[:-below, :-beside]

    def grid(self, tiles: np.ndarray) -> np.ndarray:
        """(count, height, width) as one grid with NaN between the tiles and where there are too few: float32."""
        below, beside = self._between
        shape = (self.rows * self.columns, self.height + below, self.width + beside)
        padded = np.full(shape, np.nan, dtype=np.float32)
        padded[: self.count, :-below, :-beside] = tiles
        return self._joined(padded)

    @property
    def _height_with_bar(self) -> float:
        return self.pixel_height + BAR_HEIGHT + 4

    def heatmap(self, values: np.ndarray, scale: Scale, **more: Any) -> dict[str, Any]:
        """A trace of (count, height, width) values with its colour bar, for `below_bar`; `more` goes into the trace."""
        return {
            "type": "heatmap",
            "x": self.x_edges,
            "y": self.y_edges,
            "z": self.grid(values),
            "hoverongaps": False,
            "colorbar": bar(self.chart_width, self._height_with_bar),
            **scale.colours(),
            **more,
        }

    def below_bar(self, traces: list[dict[str, Any]], label: str) -> Spec:
        """The figure of a `heatmap` and what is drawn on it; `label` stands above its colour bar."""
        return figure_of(
            traces,
            height=self._height_with_bar,
            margin=(0, 0, BAR_HEIGHT, 4),
            annotations=[header_line(label, 0, BAR_HEIGHT)],
            **pixel_axes(self.total_width, self.total_height),
        )

    def places(self, numbers: Sequence[int]) -> np.ndarray:
        """For each cell of the grid (number of its tile, row, column), rows and columns from 1: uint8 or uint16."""
        below, beside = self._between
        height, width = self.height + below, self.width + beside
        # The smallest type that fits: these numbers are most of what is sent to the browser.
        dtype = np.uint8 if max(*numbers, height, width) < 256 else np.uint16
        places = np.zeros((self.rows * self.columns, height, width, 3), dtype=dtype)
        places[: self.count, ..., 0] = np.asarray(numbers, dtype=dtype)[:, None, None]
        places[..., 1] = np.arange(1, height + 1, dtype=dtype)[:, None]
        places[..., 2] = np.arange(1, width + 1, dtype=dtype)
        return self._joined(places)

    def raster(self, tiles: np.ndarray) -> np.ndarray:
        """(count, height, width, 3) uint8 as one picture, each cell `parts` x `parts` pixels: (H, W, 4), gaps clear."""
        parts = self.parts
        picture = np.zeros((round(self.total_height * parts), round(self.total_width * parts), 4), dtype=np.uint8)
        for index, tile in enumerate(tiles):
            left, top = (round(place * parts) for place in self.corner(index))
            large = tile.repeat(parts, axis=0).repeat(parts, axis=1)
            picture[top : top + large.shape[0], left : left + large.shape[1], :3] = large
            picture[top : top + large.shape[0], left : left + large.shape[1], 3] = 255
        return picture

    def title_trace(self, titles: Sequence[str]) -> dict[str, Any]:
        """The titles above their tiles, as a Plotly trace; every n-th where they are too wide for their tiles.

        Args:
            titles: One for each tile, each in at most `title_lines` lines, with `<br>` between them.
        """
        lines = [line for title in titles for line in title.split("<br>")]
        longest = max(map(len, lines), default=0) * self.font_size * CHARACTER_WIDTH
        every = math.ceil(longest / (self.column_step * self.cell))
        shown = [index for index in range(self.count) if (index % self.columns) % max(every, 1) == 0]
        corners = [self.corner(index) for index in shown]
        return {
            "type": "scatter",
            "mode": "text",
            "x": [left for left, _ in corners],
            "y": [top for _, top in corners],
            "text": [titles[index] for index in shown],
            "textposition": "top right",
            "textfont": {"size": self.font_size},
            "hoverinfo": "skip",
            "showlegend": False,
            "cliponaxis": False,
        }

    def outline_traces(self, index: int) -> list[dict[str, Any]]:
        """A frame along the inner edge of one tile, as Plotly traces: white with a dark rim, seen on any colour."""
        left, top = self.corner(index)
        inset = min(2 / self.cell, self.width / 4, self.height / 4)
        x, y = (left + inset, left + self.width - inset), (top + inset, top + self.height - inset)
        return rimmed_lines([x[0], x[1], x[1], x[0], x[0]], [y[0], y[0], y[1], y[1], y[0]])

    def edges_trace(self) -> dict[str, Any]:
        """A thin line around every tile, so that one as bright as the page still has an edge."""
        x: list[float | None] = []
        y: list[float | None] = []
        for index in range(self.count):
            left, top = self.corner(index)
            x += [left, left + self.width, left + self.width, left, left, None]
            y += [top, top, top + self.height, top + self.height, top, None]
        return quiet_line(x, y, {"color": GREY, "width": 1}, cliponaxis=False)


def mosaic_of(shape: Sequence[int], columns: int, chart_width: float, *, max_cell: float, titled: bool) -> Mosaic:
    """The mosaic of (count, H, W) tiles."""
    count, height, width = shape
    return Mosaic(count, height, width, columns, chart_width, titled, max_cell)
