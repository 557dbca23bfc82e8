import numpy as np

from visualizer.figures.evaluation import class_bars, picture_map, reliability


def test_bars_are_recall_and_precision_in_per_cent():
    chart = class_bars(np.array([0.5, np.nan]), np.array([1.0, 0.25]), np.array([4, 0]), ["a<b", "c"])
    recall, precision = chart.figure.data
    assert np.allclose(recall.x, [50, np.nan], equal_nan=True)
    assert np.allclose(precision.x, [100, 25])
    assert list(chart.figure.layout.yaxis.ticktext) == ["a&lt;b  (4)", "c  (0)"]
    assert "a<b 50%" in chart.alt


def test_reliability_has_a_dot_for_each_bin_and_the_diagonal():
    chart = reliability(np.array([0.55, 0.95]), np.array([0.5, 0.9]), np.array([4, 16]), 0.05)
    diagonal, network = chart.figure.data
    assert list(diagonal.x) == list(diagonal.y) == [0, 100]
    assert np.allclose(network.x, [55, 95])
    assert np.allclose(network.y, [50, 90])
    assert network.marker.size[1] > network.marker.size[0]
    assert chart.alt.endswith(
        "of 16 of 20 pictures it is 95.0% sure, and right in 90.0%. Expected calibration error 5.0%."
    )


def test_every_picture_is_a_point_that_knows_its_number_and_mistakes_have_a_ring():
    places = np.arange(8.0).reshape(4, 2)
    chart = picture_map(places, np.array([0, 1, 0, 1]), np.array([0, 1, 1, 1]), ["a", "b"], ("x", "y"))
    first, second = chart.figure.data
    assert list(first.customdata) == [0, 2]
    assert list(second.customdata) == [1, 3]
    assert list(first.x) == [0, 4]
    assert list(first.marker.line.width) == [0, 3]
    assert first.marker.symbol != second.marker.symbol
    assert "1 with a red ring" in chart.alt


def test_the_points_of_a_crowded_map_are_smaller():
    labels = np.zeros(2000, dtype=np.int64)
    crowded = picture_map(np.zeros((2000, 2)), labels, labels, ["a"], ("x", "y")).figure.data[0].marker
    few = picture_map(np.zeros((20, 2)), labels[:20], labels[:20], ["a"], ("x", "y")).figure.data[0].marker
    assert 5 <= crowded.size[0] < few.size[0] == 9
