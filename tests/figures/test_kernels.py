"""Kernels and weights: every weight at its place, zero in the middle of the colours."""

import numpy as np
import pytest

from tests.figures.reading import cell_at, image_pixels, texts
from visualizer.figures.kernels import kernel_grid, kernel_norms, weight_matrix

KERNELS = np.random.default_rng(2).normal(size=(5, 3, 2, 3)).astype(np.float32)


def test_the_kernels_of_one_input_channel_share_the_layer_s_scale():
    heatmap = kernel_grid(KERNELS, input_channel=1, columns=2).figure.data[0]
    drawn = heatmap.z[np.isfinite(heatmap.z)]
    assert sorted(drawn) == sorted(KERNELS[:, 1].ravel())
    assert heatmap.zmax == -heatmap.zmin == pytest.approx(np.abs(KERNELS).max())
    places = heatmap.customdata[np.isfinite(heatmap.z)]
    for (number, row, column), weight in zip(places, drawn, strict=True):
        assert KERNELS[number - 1, 1, row - 1, column - 1] == weight
    assert "input channel 2" in heatmap.hovertemplate


def test_kernels_of_a_page_keep_their_numbers():
    figure = kernel_grid(KERNELS, input_channel=0, first=65).figure
    assert list(figure.data[1].text) == ["65", "66", "67", "68", "69"]
    assert figure.data[0].customdata[0, 0, 0] == 65


@pytest.mark.parametrize("channel", [1, None])
def test_kernels_in_another_order_have_their_numbers_and_norms(channel):
    chart = kernel_grid(
        KERNELS, input_channel=channel, columns=5, numbers=[4, 1, 9, 2, 7], norms=True, marked=9, channel_name="green"
    )
    shown = KERNELS if channel is None else KERNELS[:, [channel]]
    norms = [np.linalg.norm(kernel) for kernel in shown]
    titles = [f"{number}<br>{norm:.3g}" for number, norm in zip([4, 1, 9, 2, 7], norms, strict=True)]
    written = next(trace for trace in chart.figure.data if getattr(trace, "mode", None) == "text")
    assert list(written.text) == titles
    assert titles[0].replace("<br>", ": ") in chart.alt
    assert ("weights for green" in chart.alt) is (channel is not None)
    cells = chart.figure.data[0 if channel is not None else 1].customdata
    assert set(cells[..., 0][np.isfinite(cells[..., 0])].astype(int).ravel()) - {0} == {4, 1, 9, 2, 7}
    assert written.x[2] < min(chart.figure.data[-1].x) < written.x[3]


def test_a_norm_is_that_of_all_weights_of_a_filter():
    kernels = np.array([[[[3.0]], [[4.0]]], [[[0.0]], [[-2.0]]]], dtype=np.float32)
    np.testing.assert_allclose(kernel_norms(kernels), [5, 2])


@pytest.mark.parametrize("channel", [0, None])
def test_the_marked_kernel_has_a_frame(channel):
    plain = kernel_grid(KERNELS, input_channel=channel, columns=5, first=65).figure
    marked = kernel_grid(KERNELS, input_channel=channel, columns=5, first=65, marked=67).figure
    assert len(marked.data) == len(plain.data) + 2
    titles = plain.data[-1]
    left = titles.x[list(titles.text).index("67")]
    assert left < min(marked.data[-1].x) < max(marked.data[-1].x) < left + 3


def test_kernels_over_three_channels_are_colours_with_grey_for_zero():
    kernels = np.zeros((2, 3, 1, 2), dtype=np.float32)
    kernels[0, :, 0, 0] = [0.5, -0.5, 0.0]
    kernels[1, :, 0, 1] = [0.25, 0.25, 0.25]
    figure = kernel_grid(kernels, input_channel=None, columns=2, width=400).figure
    image, pointer = figure.data[:2]
    pixels = image_pixels(image)

    def colour(tile, column):
        row, grid_column = cell_at(pointer, pointer.x[tile * 3 + column] + 0.5, pointer.y[0] + 0.5)
        x, y = pointer.x[grid_column] + 0.5, pointer.y[row] + 0.5
        return pixels[int(y / image.dy), int(x / image.dx)].tolist(), pointer.customdata[row, grid_column].tolist()

    assert colour(0, 0) == ([255, 0, 128, 255], [1, 1, 1, 0.5, -0.5, 0.0])
    assert colour(0, 1) == ([128, 128, 128, 255], [1, 1, 2, 0.0, 0.0, 0.0])
    assert colour(1, 1) == ([191, 191, 191, 255], [2, 1, 2, 0.25, 0.25, 0.25])
    assert "mid-grey is 0, full light +0.5, no light −0.5" in texts(figure)[0].replace("<br>", " ")


def test_one_input_channel_is_drawn_without_being_chosen():
    heatmap = kernel_grid(KERNELS[:, :1], input_channel=None).figure.data[0]
    assert sorted(heatmap.z[np.isfinite(heatmap.z)]) == sorted(KERNELS[:, 0].ravel())


def test_many_channels_need_a_choice():
    with pytest.raises(ValueError, match="2 input channels"):
        kernel_grid(KERNELS[:, :2], input_channel=None)


def test_a_small_weight_matrix_shows_each_weight():
    weights = np.array([[0.5, -2.0, 1.0], [0.0, 0.25, 0.75]], dtype=np.float32)
    chart = weight_matrix(weights)
    heatmap = chart.figure.data[0]
    np.testing.assert_array_equal(heatmap.z, weights)
    assert (heatmap.x0, heatmap.dx, heatmap.y0, heatmap.dy) == (1, 1, 1, 1)
    assert (heatmap.zmin, heatmap.zmax) == (-2, 2)
    assert chart.alt == "Weights of 2 units for 3 inputs, from −2 to 1, mean 0.0833."


def test_a_large_weight_matrix_shows_the_strongest_of_each_block_and_says_so():
    weights = np.random.default_rng(3).normal(size=(700, 1203)).astype(np.float32)
    chart = weight_matrix(weights)
    heatmap = chart.figure.data[0]
    assert heatmap.z.shape == (350, 401)
    for row, column in ((0, 0), (17, 200), (349, 400)):
        block = weights[2 * row : 2 * row + 2, 3 * column : 3 * column + 3]
        assert heatmap.z[row, column] == block.ravel()[np.abs(block).argmax()]
    # The middle of the first block: units 1 and 2, inputs 1 to 3.
    assert (heatmap.y0, heatmap.dy, heatmap.x0, heatmap.dx) == (1.5, 2, 2.0, 3)
    assert "the strongest of 2 × 3 weights" in texts(chart.figure)[0]
    assert "the strongest of 2 × 3 weights" in chart.alt
