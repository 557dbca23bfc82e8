"""The questions, the choice of layers and what the page's drawing is sent."""

import pytest

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.presets import PRESETS, SMALL_VGG, TINY
from visualizer.architecture.span import PICTURE
from visualizer.inspection.receptive_field.field_sum import SlidingWindow, after_window, field_rows
from visualizer.ui.concepts.receptive_field_map import drawn_fields
from visualizer.ui.concepts.receptive_field_networks import Subject
from visualizer.ui.concepts.receptive_field_questions import next_question, stride_question, times
from visualizer.ui.concepts.receptive_field_view import layers_with_a_field
from visualizer.ui.state.models import bundled_network


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_question_has_its_right_answer_among_different_ones(preset):
    for row in field_rows(preset.architecture)[1:]:
        asked = next_question(row)
        assert asked.right in asked.options
        assert len(set(asked.options.values())) == len(asked.options) >= 3
        if len(row.output_shape) == 3:
            size, _, _ = after_window(row.size, row.jump, row.start, SlidingWindow((3, 3)))
            assert asked.right == times(size)
            assert times(size) == stride_question(row).right


def test_the_question_about_the_next_convolution_explains_with_its_numbers():
    row = field_rows(SMALL_VGG.architecture)[8]  # 32 pixels, jump 4
    asked = next_question(row)
    assert list(asked.options) == ["34 × 34", "35 × 35", "40 × 40", "44 × 44"]
    assert asked.right == "40 × 40"
    assert "(3 − 1) · 4: 32 + 8 = 40" in asked.explanation
    asked = stride_question(row)
    assert list(asked.options) == ["34 × 34", "40 × 40", "48 × 48", "80 × 80"]
    assert asked.right == "40 × 40"
    assert "span 56 × 56" in asked.explanation  # 40 + 2 · 8


def test_no_units_of_a_flattened_map_are_offered_until_a_dense_layer_mixes_them():
    layers = (Conv2D(filters=2), Flatten(), Activation("relu"), Dense(units=3), Activation("softmax"))
    assert list(layers_with_a_field(field_rows(Architecture("", (1, 5, 5), layers)))) == [1, 4, 5]
    layers = (Conv2D(filters=2), GlobalAveragePooling2D())
    assert list(layers_with_a_field(field_rows(Architecture("", (1, 5, 5), layers)))) == [1, 2]
    assert layers_with_a_field(field_rows(Architecture("", (1, 5, 5), (Flatten(),)))) == {}


def test_a_network_that_does_not_fit_is_shown_as_far_as_it_does():
    subject = Subject(Architecture("", (1, 4, 4), (Conv2D(filters=1), Dense(), Conv2D())))
    assert subject.fitting.layers == (Conv2D(filters=1),)


def test_the_drawing_is_sent_the_seen_pixels_in_runs():
    rows = field_rows(Architecture("", (1, 6, 6), (Conv2D(filters=1, dilation_rate=(2, 2), padding="same"),)))
    drawn = drawn_fields(rows[1])
    assert drawn["ends"][0][0] == [-2, 2]
    assert drawn["ends"][1][2] == [0, 4]
    ((down, across),) = drawn["parts"]
    assert down[0] == [[0, 0], [2, 2]]
    assert across[2] == [[0, 0], [2, 2], [4, 4]]
    assert drawn["exact"]


def test_of_two_paths_both_parts_are_sent():
    wide, high = (Conv2D(filters=1, kernel_size=size, padding="same") for size in ((1, 3), (3, 1)))
    architecture = Architecture("", (1, 6, 6), (wide, high, Add()), ((PICTURE,), (PICTURE,), (0, 1)))
    drawn = drawn_fields(field_rows(architecture)[-1])
    assert sorted([part[axis][2] for axis in (0, 1)] for part in drawn["parts"]) == [
        [[[1, 3]], [[2, 2]]],
        [[[2, 2]], [[1, 3]]],
    ]
    assert (drawn["ends"][0][2], drawn["ends"][1][2]) == ([1, 3], [1, 3])


def test_the_ready_made_network_has_the_architecture_that_its_fields_are_computed_of():
    assert bundled_network().architecture == TINY.architecture
