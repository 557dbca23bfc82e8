"""A network is fitted to a data set where only its ends have to change, and left alone where more would."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.branching import BRANCHING
from tests.strategies import graphs, input_shapes, with_blocks
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.presets import CLASSIC, LENET, PRESETS, TINY, empty


def test_the_last_layer_and_the_input_change_and_nothing_else():
    changed = fitted(TINY.architecture, (3, 32, 32), class_goal(2))
    assert changed.input_shape == (3, 32, 32)
    assert changed.layers[:-1] == TINY.architecture.layers[:-1]
    assert changed.layers[-1] == TINY.architecture.layers[-1].with_settings(units=2)
    assert changed.name == TINY.name


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_what_fits_already_stays_as_it_is(preset):
    assert fitted(preset.architecture, preset.architecture.input_shape, class_goal(10)) == preset.architecture


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("classes", [2, 7, 100])
def test_what_is_proposed_fits(preset, classes):
    changed = fitted(preset.architecture, (3, 64, 64), class_goal(classes))
    assert summarize(changed, class_goal(classes)).fits
    assert summarize(changed).layers[-1].output_shape == (classes,)


def test_a_network_that_branches_keeps_its_connections_and_blocks():
    changed = fitted(BRANCHING, (3, 20, 16), class_goal(4))
    assert (changed.wires, changed.blocks, changed.layers[:-1]) == (
        BRANCHING.wires, BRANCHING.blocks, BRANCHING.layers[:-1],
    )  # fmt: skip
    assert changed.layers[-1] == BRANCHING.layers[-1].with_settings(units=4)


@given(graphs().flatmap(with_blocks), input_shapes(), st.integers(2, 20))
def test_what_is_proposed_for_any_graph_fits(architecture, input_shape, classes):
    changed = fitted(architecture, input_shape, class_goal(classes))
    if changed is None:
        return
    report = summarize(changed, class_goal(classes))
    assert report.fits
    assert report.layers[-1].output_shape == (classes,)
    if summarize(replace(architecture, input_shape=input_shape), class_goal(classes)).fits:
        assert changed == replace(architecture, input_shape=input_shape)


def test_maps_at_the_end_get_the_layers_that_make_numbers_of_them():
    maps = Architecture("maps", (1, 8, 8), (Conv2D(filters=3),))
    assert summarize(fitted(maps, (1, 8, 8), class_goal(5)), class_goal(5)).fits


@pytest.mark.parametrize(
    ("architecture", "shape"),
    [(CLASSIC.architecture, (1, 8, 8)), (LENET.architecture, (1, 8, 8)), (empty((1, 8, 8)), (1, 8, 8))],
)
def test_where_more_would_have_to_change_nothing_is_proposed(architecture, shape):
    assert fitted(architecture, shape, class_goal(10)) is None
