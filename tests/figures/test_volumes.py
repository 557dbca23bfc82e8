"""The drawing is to scale, says so, and shows where a network stops to fit."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from tests.figures.reading import texts, traces_named
from tests.strategies import any_architectures
from visualizer.architecture.architecture import Architecture, Block, summarize
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.presets import CLASSIC, LENET, PRESETS, SMALL_VGG
from visualizer.figures.boxes import MIN_THICKNESS, OBLIQUE
from visualizer.figures.palette import RED
from visualizer.figures.volume_sizes import COMFORTABLE_WIDTH
from visualizer.figures.volumes import volumes


def draw(architecture, classes=None):
    return volumes(architecture, summarize(architecture, class_goal(classes) if classes else None))


def bodies(figure):
    """The traces of the volumes, in order: those that tell something under the pointer."""
    return [trace for trace in figure.data if trace.hoverinfo == "text"]


def size(body):
    """(length, height, slant) of a box, from its outline: front left bottom, right bottom, back right bottom, …"""
    return body.x[1] - body.x[0], body.y[5] - body.y[0], body.x[2] - body.x[1]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_maps_are_drawn_to_scale(preset):
    report = summarize(preset.architecture)
    drawn = bodies(draw(preset.architecture).figure)
    shapes = [preset.architecture.input_shape, *(row.output_shape for row in report.layers)]
    assert len(drawn) == len(shapes)
    maps = [(shape, size(body)) for shape, body in zip(shapes, drawn, strict=True) if len(shape) == 3]
    (channels, height, _), (length, tall, _) = maps[0]
    for shape, (other_length, other_tall, slant) in maps:
        assert other_tall / shape[1] == pytest.approx(tall / height)
        assert other_length / shape[0] == pytest.approx(length / channels)
        assert slant / shape[2] == pytest.approx(tall / height * OBLIQUE)


def test_each_volume_says_which_layers_it_is():
    architecture = Architecture("", (3, 8, 8), (Conv2D(4, padding="same"),) * 4, (), (Block("Pair", 1, 2),))
    told = [body.meta for body in bodies(draw(architecture).figure)]
    assert told == [{"first": first, "several": first == 1} for first in (-1, 0, 1, 3)]


def test_slanted_edges_are_drawn_at_half_their_length():
    assert np.hypot(OBLIQUE, OBLIQUE) == pytest.approx(0.5)


def test_a_wide_picture_is_wider_than_high():
    (body,) = bodies(draw(Architecture("", (3, 20, 80))).figure)
    _, height, slant = size(body)
    assert slant / OBLIQUE == pytest.approx(4 * height)


def test_a_vector_has_the_scale_of_the_channels_until_it_is_cut():
    figure = draw(LENET.architecture).figure
    convolution, vector = bodies(figure)[5], bodies(figure)[8]
    assert "Conv2D 120" in convolution.text
    assert "Dense 84" not in vector.text
    assert "Dense 10" in vector.text.replace("Dense 84", "Dense 10")
    dense_84 = next(body for body in bodies(figure) if "Dense 84" in body.text)
    assert size(dense_84)[0] / 84 == pytest.approx(size(convolution)[0] / 120)
    assert size(dense_84)[1] == MIN_THICKNESS
    assert "a piece is left out" not in " ".join(texts(figure))


def test_a_long_vector_is_cut_in_two_and_the_figure_says_so():
    figure = draw(CLASSIC.architecture).figure
    flatten = next(body for body in bodies(figure) if "Flatten" in body.text)
    assert list(flatten.x).count(None) == 2  # two outlines
    assert "Dots: a piece is left out" in " ".join(texts(figure)).replace("<br>", " ")
    dense_10 = bodies(figure)[-1]
    assert list(dense_10.x).count(None) == 1


def test_the_scale_bars_are_as_long_as_they_say():
    figure = draw(CLASSIC.architecture).figure
    pixels, channels = traces_named(figure, "scale")
    _, tall, _ = size(bodies(figure)[0])
    assert "10 pixels (slanted: 20)" in texts(figure)
    assert pixels.x[4] - pixels.x[3] == pytest.approx(10 * tall / 64)
    length, _, _ = size(bodies(figure)[1])
    assert "20 channels" in texts(figure)
    assert channels.x[4] - channels.x[3] == pytest.approx(20 * length / 32)


def test_labels_and_pointer_tell_shape_and_cost():
    chart = draw(CLASSIC.architecture)
    assert "<b>Conv2D 32,</b><br><b>3 × 3</b><br>62 × 62 × 32" in texts(chart.figure)
    assert bodies(chart.figure)[1].text == (
        "<b>Conv2D 32, 3 × 3</b><br>output 62 × 62 × 32<br>896 parameters<br>3,321,216 multiply-adds"
    )
    assert chart.alt.startswith(
        "The network “Classic example” from left to right: Input 64 × 64 × 3, Conv2D 32, 3 × 3 62 × 62 × 32"
    )


def test_a_layer_that_does_not_fit_is_a_dashed_box_and_ends_the_drawing():
    layers = (Conv2D(filters=4), Dense(units=10), Dense(units=5))
    chart = draw(Architecture("", (1, 8, 8), layers))
    drawn = bodies(chart.figure)
    assert len(drawn) == 3
    assert "Dense needs a vector" in drawn[-1].text.replace("<br>", " ")
    dashed = [trace for trace in chart.figure.data if trace.line.dash == "dash"]
    assert [trace.line.color for trace in dashed] == [RED]
    assert (min(dashed[0].x[:-1]), max(dashed[0].x[:-1])) == (min(drawn[-1].x[:-1]), max(drawn[-1].x[:-1]))
    assert "<b>Dense 10</b><br>does not fit" in texts(chart.figure)
    assert chart.alt.endswith("Dense 10 does not fit. What follows is left out: 1 layer.")


def test_a_wrong_number_of_classes_frames_the_last_layer_and_keeps_its_volume():
    chart = draw(CLASSIC.architecture, classes=7)
    drawn = bodies(chart.figure)
    assert len(drawn) == 8
    assert "<b>Dense 10</b><br>10: does not fit" in texts(chart.figure)
    (dashed,) = [trace for trace in chart.figure.data if trace.line.dash == "dash"]
    assert min(dashed.x[:-1]) < min(drawn[-1].x[:-1])
    assert max(dashed.x[:-1]) > max(drawn[-1].x[:-1])


def test_the_picture_alone_is_drawn_before_there_are_layers():
    chart = draw(Architecture("empty", (3, 64, 64)))
    assert len(bodies(chart.figure)) == 1
    assert chart.alt == "The network “empty” from left to right: Input 64 × 64 × 3."


def test_groups_have_their_colour_and_one_line_in_the_legend():
    figure = draw(SMALL_VGG.architecture).figure
    legend = [body.name for body in bodies(figure) if body.showlegend]
    assert legend == ["Input", "Convolution", "Pooling", "Dense", "Activation and regularisation"]
    by_group = {}
    for body in bodies(figure):
        by_group.setdefault(body.name, set()).add(body.fillcolor)
    assert all(len(colours) == 1 for colours in by_group.values())
    assert len(set.union(*by_group.values())) == len(by_group)


def test_labels_are_turned_where_there_are_many_layers_and_only_there():
    layers = SMALL_VGG.architecture.layers
    many = replace(SMALL_VGG.architecture, layers=(*layers[:5], BatchNormalization(), *layers[5:], Dense(units=10)))
    few = Architecture("", (3, 32, 32), (Conv2D(), GlobalAveragePooling2D(), Dense(units=10)))
    for architecture, turned in ((many, True), (few, False)):
        figure = draw(architecture).figure
        labels = [note for note in figure.layout.annotations if note.text.startswith("<b>")]
        assert len(labels) == len(architecture.layers) + 1
        assert all((label.textangle != 0) == turned for label in labels)
        assert figure.layout.width <= COMFORTABLE_WIDTH


@given(any_architectures(max_layers=8))
def test_no_volume_overlaps_the_next_and_all_lie_inside(architecture):
    figure = draw(architecture).figure
    spans = [
        (min(x for x in body.x if x is not None), max(x for x in body.x if x is not None)) for body in bodies(figure)
    ]
    for (_, right), (left, _) in pairwise(spans):
        assert right < left
    assert spans[0][0] >= 0
    assert spans[-1][1] <= figure.layout.width == figure.layout.xaxis.range[1]
    for body in bodies(figure):
        assert max(y for y in body.y if y is not None) <= figure.layout.yaxis.range[1]


def test_flatten_of_one_number_is_drawn():
    assert len(bodies(draw(Architecture("", (1, 1, 1), (Flatten(),))).figure)) == 2
