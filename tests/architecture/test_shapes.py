"""The window arithmetic, by hand and against the formula that TensorFlow documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.architecture.shapes import (
    describe_shape,
    is_maps,
    numbers_in,
    window_extent,
    window_output_size,
    window_padding,
)


@pytest.mark.parametrize(
    ("size", "window", "stride", "dilation", "output", "padding"),
    [
        # Worked out on paper: the output is ceil(size / stride); an odd pixel of padding goes to the end.
        (5, 3, 1, 1, 5, (1, 1)),
        (5, 2, 1, 1, 5, (0, 1)),
        (7, 4, 1, 1, 7, (1, 2)),
        (5, 3, 2, 1, 3, (1, 1)),
        (6, 3, 2, 1, 3, (0, 1)),
        (4, 2, 2, 1, 2, (0, 0)),
        (5, 2, 2, 1, 3, (0, 1)),
        (10, 5, 3, 1, 4, (2, 2)),
        (224, 7, 2, 1, 112, (2, 3)),
        (6, 1, 4, 1, 2, (0, 0)),
        (8, 3, 1, 2, 8, (2, 2)),
        (8, 3, 2, 3, 4, (2, 3)),
        (1, 5, 1, 1, 1, (2, 2)),
    ],
)
def test_same_padding_by_hand(size, window, stride, dilation, output, padding):
    assert window_output_size(size, window, stride, dilation, "same") == output
    assert window_padding(size, window, stride, dilation, "same") == padding


@given(st.integers(1, 300), st.integers(1, 31), st.integers(1, 16), st.integers(1, 16))
def test_same_padding_is_tensorflows(size, window, stride, dilation):
    # https://www.tensorflow.org/api_docs/python/tf/nn#same_padding_2, with the window as dilation widens it.
    extent = (window - 1) * dilation + 1
    total = max(extent - stride, 0) if size % stride == 0 else max(extent - size % stride, 0)
    assert window_padding(size, window, stride, dilation, "same") == (total // 2, total - total // 2)


@pytest.mark.parametrize(
    ("size", "window", "stride", "dilation", "output"),
    [(64, 3, 1, 1, 62), (62, 2, 2, 1, 31), (29, 2, 2, 1, 14), (7, 3, 2, 1, 3), (8, 3, 2, 1, 3), (9, 3, 1, 4, 1)],
)
def test_valid_output_size_by_hand(size, window, stride, dilation, output):
    assert window_output_size(size, window, stride, dilation, "valid") == output
    assert window_padding(size, window, stride, dilation, "valid") == (0, 0)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 8), st.integers(1, 4))
def test_valid_output_size_counts_the_windows_that_fit(size, window, stride, dilation):
    starts = [start for start in range(0, size, stride) if start + dilation * (window - 1) < size]
    assert max(window_output_size(size, window, stride, dilation, "valid"), 0) == len(starts)


def test_a_dilated_window_touches_more_pixels():
    assert [window_extent(3, dilation) for dilation in (1, 2, 4)] == [3, 5, 9]
    assert window_extent(1, 16) == 1


def test_shapes_in_words():
    assert describe_shape((32, 62, 50)) == "62 × 50 × 32"
    assert describe_shape((12544,)) == "12,544"
    assert (is_maps((3, 8, 8)), is_maps((192,))) == (True, False)
    assert (numbers_in((3, 8, 8)), numbers_in((192,))) == (192, 192)
