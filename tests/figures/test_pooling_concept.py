"""The figures of the page on pooling hold what was measured."""

import numpy as np

from visualizer.figures.pooling_concept import change_bars, difference_grid


def test_the_bars_are_the_changes_in_percent():
    chart = change_bars(["Stride", "Max", "Global"], [0.78, 0.295, 0.0042], shift=1)
    (bars,) = chart.figure.data
    assert list(bars.y) == ["Stride", "Max", "Global"]
    assert [round(value, 6) for value in bars.x] == [78, 29.5, 0.42]
    assert list(bars.text) == ["78 %", "30 %", "0.42 %"]
    assert chart.alt == "Change of the output when the picture moves by 1 pixel: Stride 78 %, Max 30 %, Global 0.42 %."


def test_the_grid_shows_pairs_and_the_size_of_their_difference():
    one, other = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 5.0], [0.0, 4.0]])
    chart = difference_grid([("before", one, "after", other)], "edge strength", width=400)
    heatmap = next(trace for trace in chart.figure.data if trace.type == "heatmap")
    values = np.asarray(heatmap.z)
    shown = values[:, ~np.isnan(values).all(axis=0)]
    assert shown.tolist() == np.hstack([one, other, [[0, 3], [3, 0]]]).tolist()
    titles = next(trace for trace in chart.figure.data if trace.type == "scatter")
    assert list(titles.text) == ["before", "after", "|difference|"]
    assert "from 0 to 5" in chart.alt
