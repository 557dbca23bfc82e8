"""Runs side by side: which differ only in the seed, what differs between the others, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import numpy as np

from visualizer.architecture.activations import FUNCTION_OPTIONS, NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS, elementwise
from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.settings import Choice, Spec
from visualizer.architecture.shapes import describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.data.catalog import dataset_title
from visualizer.tasks.task import Measure, Task
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord
from visualizer.training.settings import MAX_SEED, SETTING_SPECS, SETTINGS, RunSpec, TrainingSettings
from visualizer.words import counted, listed

_DATASET = "Data set"
_LAYERS = "Layers"
_CONNECTIONS = "Connections"
_MOST_LISTED = 12  # layers of a network that are all named
_NAME_LENGTH = 24
# Settings whose values are clear without their name.
_SELF_EXPLANATORY = ("Loss", "Optimiser", "Initial weights", "Activation", "Function")
_BRIEF = {"Cross-entropy": "cross-entropy", "Mean squared error": "MSE", OPTIMIZERS["sgd"].title: "SGD"}


@dataclass(frozen=True)
class Variant:
    """Runs that differ only in their seed, one for each seed, the lowest seed first."""

    runs: tuple[RunRecord, ...]

    @property
    def spec(self) -> RunSpec:
        """The spec of its first run; the others differ only in the seed."""
        return self.runs[0].spec

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(run.spec.settings.seed for run in self.runs)

    @property
    def active(self) -> bool:
        return any(run.active for run in self.runs)


def variants(records: Sequence[RunRecord]) -> tuple[Variant, ...]:
    """The runs by what they train, in the order of each variant's first run.

    The records are in order, the earliest first: of two runs with the same seed the later one counts. A run whose
    learning rate was changed while it trained is a variant of its own.
    """
    by_training: dict[tuple[RunSpec, float | None], dict[int, RunRecord]] = {}
    for record in records:
        settings = record.spec.settings
        changed = record.learning_rate if record.learning_rate != settings.learning_rate else None
        same = RunSpec(record.spec.architecture, replace(settings, seed=0), probe_index=0)
        by_training.setdefault((same, changed), {})[settings.seed] = record
    return tuple(Variant(tuple(runs[seed] for seed in sorted(runs))) for runs in by_training.values())


@dataclass(frozen=True)
class Difference:
    """A setting that differs: its name, and each variant's value, as text."""

    setting: str
    values: tuple[str, ...]


def differences(compared: Sequence[Variant]) -> tuple[Difference, ...]:
    """What differs between variants."""
    specs = [variant.spec for variant in compared]
    rows = [*_training_rows(compared), *_network_rows([spec.architecture for spec in specs])]
    return tuple(row for row in rows if len(set(row.values)) > 1)


def dataset_titles(compared: Sequence[Variant]) -> tuple[str, ...]:
    """The title of each variant's data set; data sets with the same title are numbered."""
    names = [variant.spec.settings.dataset for variant in compared]
    titles = {name: dataset_title(name) for name in names}
    numbered = []
    for name in names:
        alike = [other for other, title in titles.items() if title == titles[name]]
        numbered.append(f"{titles[name]} ({alike.index(name) + 1})" if len(alike) > 1 else titles[name])
    return tuple(numbered)


def _training_rows(compared: Sequence[Variant]) -> list[Difference]:
    settings = [variant.spec.settings for variant in compared]
    rows = [Difference(_DATASET, dataset_titles(compared)), Difference("Task", tuple(map(_task_as_text, settings)))]
    for setting in SETTINGS:
        if setting.name == "seed" or not any(map(setting.counts_in, settings)):
            continue
        values = [
            _as_text(setting.spec, getattr(chosen, setting.name)) if setting.counts_in(chosen) else "–"
            for chosen in settings
        ]
        rows.append(Difference(setting.spec.label, tuple(values)))
    rates = [f"{variant.runs[0].learning_rate:g}" for variant in compared]
    if any(variant.runs[0].learning_rate != variant.spec.settings.learning_rate for variant in compared):
        rows.append(Difference("Learning rate at the end", tuple(rates)))
    return rows


def _task_as_text(settings: TrainingSettings) -> str:
    task = settings.task
    chosen = [f"{item.spec.label} {_as_text(item.spec, getattr(task, item.name))}" for item in task.settings()]
    return ", ".join([task.title, *chosen])


