"""The receptive field: by hand, against a published table, and against the gradient of networks drawn at random."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inspection.fields import check_gradient, check_holes, drawn_by_parts, reached_by_sees
from tests.strategies import architectures, graphs
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.gallery.dense import DENSENET121
from visualizer.architecture.gallery.inception import GOOGLENET
from visualizer.architecture.gallery.residual import RESNET50
from visualizer.architecture.gallery.unet import UNET
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.group_normalization import GroupNormalization
from visualizer.architecture.layers.layer_normalization import LayerNormalization
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.network import build
from visualizer.architecture.presets import CLASSIC, SMALL_VGG
from visualizer.architecture.span import PICTURE
from visualizer.inspection.effective_field import MAX_UNITS, effective_field
from visualizer.inspection.receptive_field import fields
from visualizer.inspection.receptive_field.field_sum import SlidingWindow, after_window, field_rows
from visualizer.inspection.receptive_field.fields import AxisField, ReceptiveField, inner_half_share, layer_fields


def test_the_sum_of_a_small_vgg_is_the_textbook_s():
    rows = field_rows(SMALL_VGG.architecture)[:10]
    assert [row.size[0] for row in rows] == [1, 3, 5, 6, 10, 14, 16, 24, 32, 36]
    assert [row.jump[0] for row in rows] == [1, 1, 1, 2, 2, 2, 4, 4, 4, 8]
    # Each 3 x 3 "same" convolution starts one jump further to the left.
    assert [row.start[0] for row in rows] == [0, -1, -2, -2, -4, -6, -6, -10, -14, -14]


def test_vgg16_has_the_published_field():
    """212 pixels after the last pooling of VGG-16: the table of Araujo et al., 2019."""
    block = [Conv2D(filters=1, padding="same")]
    layers = [*(block * 2), MaxPooling2D()] * 2 + [*(block * 3), MaxPooling2D()] * 3
    last = field_rows(Architecture("VGG-16", (3, 224, 224), tuple(layers)))[-1]
    assert (last.size, last.jump, last.places) == ((212, 212), (32, 32), (7, 7))


def test_height_and_width_stride_and_dilation_go_their_own_ways():
    layers = (Conv2D(filters=1, kernel_size=(3, 5), strides=(1, 2)), Conv2D(filters=1, dilation_rate=(2, 1)))
    _, first, second = field_rows(Architecture("", (1, 20, 20), layers))
    assert (first.size, first.jump) == ((3, 5), (1, 2))
    assert (second.size, second.jump) == ((3 + 2 * 2 * 1, 5 + 2 * 1 * 2), (1, 2))
    assert after_window(first.size, first.jump, first.start, SlidingWindow((3, 3), (2, 2), (1, 1), (1, 1))) == (
        (5, 9),
        (2, 4),
        (-1, -2),
    )


def test_a_dense_layer_sees_every_pixel_that_the_last_maps_see():
    rows = field_rows(CLASSIC.architecture)
    # 14 x 14 places, a jump of 4, 10 pixels each: the last two rows and columns of 64 are lost to the poolings.
    assert rows[4].places == (14, 14)
    for row in rows[5:]:
        assert (row.size, row.places) == ((10 + 13 * 4, 62), (1, 1))
    field = rows[7].field((0, 0))
    assert field.rows.clipped == (0, 61)
    assert not field.mask[62:].any()


def test_an_architecture_that_does_not_fit_is_summed_as_far_as_it_does():
    rows = field_rows(Architecture("", (1, 4, 4), (Conv2D(filters=1), Conv2D(filters=1), Dense())))
    assert [row.size for row in rows] == [(1, 1), (3, 3)]


def test_the_picture_s_edge_and_dilation_cut_the_field():
    rows = field_rows(Architecture("", (1, 6, 6), (Conv2D(filters=1, dilation_rate=(2, 2), padding="same"),)))
    corner = rows[1].field((0, 0)).rows
    assert (corner.first, corner.last, corner.size) == (-2, 2, 5)
    assert corner.seen.tolist() == [True, False, True, False, False, False]
    assert corner.clipped == (0, 2)


def test_a_unit_may_see_nothing_but_padding():
    layer = Conv2D(filters=1, kernel_size=(2, 2), dilation_rate=(16, 16), padding="same")
    rows = field_rows(Architecture("", (1, 3, 3), (layer,)))
    field = rows[1].field((1, 1))
    assert field.rows.clipped is None
    assert not field.mask.any()
    assert inner_half_share(np.zeros((3, 3)), field) is None


@settings(max_examples=60)
@given(architectures() | graphs(), st.data())
def test_no_pixel_outside_the_field_has_a_gradient(architecture, data):
    """For any layers, any activation, any pooling."""
    rows = field_rows(architecture)
    index = data.draw(st.integers(1, len(architecture.layers)))
    place = tuple(data.draw(st.integers(0, size - 1)) for size in rows[index].places)
    network = build(architecture, None, seed=1)
    picture = np.random.default_rng(0).random(architecture.input_shape, dtype=np.float32)
    gradient = effective_field(network, picture, index - 1, place)
    assert not gradient[~rows[index].field(place).mask].any()


@settings(max_examples=60)
@given(architectures())
def test_the_field_is_exactly_what_the_gradient_of_positive_weights_reaches(architecture):
    check_gradient(architecture)


@pytest.mark.parametrize("layer", [LayerNormalization(), GroupNormalization(groups=1), GroupNormalization(groups=2)])
@pytest.mark.parametrize("after", [(), (Conv2D(3, (3, 2), "linear", dilation_rate=(2, 1)),)])
def test_the_gradient_reaches_what_is_normalised_together(layer, after):
    before = Conv2D(4, (2, 3), "linear", "same", (2, 1))
    check_gradient(Architecture("", (3, 12, 9), (before, layer, *after)), normalized=True)


@settings(max_examples=60)
@given(architectures())
def test_the_field_is_exactly_what_a_hole_in_the_picture_spoils(architecture):
    """Activation functions and maxima included, which a gradient cannot always pass."""
    check_holes(architecture)


@settings(max_examples=60)
@given(graphs())
def test_over_several_paths_it_is_exactly_what_the_gradient_of_positive_weights_reaches(architecture):
    check_gradient(architecture)


@settings(max_examples=60)
@given(graphs())
def test_over_several_paths_it_is_exactly_what_a_hole_in_the_picture_spoils(architecture):
    check_holes(architecture)


@given(graphs())
def test_the_sum_over_several_paths_is_the_box_around_them(architecture):
    network = build(architecture, None)
    rows = field_rows(architecture)
    assert [row.sources for row in rows[1:]] == [node.sources for node in network.nodes]
    for index, row in enumerate(rows[1:]):
        boxes = layer_fields(network, index)
        assert boxes.size == row.size
        if row.jump is not None:
            assert boxes.are_equally_large
            for axis, spans in enumerate((boxes.rows, boxes.columns)):
                starts = [row.start[axis] + place * row.jump[axis] for place in range(len(spans))]
                assert [span.first for span in spans] == starts


def test_a_residual_block_sees_what_its_longer_path_sees():
    same = Conv2D(filters=2, padding="same")
    layers = (same, same, same, Add(), MaxPooling2D(), Conv2D(filters=3, strides=(2, 2), padding="same"), Concatenate())
    wires = ((-1,), (0,), (1,), (2, 0), (3,), (4,), (5, 5))
    *_, merged, pooled, halved, joined = field_rows(Architecture("", (1, 16, 16), layers, wires))
    assert (merged.size, merged.jump, merged.start, merged.paths) == ((7, 7), (1, 1), (-3, -3), 2)
    assert (pooled.size, pooled.jump, pooled.paths) == ((8, 8), (2, 2), 2)
    assert (joined.size, joined.jump, joined.paths) == (halved.size, halved.jump, 4)


def side_by_side(*branches: Conv2D, merge: Layer, times: int = 1) -> Architecture:
    """Branches that read the same and are merged, several times in a row, on a picture of 21 × 21."""
    layers, wires, before = [], [], PICTURE
    for _ in range(times):
        first = len(layers)
        layers += [*branches, merge]
        wires += [*[(before,)] * len(branches), tuple(range(first, first + len(branches)))]
        before = len(layers) - 1
    return Architecture("", (1, 21, 21), tuple(layers), tuple(wires))


def test_a_wide_and_a_high_path_together_reach_a_cross():
    wide, high = (Conv2D(2, size, "linear", "same") for size in ((1, 7), (7, 1)))
    architecture = side_by_side(wide, high, merge=Add())
    field = field_rows(architecture)[-1].field((10, 10))
    cross = np.zeros((21, 21), dtype=bool)
    cross[10, 7:14] = cross[7:14, 10] = True
    assert field.mask.sum() == 13
    np.testing.assert_array_equal(field.mask, cross)
    assert field.rows.clipped == field.columns.clipped == (7, 13)
    check_gradient(replace(architecture, input_shape=(1, 9, 9)))


def test_of_dilated_paths_the_pixels_between_them_are_not_seen():
    near, far = Conv2D(2, (3, 3), "linear", "same"), Conv2D(2, (3, 3), "linear", "same", dilation_rate=(3, 3))
    architecture = side_by_side(near, far, merge=Concatenate())
    row = field_rows(architecture)[-1]
    assert row.field((10, 10)).mask.sum() == 9 + 9 - 1
    assert (row.size, len(row.seen_parts.parts)) == ((7, 7), 2)
    check_gradient(replace(architecture, input_shape=(1, 9, 9)))


def test_a_path_that_another_one_holds_needs_no_part_of_its_own():
    for entry in (RESNET50, DENSENET121, UNET, GOOGLENET):
        row = field_rows(entry.make())[-1]
        assert (len(row.seen_parts.parts), row.seen_parts.exact) == (1, True), entry.name


@pytest.mark.parametrize(("most", "exact"), [(5, True), (4, False)])
def test_of_too_many_different_paths_only_the_box_is_told(monkeypatch, most, exact):
    monkeypatch.setattr(fields, "MOST_PARTS", most)
    branches = [Conv2D(1, size, "linear", "same") for size in ((1, 5), (3, 3), (5, 1))]
    rows = field_rows(side_by_side(*branches, merge=Add(), times=2))
    field, seen = rows[-1].field((10, 10)), rows[-1].seen_parts
    drawn = drawn_by_parts(seen, (10, 10), (21, 21))
    assert seen.exact == exact
    if exact:
        assert len(seen.parts) == 5
        np.testing.assert_array_equal(drawn, field.mask)
    else:
        assert len(seen.parts) == 1
        np.testing.assert_array_equal(drawn, np.outer(field.rows.seen, field.columns.seen))
        assert 0 < field.mask.sum() < drawn.sum()
    # What is said of one unit needs no parts, and is exact in any case.
    np.testing.assert_array_equal(field.mask, reached_by_sees(rows)[len(rows) - 2][10, 10])


def test_where_paths_with_other_jumps_meet_no_sum_holds_but_the_fields_do():
    halved = Conv2D(filters=2, kernel_size=(2, 2), strides=(2, 2))
    rows = field_rows(Architecture("", (1, 4, 4), (halved, Conv2D(filters=2), Add()), ((-1,), (-1,), (0, 1))))
    assert (rows[-1].jump, rows[-1].start, rows[-1].size) == (None, None, (3, 3))
    assert [(span.first, span.last) for span in rows[-1].fields.rows] == [(0, 2), (1, 3)]
    gate = (Conv2D(filters=2), GlobalAveragePooling2D(), Dense(units=2, activation="linear"))
    layers = (*gate, GlobalAveragePooling2D(), Concatenate())
    rows = field_rows(Architecture("", (1, 8, 8), layers, ((-1,), (0,), (1,), (0,), (2, 3))))
    # Of vectors the box is known, whatever their jumps are.
    assert rows[-1].jump is not None
    assert (rows[-1].size, rows[-1].paths) == ((8, 8), 2)


def test_the_middle_half_of_an_even_mass_holds_a_quarter_of_it():
    for size in (1, 2, 3, 5, 8):
        axis = AxisField(2, 1 + size, np.isin(np.arange(12), np.arange(2, 2 + size)))
        field = ReceptiveField(axis, axis, np.outer(axis.seen, axis.seen))
        assert axis.middle_half == (2 + size / 4, 2 + size * 3 / 4)
        assert inner_half_share(field.mask.astype(float), field) == pytest.approx(0.25)
    centre = np.zeros((12, 12))
    centre[5, 5] = 3.0
    axis = AxisField(1, 9, np.isin(np.arange(12), np.arange(1, 10)))
    field = ReceptiveField(axis, axis, np.outer(axis.seen, axis.seen))
    assert inner_half_share(centre, field) == pytest.approx(1.0)


def test_the_effective_field_is_the_mean_over_the_maps():
    architecture = Architecture("", (3, 5, 5), (Conv2D(filters=2), Activation("sigmoid")))
    network = build(architecture, seed=3)
    picture = np.random.default_rng(1).random((3, 5, 5), dtype=np.float32)
    weights = network.layers[0].convolution.weight.detach().numpy()
    expected = np.zeros((5, 5))
    expected[1:4, 2:5] = np.abs(weights).sum(axis=1).mean(axis=0)
    # Before its own activation the convolution is linear: its gradient is its weights.
    np.testing.assert_allclose(effective_field(network, picture, 0, (1, 2)), expected, rtol=1e-5)


def test_only_the_first_maps_are_averaged_where_there_are_many():
    architecture = Architecture("", (1, 3, 3), (Conv2D(filters=MAX_UNITS + 1),))
    network = build(architecture, seed=3)
    picture = np.full((1, 3, 3), 0.5, dtype=np.float32)
    before = effective_field(network, picture, 0, (0, 0))
    with torch.no_grad():
        network.layers[0].convolution.weight[MAX_UNITS] += 100
    np.testing.assert_array_equal(effective_field(network, picture, 0, (0, 0)), before)


def test_a_deep_stack_of_equal_weights_sees_mostly_the_middle():
    """Luo et al., 2016: the gradient of a stack of convolutions with equal weights comes near a Gaussian."""
    layers = tuple(Conv2D(filters=1, activation="linear") for _ in range(8))
    network = build(Architecture("", (1, 17, 17), layers))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1 / 9)
    gradient = effective_field(network, np.zeros((1, 17, 17), dtype=np.float32), 7, (0, 0))
    field = field_rows(network.architecture)[8].field((0, 0))
    assert field.mask.all()
    share = inner_half_share(gradient, field)
    assert share is not None
    assert share > 0.85
    assert gradient.sum() == pytest.approx(1.0)
