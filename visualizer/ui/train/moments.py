"""The state of a run at its kept moments, computed from the kept weights on first use, then cached."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.prepare import prepare
from visualizer.tasks.task import TaskAnswers
from visualizer.training.runs.kept_weights import Moment
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.results import keep_results
from visualizer.ui.state.models import answering
from visualizer.ui.state.server import run_store

if TYPE_CHECKING:
    from visualizer.architecture.answer import Answer
    from visualizer.architecture.network import Network
    from visualizer.inspection.moment import LayerMoment
    from visualizer.training.loop.events import Snapshot

CONFUSION_PICTURES = 500
WEIGHT_BINS = 40


def name_of(moment: Moment) -> str:
    """The moment in a few words."""
    if moment.epoch == 0:
        return "Before training"
    if moment.epoch is not None:
        return f"Epoch {moment.epoch}"
    return f"Batch {moment.step:,}"


def network_at(run: RunRecord, step: int) -> "Network":
    """The run's network after `step` batches. Raises UserError where its weights are not kept."""
    from visualizer.inspection.load import load_network

    weights = run_store().weights_at(run.run_id, step)
    network = load_network(run.spec.architecture, weights, softmax_in_loss=run.spec.settings.softmax_in_loss)
    network.answering = answering(run.spec.settings.task, run.spec.settings.dataset)
    return network


def shown_layer(run: RunRecord, chosen: int | None, offered: Collection[int]) -> int:
    """The chosen one of the layers on offer; at first the first with kernels, since they are what is learnt."""
    if chosen is not None and chosen in offered:
        return chosen
    with_kernels = _with_kernels(run.run_id, run)
    return next((index for index in offered if index in with_kernels), next(iter(offered)))


@st.cache_data(max_entries=100, show_spinner=False)
def _with_kernels(run_id: str, _run: RunRecord) -> frozenset[int]:
    from visualizer.architecture.network import build

    return frozenset(node.index for node in build(_run.spec.architecture, None).nodes if node.kernels())


def layer_at(run: RunRecord, step: int, layer: int, picture: int) -> "LayerMoment":
    """A layer on picture `picture` of the data set. Raises UserError where its weights are not kept."""
    return _layer_at(run.run_id, step, layer, picture, run)


@keep_results(max_entries=400)
def _layer_at(run_id: str, step: int, layer: int, picture: int, _run: RunRecord) -> "LayerMoment":
    from visualizer.inspection.moment import layer_moment
    from visualizer.training.loop.examples import watched_input

    pixels = load_dataset_of_run(_run.spec.settings.dataset).pictures[picture : picture + 1]
    prepared = watched_input(_run.spec.settings.task, pixels, _run.spec.architecture.input_shape)[0]
    return layer_moment(network_at(_run, step), prepared.numpy(), layer)


def snapshot_at(run: RunRecord, step: int, picture: int) -> "Snapshot":
    """What a run whose training has ended makes of picture `picture` of its data set, after `step` batches.

    Raises UserError where its weights are not kept.
    """
    return _snapshot_at(run.run_id, step, picture, run)


@keep_results(max_entries=16)
def _snapshot_at(run_id: str, step: int, picture: int, _run: RunRecord) -> "Snapshot":
    from visualizer.training.loop.examples import watched_input
    from visualizer.training.loop.snapshots import take_snapshot

    dataset = load_dataset_of_run(_run.spec.settings.dataset)
    pixels = dataset.pictures[picture : picture + 1]
    task = _run.spec.settings.task
    prepared = watched_input(task, pixels, _run.spec.architecture.input_shape)
    answers = TaskAnswers(task, task.about(dataset.annotations))
    return take_snapshot(network_at(_run, step), prepared, step, step / _run.steps_per_epoch, picture, answers)


def confusion_at(run: RunRecord, step: int) -> np.ndarray:
    """(classes, classes) counts of the first 500 validation pictures: true class by row, answer by column."""
    return _confusion_at(run.run_id, step, run)


@st.cache_data(max_entries=400, show_spinner=False)
def _confusion_at(run_id: str, step: int, _run: RunRecord) -> np.ndarray:
    from visualizer.inspection.moment import confusion

    dataset = load_dataset_of_run(_run.spec.settings.dataset)
    chosen = dataset.validation[:CONFUSION_PICTURES]
    pictures = _validation(_run.spec.settings.dataset, _run.spec.architecture.input_shape)
    return confusion(network_at(_run, step), pictures, dataset.labels[chosen], len(dataset.class_names))


