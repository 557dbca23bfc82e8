"""Runs side by side: which are the same but for the seed, what differs between the others, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from visualizer.architecture.activations import FUNCTION_OPTIONS, NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Layer
from visualizer.architecture.settings import Choice, Spec
from visualizer.architecture.shapes import describe_shape
from visualizer.data.catalog import dataset_entry, is_known
from visualizer.training.settings import MAX_SEED, SETTING_SPECS, RunSpec
from visualizer.training.store import History, RunRecord


@dataclass(frozen=True)
class Variant:
    """Runs that are the same but for their seed, one for each seed, the lowest seed first."""

    runs: tuple[RunRecord, ...]

    @property
    def spec(self) -> RunSpec:
        """Of its first run; the others differ from it in the seed alone."""
        return self.runs[0].spec

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(run.spec.settings.seed for run in self.runs)

    @property
    def active(self) -> bool:
        return any(run.active for run in self.runs)


def variants(records: Sequence[RunRecord]) -> tuple[Variant, ...]:
    """The runs by what they train, in the order of each variant's first run.

    Of two runs with the same seed the later one counts. A run whose learning rate was changed while it trained is
    another variant than one whose rate stayed.

    Args:
        records: Runs, the earliest first.
    """
    found: dict[tuple[RunSpec, float | None], dict[int, RunRecord]] = {}
    for record in records:
        settings = record.spec.settings
        changed = record.learning_rate if record.learning_rate != settings.learning_rate else None
        same = RunSpec(record.spec.architecture, replace(settings, seed=0), probe_index=0)
        found.setdefault((same, changed), {})[settings.seed] = record
    return tuple(Variant(tuple(runs[seed] for seed in sorted(runs))) for runs in found.values())


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all: what it is, and what each has, in words."""

    setting: str
    values: tuple[str, ...]


def differences(compared: Sequence[Variant]) -> tuple[Difference, ...]:
    """What differs between variants; nothing where they differ in nothing."""
    specs = [variant.spec for variant in compared]
    rows = [*_training_rows(compared), *_network_rows([spec.architecture for spec in specs])]
    return tuple(row for row in rows if len(set(row.values)) > 1)


def _title(dataset: str) -> str:
    # A run may outlive the data set of somebody's own that it was trained on.
    return dataset_entry(dataset).title if is_known(dataset) else "pictures that are no longer kept"


def _training_rows(compared: Sequence[Variant]) -> list[Difference]:
    settings = [variant.spec.settings for variant in compared]
    rows = [Difference("Data set", tuple(_title(one.dataset) for one in settings))]
    for name, spec in SETTING_SPECS.items():
        if name == "seed" or (name == "momentum" and all(one.optimizer != "sgd" for one in settings)):
            continue
        values = [
            "–" if name == "momentum" and one.optimizer != "sgd" else _in_words(spec, getattr(one, name))
            for one in settings
        ]
        rows.append(Difference(spec.label, tuple(values)))
    rates = [f"{variant.runs[0].learning_rate:g}" for variant in compared]
    if any(variant.runs[0].learning_rate != variant.spec.settings.learning_rate for variant in compared):
        rows.append(Difference("Learning rate at the end", tuple(rates)))
    return rows


def _network_rows(architectures: Sequence[Architecture]) -> list[Difference]:
    rows = [Difference("Input", tuple(describe_shape(one.input_shape) for one in architectures))]
    kinds = {tuple(type(layer) for layer in one.layers) for one in architectures}
    if len(kinds) > 1:
        lists = [", ".join(layer.summary() for layer in one.layers) for one in architectures]
        return [*rows, Difference("Layers", tuple(lists))]
    # The same change in several layers is one row.
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for index, layers in enumerate(zip(*(one.layers for one in architectures), strict=True)):
        for setting in layers[0].settings():
            values = tuple(_in_words(setting.spec, getattr(layer, setting.name)) for layer in layers)
            if len(set(values)) > 1:
                places.setdefault((setting.spec.label, values), []).append(index + 1)
    for (label, values), numbers in places.items():
        where = f"layer {numbers[0]}" if len(numbers) == 1 else f"layers {', '.join(map(str, numbers))}"
        rows.append(Difference(f"{label}, {where}", values))
    return rows


