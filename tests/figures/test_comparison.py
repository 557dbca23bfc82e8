"""Curves of several runs on one axis."""

import numpy as np

from visualizer.figures.comparison import band_curves
from visualizer.tasks.classification import Classification
from visualizer.training.runs.comparison import Band

ONE = Band(np.arange(3), np.array([0.1, 0.5, 0.75]), np.array([0.1, 0.5, 0.75]), np.array([0.1, 0.5, 0.75]), 1)
THREE = Band(np.arange(2), np.array([0.1, 0.6]), np.array([0.0, 0.5]), np.array([0.2, 0.8]), 3)


def test_a_line_for_each_and_a_band_where_there_are_several_runs():
    chart = band_curves({"A": ONE, "B": THREE}, label="accuracy", measure=Classification.measures[0])
    line, area, mean = chart.figure.data
    np.testing.assert_allclose(line.y, [10, 50, 75])
    np.testing.assert_allclose(mean.y, [10, 60])
    np.testing.assert_allclose(area.y, [20, 80, 50, 0])
    np.testing.assert_array_equal(area.x, [0, 1, 1, 0])
    assert {trace.legendgroup for trace in (area, mean)} == {"B"}
    assert line.line.color != mean.line.color
    assert line.line.dash != mean.line.dash
    assert chart.alt == (
        "accuracy. With one seed, A has 75.0% after epoch 2. With 3 seeds, B has 60.0% on average after epoch 1, from "
        "50.0% to 80.0%."
    )


def test_a_variant_keeps_its_look_where_others_are_left_out():
    of_all = band_curves(
        {"A": ONE, "B": ONE, "C": ONE}, label="accuracy", measure=Classification.measures[0]
    ).figure.data
    of_two = band_curves({"A": ONE, "C": ONE}, label="loss", styles=[0, 2]).figure.data
    assert [of_two[place].line for place in (0, 1)] == [of_all[place].line for place in (0, 2)]
    assert [of_two[place].marker for place in (0, 1)] == [of_all[place].marker for place in (0, 2)]


def test_a_run_without_an_epoch_is_an_empty_line():
    nothing = np.zeros(0)
    chart = band_curves({"A": Band(nothing, nothing, nothing, nothing, 1)}, label="loss")
    assert len(chart.figure.data[0].y) == 0
    assert "has no value yet." in chart.alt


def test_a_long_name_of_a_loss_takes_several_lines_along_the_axis():
    label = "validation loss: binary cross-entropy plus GIoU and class losses"
    chart = band_curves({"A": ONE}, label=label)
    lines = chart.figure.layout.yaxis.title.text.split("<br>")
    assert " ".join(lines) == label
    assert max(map(len, lines)) < 36
    assert chart.alt.startswith(f"{label}. With one seed")