def short_names(compared: Sequence[Variant]) -> tuple[str, ...]:
    """A few words for each variant: as few of the differences as tell them apart.

    The network's name and the data set are included wherever they differ, and as many settings as are needed. Two
    variants have the same words only if no setting tells them apart; if nothing differs, the network's name.
    """
    architectures = [variant.spec.architecture for variant in compared]
    networks = tuple(_shortened(architecture.name or "a network") for architecture in architectures)
    # What differs in the layers is too long: their size says it.
    of_layers = {row.setting for row in _layer_rows(architectures)} | {_CONNECTIONS}
    rows = [row for row in differences(compared) if row.setting not in of_layers]
    chosen = [networks] if len(set(networks)) > 1 else []
    chosen += [tuple(map(_shortened, row.values)) for row in rows if row.setting == _DATASET]
    rest = [tuple(_brief(row.setting, value) for value in row.values) for row in rows if row.setting != _DATASET]
    # The last resort for networks of other layers under one name.
    rest.append(tuple(f"{summarize(architecture).parameters:,} parameters" for architecture in architectures))
    rest.append(tuple(map(_shortened, connections(architectures))))
    while rest and _kinds(chosen) < len(compared):
        best = max(rest, key=lambda row: _kinds([*chosen, row]))
        if _kinds([*chosen, best]) == _kinds(chosen):
            break
        chosen.append(best)
        rest.remove(best)
    return tuple(", ".join(words) for words in zip(*(chosen or [networks]), strict=True))


def _kinds(rows: Sequence[tuple[str, ...]]) -> int:
    """How many variants these rows tell apart."""
    return len(set(zip(*rows, strict=True))) if rows else 1


def _shortened(text: str) -> str:
    return text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1].rstrip()}…"


def _brief(setting: str, value: str) -> str:
    """A value as a part of a name; a number or a “yes” needs the name of its setting."""
    label = setting.split(", layer")[0]
    return _BRIEF.get(value, value) if label in _SELF_EXPLANATORY else f"{label}: {value}"


def _network_rows(architectures: Sequence[Architecture]) -> list[Difference]:
    rows = [Difference("Input", tuple(describe_shape(architecture.input_shape) for architecture in architectures))]
    kinds = {tuple(type(layer) for layer in architecture.layers) for architecture in architectures}
    if len(kinds) > 1:
        return [*rows, *_layer_rows(architectures), Difference(_CONNECTIONS, connections(architectures))]
    # The same change in several layers is one row.
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for index, layers in enumerate(zip(*(architecture.layers for architecture in architectures), strict=True)):
        for setting in layers[0].settings():
            values = tuple(_as_text(setting.spec, getattr(layer, setting.name)) for layer in layers)
            if len(set(values)) > 1:
                places.setdefault((setting.spec.label, values), []).append(index + 1)
    for (label, values), numbers in places.items():
        where = f"layer {numbers[0]}" if len(numbers) == 1 else f"layers {', '.join(map(str, numbers))}"
        rows.append(Difference(f"{label}, {where}", values))
    return [*rows, Difference(_CONNECTIONS, connections(architectures))]


def _layer_rows(architectures: Sequence[Architecture]) -> list[Difference]:
    """All layers where they are few; else those that differ from the first network's."""
    if all(len(architecture.layers) <= _MOST_LISTED for architecture in architectures):
        lists = [", ".join(layer.summary() for layer in architecture.layers) for architecture in architectures]
        return [Difference(_LAYERS, tuple(lists))]
    first, *others = architectures
    added, removed, changed = ["–"], ["–"], ["–"]
    for other in others:
        pairs = matched_layers(first, other)
        theirs = set(pairs.values())
        added.append(_numbered(other, [index for index in range(len(other.layers)) if index not in theirs]))
        removed.append(_numbered(first, [index for index in range(len(first.layers)) if index not in pairs]))
        changed.append(
            ", ".join(
                f"{index + 1} {first.layers[index].summary()} → {other.layers[place].summary()}"
                for index, place in pairs.items()
                if first.layers[index] != other.layers[place]
            )
            or "–"
        )
    counts = [counted(len(architecture.layers), "layer") for architecture in architectures]
    titles = (_LAYERS, "Added to the first network", "Missing from the first network", "Changed in the first network")
    return [
        Difference(title, tuple(cells)) for title, cells in zip(titles, (counts, added, removed, changed), strict=True)
    ]


