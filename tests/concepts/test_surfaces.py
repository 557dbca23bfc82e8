"""The surfaces are what their sentences say."""

import numpy as np
import pytest
import torch

from visualizer.concepts.surfaces import BEALE, RAVINE, SADDLE, SURFACES, distance_to_minimum, grid

every_surface = pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)


def gradient(surface, point):
    at = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    surface.function(at[0], at[1]).backward()
    return at.grad.numpy()


def curvatures(surface, point):
    at = torch.tensor(point, dtype=torch.float64)
    return torch.linalg.eigvalsh(torch.autograd.functional.hessian(lambda p: surface.function(p[0], p[1]), at)).numpy()


@every_surface
def test_minima_are_minima_of_the_value_that_is_said(surface):
    for minimum in surface.minima:
        assert surface.function(*minimum) == pytest.approx(surface.least, abs=1e-12)
        assert np.allclose(gradient(surface, minimum), 0, atol=1e-9)
        assert (curvatures(surface, minimum) > 0).all()
    assert grid(surface, 101).values.min() >= surface.least


@every_surface
def test_start_and_minima_are_drawn(surface):
    for x, y in (surface.start, *surface.minima):
        assert surface.x_range[0] < x < surface.x_range[1]
        assert surface.y_range[0] < y < surface.y_range[1]


@every_surface
def test_drawn_heights_are_finite_and_keep_the_order(surface):
    values = np.sort(grid(surface, 41).values.ravel())
    heights = surface.height(values)
    assert np.isfinite(heights).all()
    assert (np.diff(heights) >= 0).all()


def test_grid_has_x_along_the_columns_and_y_along_the_rows():
    whole = grid(BEALE, 5)
    assert whole.values[1, 3] == pytest.approx(BEALE.function(whole.x[3], whole.y[1]))
    assert whole.values[1, 3] != pytest.approx(whole.values[3, 1])


def test_the_ravine_is_45_times_as_steep_across_as_along():
    low, high = curvatures(RAVINE, (0.0, 0.0))
    assert high / low == pytest.approx(45)
    along, across = np.abs(gradient(RAVINE, RAVINE.start))
    assert across > 10 * along


def test_the_saddle_falls_along_y_and_rises_along_x():
    assert np.allclose(gradient(SADDLE, (0.0, 0.0)), 0)
    assert np.allclose(curvatures(SADDLE, (0.0, 0.0)), [-1, 1])


def test_beale_at_known_points():
    # Sums of squares by hand: at (0, 0) each bracket is its constant.
    assert BEALE.function(0.0, 0.0) == pytest.approx(1.5**2 + 2.25**2 + 2.625**2)
    assert BEALE.function(1.0, 1.0) == pytest.approx(1.5**2 + 2.25**2 + 2.625**2)


def test_distance_is_to_the_nearest_minimum():
    distances = distance_to_minimum(SADDLE, np.array([[0.0, 0.75], [0.0, -1.5], [3.0, 1.0]]))
    assert np.allclose(distances, [0.25, 0.5, 3.0])
