"""Comparing runs: which belong together, what differs, what is repeated, and what several seeds say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.examples import LEAKY, spec
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.training.comparison import (
    CHANGES,
    Band,
    Difference,
    band,
    differences,
    hidden_activation,
    repeated,
    variants,
    verdict,
)
from visualizer.training.settings import MAX_SEED, RunSpec
from visualizer.training.store import History, RunRecord


def record(run_spec: RunSpec, run_id: str = "run", learning_rate: float | None = None) -> RunRecord:
    rate = run_spec.settings.learning_rate if learning_rate is None else learning_rate
    return RunRecord(run_id, "owner", run_spec, "finished", "", 1, 40, 40, 40, rate, 1.0, 1.0, False, 1)


def variants_of(*specs: RunSpec):
    return variants([record(one, str(index)) for index, one in enumerate(specs)])


def test_runs_that_differ_in_their_seed_alone_are_one_variant():
    found = variants_of(spec(seed=2), spec(optimizer="sgd"), spec(seed=1), replace(spec(seed=3), probe_index=9))
    assert [variant.seeds for variant in found] == [(1, 2, 3), (0,)]


def test_of_two_runs_with_one_seed_the_later_counts():
    (variant,) = variants_of(spec(), spec())
    assert [run.run_id for run in variant.runs] == ["1"]


def test_a_rate_that_was_changed_on_the_way_makes_another_variant():
    found = variants([record(spec(), "a"), record(spec(seed=1), "b", learning_rate=0.5)])
    assert len(found) == 2
    assert differences(found) == (Difference("Learning rate at the end", ("0.001", "0.5")),)


def test_what_differs_is_said_in_words_and_the_same_change_once():
    changed = CHANGES["activation"].apply(spec(optimizer="sgd"), "tanh")
    assert differences(variants_of(spec(), changed)) == (
        Difference("Optimizer", ("Adam", "SGD with momentum")),
        Difference("Momentum", ("–", "0.9")),
        Difference("Activation, layers 1, 3", ("ReLU", "tanh")),
    )


def test_networks_of_other_layers_are_listed():
    rows = {row.setting: row.values for row in differences(variants_of(spec(), spec(CLASSIC.architecture)))}
    assert rows["Input"] == ("8 × 8 × 1", "64 × 64 × 3")
    assert rows["Layers"][1].startswith("Conv2D 32, 3 × 3, MaxPooling2D 2 × 2")


def test_the_last_activation_and_linear_layers_stay():
    changed = CHANGES["activation"].apply(spec(CLASSIC.architecture), "gelu").architecture
    assert [getattr(layer, "activation", None) for layer in changed.layers] == [
        "gelu", None, "gelu", None, None, "gelu", "softmax",
    ]  # fmt: skip
    mixed = TINY.architecture.with_layers((*TINY.architecture.layers[:1], Activation("tanh"), *LEAKY.layers[1:]))
    assert hidden_activation(spec(mixed)) is None


@given(st.sampled_from([None, *CHANGES]), st.integers(1, 5), st.sampled_from([0, 7, MAX_SEED]), st.data())
def test_each_value_runs_with_each_seed_and_nothing_else_changes(change, seeds, seed, data):
    base = spec(seed=seed)
    values = []
    if change:
        options = st.sampled_from(list(CHANGES[change].options))
        values = data.draw(st.lists(options, min_size=1, max_size=3, unique=True))
    runs = repeated(base, change, values, seeds)
    assert len(set(runs)) == len(runs) == max(len(values), 1) * seeds
    assert {run.settings.seed for run in runs if change is None or CHANGES[change].value(run) == values[0]} == {
        run.settings.seed for run in runs
    }
    for run in runs:
        back = replace(run, settings=replace(run.settings, seed=seed))
        if change:
            assert CHANGES[change].value(run) in values
            back = CHANGES[change].apply(back, CHANGES[change].value(base))
        assert back == base


def history(accuracies: list[float]) -> History:
    nothing, epochs = np.zeros(0), np.arange(len(accuracies))
    values = np.array(accuracies)
    return History(nothing, nothing, nothing, nothing, epochs, values, values, 1 - values, values)


def test_a_band_reaches_from_the_least_to_the_largest_where_all_runs_are():
    found = band([history([0.1, 0.5, 0.9]), history([0.2, 0.7])], "validation_accuracy")
    np.testing.assert_array_equal(found.epoch, [0, 1])
    np.testing.assert_allclose(found.mean, [0.15, 0.6])
    np.testing.assert_array_equal(found.low, [0.1, 0.5])
    np.testing.assert_array_equal(found.high, [0.2, 0.7])
    assert found.runs == 2


def of(low: float, high: float, runs: int) -> Band:
    low_, high_ = np.array([0.1, low]), np.array([0.1, high])
    return Band(np.arange(2), (low_ + high_) / 2, low_, high_, runs)


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ([of(0.8, 0.8, 1), of(0.9, 0.9, 3)], "B is ahead of A by 10.0%, but one seed each proves little"),
        ([of(0.8, 0.85, 3), of(0.9, 0.95, 3)], "B ended above A with every one of its seeds"),
        ([of(0.8, 0.92, 3), of(0.9, 0.95, 3)], "The ranges of B and A overlap"),
        ([of(0.8, 0.92, 3)], ""),
    ],
)
def test_the_verdict_says_no_more_than_the_ranges_do(bands, words):
    said = verdict("AB"[: len(bands)], bands)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_nothing_is_said_of_runs_that_finished_no_epoch():
    untrained = Band(np.arange(1), np.array([0.1]), np.array([0.1]), np.array([0.1]), 1)
    assert verdict("AB", [untrained, of(0.8, 0.8, 1)]) == ""
