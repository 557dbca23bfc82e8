"""A number's arithmetic in words: what is written is what is computed."""

import numpy as np
import pytest

from visualizer.inspection.steps import (
    Activated,
    ArithmeticStep,
    Explanation,
    Given,
    InputWindow,
    Joined,
    Met,
    Normalized,
    Passed,
    Rescaled,
    Softmaxed,
    Spot,
    Unexplained,
    WeightedSum,
    WindowMaximum,
    WindowMean,
    WindowSum,
)
from visualizer.ui.look.pixel_words import lines, place_words, sentence, short_number, signed_sum

WINDOW = InputWindow(np.array([-1, 0]), np.array([2, 3]), np.array([[False, False], [True, True]]))

SAME = (Spot(1, (0, 2, 3)), Spot(2, (0, 2, 3)))


def said(*steps: ArithmeticStep, of_picture: int = 0) -> list[tuple[str, str, str]]:
    told_lines = lines(Explanation(Spot(0, (0, 0, 0)), steps[-1].result, steps), of_picture)
    return [(line.label, line.formula, line.result) for line in told_lines]


def window_sum(channels: int, bias: float | None) -> WindowSum:
    kernel = np.arange(1, channels * 4 + 1, dtype=float).reshape(channels, 2, 2)
    return WindowSum(WINDOW, np.arange(channels), np.full_like(kernel, -0.5), kernel, bias)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (-0.123456, "−0.1235"), (12.0, "12"), (1.5e-7, "1.5 · 10⁻⁷"), (-2e12, "−2 · 10¹²"),
     (float("inf"), "infinity"), (-float("inf"), "−infinity"), (float("nan"), "not a number")],
)  # fmt: skip
def test_numbers(value, text):
    assert short_number(value) == text


def test_signs_stand_between_the_terms():
    assert signed_sum([(-0.5, ""), (2.0, "map 1"), (-3.0, "bias")]) == "−0.5 + 2 (map 1) − 3 (bias)"


def test_one_channel_is_summed_number_by_number():
    assert said(window_sum(1, 0.25)) == [
        ("Products, summed", "−0.5 − 1 − 1.5 − 2", "−5"),
        ("Bias, added", "−5 + 0.25 (bias)", "−4.75"),
    ]


def test_of_many_channels_the_largest_are_named_and_the_rest_is_one_sum():
    (line,) = said(window_sum(5, None))
    assert line == ("Sums of 5 channels", "−37 (map 5) − 29 (map 4) − 21 (map 3) − 18 (2 more)", "−105")
    assert "(blue)" in said(window_sum(3, None), of_picture=3)[0][1]


def test_pooling_and_the_rest():
    values = np.array([[-np.inf, -np.inf], [2.0, 4.0]])
    assert said(WindowMaximum(WINDOW, 0, values, (1, 1)))[0][2] == "4"
    counted = WINDOW.inside
    assert said(WindowMean(WINDOW, 0, values, counted)) == [("Mean", "(2 + 4) / 2", "3")]
    many = np.ones((4, 4))
    everywhere = np.ones((4, 4), dtype=bool)
    assert said(WindowMean(WINDOW, 0, many, everywhere)) == [("Mean", "16 (the sum) / 16 numbers", "1")]
    assert said(Passed(None, 0.0))[0][0] == "Padding"
    assert said(Passed((1, 2, 3), 7.0))[0][1] == "the same number, unchanged"
    assert said(Given(0.5))[0][2] == "0.5"
    assert said(Unexplained("GroupNorm", 1.0))[0][0] == "GroupNorm"
    added = Met("sum", (Spot(1, (0, 0, 0)), Spot(4, (0, 0, 0))), (1.5, -2.0))
    assert said(added) == [("Added up", "1.5 (layer 2) − 2 (layer 5)", "−0.5")]
    gated = Met("product", (Spot(1, (0, 2, 3)), Spot(4, (0, 0, 0))), (1.5, -2.0))
    assert said(gated) == [("Multiplied", "1.5 (layer 2) · (−2) (layer 5)", "−3")]
    assert said(Joined(Spot(4, (6, 2, 3)), -0.5)) == [("Joined", "map 7 of layer 5, unchanged", "−0.5")]
    assert said(Joined(Spot(4, (6,)), -0.5)) == [("Joined", "unit 7 of layer 5, unchanged", "−0.5")]
    assert said(Joined(Spot(-1, (2, 0, 0)), 0.5)) == [("Joined", "channel 3 of the picture, unchanged", "0.5")]


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [
        ("difference", [("Subtracted", "1.5 (layer 2) − (−2) (the picture)", "3.5")]),
        ("average", [("Added up", "1.5 (layer 2) − 2 (the picture)", "−0.5"), ("Divided", "−0.5 / 2 inputs", "−0.25")]),
        ("maximum", [("Largest", "max(1.5 (layer 2), −2 (the picture)): layer 2 wins", "1.5")]),
    ],
)
def test_every_meeting_names_what_each_layer_gave(meeting, expected):
    assert said(Met(meeting, (Spot(1, (0, 2, 3)), Spot(-1, (0, 2, 3))), (1.5, -2.0))) == expected


def test_a_weighted_sum_names_its_largest_products():
    step = WeightedSum((4,), np.arange(4), np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, -1.0, 1.0, 0.1]), -1.0)
    assert said(step) == [
        ("Sum of 4 products", "3 − 2 + 1 + 0.4 (1 more)", "2.4"),
        ("Bias, added", "2.4 − 1 (bias)", "1.4"),
    ]