def _numbered(architecture: Architecture, indices: Sequence[int]) -> str:
    return ", ".join(f"{index + 1} {architecture.layers[index].summary()}" for index in indices) or "–"


@lru_cache(maxsize=32)
def matched_layers(first: Architecture, other: Architecture) -> dict[int, int]:
    """For layers of the first network, by index, the layer of the other one that took its place: of the same type."""
    ours, theirs = ([type(layer) for layer in architecture.layers] for architecture in (first, other))
    matches = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return {a + offset: b + offset for a, b, size in matches for offset in range(size)}


def connections(architectures: Sequence[Architecture]) -> tuple[str, ...]:
    """What differs in what the layers of each network read, beside what follows from layers that come and go."""
    first = architectures[0]
    told: list[set[int]] = [set() for _ in architectures]
    for number, other in enumerate(architectures):
        pairs = matched_layers(first, other)
        places = {PICTURE: PICTURE} | {place: index for index, place in pairs.items()}
        for index, place in pairs.items():
            reads = [_kept(first, source, set(pairs)) for source in first.sources[index]]
            theirs = [places[_kept(other, source, set(places))] for source in other.sources[place]]
            if _as_read(first.layers[index], reads) != _as_read(first.layers[index], theirs):
                told[0].add(index)
                told[number].add(place)
        told[number] |= {place for place, sources in enumerate(other.sources) if place not in places and sources[1:]}
        told[0] |= {index for index, sources in enumerate(first.sources) if index not in pairs and sources[1:]}
    return tuple(
        "; ".join(
            f"layer {index + 1} reads {listed([_reader(source) for source in architecture.sources[index]])}"
            for index in sorted(indices)
        )
        or "–"
        for architecture, indices in zip(architectures, told, strict=True)
    )


def _as_read(layer: Layer, sources: Sequence[int]) -> tuple[int, ...]:
    """Each source once, in order where the layer makes something else of them in another order."""
    once = dict.fromkeys(sources)
    return tuple(once if layer.meeting in ("difference", "concatenation") else sorted(once))


def _kept(architecture: Architecture, source: int, kept: set[int]) -> int:
    """The first layer on the way to the picture that both networks have, or PICTURE."""
    while source != PICTURE and source not in kept:
        source = architecture.sources[source][0]
    return source


def _reader(source: int) -> str:
    return "the input" if source == PICTURE else str(source + 1)


