"""Answers of any kind on Train: to several pictures while a network learns, and evaluated on the test split."""

from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import streamlit as st

from visualizer.data.dataset import Dataset
from visualizer.data.prepare import prepare
from visualizer.figures.answers.figures import TitledChart, answers_to, figures_of
from visualizer.figures.gallery import LARGE_TILE, gallery
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import work
from visualizer.ui.train.answer_view import answer_view, view_controls
from visualizer.ui.train.latent_view import latent_part
from visualizer.words import capitalized, counted

if TYPE_CHECKING:
    from visualizer.architecture.network import Network
    from visualizer.inspection.task_evaluation import EvaluatedAnswers

T = TypeVar("T")

_BATCH = 64
_WORST = 12


def test_batches(dataset: Dataset, network: "Network", shape: tuple[int, int, int]) -> Iterator[np.ndarray]:
    """The pictures of the test split in that shape (C, H, W), in order: (n, C, H, W) float32 in [0, 1] each."""
    size = min(_BATCH, network.largest_batch)
    for first in range(0, len(dataset.test), size):
        yield prepare(dataset.pictures[dataset.test[first : first + size]], shape)


def evaluated_answers(run: RunRecord, network: "Network", dataset: Dataset) -> "Steps[EvaluatedAnswers]":
    """Show the whole test split to a network; for `work`."""
    from visualizer.inspection.task_evaluation import evaluate_task

    settings = run.spec.settings
    targets = settings.task.targets(dataset, dataset.test)
    batches = test_batches(dataset, network, settings.task.picture_shape(run.spec.architecture))
    about = settings.task.about(dataset.annotations)
    # Where none is more wrong than another, only the first are shown.
    most = settings.task.shown if settings.task.truth(dataset, int(dataset.test[0])) is None else None
    steps = evaluate_task(network, settings.task, batches, targets, about, settings.loss, most)
    return on_test_split(steps, dataset)


def on_test_split(steps: Generator[float, None, T], dataset: Dataset) -> Steps[T]:
    """An evaluation that yields the share that is done, with its progress in words."""
    return with_progress(
        steps, lambda share: Progress(share, f"{share:.0%} of the {len(dataset.test):,} test pictures")
    )


def answers_evaluation(owner: Session, run: RunRecord, key: Any, network: "Network", dataset: Dataset) -> None:
    """Draw the evaluation of a run that does not answer with classes."""
    evaluated = work(
        "evaluation", key, partial(evaluated_answers, run, network, dataset), button="Evaluate it", at_once=True
    )
    if evaluated is None:
        return
    st.markdown(
        f"After step {run.step:,}, on {counted(len(dataset.test), 'test picture')}. None of them was used to train the "
        "network or to choose its settings."
    )
    lines = [
        f"- {capitalized(measure.title)}: **{measure.text(value)}**" for measure, value in evaluated.evaluation.measures
    ]
    st.markdown("\n".join(lines))
    task = run.spec.settings.task
    about = task.about(dataset.annotations)
    charts = figures_of(task.answer_type).evaluated(evaluated.evaluation, about, column_width())
    draw_charts({f"evaluated-{place}": titled for place, titled in enumerate(charts)})
    codes = evaluated.evaluation.details.get("code")
    if codes is not None and codes.shape[1]:
        latent_part(key, network, dataset, codes)
    if task.truth(dataset, int(dataset.test[0])) is None:
        _some(owner, run, dataset, evaluated)
    else:
        _worst(owner, run, dataset, evaluated)


def draw_charts(charts: Mapping[str, TitledChart], note: str = "") -> None:
    """Draw charts by their keys, with their headings, two beside each other where there is room.

    `note` is a sentence after each caption.
    """
    keys, across = list(charts), 1 if is_narrow() or len(charts) == 1 else 2
    for first in range(0, len(keys), across):
        for column, key in zip(st.columns(across), keys[first : first + across], strict=False):
            with column:
                st.markdown(f"**{charts[key].title}**")
                show(charts[key].chart, key)
                if words := f"{charts[key].caption} {note}".strip():
                    st.caption(words)


def _some(owner: Session, run: RunRecord, dataset: Dataset, evaluated: "EvaluatedAnswers") -> None:
    """As many answers as Train shows, where no answer is more wrong than another."""
    task, some = run.spec.settings.task, evaluated.answers[: run.spec.settings.task.shown]
    view_controls(owner, task.answer_type, "some-view")
    view = answer_view(owner, task.answer_type)
    charts = answers_to(task, dataset, dataset.test[: len(some)], some, view, column_width())
    draw_charts({f"some-{place}": titled for place, titled in enumerate(charts)})


def _worst(owner: Session, run: RunRecord, dataset: Dataset, evaluated: "EvaluatedAnswers") -> None:
    st.subheader("Where it errs most")
    task, figures = run.spec.settings.task, figures_of(run.spec.settings.task.answer_type)
    lead, about = task.measures[0], task.about(dataset.annotations)
    view_controls(owner, task.answer_type, "worst-view")
    view = answer_view(owner, task.answer_type)
    drawn, captions = [], []
    for place in evaluated.worst()[:_WORST]:
        index, answer = int(dataset.test[place]), figures.seen(evaluated.answers[place], view)
        truth = task.truth(dataset, index)
        drawn.append(figures.drawn(dataset.pictures[index], answer, truth, about))
        captions.append(lead.text(abs(float(evaluated.evaluation.errors[place]))))
    reading = figures.drawn_words(task.truth(dataset, int(dataset.test[0])), about)
    st.caption(f"The pictures with the largest errors. Above each: its {lead.title}. {reading}")
    columns = 3 if is_narrow() else 6
    labelled = capitalized(lead.title)
    chart = gallery(
        np.stack(drawn), captions, columns, width=column_width(), labelled=labelled, largest_tile=LARGE_TILE
    )
    show(chart, "worst")
