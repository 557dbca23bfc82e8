"""The figures of the page on Dense hold the numbers they were given."""

import numpy as np
import pytest

from visualizer.figures.dense_concept import contribution_maps, flat_vector, logit_waterfall, positions_on_picture

ACTIVATIONS = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
WEIGHTS = np.linspace(-1, 0.5, 12, dtype=np.float32).reshape(3, 2, 2)
CONTRIBUTIONS = ACTIVATIONS.astype(np.float64) * WEIGHTS


def test_contributions_are_centred_at_zero_and_tell_their_product():
    chart = contribution_maps(ACTIVATIONS, WEIGHTS, CONTRIBUTIONS, columns=3, width=300)
    trace = chart.figure.data[0]
    assert trace.zmin == -trace.zmax
    assert trace.zmax == pytest.approx(np.abs(CONTRIBUTIONS).max())
    shown = trace.z[np.isfinite(trace.z)]
    np.testing.assert_allclose(np.sort(shown), np.sort(CONTRIBUTIONS.ravel()), rtol=1e-6)
    for told, value in zip(trace.customdata[np.isfinite(trace.z)], shown, strict=True):
        channel, row, column, index, activation, weight = told
        place = (int(channel) - 1, int(row) - 1, int(column) - 1)
        assert activation == ACTIVATIONS[place] == index - 1
        assert weight == WEIGHTS[place]
        assert activation * weight == pytest.approx(value, abs=1e-5)
    assert "on map 3 in row 2, column 2" in chart.alt


def test_the_vector_is_in_torchs_order_with_a_scale_for_each_line():
    trace = flat_vector(ACTIVATIONS, WEIGHTS, CONTRIBUTIONS).figure.data[0]
    values = trace.customdata[..., 0]
    np.testing.assert_array_equal(values[0], ACTIVATIONS.ravel())
    np.testing.assert_array_equal(values[1], WEIGHTS.ravel())
    np.testing.assert_allclose(values[0] * values[1], values[2], atol=1e-6)
    np.testing.assert_allclose(np.abs(trace.z).max(axis=1), 1)
    assert (np.sign(trace.z) == np.sign(values)).all()


def test_a_vector_of_zeros_is_drawn_white():
    zeros = np.zeros((3, 2, 2))
    assert not flat_vector(zeros, WEIGHTS, zeros).figure.data[0].z[0].any()


def test_places_cover_the_whole_picture():
    by_position = np.array([[1.0, -2.0], [0.5, 3.0]])
    chart = positions_on_picture(np.zeros((1, 8, 8), dtype=np.float32), by_position, width=300)
    heat = chart.figure.data[1]
    np.testing.assert_array_equal(heat.z, by_position)
    np.testing.assert_array_equal(heat.x, [0, 4, 8])
    np.testing.assert_array_equal(heat.y, [0, 4, 8])
    assert (heat.zmin, heat.zmax) == (-3, 3)
    assert "The largest is in row 2, column 2." in chart.alt


def test_the_sum_ends_at_the_logit():
    chart = logit_waterfall(["Map 1", "Map 2"], [2.0, -1.5], 0.25, 0.05, 0.8, others=7)
    trace = chart.figure.data[0]
    assert list(trace.x[:-1]) == [2.0, -1.5, 0.25, 0.05]
    assert sum(trace.x[:-1]) == pytest.approx(0.8)
    assert list(trace.measure) == ["relative"] * 4 + ["total"]
    assert list(trace.text) == ["+2", "−1.5", "+0.25", "+0.05", "<b>0.8</b>"]
    assert list(chart.figure.layout.yaxis.ticktext) == ["Map 1", "Map 2", "7 others together", "bias", "<b>logit</b>"]
    assert chart.alt == (
        "The logit as a sum: Map 1 +2, Map 2 −1.5. The 7 others together contribute +0.25. The bias is +0.05. In all, "
        "the logit is 0.8."
    )
