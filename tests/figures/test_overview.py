"""A network at work on one picture, in a row or stacked."""

import itertools

import numpy as np
import pytest

from visualizer.figures.overview import BETWEEN, LABEL, NamedMaps, overview

RANDOM = np.random.default_rng(0)
PICTURE = NamedMaps("Picture", "8 × 8 × 1", RANDOM.random((1, 8, 8), dtype=np.float32))
LAYERS = [
    NamedMaps("Conv2D", "8 × 8 × 8", RANDOM.random((8, 8, 8), dtype=np.float32)),
    NamedMaps("MaxPooling2D", "4 × 4 × 8", RANDOM.random((8, 4, 4), dtype=np.float32)),
    NamedMaps("Conv2D", "4 × 4 × 16", RANDOM.random((16, 4, 4), dtype=np.float32)),
    NamedMaps("MaxPooling2D", "2 × 2 × 16", RANDOM.random((16, 2, 2), dtype=np.float32)),
]


@pytest.mark.parametrize("stacked", [False, True])
def test_every_number_is_drawn_once(stacked):
    traces = overview(PICTURE, LAYERS, width=720, stacked=stacked).figure.data
    for step, trace in zip([PICTURE, *LAYERS], traces, strict=True):
        drawn = np.asarray(trace.z)
        assert np.allclose(np.sort(drawn[np.isfinite(drawn)]), np.sort(step.maps.ravel()))


def test_the_place_under_the_pointer_is_that_of_the_number():
    trace = overview(PICTURE, LAYERS, width=720, stacked=False).figure.data[3]
    z, places = np.asarray(trace.z), np.asarray(trace.customdata)
    for row, column in np.argwhere(np.isfinite(z)):
        channel, y, x = places[row, column] - 1
        assert z[row, column] == LAYERS[2].maps[channel, y, x]


@pytest.mark.parametrize("width", [560, 720, 1100])
def test_a_row_stays_within_its_width_and_its_blocks_apart(width):
    traces = overview(PICTURE, LAYERS, width=width, stacked=False).figure.data
    assert max(trace.x[-1] for trace in traces) <= width
    for before, after in itertools.pairwise(traces):
        assert after.x[0] - before.x[-1] >= BETWEEN - 1e-6


def test_stacked_blocks_lie_below_each_other():
    traces = overview(PICTURE, LAYERS, width=360, stacked=True).figure.data
    assert max(trace.x[-1] for trace in traces) <= 360
    for before, after in itertools.pairwise(traces):
        assert after.y[0] - before.y[-1] >= LABEL


def test_the_picture_is_grey_from_0_to_1_and_each_layer_goes_to_its_own_largest():
    traces = overview(PICTURE, LAYERS, width=720, stacked=False).figure.data
    assert (traces[0].zmin, traces[0].zmax) == (0, 1)
    assert [trace.zmax for trace in traces[1:]] == [pytest.approx(step.maps.max()) for step in LAYERS]


def test_the_words_name_every_layer_and_its_brightest_map():
    alt = overview(PICTURE, LAYERS, width=720, stacked=False).alt
    for step in LAYERS:
        assert f"{step.name} has {len(step.maps)} maps ({step.size})" in alt
    brightest = int(LAYERS[0].maps.mean(axis=(1, 2)).argmax()) + 1
    assert f"map {brightest} with" in alt
