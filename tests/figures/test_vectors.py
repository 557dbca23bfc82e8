"""Every number of a vector is drawn, as a bar or as a cell of a folded strip."""

import numpy as np
import pytest

from visualizer.figures.vectors import MAX_BARS, STRIP_COLUMNS, unit_bars


def test_few_numbers_are_bars():
    values = np.array([0.0, 2.0, -1.0], dtype=np.float32)
    chart = unit_bars(values, value_label="output")
    (bars,) = chart.figure.data
    assert list(bars.x) == [1, 2, 3]
    np.testing.assert_array_equal(bars.y, values)
    assert chart.alt == "3 numbers, output from −1 to 2; the largest is number 2, 1 are 0."


def test_what_came_before_the_activation_has_a_panel_of_its_own():
    before, after = np.array([-3.0, 4.0]), np.array([0.0, 4.0])
    figure = unit_bars(after, before=before, value_label="output").figure
    first, second = figure.data
    np.testing.assert_array_equal(first.y, before)
    np.testing.assert_array_equal(second.y, after)
    assert "before the activation" in first.hovertemplate
    upper, lower = figure.layout.yaxis.domain, figure.layout.yaxis2.domain
    assert lower[0] == pytest.approx(0, abs=0.01)
    assert lower[1] < upper[0] < upper[1] == 1
    assert figure.layout.xaxis.anchor == "y2"


@pytest.mark.parametrize("length", [MAX_BARS + 1, 200, 12_544])
def test_many_numbers_are_folded_into_rows(length):
    values = np.random.default_rng(0).random(length, dtype=np.float32)
    (strip,) = unit_bars(values, value_label="output").figure.data
    np.testing.assert_array_equal(strip.z.ravel()[:length], values)
    assert np.isnan(strip.z.ravel()[length:]).all()
    assert strip.z.shape[1] == STRIP_COLUMNS
    assert strip.customdata[1, 4].tolist() == [105]
    assert strip.zmin == 0


def test_a_strip_with_negative_numbers_is_white_at_zero():
    values = np.linspace(-2, 1, 300)
    (strip,) = unit_bars(values, value_label="output").figure.data
    assert (strip.zmin, strip.zmax) == (-2, 2)


def test_ticks_of_a_strip_name_the_first_number_of_their_row():
    layout = unit_bars(np.ones(12_544), value_label="output").figure.layout
    assert list(layout.yaxis.tickvals) == [0, 20, 40, 60, 80, 100, 120]
    assert list(layout.yaxis.ticktext)[:2] == ["1 …", "2,001 …"]


def test_a_marked_unit_has_a_band_behind_its_bar():
    (band,) = unit_bars(np.array([1.0, 0.0, 2.0]), value_label="output", marked=2).figure.layout.shapes
    assert (band.x0, band.x1, band.layer) == (1.5, 2.5, "below")
