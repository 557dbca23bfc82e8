"""The bars are the probabilities, and the answer is not told by colour alone."""

import numpy as np
import pytest

from visualizer.figures.probabilities import probability_bars

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
        (1, "The answer is dog <3 with 70.0%, which is right."),
        (0, "The answer is dog <3 with 70.0%; right would be cat, which has 12.5%."),
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
    assert chart.alt == "The answer is dog <3 with 70.0%. before training: cat with 50.0%."
