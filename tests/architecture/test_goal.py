"""What a network must output for its task: the problem in words, and fixes that make it so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import architectures
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.goal import MapsGoal, VectorGoal, class_goal
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, PRESETS

NUMBERS = VectorGoal(3, "The last layer must output 3 numbers.", classes=False)


def problem_of(architecture, goal):
    report = summarize(architecture, goal)
    return next(((index, row.problem) for index, row in enumerate(report.layers) if row.problem), None)


def fixed(architecture, goal, number=0):
    index, problem = problem_of(architecture, goal)
    return Draft.of(architecture).apply(index, problem.fixes[number]).architecture


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_classifier_becomes_one_that_measures(preset):
    changed = fixed(preset.architecture, NUMBERS)
    assert summarize(changed, NUMBERS).fits
    assert changed.layers[-1].activation == "linear"
    back = fixed(changed, class_goal(10))
    assert summarize(back, class_goal(10)).fits


def test_numbers_do_not_come_from_a_softmax():
    network = Architecture("", (1, 8, 8), (Flatten(), Dense(units=3, activation="softmax")))
    index, problem = problem_of(network, NUMBERS)
    assert (index, problem.arrives) == (1, "The network ends in a softmax: its numbers add up to 1.")
    assert summarize(fixed(network, NUMBERS), NUMBERS).fits
    apart = Architecture("", (1, 8, 8), (Flatten(), Dense(units=3), Activation(function="softmax")))
    assert problem_of(apart, NUMBERS) is not None


@given(architectures(), st.integers(1, 6), st.booleans())
def test_every_fix_of_a_vector_reaches_its_goal(architecture, count, classes):
    goal = VectorGoal(count, "", classes)
    found = problem_of(architecture, goal)
    if summarize(architecture).fits and found is not None:
        for number in range(len(found[1].fixes)):
            report = summarize(fixed(architecture, goal, number), goal)
            assert report.fits or report.problem is not None  # too large for this server
            assert report.layers[-1].output_shape == (count,)


@given(architectures(), st.integers(1, 6), st.booleans())
def test_every_fix_of_maps_reaches_its_goal(architecture, maps, any_size):
    goal = MapsGoal(maps, None if any_size else architecture.input_shape[1:], "")
    found = problem_of(architecture, goal)
    if summarize(architecture).fits and found is not None:
        for number in range(len(found[1].fixes)):
            changed = fixed(architecture, goal, number)
            report = summarize(changed, goal)
            assert report.fits or report.problem is not None
            assert report.layers[-1].output_shape[0] == maps


def test_a_classifier_becomes_a_network_that_marks_its_pixels():
    """From where its maps become a vector on, the end is replaced; the fix stands there."""
    whole = MapsGoal(4, (64, 64), "One map for each class, as large as the picture.")
    network = CLASSIC.architecture.with_layers((Conv2D(filters=8, padding="same"), *CLASSIC.architecture.layers[1:2]))
    assert problem_of(network, whole)[1].fixes[0].label == "Add Conv2D 4, 1 × 1 and UpSampling2D 2 × 2"
    assert summarize(fixed(network, whole), whole).fits
    classifier = network.with_layers((*network.layers, Flatten(), Dense(units=10, activation="softmax")))
    index, problem = problem_of(classifier, whole)
    assert (index, problem.fixes[0].label) == (2, "Replace the end by Conv2D 4, 1 × 1 and UpSampling2D 2 × 2")
    changed = fixed(classifier, whole)
    assert len(changed.layers) == 4
    assert summarize(changed, whole).fits


def test_the_filters_of_the_last_convolution_are_changed_where_that_is_enough():
    network = Architecture("", (1, 8, 8), (Conv2D(filters=7, padding="same"),))
    goal = MapsGoal(3, (8, 8), "")
    assert [fix.label for fix in problem_of(network, goal)[1].fixes] == ["Use 3 filters", "Add Conv2D 3, 1 × 1"]
    assert fixed(network, goal).layers == (Conv2D(filters=3, padding="same"),)
