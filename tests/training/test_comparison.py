"""Comparing runs: which belong together, what differs, what is repeated, and what several seeds say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.branching import BRANCHING
from tests.data.own import picture
from tests.training.examples import LEAKY, spec
from visualizer.architecture.activations import FUNCTIONS
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.editing import Draft
from visualizer.architecture.layer import Fix
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.add import Add
from visualizer.architecture.layers.average import Average
from visualizer.architecture.layers.concatenate import Concatenate
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.dropout import Dropout
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.subtract import Subtract
from visualizer.architecture.presets import CLASSIC, TINY
from visualizer.data.own_dataset import save_own
from visualizer.tasks.classification import Classification
from visualizer.training.runs.comparison import (
    CHANGES,
    Band,
    Difference,
    band,
    comparable,
    connections,
    dataset_titles,
    differences,
    hidden_activation,
    repeated,
    short_names,
    variants,
    verdict,
    verdicts,
)
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import MAX_SEED, RunSpec


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
        Difference("Optimiser", ("Adam", "SGD with momentum")),
        Difference("Momentum", ("–", "0.9")),
        Difference("Activation, layers 1, 3", ("ReLU", "tanh")),
    )


def test_networks_of_other_layers_are_listed():
    rows = {row.setting: row.values for row in differences(variants_of(spec(), spec(CLASSIC.architecture)))}
    assert rows["Input"] == ("8 × 8 × 1", "64 × 64 × 3")
    assert rows["Layers"][1].startswith("Conv2D 32, 3 × 3, MaxPooling2D 2 × 2")


def test_of_many_layers_those_that_differ_are_named():
    draft = Draft.of(BRANCHING)
    # Dropout on the way into the second convolution, BatchNormalization gone, another number of filters.
    changed = draft.apply(1, Fix("", (Dropout(rate=0.5),), on_input=0)).replace_layer(2)
    changed = changed.replace_layer(8, Conv2D(filters=5, kernel_size=(1, 1), strides=(2, 2)))
    rows = {row.setting: row.values for row in differences(variants_of(spec(BRANCHING), spec(changed.architecture)))}
    assert rows == {
        "Added to the first network": ("–", "2 Dropout 0.5"),
        "Missing from the first network": ("–", "3 BatchNormalization"),
        "Changed in the first network": ("–", "9 Conv2D 3, 1 × 1 → Conv2D 5, 1 × 1"),
    }
    # What only follows from a layer that comes or goes is no change of the connections.
    assert connections([BRANCHING, changed.architecture]) == ("–", "–")


def test_changed_connections_are_named():
    draft = Draft.of(BRANCHING)
    other = draft.set_inputs(6, (5, 0)).architecture
    assert differences(variants_of(spec(BRANCHING), spec(other))) == (
        Difference("Connections", ("layer 7 reads 6 and 4", "layer 7 reads 6 and 1")),
    )
    names = short_names(variants_of(spec(BRANCHING), spec(other)))
    assert names[0] != names[1]
    skipped = draft.connect(16, 14).architecture
    layers, links = differences(variants_of(spec(BRANCHING), spec(skipped)))[-2:]
    assert (layers.setting, links.setting) == ("Added to the first network", "Connections")
    assert links.values[0] == "–"
    assert links.values[1].startswith(f"layer {len(skipped.layers)} reads ")


@pytest.mark.parametrize(
    ("merge", "values"),
    [
        (Subtract(), ("layer 3 reads 1 and 2", "layer 3 reads 2 and 1")),
        (Concatenate(), ("layer 3 reads 1 and 2", "layer 3 reads 2 and 1")),
        (Add(), ("–", "–")),
    ],
)
def test_the_order_of_inputs_is_a_difference_where_the_layer_makes_something_else_of_it(merge, values):
    layers = (Conv2D(4, padding="same"), Conv2D(4, padding="same"), merge, Flatten(), Dense(10))
    one, other = (Architecture("", (1, 8, 8), layers, ((-1,), (0,), reads, (2,), (3,))) for reads in ((0, 1), (1, 0)))
    assert connections([one, other]) == values


def test_the_activations_of_several_outputs_stay():
    heads = (Conv2D(filters=2), Flatten(), Dense(units=10, activation="softmax"), Dense(units=10), Average())
    branching = Architecture("", (1, 8, 8), heads, ((-1,), (0,), (1,), (1,), (2, 3)))
    changed = CHANGES["activation"].apply(spec(branching), "tanh").architecture
    assert [getattr(layer, "activation", None) for layer in changed.layers] == ["tanh", None, "softmax", "relu", None]


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
        options = st.sampled_from([value for value in CHANGES[change].options if CHANGES[change].possible(base, value)])
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


def history(accuracies: list[float]) -> Curves:
    nothing, epochs = np.zeros(0), np.arange(len(accuracies))
    values = np.array(accuracies)
    by_name = {"accuracy": values}
    return Curves(nothing, nothing, nothing, {}, epochs, values, by_name, 1 - values, by_name, nothing, nothing)


def test_a_band_reaches_from_the_least_to_the_largest_where_all_runs_are():
    found = band([history([0.1, 0.5, 0.9]), history([0.2, 0.7])], "accuracy")
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
        ([of(0.8, 0.8, 1), of(0.9, 0.9, 3)], "B is ahead of A by 10.0 percentage points. But one seed proves little"),
        ([of(0.9, 0.9, 1), of(0.9, 0.9, 1)], "A and B are level. But one seed proves little"),
        (
            [of(0.8, 0.85, 3), of(0.9, 0.95, 3)],
            "Every run of B ended above every run of A, by 10.0 percentage points on average",
        ),
        ([of(0.8, 0.92, 3), of(0.9, 0.95, 3)], "The ranges of B and A overlap"),
        ([of(0.8, 0.92, 3)], ""),
    ],
)
def test_the_verdict_says_no_more_than_the_ranges_do(bands, words):
    said = verdict("AB"[: len(bands)], bands, Classification.measures[0])
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_of_trainings_of_other_lengths_the_lengths_are_said():
    longer = Band(np.arange(4), *[np.array([0.1, 0.3, 0.5, 0.7])] * 3, 1)
    words = verdict("AB", [of(0.5, 0.5, 1), longer], Classification.measures[0])
    assert words.startswith("B is ahead of A by 20.0 percentage points. ")
    assert words.endswith(" They were not trained equally long: B for 3 epochs, A for 1 epoch.")
    assert "equally long" not in verdict("AB", [of(0.5, 0.5, 1), of(0.7, 0.7, 1)], Classification.measures[0])


def test_runs_on_different_data_sets_are_not_ranked():
    compared = variants_of(
        spec(), spec(CLASSIC.architecture, dataset="shapes"), spec(loss="mse"), spec(CLASSIC.architecture)
    )
    assert comparable(compared) == ((0, 2, 3), (1,))
    bands = [of(0.8, 0.8, 1), of(0.95, 0.95, 1), of(0.7, 0.7, 1), of(0.6, 0.6, 1)]
    ranked, not_ranked = verdicts("ABCD", compared, bands)
    assert ranked.startswith("A is ahead of C by 10.0 percentage points")
    assert not_ranked == (
        "Not ranked against each other: A, C and D / B. They learnt different things or pictures, and a measure also "
        "depends on how hard these are."
    )
    (only,) = verdicts("AB", compared[:2], bands[:2])
    assert only.startswith("Not ranked against each other: A / B.")
    assert "ahead" not in only


def test_pictures_of_ones_own_with_the_same_classes_are_still_other_pictures(workspace):
    names = [
        save_own(
            {"cup": [picture(9, seed) for seed in seeds], "pen": [picture(9, seed + 50) for seed in seeds]}, 8, "crop"
        )
        for seeds in (range(8), range(8, 16))
    ]
    compared = variants_of(*(spec(dataset=name) for name in names), spec(dataset=names[0], optimizer="sgd"))
    assert comparable(compared) == ((0, 2), (1,))
    assert dataset_titles(compared) == ("Mine: cup, pen (1)", "Mine: cup, pen (2)", "Mine: cup, pen (1)")
    assert short_names(compared) == (
        "Mine: cup, pen (1), Adam", "Mine: cup, pen (2), Adam", "Mine: cup, pen (1), SGD",
    )  # fmt: skip


NETWORKS = {
    "one network": [spec()],
    "an optimiser": [spec(), spec(optimizer="sgd")],
    "two networks": [spec(), spec(CLASSIC.architecture)],
    "two data sets": [spec(), spec(CLASSIC.architecture, dataset="shapes")],
    "many settings": [
        spec(),
        spec(loss="mse", optimizer="sgd", learning_rate=0.1, batch_size=64, epochs=3, flip=True, noise=0.1),
        spec(loss="mse", optimizer="sgd", learning_rate=0.3, batch_size=64, epochs=3, flip=True, noise=0.1),
    ],
    "a layer": [spec(), CHANGES["activation"].apply(spec(), "tanh")],
    "augmentation": [spec(), spec(flip=True)],
    "other layers, same name": [spec(), spec(TINY.architecture.with_layers(TINY.architecture.layers[1:]))],
    "other input, same name": [spec(), spec(replace(TINY.architecture, input_shape=(1, 9, 9)))],
}


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        (NETWORKS["one network"], ["Tiny digits net"]),
        (NETWORKS["an optimiser"], ["Adam", "SGD"]),
        (NETWORKS["two networks"], ["Tiny digits net", "Classic example"]),
        (NETWORKS["two data sets"], ["Tiny digits net, Handwritten digits", "Classic example, Coloured shapes"]),
        (NETWORKS["many settings"], ["Learning rate: 0.001", "Learning rate: 0.1", "Learning rate: 0.3"]),
        (NETWORKS["a layer"], ["ReLU", "tanh"]),
        (NETWORKS["augmentation"], ["Mirror left and right: no", "Mirror left and right: yes"]),
        (NETWORKS["other layers, same name"], ["1,898 parameters", "810 parameters"]),
        (NETWORKS["other input, same name"], ["Input: 8 × 8 × 1", "Input: 9 × 9 × 1"]),
    ],
    ids=list(NETWORKS),
)
def test_a_name_is_the_least_that_tells_runs_apart(specs, names):
    assert list(short_names(variants_of(*specs))) == names


@given(
    st.lists(
        st.builds(
            spec,
            st.sampled_from([TINY.architecture, CLASSIC.architecture, LEAKY]),
            loss=st.sampled_from(["cross_entropy", "mse"]),
            optimizer=st.sampled_from(["adam", "sgd", "rmsprop"]),
            batch_size=st.sampled_from([8, 16, 32]),
            epochs=st.integers(1, 4),
            flip=st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_names_tell_all_variants_apart_and_are_shorter_than_what_differs(specs):
    compared = variants_of(*specs)
    names = short_names(compared)
    assert len(set(names)) == len(compared)
    assert max(name.count(", ") for name in names) <= len(differences(compared))


def test_nothing_is_said_of_runs_that_finished_no_epoch():
    untrained = Band(np.arange(1), np.array([0.1]), np.array([0.1]), np.array([0.1]), 1)
    assert verdict("AB", [untrained, of(0.8, 0.8, 1)], Classification.measures[0]) == ""


def test_every_function_that_suits_a_hidden_layer_can_be_tried():
    options = CHANGES["activation"].options
    assert list(options)[:5] == ["relu", "leaky_relu", "sigmoid", "tanh", "gelu"]
    assert options == {name: function.title for name, function in FUNCTIONS.items() if name != "softmax"}
    changed = [repeated(spec(LEAKY), "activation", [name], 1)[0] for name in options]
    assert [hidden_activation(one) for one in changed] == list(options)
