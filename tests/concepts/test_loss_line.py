"""The line and its error, against numpy and against torch's own optimizer."""

import numpy as np
import pytest
import torch

from visualizer.concepts.loss_line import (
    best_line,
    descend,
    digits_as_points,
    gradient_step,
    measure_fit,
    mse_surface,
    slope_curvature,
)

X = np.array([-2.0, 0.0, 1.0, 3.0])
Y = np.array([1.0, 2.0, 2.0, 5.0])


def test_digits_as_points_by_hand():
    pictures = np.zeros((2, 8, 8, 1), dtype=np.uint8)
    pictures[0, 0, :4] = 255
    pictures[1, 0, :2] = 255
    pictures[1, 1, :] = 127  # as much paper as ink: not dark
    points = digits_as_points(pictures)
    assert points.dark.tolist() == [4, 2]
    assert points.average == 3
    assert points.x.tolist() == [1, -1]
    assert np.allclose(points.y, [100 * 4 / 64, 100 * (2 + 8 * 127 / 255) / 64])


def test_error_and_gradient_by_hand():
    line = measure_fit(X, Y, 1.0, 2.0)
    # Predictions 0, 2, 3, 5.
    assert line.residuals.tolist() == [-1, 0, 1, 0]
    assert line.mse == 0.5
    assert np.allclose(line.gradient, [2 / 4 * (2 + 1), 0])


def test_the_best_line_is_numpys_and_has_no_slope_left():
    line = best_line(X, Y)
    assert (line.slope, line.intercept) == pytest.approx(tuple(np.polyfit(X, Y, 1)))
    assert np.allclose(line.gradient, 0, atol=1e-9)


def test_a_gradient_step_is_the_one_of_a_bare_torch_loop():
    weights = torch.tensor([0.2, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=0.1)
    line = measure_fit(X, Y, 0.2, -1.0)
    for _ in range(3):
        line = gradient_step(X, Y, line, 0.1)
        optimizer.zero_grad()
        ((weights[0] * torch.from_numpy(X) + weights[1] - torch.from_numpy(Y)) ** 2).mean().backward()
        optimizer.step()
        assert [line.slope, line.intercept] == pytest.approx(weights.tolist())


def test_many_steps_lead_to_the_best_line():
    line = measure_fit(X, Y, -1.0, 0.0)
    for _ in range(300):
        line = gradient_step(X, Y, line, 0.1)
    best = best_line(X, Y)
    assert (line.slope, line.intercept) == pytest.approx((best.slope, best.intercept), abs=1e-6)


def test_the_surface_has_slopes_along_the_columns():
    slopes, intercepts = np.array([0.0, 1.0, 2.0]), np.array([-1.0, 3.0])
    surface = mse_surface(X, Y, slopes, intercepts)
    assert surface.shape == (2, 3)
    for row, intercept in enumerate(intercepts):
        for column, slope in enumerate(slopes):
            assert surface[row, column] == pytest.approx(measure_fit(X, Y, slope, intercept).mse)


def test_above_two_by_the_curvature_steps_climb_and_below_they_descend():
    x, y = np.array([-2.0, 1.0, 1.0]), np.array([0.0, 1.0, 2.0])
    assert slope_curvature(x) == pytest.approx(4.0)
    begin = measure_fit(x, y, 3.0, 1.0)
    for rate, sign in ((0.49, -1), (0.51, 1)):
        after = descend(x, y, begin, rate, 20)
        assert np.sign(abs(after.slope - best_line(x, y).slope) - abs(begin.slope - best_line(x, y).slope)) == sign
