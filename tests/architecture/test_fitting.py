"""A network is fitted to a data set where only its ends have to change, and left alone where more would."""

import pytest

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.presets import CLASSIC, LENET, PRESETS, TINY, empty


def test_the_last_layer_and_the_input_change_and_nothing_else():
    changed = fitted(TINY.architecture, (3, 32, 32), 2)
    assert changed.input_shape == (3, 32, 32)
    assert changed.layers[:-1] == TINY.architecture.layers[:-1]
    assert changed.layers[-1] == TINY.architecture.layers[-1].with_settings(units=2)
    assert changed.name == TINY.name


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_what_fits_already_stays_as_it_is(preset):
    assert fitted(preset.architecture, preset.architecture.input_shape, 10) == preset.architecture


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("classes", [2, 7, 100])
def test_what_is_proposed_fits(preset, classes):
    changed = fitted(preset.architecture, (3, 64, 64), classes)
    assert summarize(changed, classes).fits
    assert summarize(changed).layers[-1].output_shape == (classes,)


def test_maps_at_the_end_get_the_layers_that_make_numbers_of_them():
    maps = Architecture("maps", (1, 8, 8), (Conv2D(filters=3),))
    assert summarize(fitted(maps, (1, 8, 8), 5), 5).fits


@pytest.mark.parametrize(
    ("architecture", "shape"),
    [(CLASSIC.architecture, (1, 8, 8)), (LENET.architecture, (1, 8, 8)), (empty((1, 8, 8)), (1, 8, 8))],
)
def test_where_more_would_have_to_change_nothing_is_proposed(architecture, shape):
    assert fitted(architecture, shape, 10) is None
