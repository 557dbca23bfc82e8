"""Noise schedules as lines."""

import numpy as np

from tests.figures.reading import traces_named
from visualizer.figures.palette import BLUE
from visualizer.figures.schedules import schedule_lines


def test_each_schedule_is_a_line_and_the_chosen_one_is_in_colour():
    times = np.array([0, 0.5, 1])
    chart = schedule_lines(times, {"Straight": 1 - times, "Bent": 1 - times**2}, "Bent")
    (straight,), (bent,) = (traces_named(chart.figure, name) for name in ("Straight", "Bent"))
    np.testing.assert_array_equal(bent.y, [1, 0.75, 0])
    assert bent.line.color == BLUE
    assert straight.line.color != BLUE
    assert chart.alt == "How much of the digit is left at t = 0.5: Straight 0.50, Bent 0.75. Chosen: Bent."
