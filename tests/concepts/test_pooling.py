"""Pooling: torch's numbers, who won, what is lost, and what a moving picture changes."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.windows import window_at
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.concepts.pooling import (
    MAX_SHIFT,
    PoolingSettings,
    ShiftResult,
    edge_map,
    enlarge,
    pool,
    shift_experiment,
)
from visualizer.errors import UserError


def random_map(height, width, seed=0):
    return np.random.default_rng(seed).normal(size=(height, width)).astype(np.float32)


@given(
    st.sampled_from(["max", "average"]), st.integers(2, 4), st.integers(1, 3), st.sampled_from(["valid", "same"]),
    st.integers(4, 12), st.integers(4, 12),
)  # fmt: skip
def test_pooling_is_the_layer_of_build(kind, window, stride, padding, height, width):
    values = random_map(height, width)
    layer_type = MaxPooling2D if kind == "max" else AveragePooling2D
    maps = torch.from_numpy(values)[None, None]
    for _, module in layer_type((window, window), (stride, stride), padding).stages((1, height, width)):
        maps = module(maps)
    slide = pool(values, PoolingSettings(kind, window, stride, padding))
    assert slide.output == pytest.approx(maps[0].numpy(), abs=1e-6)
    for row, column in np.ndindex(*slide.output.shape[1:]):
        top, left = row * stride, column * stride
        inside = np.s_[top : top + window, left : left + window]
        real = window_at(slide, row, column)[0][slide.real[inside]]
        expected = real.max() if kind == "max" else real.mean()
        assert slide.output[0, row, column] == pytest.approx(expected, abs=1e-6)


@given(st.integers(2, 4), st.integers(1, 3), st.sampled_from(["valid", "same"]))
def test_a_winner_is_in_its_window_and_holds_its_value(window, stride, padding):
    # All values are negative: a padded zero would win if it could.
    slide = pool(-1 - np.abs(random_map(9, 10)), PoolingSettings("max", window, stride, padding))
    for row, column in np.ndindex(*slide.output.shape[1:]):
        y, x = slide.winners[row, column]
        assert slide.real[y, x]
        assert slide.input[0, y, x] == slide.output[0, row, column]
        assert 0 <= y - row * stride < window
        assert 0 <= x - column * stride < window


def test_global_average_pooling_is_the_mean():
    values = random_map(6, 9)
    slide = pool(values, PoolingSettings("global"))
    assert slide.output == pytest.approx(values.mean(), abs=1e-6)
    assert slide.output.shape == (1, 1, 1)
    assert slide.window == (6, 9)


def test_a_window_that_does_not_fit_is_told():
    with pytest.raises(UserError, match="covers 4 × 4"):
        pool(random_map(3, 8), PoolingSettings(window=4))


def test_enlarging_again():
    values = np.array([[1, 2, 0, 0], [3, 4, 0, 8], [0, 0, 0, 0], [5, 0, 0, 1]], dtype=np.float32)
    repeated, unpooled = enlarge(pool(values, PoolingSettings()))
    assert repeated.values.tolist() == [[4, 4, 8, 8], [4, 4, 8, 8], [5, 5, 1, 1], [5, 5, 1, 1]]
    assert unpooled.values.tolist() == [[0, 0, 0, 0], [0, 4, 0, 8], [0, 0, 0, 0], [5, 0, 0, 1]]
    assert unpooled.error.tolist() == [[1, 2, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert unpooled.mean_error == pytest.approx(6 / 16)
    (mean,) = enlarge(pool(values, PoolingSettings("global")))
    assert mean.values == pytest.approx(np.full((4, 4), 1.5))


@pytest.mark.parametrize(
    "settings", [PoolingSettings("max", 3, 2, "same"), PoolingSettings("max", 2, 3), PoolingSettings("max", 3, 1)]
)
def test_enlarged_maps_have_the_old_size(settings):
    values = np.abs(random_map(9, 9))
    for result in enlarge(pool(values, settings)):
        assert result.values.shape == values.shape
        assert result.error == pytest.approx(np.abs(result.values - values))


def test_the_edge_map_is_sobel_and_relu():
    picture = np.tile(np.array([0, 0, 1, 1, 0, 0], dtype=np.float32), (5, 1))
    assert edge_map(picture) == pytest.approx(np.tile([0, 4, 4, 0, 0, 0], (5, 1)))


def test_the_shift_experiment_by_hand():
    picture = np.zeros((8, 12), dtype=np.float32)
    picture[:, 6:] = 1
    strided, largest, average, whole = shift_experiment(picture, 1)
    # The edge is 4 strong in two columns of the frame, 5 and 6, and one further left after the step.
    edges = [np.zeros((8, 8), dtype=np.float32), np.zeros((8, 8), dtype=np.float32)]
    edges[0][:, 5:7] = edges[1][:, 4:6] = 4
    for shifted, pooled in ((largest, functional.max_pool2d), (average, functional.avg_pool2d)):
        before, after = (pooled(torch.from_numpy(edge)[None], 2)[0].numpy() for edge in edges)
        assert shifted.before == pytest.approx(before)
        assert shifted.after == pytest.approx(after)
    # Keras pads at the end here, so the kernel's middle stops at 1, 3, 5, ….
    assert strided.before == pytest.approx(edges[0][1::2, 1::2])
    assert strided.after == pytest.approx(edges[1][1::2, 1::2])
    assert whole.change == pytest.approx(0)
    # Columns 4, 5 and 6, 7 shared the edge; then columns 4, 5 have it alone.
    assert average.change == pytest.approx(1)
    assert largest.change == pytest.approx(0.5)


def test_no_step_changes_nothing_and_a_step_of_the_stride_moves_the_map():
    picture = np.random.default_rng(1).random((16, 20), dtype=np.float32)
    assert [shifted.change for shifted in shift_experiment(picture, 0)] == [0, 0, 0, 0]
    for shifted in shift_experiment(picture, 2)[:3]:
        assert shifted.change > 0.1
        assert shifted.change_when_moved_back(1) == pytest.approx(0, abs=1e-6)
    assert MAX_SHIFT == 4
    assert ShiftResult("", np.zeros((2, 2)), np.zeros((2, 2))).change == 0