def answers_at(run: RunRecord, step: int, most: int | None = None) -> "tuple[Answer, ...]":
    """The answers to the first validation pictures after `step` batches: to `most`, or to as many as the task shows."""
    return _answers_at(run.run_id, step, run.spec.settings.task.shown if most is None else most, run)


@keep_results(max_entries=100)
def _answers_at(run_id: str, step: int, most: int, _run: RunRecord) -> "tuple[Answer, ...]":
    from visualizer.inspection.probe import answer
    from visualizer.training.loop.examples import watched_input

    network, task = network_at(_run, step), _run.spec.settings.task
    dataset = load_dataset_of_run(_run.spec.settings.dataset)
    pixels = dataset.pictures[dataset.validation[:most]]
    pictures = watched_input(task, pixels, _run.spec.architecture.input_shape).numpy()
    answers = [answer(network, picture) for picture in pictures]
    return tuple(each for each in answers if each is not None)


@keep_results(max_entries=2)
def _validation(dataset: str, input_shape: tuple[int, int, int]) -> np.ndarray:
    loaded = load_dataset_of_run(dataset)
    return prepare(loaded.pictures[loaded.validation[:CONFUSION_PICTURES]], input_shape)


def changes_between(run: RunRecord, before: int, after: int) -> dict[int, float]:
    """How far each layer's weights moved between two moments, as a share of their size."""
    return _changes_between(run.run_id, before, after, run)


@st.cache_data(max_entries=400, show_spinner=False)
def _changes_between(run_id: str, before: int, after: int, _run: RunRecord) -> dict[int, float]:
    from visualizer.inspection.moment import changes

    weights = [run_store().weights_at(run_id, step) for step in (before, after)]
    return changes(weights[0], weights[1], _parameter_names(run_id, _run))


def weight_counts(run: RunRecord, steps: Sequence[int], layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Histograms of a layer's weights: (moments, bins) counts and the (bins + 1,) edges that all moments share."""
    extent = max(_weight_extent(run.run_id, step, layer, run) for step in steps)
    # Rounded, so that a new moment seldom moves the edges.
    power = 10.0 ** np.floor(np.log10(extent)) if extent > 0 else 1.0
    extent = float(next(digit * power for digit in (1, 1.5, 2, 3, 5, 10) if digit * power >= extent))
    counts = [_weight_counts(run.run_id, step, layer, extent, run) for step in steps]
    return np.array(counts), np.linspace(-extent, extent, WEIGHT_BINS + 1)


@st.cache_data(max_entries=2000, show_spinner=False)
def _weight_extent(run_id: str, step: int, layer: int, _run: RunRecord) -> float:
    return max((float(np.abs(array).max()) for array in _trained(_run, step, layer)), default=0.0)


@st.cache_data(max_entries=2000, show_spinner=False)
def _weight_counts(run_id: str, step: int, layer: int, extent: float, _run: RunRecord) -> np.ndarray:
    arrays = [array.ravel() for array in _trained(_run, step, layer)]
    return np.histogram(np.concatenate(arrays), WEIGHT_BINS, (-extent, extent))[0]


def _trained(run: RunRecord, step: int, layer: int) -> list[np.ndarray]:
    """What is trained in a layer, without its buffers."""
    names = _parameter_names(run.run_id, run)[layer]
    return [
        array for name, array in run_store().weights_at(run.run_id, step, f"layers.{layer}.").items() if name in names
    ]


@st.cache_data(max_entries=100, show_spinner=False)
def _parameter_names(run_id: str, _run: RunRecord) -> dict[int, tuple[str, ...]]:
    from visualizer.architecture.network import build
    from visualizer.inspection.moment import parameters_by_layer

    return parameters_by_layer(build(_run.spec.architecture, None))


def gradient_counts(run: RunRecord, steps: Sequence[int], layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Histograms of a layer's gradient: (moments, bins), NaN at a moment without any, and the edges."""
    from visualizer.training.loop.moments import GRADIENT_EDGES

    gradients = run_store().gradients(run.run_id)
    rows = np.full((len(steps), len(GRADIENT_EDGES)), np.nan)
    for place, step in enumerate(steps):
        if step in gradients and layer in gradients[step].layers:
            rows[place] = gradients[step].counts[gradients[step].layers.index(layer)]
    return rows, GRADIENT_EDGES
