"""Overfitting is told from chance and from a network that has just begun; each remedy is a change that can be made."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.branching import BRANCHING
from tests.training.examples import few_digits, spec, train_all
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.goal import class_goal
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.tasks.classification import Classification
from visualizer.tasks.gan import Gan
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import Measure
from visualizer.training.loop.events import Bundle, RunProgress
from visualizer.training.loop.loop import Training
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.overfitting import (
    LOSS_MEASURE,
    Overfitting,
    leading_measure,
    overfitting,
    why_training_is_worse,
)
from visualizer.training.runs.overfitting_remedies import remedies
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import RunSpec, TrainingSettings

ACCURACY = Classification.measures[0]


def history(train: list[float], validation: list[float]) -> Curves:
    """Accuracies of epochs 1, 2, …; the untrained network guesses one in ten."""
    nothing = np.zeros(0)
    return Curves(
        step=nothing,
        epoch_position=nothing,
        batch_loss=nothing,
        batch_measures={},
        epoch=np.arange(len(train) + 1),
        train_loss=nothing,
        train_measures={"accuracy": np.array([math.nan, *train])},
        validation_loss=nothing,
        validation_measures={"accuracy": np.array([0.1, *validation])},
        train_penalty=nothing,
        validation_penalty=nothing,
    )


def test_a_gap_that_stays_is_named_with_its_numbers_and_the_best_epoch():
    found = overfitting(history([0.5, 0.8, 0.95, 1.0, 1.0], [0.52, 0.6, 0.6, 0.55, 0.52]), 1000, 200, ACCURACY)
    assert found == Overfitting(since=2, epoch=5, train=1.0, validation=0.52, best_epoch=2, best=0.6, measure=ACCURACY)
    assert str(found) == (
        "Overfitting since epoch 2: after epoch 5 it gets 100.0% of the training pictures right, but only 52.0% of the "
        "validation pictures, which it never trains on. It memorises its training pictures instead of learning "
        "what tells the classes apart."
    )


def test_few_pictures_are_enough_where_the_gap_is_wide():
    """Eighty pictures of one's own: 12 to validate, half of which are right."""
    assert overfitting(history([1.0] * 4, [0.5] * 4), 56, 12, ACCURACY) is not None


@pytest.mark.parametrize(
    ("train", "validation", "pictures"),
    [
        ([], [], 200),  # nothing was trained
        ([0.9, 0.95], [0.6, 0.6], 200),  # two epochs are too early to tell
        ([0.9, 0.95, 0.99, 0.99], [0.88, 0.91, 0.93, 0.92], 200),  # a usual gap
        ([0.6, 0.75, 0.85], [0.7, 0.8, 0.86], 200),  # training lies below
        ([1.0, 1.0, 1.0], [0.8, 0.8, 0.8], 10),  # of ten pictures, eight right: chance
        ([0.9, 0.9, 0.9, 0.9], [0.7, 0.7, 0.85, 0.7], 200),  # closed in between: a noisy curve
        ([1.0, 1.0, 1.0, 1.0], [0.6, 0.6, 0.6, 0.95], 200),  # and closed again
    ],
)
def test_what_may_be_chance_or_has_just_begun_is_not_called_overfitting(train, validation, pictures):
    assert overfitting(history(train, validation), 1000, pictures, ACCURACY) is None


def test_chance_alone_is_hardly_ever_called_overfitting():
    """A network that is right on 80 % of all pictures, seen through 40 of them, each epoch anew."""
    draws = np.random.default_rng(0)
    called = 0
    for _ in range(500):
        validation = draws.binomial(40, 0.8, size=10) / 40
        called += overfitting(history([0.8] * 10, validation.tolist()), 1000, 40, ACCURACY) is not None
    assert called == 0


def measured(measure: Measure, train: list[float], validation: list[float], untrained: float) -> Curves:
    """Of epochs 1, 2, …, and of the untrained network in validation."""
    return replace(
        history(train, validation),
        train_measures={measure.name: np.array([math.nan, *train])},
        validation_measures={measure.name: np.array([untrained, *validation])},
    )


OVERLAP = OneObject.measures[0]
ERROR = Regression.measures[0]