def _as_text(spec: Spec, value: Any) -> str:
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
    """A setting that a run can be repeated with other values of.

    Attributes:
        title: Its name on the page.
        options: Its values, with their labels.
        value: Returns its value in a spec; None if layers have different ones.
        apply: Returns the spec with another value.
        possible: Whether a run of that spec can have that value.
    """

    title: str
    options: Mapping[Any, str]
    value: Callable[[RunSpec], Any]
    apply: Callable[[RunSpec, Any], RunSpec]
    possible: Callable[[RunSpec, Any], bool] = lambda _, __: True


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

    The last one on each path belongs to the loss (softmax gives the probabilities) and is left out.
    """
    choices: dict[int, list[str]] = {}
    for index, layer in enumerate(architecture.layers):
        for setting in layer.settings():
            if isinstance(setting.spec, Choice) and setting.spec.options in (
                FUNCTION_OPTIONS,
                OPTIONAL_FUNCTION_OPTIONS,
            ):
                choices.setdefault(index, []).append(setting.name)
    ends = {len(architecture.layers) - 1}
    for index in reversed(range(len(architecture.layers))):
        if index in ends and index in choices:
            choices[index].pop()
        elif index in ends:
            ends.update(architecture.sources[index])
    return [(index, name) for index, names in choices.items() for name in names]


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

CHANGES: dict[str, Change] = {
    "optimizer": _of_settings("optimizer"),
    "activation": Change("Activation of the hidden layers", elementwise(), hidden_activation, with_hidden_activation),
    "learning_rate": _of_settings("learning_rate", RATES),
    "loss": replace(_of_settings("loss"), possible=lambda run, loss: loss in run.settings.task.losses),
    "batch_size": _of_settings("batch_size", {2**power: str(2**power) for power in range(2, 9)}),
    "initialization": _of_settings("initialization"),
}


def repeated(base: RunSpec, change: str | None, values: Sequence[Any], seeds: int) -> tuple[RunSpec, ...]:
    """The runs that show the effect of one change: each value with the seeds base, base + 1, ….

    Args:
        base: The run to repeat.
        change: A name in CHANGES; None to change the seeds only.
        values: The values to run with; not used if `change` is None.
        seeds: How many seeds each value gets.
    """
    chosen = [base] if change is None else [CHANGES[change].apply(base, value) for value in values]
    # Counted downwards if that would leave the range.
    way = 1 if base.settings.seed + seeds <= MAX_SEED else -1
    return tuple(
        replace(spec, settings=replace(spec.settings, seed=base.settings.seed + way * number))
        for spec in chosen
        for number in range(seeds)
    )


# Several seeds


@dataclass(frozen=True)
class Band:
    """A curve over several runs, at the epochs that all of them have reached.

    Attributes:
        epoch: (E,) 0 is the untrained network.
        mean, low, high: (E,) mean, least and largest of the runs.
        runs: The number of runs.
    """

    epoch: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    runs: int


def band(runs: Sequence[Curves], measure: str | None) -> Band:
    """The validation curve, over at least one run, of a measure by its name; None for the loss."""
    length = min(len(curves.epoch) for curves in runs)
    each = [curves.validation_loss if measure is None else curves.measured(measure)[2] for curves in runs]
    values = np.stack([values[:length] for values in each])
    return Band(runs[0].epoch[:length], values.mean(0), values.min(0), values.max(0), len(runs))


def comparable(compared: Sequence[Variant]) -> tuple[tuple[int, ...], ...]:
    """Groups of variants, by index from 0, that may be ranked by the leading measure of their task.

    A measure is a mean over certain pictures. A data set has one validation split, so the same data set and task mean
    the same pictures and the same measure, whatever the loss, the augmentation and the network's input size are.
    """
    groups: dict[tuple[str, Task], list[int]] = {}
    for place, variant in enumerate(compared):
        groups.setdefault((variant.spec.settings.dataset, variant.spec.settings.task), []).append(place)
    return tuple(map(tuple, groups.values()))


def verdicts(names: Sequence[str], compared: Sequence[Variant], bands: Sequence[Band]) -> tuple[str, ...]:
    """Statements on the leading measure of variants: their names in the sentences, and its curves in validation."""
    groups = comparable(compared)
    statements = [
        verdict(
            [names[place] for place in group],
            [bands[place] for place in group],
            compared[group[0]].spec.settings.task.measures[0],
        )
        for group in groups
    ]
    if len(groups) > 1:
        apart = " / ".join(listed([names[place] for place in group]) for group in groups)
        statements.append(
            f"Not ranked against each other: {apart}. They learnt different things or pictures, and a measure also "
            "depends on how hard these are."
        )
    return tuple(filter(None, statements))


def verdict(names: Sequence[str], bands: Sequence[Band], measure: Measure) -> str:
    """A statement on the last validation value of a measure of two or more comparable variants, in a few sentences.

    Not a test of significance: for few seeds, it says only whether the ranges overlap. Empty if fewer than two have
    finished an epoch.
    """
    ended = [(name, band) for name, band in zip(names, bands, strict=True) if len(band.mean) > 1]
    if len(ended) < 2:
        return ""
    up = measure.better == "up"
    ended.sort(key=lambda item: (-1 if up else 1) * item[1].mean[-1])
    (best, first), (next_best, second) = ended[:2]
    distance = abs(float(first.mean[-1] - second.mean[-1]))
    by = f"{100 * distance:.1f} percentage points" if measure.is_share else measure.text(distance)
    if min(first.runs, second.runs) < 2:
        words = f"{best} is ahead of {next_best} by {by}."
        if by == "0.0 percentage points":
            words = f"{best} and {next_best} are level."
        words += " But one seed proves little: another seed changes the curve. Run them again with several seeds."
    elif first.low[-1] > second.high[-1] or (not up and first.high[-1] < second.low[-1]):
        where = "above" if up else "below"
        words = f"Every run of {best} ended {where} every run of {next_best}, by {by} on average: the ranges do not "
        words += "overlap."
    else:
        words = f"The ranges of {best} and {next_best} overlap: these runs do not show which is better."
    if first.epoch[-1] != second.epoch[-1]:
        lengths = [counted(int(band.epoch[-1]), "epoch") for band in (first, second)]
        words += f" They were not trained equally long: {best} for {lengths[0]}, {next_best} for {lengths[1]}."
    return words
