"""Histograms at every moment."""

import numpy as np

from visualizer.figures.spread import gradient_spread, weight_spread

EDGES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
COUNTS = np.array([[1, 1, 1, 1], [0, 6, 2, 0]])
MOMENTS = ["before training", "epoch 1"]


def test_a_column_a_moment_in_per_cent_and_bars_for_the_chosen_one():
    figure = weight_spread(COUNTS, EDGES, MOMENTS, 1, width=600).figure
    heat, bars = figure.data
    np.testing.assert_allclose(heat.z, np.array([[25, 25, 25, 25], [0, 75, 25, 0]]).T)
    np.testing.assert_array_equal(heat.y, EDGES)
    assert (heat.zmin, heat.zmax) == (0, 75)
    np.testing.assert_allclose(bars.x, [0, 75, 25, 0])
    np.testing.assert_allclose(bars.y, [-0.75, -0.25, 0.25, 0.75])
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1) == (0.5, 1.5)


def test_the_text_says_where_most_weights_are():
    chart = weight_spread(COUNTS, EDGES, MOMENTS, 1, width=600)
    assert "at “epoch 1”: the middle one is about −0.25; most, 75 % of the weights, are about −0.25." in chart.alt


def test_small_gradients_have_a_bin_of_their_own_below_the_others_and_empty_ends_are_left_out():
    edges = 10.0 ** np.arange(-8, 1.5, 1)
    counts = np.full((2, len(edges)), np.nan)
    counts[1] = 0
    counts[1, [0, 4, 6]] = 2, 6, 8  # below all, 1e-5 … 1e-4, 1e-3 … 1e-2
    heat, bars = gradient_spread(counts, edges, MOMENTS, 1, width=600).figure.data
    np.testing.assert_allclose(heat.y, [-7, -5, -4, -3, -2])
    np.testing.assert_allclose(np.array(heat.z)[:, 1], [12.5, 37.5, 0, 50])
    assert np.isnan(np.array(heat.z)[:, 0]).all()
    np.testing.assert_allclose(bars.x, [12.5, 37.5, 0, 50])


def test_a_moment_without_gradient_is_said_to_have_none():
    edges = 10.0 ** np.arange(-8, 1.5, 1)
    chart = gradient_spread(np.full((1, len(edges)), np.nan), edges, ["before training"], 0, width=600)
    assert chart.alt == "Histogram of the size of the gradient: none at “before training”."


def test_ticks_of_many_moments_are_thinned():
    counts = np.ones((90, 4))
    figure = weight_spread(counts, EDGES, [f"epoch {index}" for index in range(90)], 0, width=600).figure
    assert 2 <= len(figure.layout.xaxis.tickvals) <= 7
    assert figure.layout.xaxis.ticktext[1] == f"epoch<br>{figure.layout.xaxis.tickvals[1]}"


def test_tiny_sizes_of_a_gradient_are_powers_of_ten():
    edges = 10.0 ** np.arange(-9, 1)
    chart = gradient_spread(np.ones((2, len(edges))), edges, ["a", "b"], 0, width=600)
    texts = chart.figure.layout.yaxis.ticktext
    assert texts[:2] == ("less", "10<sup>-9</sup>")
    assert max(map(len, (text.replace("<sup>", "").replace("</sup>", "") for text in texts))) < 6