def test_a_gap_of_another_measure_is_named_with_its_unit():
    found = overfitting(
        measured(OVERLAP, [0.5, 0.8, 0.9, 0.95], [0.5, 0.65, 0.62, 0.6], untrained=0.1), 1000, 400, OVERLAP
    )
    assert str(found) == (
        "Overfitting since epoch 2: after epoch 4 the mean IoU is 95.0% on the training pictures, but only 60.0% on "
        "the validation pictures, which it never trains on. It memorises its training pictures instead of learning "
        "what holds for others too."
    )
    assert (found.best_epoch, found.best) == (2, 0.65)


def test_of_an_error_less_is_better():
    found = overfitting(measured(ERROR, [0.1, 0.02, 0.01, 0.01], [0.1, 0.05, 0.06, 0.07], 0.3), 1000, 400, ERROR)
    assert (found.since, found.best_epoch, found.best) == (2, 2, 0.05)
    assert "the mean error is 1.0% on the training pictures, but 7.0% on the validation pictures" in str(found)
    # Four in a hundred of the gain, and a network that is better on other pictures.
    assert overfitting(measured(ERROR, [0.02] * 4, [0.032] * 4, 0.3), 1000, 400, ERROR) is None
    assert overfitting(measured(ERROR, [0.1] * 4, [0.02] * 4, 0.3), 1000, 400, ERROR) is None
    # Of six pictures, chance.
    assert overfitting(measured(ERROR, [0.02] * 4, [0.06] * 4, 0.3), 1000, 6, ERROR) is None
    # Nothing was learnt at all.
    assert overfitting(measured(ERROR, [0.3] * 4, [0.9] * 4, 0.3), 1000, 400, ERROR) is None


def test_the_loss_is_judged_without_the_penalty_of_the_weights():
    curves = replace(
        history([0.0] * 4, [0.0] * 4),
        train_loss=np.array([math.nan, 1.3, 1.2, 1.1, 1.1]),
        validation_loss=np.array([3.3, 1.9, 1.9, 2.0, 2.1]),
        train_penalty=np.array([0, 1, 1, 1, 1.0]),
        validation_penalty=np.ones(5),
    )
    found = overfitting(curves, 1000, 400, LOSS_MEASURE)
    assert (found.since, found.train, found.validation) == (1, pytest.approx(0.1), pytest.approx(1.1))
    assert "the loss is 0.1 on the training pictures, but 1.1 on the validation pictures" in str(found)


def test_nothing_is_called_overfitting_where_parts_compete():
    assert leading_measure(Gan()) is None
    assert leading_measure(Regression()) is ERROR


def test_why_training_is_worse_is_said_of_an_error_too():
    words = why_training_is_worse(measured(ERROR, [0.1], [0.04], 0.3), 1000, 400, harder=False, measure=ERROR)
    assert words.startswith("In epoch 1, training mean error (10.0%) is above validation mean error (4.0%): the first")
    assert why_training_is_worse(measured(ERROR, [0.04], [0.1], 0.3), 1000, 400, harder=False, measure=ERROR) == ""


def test_why_training_is_worse_is_said_where_it_does():
    words = why_training_is_worse(history([0.61, 0.9], [0.83, 0.88]), 1000, 200, harder=False, measure=ACCURACY)
    assert words.startswith("In epoch 1, training accuracy (61.0%) is below validation accuracy (83.0%): the first")
    assert "dropout" not in words
    assert "chance" not in words
    assert "dropout or augmentation" in why_training_is_worse(
        history([0.61], [0.83]), 1000, 200, harder=True, measure=ACCURACY
    )
    assert "it may also be chance" in why_training_is_worse(
        history([0.41], [0.5]), 56, 12, harder=False, measure=ACCURACY
    )


@pytest.mark.parametrize(("train", "validation"), [([], []), ([0.7], [0.7]), ([0.7, 0.5], [0.6, 0.9])])
def test_where_it_does_not_lie_below_nothing_is_said(train, validation):
    assert why_training_is_worse(history(train, validation), 1000, 200, harder=False, measure=ACCURACY) == ""


