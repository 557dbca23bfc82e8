import numpy as np

from visualizer.figures.attribution import deletion_curves


def test_the_curves_and_the_band_are_the_probabilities_in_per_cent():
    shares = np.array([0.0, 0.5, 1.0])
    at_random = np.array([[0.9, 0.8, 0.1], [0.9, 0.4, 0.1]])
    chart = deletion_curves(shares, np.array([0.9, 0.2, 0.1]), at_random, "cat", "probabilities")
    band, heat, random = chart.figure.data
    assert list(heat.y) == [90, 20, 10]
    assert np.allclose(random.y, [90, 60, 10])
    assert np.allclose(band.y, [90, 80, 10, 10, 40, 90])
    assert list(heat.x) == [0, 50, 100]
    assert (
        "cat is 90.0% for the whole picture. With 50% of the pixels taken away it is 20.0% if those "
        "with the most heat go first" in chart.alt
    )
    assert "60.0% on average if they go at random" in chart.alt


def test_scores_are_drawn_as_they_are():
    at_random = np.array([[1.5, -0.5], [0.5, -0.5]])
    chart = deletion_curves(np.array([0.0, 1.0]), np.array([1.5, -2.0]), at_random, "cat", "scores")
    _, heat, random = chart.figure.data
    assert list(heat.y) == [1.5, -2.0]
    assert list(random.y) == [1.0, -0.5]
    axis = chart.figure.layout.yaxis
    assert (axis.title.text, axis.ticksuffix, axis.range) == ("score of cat", None, None)
    assert "%</b>" not in heat.hovertemplate
    assert chart.alt.startswith(
        "The score of cat is 1.50 for the whole picture. With 100% of the pixels taken away it is −2.00 if"
    )
