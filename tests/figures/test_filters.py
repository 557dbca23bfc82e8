"""One filter drawn: weights at their places, stripes outside pictures, and what real pictures reach beside the rise."""

import numpy as np
import pytest

from tests.figures.reading import cell_at, image_pixels
from visualizer.figures.filters import ascent_chart, kernel_by_channel, patches
from visualizer.figures.mosaic import Mosaic

KERNEL = np.random.default_rng(2).normal(size=(5, 3, 2)).astype(np.float32)
TITLES = ["map 9", "map 2", "a<b", "map 4", "map 7"]


def test_every_weight_is_at_its_place_with_its_channel_s_name():
    chart = kernel_by_channel(KERNEL, TITLES, 4.0, columns=3, width=600)
    heatmap = chart.figure.data[0]
    assert (heatmap.zmin, heatmap.zmax) == (-4, 4)
    assert np.isfinite(heatmap.z).sum() == KERNEL.size
    corners = list(zip(chart.figure.data[1].x, chart.figure.data[1].y, strict=True))
    for (tile, row, column), weight in np.ndenumerate(KERNEL):
        left, top = corners[tile]
        place = cell_at(heatmap, left + column + 0.5, top + row + 0.5)
        assert heatmap.z[place] == weight
        assert heatmap.text[place] == TITLES[tile].replace("<", "&lt;")
        assert heatmap.customdata[place][1:].tolist() == [row + 1, column + 1]
    assert "5 channels, 3 × 2 each" in chart.alt
    assert "map 9, map 2" in chart.alt


@pytest.mark.parametrize(("channels", "numbered"), [(3, True), (8, False)])
def test_few_weights_are_told_as_numbers_that_fit_their_cells(channels, numbered):
    kernel = np.ones((channels, 3, 3), dtype=np.float32)
    figure = kernel_by_channel(kernel, ["map"] * channels, 1.0, columns=8, width=600).figure
    if numbered:
        text = figure.data[2]
        assert text.text == ("1.00",) * 27
        cells = [(column, row) for row in range(3) for column in range(3)]
        assert [(int(x), int(y)) for x, y in zip(text.x[:9], text.y[:9], strict=True)] == [
            (column, int(text.y[0]) + row) for column, row in cells
        ]
    else:
        assert len(figure.data) == 2
    high = figure.layout.yaxis.range[0]
    pixels_of_a_cell = (figure.layout.height - figure.layout.margin.t - figure.layout.margin.b) / high
    assert (pixels_of_a_cell > 40) == numbered


def test_a_patch_shows_its_pixels_and_stripes_where_there_is_no_picture():
    pixels = np.random.default_rng(0).random((2, 3, 4, 6), dtype=np.float32)
    inside = np.ones((2, 4, 6), dtype=bool)
    inside[1, :2] = False
    figure = patches(pixels, inside, [("a",), ("b",)], columns=2, width=300, alt="Two.").figure
    image = figure.data[0]
    drawn = image_pixels(image)
    left, top = figure.data[1].x[1], figure.data[1].y[1]
    for row in range(4):
        for column in range(6):
            y, x = int((top + row + 0.5) / image.dy), int((left + column + 0.5) / image.dx)
            colour = drawn[y, x]
            assert colour[3] == 255
            if inside[1, row, column]:
                np.testing.assert_array_equal(colour[:3], np.round(pixels[1, :, row, column] * 255))
            else:
                assert colour[:3].tolist() in ([96, 104, 110], [150, 158, 164])
    outside = drawn[
        int(top / image.dy) : int((top + 2) / image.dy), int(left / image.dx) : int((left + 6) / image.dx), 0
    ]
    assert set(np.unique(outside)) == {96, 150}


def test_a_title_in_two_lines_has_room_and_its_longest_line_decides():
    pixels, inside = np.zeros((9, 1, 8, 8), dtype=np.float32), np.ones((9, 8, 8), dtype=bool)
    titles = [(f"{number / 3:.3g}", "triangle") for number in range(9)]
    figure = patches(pixels, inside, titles, columns=9, width=960, alt="Nine.").figure
    assert list(figure.data[1].text) == [f"{value}<br>{name}" for value, name in titles]
    one_line = patches(pixels, inside, [("a",)] * 9, columns=9, width=960, alt="Nine.").figure
    assert 12 < figure.layout.height - one_line.layout.height < 24


def test_the_frame_in_a_whole_picture_ends_at_its_edge():
    pixels, inside = np.zeros((2, 1, 8, 8), dtype=np.float32), np.ones((2, 8, 8), dtype=bool)
    boxes = [(-1.0, 2.0, 3.0, 3.0), (5.0, 5.0, 3.0, 3.0)]
    figure = patches(pixels, inside, [("a",), ("b",)], columns=2, width=300, alt="Two.", boxes=boxes).figure
    rim, core = figure.data[-2:]
    assert rim.line.width > core.line.width
    assert (rim.x, rim.y) == (core.x, core.y)
    (first_left, first_top), (left, top) = zip(figure.data[1].x, figure.data[1].y, strict=True)
    assert (min(core.x[:5]), max(core.x[:5])) == (first_left + 2, first_left + 5)
    assert (min(core.y[:5]), max(core.y[:5])) == (first_top, first_top + 2)
    assert (min(core.x[6:11]), max(core.y[6:11])) == (left + 5, top + 8)


def test_the_rise_stands_beside_what_real_pictures_reach():
    chart = ascent_chart(np.array([1.0, 2.5]), 128, best_real=4.02, mean_real=3.0, label="value of filter 1")
    rise, best, mean = chart.figure.data
    assert list(rise.x) == [0, 1]
    assert list(rise.y) == [1.0, 2.5]
    assert (list(best.x), list(best.y), best.name) == ([0, 128], [4.02, 4.02], "strongest real picture: 4.02")
    assert list(mean.y) == [3.0, 3.0]
    assert best.line.dash != mean.line.dash
    assert chart.alt == (
        "value of filter 1: from 1 to 2.5 after 1 step. The strongest real picture reaches 4.02. "
        "Real pictures reach 3 on average."
    )


def test_where_no_real_picture_was_searched_only_the_rise_is_drawn():
    assert len(ascent_chart(np.array([1.0]), 5, best_real=None, mean_real=None, label="value").figure.data) == 1


@pytest.mark.parametrize("index", [0, 4])
def test_the_outline_lies_within_its_tile_and_the_edges_around_every_one(index):
    mosaic = Mosaic(5, 3, 4, 3, 300.0, True, 24.0)
    left, top = mosaic.corner(index)
    for trace in mosaic.outline_traces(index):
        assert left < min(trace["x"]) < max(trace["x"]) < left + 4
        assert top < min(trace["y"]) < max(trace["y"]) < top + 3
    edges = mosaic.edges_trace()
    assert edges["x"][6 * index : 6 * index + 2] == [left, left + 4]
    assert edges["y"][6 * index + 1 : 6 * index + 3] == [top, top + 3]
