"""A grid of maps shows every value at its place, in colours that the bar explains."""

import numpy as np
import pytest

from tests.figures.reading import cell_at, texts
from visualizer.figures.maps import MAX_CELL, MAX_TILE, map_grid, single_map
from visualizer.figures.mosaic import mosaic_of
from visualizer.figures.scale import Scale

MAPS = np.random.default_rng(1).normal(size=(6, 5, 4)).astype(np.float32)
TITLES = ["7", "3", "12", "1", "30", "2"]


def grid(maps=MAPS, **settings):
    defaults = {"titles": TITLES, "columns": 4, "value_label": "activation", "width": 600}
    return map_grid(maps, **(defaults | settings))


def corner(tile, columns=4, width=600):
    return mosaic_of(MAPS.shape, columns, width, max_cell=min(MAX_CELL, MAX_TILE / 5), titled=True).corner(tile)


@pytest.mark.parametrize("shared", [True, False])
def test_the_pointer_finds_map_row_column_and_true_value(shared):
    heatmap = grid(shared_scale=shared).figure.data[0]
    value = "%{z:.4g}" if shared else "%{customdata[3]:.4g}"
    assert heatmap.hovertemplate == (
        f"map %{{customdata[0]}}, row %{{customdata[1]}}, column %{{customdata[2]}}<br><b>{value}</b><extra></extra>"
    )
    for (tile, row, column), true_value in np.ndenumerate(MAPS):
        left, top = corner(tile)
        place = cell_at(heatmap, left + column + 0.5, top + row + 0.5)
        assert heatmap.customdata[place][:3].tolist() == [int(TITLES[tile]), row + 1, column + 1]
        assert (heatmap.z[place] if shared else heatmap.customdata[place][3]) == true_value
    assert np.isfinite(heatmap.z).sum() == MAPS.size


def test_one_scale_for_all_starts_at_zero_for_activations():
    heatmap = grid(np.abs(MAPS) + 1).figure.data[0]
    assert heatmap.zmin == 0
    assert heatmap.zmax == pytest.approx(np.abs(MAPS).max() + 1)


def test_a_diverging_scale_has_zero_in_the_middle():
    heatmap = grid(diverging=True).figure.data[0]
    assert heatmap.zmax == -heatmap.zmin == pytest.approx(np.abs(MAPS).max())
    colours = [colour for _, colour in heatmap.colorscale]
    assert colours[0] == "rgb(5,48,97)"  # blue: negative
    assert colours[len(colours) // 2] == "rgb(247,247,247)"
    assert colours[-1] == "rgb(103,0,31)"  # red: positive


def test_own_scales_bring_each_map_to_the_full_range_and_say_so():
    maps = MAPS.copy()
    maps[2] = 5.0
    figure = grid(maps, shared_scale=False).figure
    heatmap = figure.data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)
    for tile in (0, 1, 3, 4, 5):
        left, top = corner(tile)
        (first_row, first_column), (last_row, last_column) = (
            cell_at(heatmap, left + 0.5, top + 0.5),
            cell_at(heatmap, left + 3.5, top + 4.5),
        )
        drawn = heatmap.z[first_row : last_row + 1, first_column : last_column + 1]
        expected = (maps[tile] - maps[tile].min()) / np.ptp(maps[tile])
        np.testing.assert_allclose(drawn, expected, atol=1e-6)
    # A constant map has no range: it is all 0.
    left, top = corner(2)
    assert heatmap.z[cell_at(heatmap, left + 0.5, top + 0.5)] == 0
    assert "activation, each map: its own min … max" in texts(figure)
    assert list(heatmap.colorbar.ticktext) == ["min", "max"]


def test_own_diverging_scales_keep_zero_white():
    heatmap = grid(shared_scale=False, diverging=True).figure.data[0]
    assert (heatmap.zmin, heatmap.zmax) == (-1, 1)
    left, top = corner(1)
    drawn = heatmap.z[cell_at(heatmap, left + 2.5, top + 3.5)]
    assert drawn == pytest.approx(MAPS[1, 3, 2] / np.abs(MAPS[1]).max())


def test_without_hover_nothing_but_the_values_is_sent():
    heatmap = grid(hover=False).figure.data[0]
    assert heatmap.customdata is None
    assert heatmap.hoverinfo == "skip"


def test_titles_that_are_no_numbers_leave_the_maps_counted():
    figure = grid(titles=["red", "green", "blue", "a", "b", "c"]).figure
    assert figure.data[0].customdata[0, 0, 0] == 1
    assert list(figure.data[1].text) == ["red", "green", "blue", "a", "b", "c"]


def test_pixels_are_square_and_the_height_follows_from_the_width():
    figure = grid().figure
    assert figure.layout.yaxis.scaleanchor == "x"
    width = figure.layout.xaxis.range[1] - figure.layout.xaxis.range[0]
    rows = figure.layout.yaxis.range[0] - figure.layout.yaxis.range[1]
    margins = figure.layout.margin.t + figure.layout.margin.b
    drawn = (figure.layout.height - margins) / rows  # pixels of the screen for one number
    assert drawn * width <= 601
    assert grid(width=300).figure.layout.height < figure.layout.height


def test_the_text_says_range_and_strongest_map():
    maps = np.zeros((2, 3, 3), dtype=np.float32)
    maps[1] = 0.5
    chart = map_grid(maps, titles=["8", "9"], columns=2, value_label="activation")
    assert chart.alt == (
        "2 maps of 3 × 3, activation from 0 to 0.5. The strongest on average is map 9. One colour scale for all."
    )


def test_not_a_number_leaves_the_scale_to_the_others():
    maps = np.array([[[np.nan, 2.0], [np.inf, 1.0]]], dtype=np.float32)
    assert Scale.of(maps, diverging=False) == Scale(0.0, 2.0, False)
    assert Scale.of(np.full(3, np.nan), diverging=True) == Scale(-1.0, 1.0, True)
    assert Scale.of(np.zeros(3), diverging=False) == Scale(0.0, 1.0, False)
    assert "from not a number to not a number" in map_grid(maps, titles=["1"], columns=1, value_label="activation").alt


def test_one_map_large_has_its_rows_and_columns_from_one():
    map = np.arange(12, dtype=np.float32).reshape(3, 4)
    map[1, 2] = 40
    chart = single_map(map, title="Map 5", value_label="activation")
    heatmap = chart.figure.data[0]
    np.testing.assert_array_equal(heatmap.z, map)
    assert (heatmap.x0, heatmap.y0, heatmap.dx, heatmap.dy) == (1, 1, 1, 1)
    assert chart.figure.layout.xaxis.range == (0.5, 4.5)
    assert chart.figure.layout.yaxis.range == (3.5, 0.5)
    assert "the largest is in row 2, column 3" in chart.alt
    assert texts(chart.figure) == ["<b>Map 5</b>  activation"]


def test_a_marked_map_has_a_frame():
    plain, marked = grid().figure, grid(marked=3).figure
    assert len(marked.data) == len(plain.data) + 2
    left, top = corner(3)
    assert left < min(marked.data[-1].x) < max(marked.data[-1].x) < left + 4
    assert top < min(marked.data[-1].y) < max(marked.data[-1].y) < top + 5