def test_a_large_dense_layer_learns_pictures_without_a_rule_by_heart(tmp_path):
    """Labels at random: there is nothing to learn but the pictures themselves."""
    digits = few_digits()
    dataset = replace(digits, labels=np.random.default_rng(0).permutation(digits.labels))
    wide = Architecture("wide", (1, 8, 8), (Flatten(), Dense(units=256), Dense(units=10, activation="softmax")))
    chosen = spec(wide, epochs=40, learning_rate=0.01)
    training = Training(chosen, dataset)
    store = RunStore(tmp_path)
    store.create("run", "owner", chosen, training.steps_per_epoch)
    store.apply(Bundle("run", RunProgress(1, 0, 0.1, 0.0, 0.0), tuple(train_all(training))))
    found = overfitting(store.curves("run"), len(dataset.train), len(dataset.validation), ACCURACY)
    assert found.train > 0.9
    assert found.validation < 0.4
    assert found.epoch == 40


FOUND = Overfitting(since=5, epoch=20, train=1.0, validation=0.5, best_epoch=4, best=0.6, measure=ACCURACY)
SETTINGS = TrainingSettings(epochs=20)


def run(architecture: Architecture, settings: TrainingSettings = SETTINGS) -> RunSpec:
    return RunSpec(architecture, settings, 0)


def by_name(chosen: RunSpec, architecture: Architecture, settings: TrainingSettings):
    return {remedy.name: remedy for remedy in remedies(chosen, FOUND, architecture, settings)}


def test_each_cure_changes_one_thing_of_the_next_run_and_says_so_then():
    chosen = run(CLASSIC.architecture)
    possible = by_name(chosen, CLASSIC.architecture, SETTINGS)
    assert {name: remedy.label for name, remedy in possible.items()} == {
        "augmentation": "Shift and rotate the training pictures at random",
        "dropout": "Add Dropout 0.5 before the last Dense layer",
        "parameters": "Use 32 units instead of 128 in layer 6",
        "epochs": "Train for 4 epochs only",
    }
    assert not any(remedy.done for remedy in possible.values())
    for name, remedy in possible.items():
        changed = (remedy.architecture != CLASSIC.architecture, remedy.settings != SETTINGS)
        assert changed == (name in ("dropout", "parameters"), name in ("augmentation", "epochs"))
        assert summarize(remedy.architecture, class_goal(10)).fits
        after = by_name(chosen, remedy.architecture, remedy.settings)
        assert after[name].done
        assert not after[name].label
        assert all(other.label for key, other in after.items() if key != name)
    layers = possible["dropout"].architecture.layers
    assert [type(layer) for layer in layers[-3:]] == [Dense, Dropout, Dense]
    assert possible["epochs"].settings == replace(SETTINGS, epochs=4)


def test_a_network_that_branches_keeps_its_connections_and_its_shapes():
    dropped = Draft.of(BRANCHING).replace_layer(14).architecture  # without its Dropout
    possible = by_name(run(dropped), dropped, SETTINGS)
    with_dropout = possible["dropout"].architecture
    assert (with_dropout.layers[-2], with_dropout.sources[-2:]) == (Dropout(rate=0.5), ((14,), (15,)))
    assert with_dropout.sources[:15] == dropped.sources[:15]
    layers = (Flatten(), Dense(units=64), Dense(units=64), Add(), Dense(units=32), Dense(units=10))
    residual = Architecture("", (1, 8, 8), layers, ((-1,), (0,), (1,), (2, 1), (3,), (4,)))
    # With fewer units in layer 2 or 3 the two could no longer be added.
    remedy = by_name(run(residual), residual, SETTINGS)["parameters"]
    assert remedy.label == "Use 8 units instead of 32 in layer 5"
    assert summarize(remedy.architecture, class_goal(10)).fits


def test_what_the_run_had_already_is_no_cure():
    had = Architecture(
        "had", (1, 8, 8), (Conv2D(filters=4), Flatten(), Dropout(rate=0.3), Dense(units=10, activation="softmax"))
    )
    chosen = run(had, replace(SETTINGS, noise=0.1))
    assert set(by_name(chosen, had, chosen.settings)) == {"epochs"}
    # The network in Build is another one by now, that has fewer parameters.
    smaller = by_name(run(CLASSIC.architecture), TINY.architecture, SETTINGS)["parameters"].done
    assert smaller == "The network in Build has 1,898 parameters; that of this run has 1,626,442."


def test_a_run_whose_last_epoch_was_the_best_is_not_told_to_end_earlier():
    found = replace(FOUND, best_epoch=20, best=0.5)
    assert "epochs" not in {
        remedy.name for remedy in remedies(run(TINY.architecture), found, TINY.architecture, SETTINGS)
    }
