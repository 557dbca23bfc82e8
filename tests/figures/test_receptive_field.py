"""The heat map of the gradient."""

import numpy as np

from visualizer.figures.receptive_field import effective_field_chart
from visualizer.inspection.receptive_field.fields import AxisField, ReceptiveField


def field(first: int, last: int, size: int = 20) -> ReceptiveField:
    pixels = np.arange(size)
    axis = AxisField(first, last, (pixels >= first) & (pixels <= last))
    return ReceptiveField(axis, axis, np.outer(axis.seen, axis.seen))


def test_it_shows_the_field_and_a_little_around_it_as_shares_of_the_largest():
    gradient = np.zeros((20, 20), dtype=np.float32)
    gradient[8:12, 8:12] = 0.5
    gradient[9, 10] = 4.0
    chart = effective_field_chart(gradient, field(6, 13))
    heat = chart.figure.data[0]
    np.testing.assert_array_equal(heat.z, gradient[5:15, 5:15] / 4)
    # Rows and columns count from 1.
    assert (heat.x0, heat.y0) == (6, 6)
    assert (heat.zmin, heat.zmax) == (0, 1)
    assert "row 10, column 11" in chart.alt
    assert "100% of it lies in the middle half" in chart.alt


def test_the_frames_are_the_field_s_and_its_middle_half_s_borders():
    chart = effective_field_chart(np.ones((20, 20), dtype=np.float32), field(6, 13))
    _, _, outer, _, inner = chart.figure.data
    # Pixel 7, counted from 1, reaches from 6.5 to 7.5.
    assert (min(outer.x), max(outer.x), min(outer.y), max(outer.y)) == (6.5, 14.5, 6.5, 14.5)
    assert (min(inner.x), max(inner.x)) == (8.5, 12.5)
    assert (outer.line.dash, inner.line.dash) == ("solid", "dot")


def test_a_field_beyond_the_edge_shows_only_the_picture():
    chart = effective_field_chart(np.ones((20, 20), dtype=np.float32), field(-5, 4))
    assert chart.figure.data[0].z.shape == (6, 6)
    assert chart.figure.data[0].y0 == 1


def test_a_unit_without_a_gradient_says_so():
    chart = effective_field_chart(np.zeros((20, 20), dtype=np.float32), field(6, 13))
    assert not chart.figure.data[0].z.any()
    assert "0 everywhere" in chart.alt
