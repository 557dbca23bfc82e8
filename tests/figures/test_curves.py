"""Curves hold the run's numbers, and batches, training and validation are told apart without colour."""

import numpy as np

from visualizer.figures.curves import curves, measure_curves
from visualizer.tasks.classification import Classification

BATCHES = (np.array([0.5, 1.0, 1.5, 2.0]), np.array([2.0, 1.5, 1.2, 1.0]))
EPOCHS = (np.array([1, 2]), np.array([1.6, 1.1]), np.array([1.7, 1.3]))


def test_loss_curves_hold_the_run():
    chart = curves(*BATCHES, *EPOCHS, loss_label="cross-entropy")
    batches, train, validation = chart.figure.data
    np.testing.assert_array_equal((batches.x, batches.y), BATCHES)
    np.testing.assert_array_equal((train.x, train.y), EPOCHS[:2])
    np.testing.assert_array_equal((validation.x, validation.y), (EPOCHS[0], EPOCHS[2]))
    assert chart.figure.layout.yaxis.title.text == "cross-entropy"
    assert chart.alt == "Loss of 4 batches, from 2 to 1. After epoch 2 it is 1.1 in training and 1.3 in validation."


PENALTIES = (np.array([0.5, 0.25]), np.array([0.375, 0.125]))


def test_a_penalty_is_a_line_of_its_own_and_a_part_of_the_losses():
    chart = curves(*BATCHES, *EPOCHS, loss_label="loss", penalties=PENALTIES)
    _, train, validation, penalty = chart.figure.data
    np.testing.assert_array_equal((penalty.x, penalty.y), (EPOCHS[0], PENALTIES[1]))
    assert penalty.line.dash not in (None, train.line.dash, validation.line.dash)
    for line, part in ((train, PENALTIES[0]), (validation, PENALTIES[1])):
        np.testing.assert_array_equal(line.customdata, part)
        assert "of which penalty: %{customdata" in line.hovertemplate
    assert chart.alt.endswith("The penalty of the weights is 0.25 of the first and 0.125 of the second.")
    without = curves(*BATCHES, *EPOCHS, loss_label="loss")
    assert "penalty" not in f"{without.alt} {without.figure.to_json()}"


def test_lines_differ_in_more_than_colour():
    _, train, validation = curves(*BATCHES, *EPOCHS, loss_label="loss").figure.data
    assert train.line.dash != validation.line.dash
    assert train.marker.symbol != validation.marker.symbol


def test_accuracy_is_in_percent():
    chart = measure_curves([0.5, 1.0], [0.25, 0.5], [1], [0.5], [0.4], measure=Classification.measures[0])
    batches, train, validation = chart.figure.data
    assert (list(batches.y), list(train.y), list(validation.y)) == ([25, 50], [50], [40])
    assert chart.figure.layout.yaxis.range[0] == 0
    assert (
        chart.alt
        == "Accuracy of 2 batches, from 25.0% to 50.0%. After epoch 1 it is 50.0% in training and 40.0% in validation."
    )


def test_a_logarithmic_axis_has_plain_numbers():
    axis = curves(*BATCHES, *EPOCHS, loss_label="loss", log_scale=True).figure.layout.yaxis
    assert axis.type == "log"
    labels = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    assert (labels[0.5], labels[1.0], labels[20.0]) == ("0.5", "1", "20")


def test_before_the_first_batch_there_is_an_empty_chart():
    chart = curves([], [], [], [], [], loss_label="loss")
    assert all(len(trace.x) == 0 for trace in chart.figure.data)
    assert chart.figure.layout.xaxis.range[1] >= 1
    assert chart.alt == "Loss: no batch yet."


def test_the_axis_holds_every_batch():
    position = np.linspace(0.1, 7.3, 20)
    chart = curves(position, np.full(20, np.nan), [], [], [], loss_label="loss")
    assert chart.figure.layout.xaxis.range[1] >= 7.3
    assert chart.alt == "Loss of 20 batches, from not a number to not a number."
