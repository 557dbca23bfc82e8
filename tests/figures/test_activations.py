"""The figures of the page on activation functions hold the numbers they were given."""

import numpy as np
import pytest

from visualizer.figures.activations import before_and_after, dead_share_lines, firing_grid, gradient_lines


def test_histograms_show_shares_on_one_axis():
    edges = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    chart = before_and_after(edges, np.array([4, 1, 2, 3]), np.array([0, 0, 7, 3]), "ReLU")
    before, after = chart.figure.data
    np.testing.assert_allclose(before.y, [40, 10, 20, 30])
    np.testing.assert_allclose(after.y, [0, 0, 70, 30])
    np.testing.assert_allclose(before.x, [-1.5, -0.5, 0.5, 1.5])
    np.testing.assert_array_equal(before.x, after.x)
    assert (before.yaxis, after.yaxis) == ("y", "y2")
    assert "10 numbers" in chart.alt
    assert (
        "Before: 50% lie below 0. After ReLU: 0% lie below 0, and 70% lie in the fullest bin, from 0 to 1." in chart.alt
    )


def test_gradient_lines_are_logarithmic_and_keep_their_colours():
    titles = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
    norms = {"relu": np.array([0.1, 0.2]), "sigmoid": np.array([1e-5, 0.3]), "tanh": np.array([0.5, 0.6])}
    whole = gradient_lines(norms, titles, "tanh")
    assert whole.figure.layout.yaxis.type == "log"
    for line, values in zip(whole.figure.data, norms.values(), strict=True):
        np.testing.assert_array_equal(line.x, [1, 2])
        np.testing.assert_array_equal(line.y, values)
    assert [line.line.width for line in whole.figure.data] == [2, 2, 4]
    assert len({(line.line.color, line.line.dash, line.marker.symbol) for line in whole.figure.data}) == 3
    assert "With sigmoid it is 0.3 at layer 2 and 1e−05 at layer 1." in whole.alt
    part = gradient_lines({name: norms[name] for name in ("relu", "tanh")}, titles, "tanh")
    assert part.figure.data[1].line.color == whole.figure.data[2].line.color


def test_a_cross_lies_on_each_dead_unit_and_on_no_other():
    firing = np.full((2, 32), 0.25)
    firing[0, 3] = firing[1, 17] = 0
    chart = firing_grid(firing)
    heatmap, crosses, titles = chart.figure.data
    assert np.nanmax(heatmap.z) == 25
    columns, rows = (
        np.searchsorted(edges, places) - 1 for edges, places in ((heatmap.x, crosses.x), (heatmap.y, crosses.y))
    )
    assert [heatmap.z[row, column] for row, column in zip(rows, columns, strict=True)] == [0, 0]
    assert [heatmap.customdata[row, column] for row, column in zip(rows, columns, strict=True)] == [4, 18]
    assert list(titles.text) == ["Layer 1: 1 of 32 ReLUs dead", "Layer 2: 1 of 32 ReLUs dead"]
    assert "Layer 1: 1 of 32 ReLUs dead" in chart.alt
    assert "fire for 25 to 25 % of the pictures" in chart.alt


def test_a_grid_of_dead_units_only():
    assert "No unit is left that fires." in firing_grid(np.zeros((1, 16))).alt


def test_dead_shares_in_per_cent_for_each_rate():
    chart = dead_share_lines([0, 10], {0.1: np.array([0.05, 0.1]), 2.0: np.array([0.05, 0.9])}, 2.0)
    calm, wild = chart.figure.data
    assert list(calm.y) == pytest.approx([5, 10])
    assert list(wild.y) == pytest.approx([5, 90])
    assert (calm.name, wild.name) == ("0.1", "<b>2</b>")
    assert (
        "after 10 training steps. With the learning rate 0.1 it is 10%. With the learning rate 2 it is 90%."
        in chart.alt
    )
