"""The charts on losses show the numbers they are given."""

import numpy as np
import pytest

from visualizer.concepts.loss import losses, sweep
from visualizer.concepts.loss_line import Points, best_line, measure_fit, mse_surface
from visualizer.figures.loss_concept import (
    error_map,
    gradient_bars,
    learning_curves,
    line_chart,
    softmax_bars,
    sweep_gradients,
    sweep_losses,
)

SEEN = losses(np.array([-2.4, 5.1, -2.9]), 0)
NAMES = ("2", "1", "8")


def test_softmax_bars_beside_what_should_be():
    figure = softmax_bars(SEEN, NAMES).figure
    probabilities, wanted = figure.data
    assert np.allclose(probabilities.y, SEEN.probabilities * 100)
    assert list(wanted.y) == [100, 0, 0]
    assert list(probabilities.x) == ["2 ✓", "1", "8"]
    assert list(probabilities.text) == ["0.055 %", "99.9 %", "0.034 %"]


def test_gradient_bars_have_one_scale_and_their_numbers():
    chart = gradient_bars(SEEN, NAMES)
    cross_entropy, mse = chart.figure.data
    assert np.allclose(cross_entropy.y, SEEN.cross_entropy_gradient)
    assert np.allclose(mse.y, SEEN.mse_gradient)
    assert list(chart.figure.layout.yaxis.range) == [-1.22, 1.22]
    assert cross_entropy.text[0] == "−0.999"
    assert "For class 2 it is −0.999 with cross-entropy and −0.000736 with MSE." in chart.alt


def test_ten_classes_have_no_room_for_numbers():
    ten = losses(np.arange(10.0), 3)
    assert gradient_bars(ten, [str(index) for index in range(10)]).figure.data[0].text is None


def test_sweeps_mark_where_the_network_stands():
    curves = sweep(np.array([0.0, 0.0, 0.0]), 0, 1, np.linspace(-2, 8, 11))
    values = {
        sweep_losses: (curves.cross_entropy, curves.mse),
        sweep_gradients: (curves.cross_entropy_size, curves.mse_size),
    }
    for draw, expected in values.items():
        chart = draw(curves, 3.0, "1")
        for index, curve in enumerate(expected):
            line, mark = chart.figure.data[2 * index : 2 * index + 2]
            assert np.allclose(line.y, curve)
            assert (mark.x[0], mark.y[0]) == (3.0, pytest.approx(curve[5]))
    assert sweep_gradients(curves, 3.0, "1").figure.layout.yaxis.type == "log"


def test_learning_curves_begin_before_the_first_step():
    chart = learning_curves(np.array([0.001, 0.9, 0.99]), np.array([0.001, 0.0011, 0.0012]), "2")
    assert [list(trace.x) for trace in chart.figure.data] == [[0, 1, 2]] * 2
    assert np.allclose(chart.figure.data[0].y, [0.1, 90, 99])
    assert "over 2 steps: with cross-entropy from 0.1 % to 99.0 %, with MSE to 0.12 %" in chart.alt


POINTS = Points(np.array([-2.0, 0.0, 2.0]), np.array([20.0, 30.0, 36.0]), np.array([18, 20, 22]), 20.0)
LINE = measure_fit(POINTS.x, POINTS.y, 3.0, 30.0)
BEST = best_line(POINTS.x, POINTS.y)
LABELS = ["a 1", "a 4", "a 8"]


def test_each_residual_is_a_square_as_it_is_drawn():
    chart = line_chart(POINTS, LINE, None, LABELS)
    squares, line, points = chart.figure.data
    ratio = chart.figure.layout.yaxis.scaleratio
    for index, residual in enumerate(LINE.residuals):
        x, y = (np.array(values[6 * index : 6 * index + 5], dtype=float) for values in (squares.x, squares.y))
        assert (x[0], y[0]) == (POINTS.x[index], POINTS.y[index])
        # The side along y is the residual; along x it is as many pixels of the screen.
        assert np.ptp(y) == pytest.approx(abs(residual))
        assert np.ptp(x) == pytest.approx(abs(residual) * ratio)
        assert y[2] == pytest.approx(LINE.predictions[index])
    assert np.allclose(line.y, 3 * np.array(line.x) + 30)
    assert np.allclose([row[1] for row in points.customdata], LINE.residuals**2)
    assert "mean squared error is 5.33" in chart.alt


def test_the_line_of_least_squares_is_drawn_when_asked_for():
    assert len(line_chart(POINTS, LINE, None, LABELS).figure.data) == 3
    best = line_chart(POINTS, LINE, BEST, LABELS).figure.data[3]
    assert np.allclose(best.y, BEST.slope * np.array(best.x) + BEST.intercept)


def test_error_map_shows_the_way_and_the_lowest_point():
    slopes, intercepts = np.linspace(0, 6, 7), np.linspace(20, 40, 5)
    errors = mse_surface(POINTS.x, POINTS.y, slopes, intercepts)
    chart = error_map(slopes, intercepts, errors, [(1.0, 22.0), (2.0, 25.0)], BEST)
    ground, way, now, best = chart.figure.data
    assert np.allclose(10.0 ** np.array(ground.z), errors, rtol=1e-5)
    assert (list(way.x), list(way.y)) == ([1, 2], [22, 25])
    assert (now.x[0], now.y[0]) == (2, 25)
    assert (best.x[0], best.y[0]) == (BEST.slope, BEST.intercept)
    assert "after 1 gradient step." in chart.alt
