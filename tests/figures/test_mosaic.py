"""Tiles lie where the mosaic says, in the grid of a heatmap and in a raster."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.figures.mosaic import TILE_GAP, Mosaic


def mosaics() -> st.SearchStrategy[Mosaic]:
    small = st.integers(1, 9)
    return st.builds(
        Mosaic, small, small, small, small, st.floats(60, 1200), st.booleans(), st.sampled_from([4.0, 64.0])
    )


@given(mosaics())
def test_every_tile_lies_at_its_corner(mosaic):
    tiles = np.arange(mosaic.count * mosaic.height * mosaic.width, dtype=np.float32)
    tiles = tiles.reshape(mosaic.count, mosaic.height, mosaic.width)
    grid = mosaic.grid(tiles)
    places = mosaic.places(range(10, 10 + mosaic.count))
    assert grid.shape == places.shape[:2] == (len(mosaic.y_edges) - 1, len(mosaic.x_edges) - 1)
    assert np.isfinite(grid).sum() == tiles.size
    for (tile, row, column), value in np.ndenumerate(tiles):
        left, top = mosaic.corner(tile)
        grid_row = np.searchsorted(mosaic.y_edges, top + row + 0.5) - 1
        grid_column = np.searchsorted(mosaic.x_edges, left + column + 0.5) - 1
        assert grid[grid_row, grid_column] == value
        assert places[grid_row, grid_column].tolist() == [10 + tile, row + 1, column + 1]


@given(mosaics())
def test_a_raster_has_each_tile_at_the_same_place(mosaic):
    tiles = np.random.default_rng(0).integers(0, 256, (mosaic.count, mosaic.height, mosaic.width, 3), dtype=np.uint8)
    raster, parts = mosaic.raster(tiles), mosaic.parts
    assert raster.shape[:2] == (round(mosaic.total_height * parts), round(mosaic.total_width * parts))
    assert (raster[..., 3] > 0).sum() == mosaic.count * mosaic.height * mosaic.width * parts**2
    for tile, row, column in np.ndindex(tiles.shape[:3]):
        left, top = mosaic.corner(tile)
        y, x = round((top + row) * parts), round((left + column) * parts)
        np.testing.assert_array_equal(
            raster[y : y + parts, x : x + parts, :3],
            tiles[tile, row, column] + np.zeros_like(raster[y : y + parts, x : x + parts, :3]),
        )


def test_it_is_as_wide_as_the_chart_and_no_wider():
    for columns in (1, 3, 8, 32):
        mosaic = Mosaic(40, 62, 62, columns, 700.0, True, 64.0)
        assert mosaic.total_width * mosaic.cell == pytest.approx(700.0, abs=TILE_GAP * columns * 0.5 + 1)


def test_places_take_one_byte_each_where_they_can():
    assert Mosaic(3, 62, 62, 3, 700.0, True, 64.0).places([1, 2, 255]).dtype == np.uint8
    assert Mosaic(3, 62, 62, 3, 700.0, True, 64.0).places([1, 2, 256]).dtype == np.uint16
    wide = Mosaic(1, 1, 300, 1, 700.0, True, 64.0).places([1])
    assert wide[0, -1].tolist() == [1, 1, 300]


def test_titles_that_are_too_wide_are_thinned_by_columns():
    mosaic = Mosaic(16, 8, 8, 8, 240.0, True, 64.0)
    assert mosaic.title_trace([str(number) for number in range(16)])["text"] == [str(number) for number in range(16)]
    thinned = mosaic.title_trace([f"triangle {number}" for number in range(16)])
    assert thinned["text"] == ["triangle 0", "triangle 3", "triangle 6", "triangle 8", "triangle 11", "triangle 14"]
    assert (thinned["x"][1], thinned["y"][1]) == mosaic.corner(3)


def test_small_cells_make_a_grid_of_equal_cells():
    """Which Plotly draws many times faster than one with narrow gaps."""
    mosaic = Mosaic(5, 62, 62, 3, 360.0, True, 64.0)
    assert mosaic.cell < 3
    assert np.all(np.diff(mosaic.x_edges) == 1)
    assert np.all(np.diff(mosaic.y_edges) == 1)
    tiles = np.random.default_rng(0).random((5, 62, 62), dtype=np.float32)
    grid, places = mosaic.grid(tiles), mosaic.places(range(1, 6))
    assert grid.shape == (len(mosaic.y_edges) - 1, len(mosaic.x_edges) - 1)
    for row, column in np.argwhere(np.isfinite(grid))[::97]:
        tile, y, x = places[row, column] - 1
        assert grid[row, column] == tiles[tile, y, x]
        left, top = mosaic.corner(tile)
        assert (mosaic.x_edges[column], mosaic.y_edges[row]) == (left + x, top + y)
    assert np.isfinite(grid).sum() == tiles.size
