"""The scales that the browser colours with."""

import re

import numpy as np
import pytest

from visualizer.figures.convolution_colours import (
    NO_NUMBER,
    ColourScale,
    grey_scale,
    painted,
    positive_scale,
    share_of_scale,
    signed_scale,
)


def luma(colour):
    return np.dot([int(colour[at : at + 2], 16) for at in (1, 3, 5)], [0.299, 0.587, 0.114])


def test_signed_values_are_centred_on_zero():
    scale = signed_scale(np.array([-1.0, 3.0]), "weight")
    assert (scale.low, scale.high, scale.label) == (-3.0, 3.0, "weight")
    middle = scale.colours[len(scale.colours) // 2]
    assert luma(middle) == max(map(luma, scale.colours))
    assert int(scale.colours[0][5:], 16) > int(scale.colours[0][1:3], 16)  # blue below
    assert int(scale.colours[-1][5:], 16) < int(scale.colours[-1][1:3], 16)  # red above


def test_positive_values_start_at_zero_and_get_brighter():
    scale = positive_scale(np.array([0.5, 2.0]), "edge strength")
    assert (scale.low, scale.high) == (0.0, 2.0)
    assert sorted(scale.colours, key=luma) == list(scale.colours)


def test_grey_goes_from_black_to_white():
    scale = grey_scale(1.0, "grey level")
    assert (scale.low, scale.high, scale.colours) == (0.0, 1.0, ("#000000", "#ffffff"))


@pytest.mark.parametrize("scale", [signed_scale(np.zeros(2), ""), positive_scale(np.zeros(2), "")])
def test_nothing_but_zeros_still_has_a_scale(scale):
    assert scale.high > scale.low
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in scale.colours)


def test_numbers_are_painted_between_the_colours_of_a_scale():
    scale = ColourScale(-1.0, 1.0, ("#000000", "#640000", "#ffffff"), "")
    values = np.array([[-1.0, -0.5, 0.0, np.inf], [1.0, 5.0, -np.inf, np.nan]])
    assert painted(values, scale).tolist() == [
        [[0, 0, 0], [50, 0, 0], [100, 0, 0], [255, 255, 255]],
        [[255, 255, 255], [255, 255, 255], [0, 0, 0], list(NO_NUMBER)],
    ]
    assert np.isnan(values[1, 3]), "what was given is not changed"


def test_what_is_not_finite_makes_no_scale_without_end():
    values = np.array([np.inf, -np.inf, np.nan, -2.0, 0.5], dtype=np.float32)
    assert (signed_scale(values, "").low, signed_scale(values, "").high) == (-2.0, 2.0)
    assert (positive_scale(values, "").low, positive_scale(values, "").high) == (0.0, 0.5)
    nothing = np.array([np.nan, np.inf])
    assert (signed_scale(nothing, "").low, positive_scale(nothing, "").high) == (-1.0, 1.0)


@pytest.mark.filterwarnings("error")
def test_the_largest_float32_is_painted_at_the_end_of_its_scale():
    most = np.finfo(np.float32).max
    values = np.array([-most, 0, most], dtype=np.float32)
    scale = signed_scale(values, "")
    assert share_of_scale(values, scale).tolist() == [0.0, 0.5, 1.0]
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (scale.colours[0], scale.colours[-1])]
    assert painted(values, scale)[[0, 2]].tolist() == ends