def test_normalisation_has_all_its_numbers():
    step = Normalized(before=3.0, mean=-1.0, variance=3.75, epsilon=0.25, scale=2.0, shift=-1.0)
    assert said(step) == [
        ("Normalised", "(3 − mean (−1)) / √(variance 3.75 + 0.25)", "2"),
        ("Scaled, shifted", "2 · 2 + (−1)", "3"),
    ]


def test_normalisation_says_what_its_mean_is_of():
    step = Normalized(3.0, -1.0, 3.75, 0.25, 2.0, -1.0, together=32)
    assert sentence(Explanation(Spot(0, (0, 0, 0)), 3.0, (step,)), 0) == (
        "Normalisation subtracts the mean of 32 numbers of this picture and divides by their standard deviation, then "
        "scales and shifts the result."
    )


def test_rescaling_has_its_factor_and_what_is_added():
    assert said(Rescaled(0.25, 2.0, -1.0)) == [("Rescaled", "0.25 · 2 + (−1)", "−0.5")]


@pytest.mark.parametrize(
    ("name", "x", "slope", "formula"),
    [
        ("PReLU", -2.0, -0.5, "−0.5 · (−2)"),
        ("elu", -2.0, None, "e^(−2) − 1"),
        ("elu", 2.0, None, "2, above 0, so unchanged"),
        ("selu", -2.0, None, "1.7581 · (e^(−2) − 1)"),
        ("selu", 2.0, None, "1.0507 · 2"),
        ("softplus", -2.0, None, "ln(1 + e^(−2))"),
        ("hard_sigmoid", -2.0, None, "min(max(0, −2 / 6 + 1/2), 1)"),
        ("relu", -2.0, None, "max(0, −2)"),
        ("leaky_relu", -2.0, 0.2, "0.2 · (−2)"),
        ("leaky_relu", 2.0, 0.2, "2, above 0, so unchanged"),
        ("sigmoid", -2.0, None, "1 / (1 + e^2)"),
        ("tanh", 2.0, None, "tanh(2)"),
        ("gelu", 1.0, None, "1 · Φ(1), Φ = 0.8413"),
        ("SiLU", 1.0, None, "SiLU(1)"),
    ],
)
def test_activation_functions(name, x, slope, formula):
    assert said(Activated(name, x, 0.0, slope))[0][1] == formula


def test_softmax_divides_by_the_sum_and_does_not_overflow():
    assert said(Softmaxed(np.log([1.0, 3.0]), 1)) == [("Softmax", "e^1.099 / the sum of all 2 = 3 / 4", "0.75")]
    (line,) = said(Softmaxed(np.array([1000.0, 1000.0]), 0))
    assert line == ("Softmax", "e^(1000 − 1000) / the sum of all 2 = 1 / 2", "0.5")


def test_places():
    assert place_words(Spot(3, (4, 0, 1)), 3) == "map 5, row 1, column 2"
    assert place_words(Spot(3, (1233,)), 3) == "unit 1,234"
    assert place_words(Spot(-1, (2, 0, 1)), 3) == "blue, row 1, column 2"
    assert place_words(Spot(-1, (0, 0, 1)), 1) == "brightness, row 1, column 2"


def in_words(*steps: ArithmeticStep, of_picture: int = 0) -> str:
    return sentence(Explanation(Spot(0, (0, 0, 0)), 0.0, steps), of_picture)


def test_sentences_tell_what_is_done_with_how_many_numbers():
    said = in_words(window_sum(5, 0.5), Activated("relu", -1.0, 0.0))
    assert "a window of 2 × 2 in each of 5 input maps" in said
    assert "all 20 products are added up. Then the bias is added. ReLU sets it to 0" in said
    assert "in each of 3 colours of the picture" in in_words(window_sum(3, None), of_picture=3)
    assert "2 × 2 of the picture. Each number" in in_words(window_sum(1, None), of_picture=1)
    assert "ReLU leaves it unchanged" in in_words(Activated("relu", 1.0, 1.0))
    assert "LeakyReLU is applied" in in_words(Activated("leaky_relu", 1.0, 1.0, 0.2))
    mean = WindowMean(WINDOW, 0, np.ones((2, 2)), WINDOW.inside)
    assert in_words(mean) == "It is the mean of the 2 numbers in its window. Padding does not count."


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (WeightedSum((1,), np.arange(1), np.ones(1), np.ones(1), 1.0), "the bias"),
        (WindowMaximum(WINDOW, 0, np.ones((2, 2)), (0, 0)), "largest"),
        (Normalized(0, 0, 1, 0, 1, 0), "standard deviation"),
        (Softmaxed(np.ones(2), 0), "share"),
        (Met("sum", SAME, (1.0, 2.0)), "branches meet here: their numbers at this place are added up."),
        (Met("difference", SAME, (1.0, 2.0)), "subtracted"),
        (Met("average", SAME, (1.0, 2.0)), "divided by how many they are."),
        (Met("maximum", SAME, (1.0, 2.0)), "the largest of their numbers"),
        (Met("product", SAME, (1.0, 2.0)), "their numbers at this place are multiplied."),
        (Met("product", (Spot(1, (0, 2, 3)), Spot(2, (0, 0, 0))), (1.0, 2.0)), "gate"),
        (Joined(Spot(0, (0,)), 0.0), "are stacked here"),
        (Passed(None, 0.0), "Padding"),
        (Passed((0,), 0.0), "passed on"),
        (Given(0.0), "the path ends"),
        (Unexplained("x", 0.0), "not shown"),
    ],
)
def test_every_step_has_a_sentence(step, word):
    assert word in in_words(step)
    assert in_words(step).endswith(".")