def _in_words(spec: Spec, value: Any) -> str:
    if isinstance(spec, Choice):
        return dict(spec.options)[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " × ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


# Running it again


@dataclass(frozen=True)
class Change:
    """One thing that a run can be repeated with another value of.

    Attributes:
        title: What it is.
        options: Its values, with their words.
        value: The value that a spec has; None where its layers have several.
        apply: The spec with another value.
    """

    title: str
    options: Mapping[Any, str]
    value: Callable[[RunSpec], Any]
    apply: Callable[[RunSpec, Any], RunSpec]


def _of_settings(name: str, options: Mapping[Any, str] | None = None) -> Change:
    spec = SETTING_SPECS[name]
    assert options is not None or isinstance(spec, Choice)
    return Change(
        spec.label,
        options if options is not None else dict(spec.options),  # type: ignore[union-attr]
        lambda run: getattr(run.settings, name),
        lambda run, value: replace(run, settings=replace(run.settings, **{name: value})),
    )


def _hidden_activations(architecture: Architecture) -> list[tuple[int, str]]:
    """The settings of hidden layers that choose an activation function: (index of the layer, name of the setting).

    The last one of the network belongs to the loss (softmax gives the probabilities) and is left out.
    """
    found = [
        (index, setting.name)
        for index, layer in enumerate(architecture.layers)
        for setting in layer.settings()
        if isinstance(setting.spec, Choice) and setting.spec.options in (FUNCTION_OPTIONS, OPTIONAL_FUNCTION_OPTIONS)
    ]
    return found[:-1]


def hidden_activation(spec: RunSpec) -> str | None:
    """The activation function of all hidden layers; None where they have several or none."""
    layers = spec.architecture.layers
    names = {getattr(layers[index], name) for index, name in _hidden_activations(spec.architecture)} - {NO_ACTIVATION}
    return names.pop() if len(names) == 1 else None


def with_hidden_activation(spec: RunSpec, function: str) -> RunSpec:
    """The same with another activation function in every hidden layer that has one; linear ones stay linear."""
    layers: list[Layer] = list(spec.architecture.layers)
    for index, name in _hidden_activations(spec.architecture):
        if getattr(layers[index], name) != NO_ACTIVATION:
            layers[index] = layers[index].with_settings(**{name: function})
    return replace(spec, architecture=spec.architecture.with_layers(tuple(layers)))


RATES = {rate: f"{rate:g}" for rate in (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)}
_ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "sigmoid": "sigmoid", "tanh": "tanh", "gelu": "GELU"}

CHANGES: dict[str, Change] = {
    "optimizer": _of_settings("optimizer"),
    "activation": Change("Activation of the hidden layers", _ACTIVATIONS, hidden_activation, with_hidden_activation),
    "learning_rate": _of_settings("learning_rate", RATES),
    "loss": _of_settings("loss"),
    "batch_size": _of_settings("batch_size", {2**power: str(2**power) for power in range(2, 9)}),
    "initialization": _of_settings("initialization"),
}


def repeated(base: RunSpec, change: str | None, values: Sequence[Any], seeds: int) -> tuple[RunSpec, ...]:
    """The runs that show what one change does: each value with the seeds base, base + 1, ….

    Args:
        base: What is repeated.
        change: The name of one of CHANGES; None to repeat it with other seeds only.
        values: The values to run with; not used where `change` is None.
        seeds: How many seeds each value gets.
    """
    chosen = [base] if change is None else [CHANGES[change].apply(base, value) for value in values]
    # Counted downwards where that would leave the range.
    way = 1 if base.settings.seed + seeds <= MAX_SEED else -1
    return tuple(
        replace(spec, settings=replace(spec.settings, seed=base.settings.seed + way * number))
        for spec in chosen
        for number in range(seeds)
    )


# Several seeds


@dataclass(frozen=True)
class Band:
    """A curve of several runs, at the epochs that all of them have reached.

    Attributes:
        epoch: (E,) 0 is the untrained network.
        mean, low, high: (E,) mean, least and largest of the runs.
        runs: How many runs it is of.
    """

    epoch: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    runs: int


def band(histories: Sequence[History], quantity: str) -> Band:
    """The curve of a quantity of History that is measured at each epoch, such as "validation_loss".

    Args:
        histories: One for each run, at least one.
    """
    length = min(len(history.epoch) for history in histories)
    values = np.stack([getattr(history, quantity)[:length] for history in histories])
    return Band(histories[0].epoch[:length], values.mean(0), values.min(0), values.max(0), len(histories))


def verdict(names: Sequence[str], bands: Sequence[Band]) -> str:
    """What may be said of two or more variants by their last validation accuracy, in one sentence.

    No test of significance: of few seeds, it says only whether the ranges overlap.
    """
    ended = [(name, band) for name, band in zip(names, bands, strict=True) if len(band.mean) > 1]
    if len(ended) < 2:
        return ""
    ended.sort(key=lambda item: -item[1].mean[-1])
    (best, first), (next_best, second) = ended[:2]
    fewest = min(first.runs, second.runs)
    if fewest < 2:
        return (
            f"{best} is ahead of {next_best} by {first.mean[-1] - second.mean[-1]:.1%}, but one seed each proves "
            "little: another seed alone moves a curve. Run them again with several seeds."
        )
    if first.low[-1] > second.high[-1]:
        return f"{best} ended above {next_best} with every one of its seeds: the ranges do not overlap."
    return f"The ranges of {best} and {next_best} overlap: these runs do not show which is better."
