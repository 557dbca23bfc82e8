"""The bars are the answer's numbers, in per cent only of probabilities, and the answer is not told by colour alone."""

import numpy as np
import pytest

from visualizer.architecture.answer import Classes
from visualizer.figures.probabilities import answer_bars, describe_value, probability_bars, score_scale, top_bars

NAMES = ("cat", "dog <3", "owl")
PROBABILITIES = np.array([0.125, 0.7, 0.175], dtype=np.float32)


def test_bars_are_percent_in_the_order_of_the_classes():
    (bars,) = probability_bars(PROBABILITIES, NAMES).figure.data
    np.testing.assert_allclose(bars.x, [12.5, 70, 17.5], rtol=1e-6)
    assert list(bars.y) == [0, 1, 2]
    assert list(bars.text) == ["12.5 %", "<b>70.0 %</b>", "17.5 %"]


def test_the_winner_is_bold_and_the_right_class_has_a_check_mark():
    figure = probability_bars(PROBABILITIES, NAMES, true_label=2).figure
    assert list(figure.layout.yaxis.ticktext) == ["cat", "<b>dog &lt;3</b>", "owl ✓"]
    assert figure.layout.xaxis.range == (0, 100)
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # the first class is on top


@pytest.mark.parametrize(
    ("true_label", "said"),
    [
        (None, "The answer is dog <3 with 70.0%."),
        (1, "The answer is dog <3 with 70.0%. It is right."),
        (0, "The answer is dog <3 with 70.0%. It is wrong. The right class is cat, which has 12.5%."),
    ],
)
def test_the_text_says_whether_it_is_right(true_label, said):
    assert probability_bars(PROBABILITIES, NAMES, true_label).alt == said


def test_another_network_is_hatched_and_named():
    others = np.array([0.5, 0.25, 0.25])
    chart = probability_bars(PROBABILITIES, NAMES, compare=("before training", others))
    first, second = chart.figure.data
    np.testing.assert_allclose(second.x, [50, 25, 25])
    assert second.name == "before training"
    assert second.marker.pattern.shape == "/"
    assert first.marker.pattern.shape is None
    assert (
        chart.alt
        == "The answer is dog <3 with 70.0%. Of the hatched bars, “before training”, the longest is cat with 50.0%."
    )


def test_probabilities_are_an_answer_in_percent():
    chart = answer_bars(Classes(PROBABILITIES, "probabilities"), NAMES, 1)
    assert chart.to_json() == probability_bars(PROBABILITIES, NAMES, 1).to_json()
    assert describe_value(0.7, "probabilities") == "70.0%"


def test_scores_are_no_percent_and_start_at_zero():
    chart = answer_bars(Classes(np.array([-0.25, 1.125, 0.001], dtype=np.float32), "scores"), NAMES, 0)
    (bars,) = chart.figure.data
    np.testing.assert_allclose(bars.x, [-0.25, 1.125, 0.001], rtol=1e-6)
    assert list(bars.text) == ["−0.25", "<b>1.12</b>", "0.00"]
    axis = chart.figure.layout.xaxis
    assert axis.title.text == "score"
    assert axis.range[0] < -0.25 < 1.125 < axis.range[1]
    assert axis.zeroline
    assert "0" in axis.ticktext
    assert "%" not in chart.to_json().replace("%{", "")
    assert chart.alt == (
        "The answer is dog <3 with score 1.12. It is wrong. The right class is cat, which has score −0.25. "
        "These are scores, not probabilities."
    )


def test_of_many_scores_the_largest_are_shown():
    chart = top_bars(Classes(np.array([-3.0, 2.0, 0.5]), "scores"), NAMES, count=2)
    assert list(chart.figure.data[0].x) == [2.0, 0.5]
    assert chart.alt.endswith("Next of 3 classes: owl score 0.50.")


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        ([0.1, 0.9], (0, 1)),
        ([-0.16, 1.2], (-0.2, 1.2)),
        ([-8.1, 12.9], (-10, 14)),
        ([np.nan, np.inf], (0, 1)),
    ],
)
def test_the_scale_of_scores_is_round_and_holds_the_targets(scores, scale):
    assert score_scale(np.array(scores)) == pytest.approx(scale)
