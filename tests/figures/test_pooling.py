"""Pooling: windows, winners and pixels afterwards lie where torch has them."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.figures.reading import texts, traces_named
from tests.strategies import layers_of
from visualizer.architecture.layer import LayerDoesNotFit
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.figures.pooling import pooling_pair


def pooled(before, layer):
    (top, bottom), (left, right) = layer.window.pads((1, *before.shape))
    padded = functional.pad(torch.from_numpy(before), (left, right, top, bottom), value=float("-inf"))
    after, where = functional.max_pool2d(padded[None, None], layer.pool_size, layer.strides, return_indices=True)
    rows, columns = np.divmod(where[0, 0].numpy(), padded.shape[1])
    return after[0, 0].numpy(), rows - top, columns - left, (top, left)


def draw(before, after, layer, padding, **settings):
    return pooling_pair(before, after, layer.pool_size, layer.strides, padding, layer.kind, "activation", **settings)


@given(layers_of(MaxPooling2D), st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_a_dot_marks_the_winner_that_torch_takes(layer, height, width, seed):
    # Few different values, so that winners tie.
    before = np.random.default_rng(seed).integers(0, 4, (height, width)).astype(np.float32)
    try:
        layer.output_shape((1, height, width))
    except LayerDoesNotFit:
        return
    after, rows, columns, padding = pooled(before, layer)
    figure = draw(before, after, layer, padding, width=1200).figure
    (dots,) = traces_named(figure, "winners")
    np.testing.assert_array_equal(dots.y - 0.5, rows.ravel())
    np.testing.assert_array_equal(dots.x - 0.5, columns.ravel())
    np.testing.assert_array_equal(before[(dots.y - 0.5).astype(int), (dots.x - 0.5).astype(int)], after.ravel())


@given(layers_of(MaxPooling2D), st.integers(4, 12), st.integers(4, 12))
def test_both_maps_have_one_scale_and_pixels_after_lie_in_the_middle_of_their_windows(layer, height, width):
    before = np.random.default_rng(0).normal(size=(height, width)).astype(np.float32)
    after, _, _, (top, left) = pooled(before, layer)
    figure = draw(before, after, layer, (top, left)).figure
    first, second = figure.data[:2]
    np.testing.assert_array_equal(first.z, before)
    np.testing.assert_array_equal(second.z, after)
    assert (first.zmin, first.zmax) == (second.zmin, second.zmax)
    assert second.showscale is False
    for edges, stride, window, padding in (
        (second.x, layer.strides[1], layer.pool_size[1], left),
        (second.y, layer.strides[0], layer.pool_size[0], top),
    ):
        np.testing.assert_allclose(np.diff(edges), stride)
        starts = np.arange(len(edges) - 1) * stride - padding
        np.testing.assert_allclose((edges[:-1] + edges[1:]) / 2, starts + window / 2)
    layout = figure.layout
    assert layout.xaxis.range == layout.xaxis2.range
    assert layout.yaxis.range == layout.yaxis2.range
    # All that is drawn lies inside.
    assert layout.xaxis.range[0] <= min(0, second.x[0])
    assert layout.xaxis.range[1] >= max(width, second.x[-1])
    share = [axis.domain[1] - axis.domain[0] for axis in (layout.xaxis, layout.xaxis2)]
    np.testing.assert_allclose(share[0], share[1])


def test_lines_stand_where_windows_begin():
    before = np.random.default_rng(0).random((8, 8), dtype=np.float32)
    after, _, _, padding = pooled(before, MaxPooling2D())
    figure = draw(before, after, MaxPooling2D(), padding).figure
    grid = traces_named(figure, "windows")[0]
    points = list(zip(grid.x, grid.y, strict=True))
    segments = [(points[i], points[i + 1]) for i in range(0, len(points), 3)]
    assert segments == [((x, 0), (x, 8)) for x in (0, 2, 4, 6, 8)] + [((0, y), (8, y)) for y in (0, 2, 4, 6, 8)]


def test_the_frame_is_around_the_window_of_the_largest_result():
    before = np.zeros((6, 6), dtype=np.float32)
    before[3, 5] = 4.0
    after, _, _, padding = pooled(before, MaxPooling2D())
    figure = draw(before, after, MaxPooling2D(), padding).figure
    frames = traces_named(figure, "strongest")
    for frame in frames:  # a rim and a core on each map
        assert (min(frame.x), max(frame.x), min(frame.y), max(frame.y)) == (4, 6, 2, 4)
    assert [frame.xaxis for frame in frames] == ["x", "x", "x2", "x2"]


def test_a_large_map_has_fewer_lines_no_dots_and_says_so():
    before = np.random.default_rng(0).random((62, 62), dtype=np.float32)
    after, _, _, padding = pooled(before, MaxPooling2D())
    figure = draw(before, after, MaxPooling2D(), padding).figure
    assert not traces_named(figure, "winners")
    assert "Lines: one for every 2 windows." in texts(figure)[0]
    grid = traces_named(figure, "windows")[0]
    assert list(grid.x[: 3 * 16 : 3]) == list(range(0, 64, 4))


def test_average_pooling_has_no_winner():
    before = np.random.default_rng(0).random((4, 4), dtype=np.float32)
    after = before.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    chart = draw(before, after, AveragePooling2D(), (0, 0))
    assert not traces_named(chart.figure, "winners")
    assert "Dots" not in texts(chart.figure)[0]
    assert "Each number is the mean of a 2 × 2 window" in chart.alt


def test_a_narrow_chart_leaves_the_dots_out_where_they_would_touch():
    before = np.random.default_rng(0).random((40, 40), dtype=np.float32)
    after, _, _, padding = pooled(before, MaxPooling2D())
    wide, narrow = (draw(before, after, MaxPooling2D(), padding, width=width).figure for width in (1084, 344))
    assert traces_named(wide, "winners")
    assert not traces_named(narrow, "winners")
