"""The evaluation of a run on its test split: its mistakes, how sure it is, and how it sorts the pictures."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.data.dataset import Dataset
from visualizer.figures.confusion import confusion_matrix
from visualizer.figures.evaluation import class_bars, picture_map, reliability
from visualizer.figures.gallery import gallery
from visualizer.figures.probabilities import describe_value, score_text
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit.chart_events import Clicked, on_click
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.job import Progress, Steps, with_progress
from visualizer.ui.kit.links import page
from visualizer.ui.parts.dataset_view import opened_dataset
from visualizer.ui.parts.picture_source import choose_picture
from visualizer.ui.state.models import network_or_reason
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import work
from visualizer.ui.train.answers_view import answers_evaluation, on_test_split, test_batches
from visualizer.ui.train.picture_tip import picture_tip
from visualizer.ui.train.state import TrainState
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.architecture.network import Network
    from visualizer.inspection.embedding import Embedding
    from visualizer.inspection.evaluation import Calibration, Evaluation

_PER_PAGE = 12


def evaluation_part(owner: Session, run: RunRecord) -> None:
    """Draw the evaluation of a run; not while it trains."""
    if run.state in ("queued", "running"):
        st.info(
            "The **test split** is kept for the end, so that nobody tunes a network to these particular pictures. "
            "Pause the run or let it finish to evaluate it here.",
            icon=":material/lock_clock:",
        )
        return
    latest = network_or_reason(run)
    if latest is None:
        return
    key, network = latest
    dataset = opened_dataset(run.spec.settings.dataset)
    if run.spec.settings.task.answer_type is Classes:
        _classification(owner, run, key, network, dataset)
    else:
        answers_evaluation(owner, run, key, network, dataset)


def _classification(owner: Session, run: RunRecord, key: Any, network: "Network", dataset: Dataset) -> None:
    evaluation = work("evaluation", key, partial(evaluated, network, dataset), button="Evaluate it", at_once=True)
    if evaluation is None:
        return
    right = int((evaluation.answers == evaluation.labels).sum())
    st.markdown(
        f"After step {run.step:,} it gets **{right:,} of {len(evaluation.labels):,} test pictures right: "
        f"{evaluation.accuracy:.1%}**. None of them was used to train the network or to choose its settings. One "
        "number hides a lot: which classes does it confuse, and on which pictures is it wrong?"
    )
    _confusion(owner, dataset, evaluation)
    _classes(dataset, evaluation)
    _mistakes(owner, dataset, evaluation)
    _calibration(evaluation)
    _map(key, dataset, evaluation)


def evaluated(network: "Network", dataset: Dataset) -> "Steps[Evaluation]":
    """Show the whole test split to a network; for `work`."""
    from visualizer.inspection.evaluation import evaluate

    return on_test_split(
        evaluate(network, test_batches(dataset, network, network.input_shape), dataset.labels[dataset.test]), dataset
    )


def _confusion(owner: Session, dataset: Dataset, evaluation: "Evaluation") -> None:
    st.subheader("Which classes it confuses")
    names = dataset.class_names
    matrix, cell = st.columns([3, 2], gap="medium")

    def clicked(point: Clicked) -> None:
        row, column = (*point.index, -1, -1)[:2]
        if 0 <= row < len(names) and 0 <= column < len(names):
            owner.page_state(TrainState).confusion_cell = (row, column)

    with matrix:
        st.caption("Each row is a true class, each column an answer of the network. Click a cell to see its pictures.")
        width = column_width() if is_narrow() else column_width(3 / 5)
        show(confusion_matrix(evaluation.confusion, names, width=width), "confusion")
        on_click("confusion", clicked)
    with cell:
        label, answer = owner.page_state(TrainState).confusion_cell or _worst(evaluation)
        label, answer = min(label, len(names) - 1), min(answer, len(names) - 1)
        with st.container(horizontal=True, gap="small"):
            _choose_class(owner, "True class", "cell-label", 0, (label, answer), names)
            _choose_class(owner, "Answer", "cell-answer", 1, (label, answer), names)
        _pictures(dataset, evaluation, evaluation.cell(label, answer), "cell", columns=3)


def _choose_class(
    owner: Session, title: str, key: str, place: int, cell: tuple[int, int], names: tuple[str, ...]
) -> None:
    # The menu follows a click on the chart.
    st.session_state[key] = cell[place]

    def chosen() -> None:
        new = int(st.session_state[key])
        owner.page_state(TrainState).confusion_cell = (new, cell[1]) if place == 0 else (cell[0], new)

    st.selectbox(title, range(len(names)), format_func=names.__getitem__, key=key, on_change=chosen, width=150)


def _worst(evaluation: "Evaluation") -> tuple[int, int]:
    wrong = evaluation.confusion - np.diag(np.diag(evaluation.confusion))
    label, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(label), int(answer)


def _pictures(dataset: Dataset, evaluation: "Evaluation", places: np.ndarray, key: str, *, columns: int) -> None:
    """Some pictures with their classes and the network's answers, and a button to look inside with one."""
    if not len(places):
        st.caption("This cell has no pictures.")
        return
    pages = -(-len(places) // _PER_PAGE)
    number = st.pagination(pages, key=f"{key}-page-{pages}") if pages > 1 else 1
    on_page = places[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    names = dataset.class_names

    def caption(place: int) -> str:
        answer = int(evaluation.answers[place])
        value = float(evaluation.values[place, answer])
        beside = f"{value:.0%}" if evaluation.kind == "probabilities" else f"({score_text(value)})"
        return f"{names[answer]} {beside}"

    pictures = dataset.pictures[dataset.test[on_page]]
    width = column_width() if is_narrow() else column_width(0.4 if columns < 6 else 1.0)
    above = (
        "Above each picture: the answer and its probability."
        if evaluation.kind == "probabilities"
        else "Above each picture: the answer and its score."
    )
    st.caption(f"{counted(len(places), 'picture')}. {above}")
    show(gallery(pictures, [caption(int(place)) for place in on_page], columns, width=width), f"{key}-gallery")
    titles = [
        f"{index + 1}: {names[evaluation.labels[place]]}, answer {caption(int(place))}"
        for index, place in enumerate(on_page)
    ]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Picture",
            range(len(titles)),
            format_func=titles.__getitem__,
            key=f"{key}-chosen-{len(on_page)}-{number}",
            width=240,
        )
        if st.button("Look inside with this picture", key=f"{key}-look", icon=":material/search:"):
            choose_picture(dataset, int(dataset.test[on_page[chosen]]))
            st.switch_page(page("look_inside"))


def _classes(dataset: Dataset, evaluation: "Evaluation") -> None:
    st.subheader("Class by class")
    show(
        class_bars(evaluation.recall, evaluation.precision, evaluation.confusion.sum(axis=1), dataset.class_names),
        "class-bars",
    )
    st.caption("In brackets: the number of test pictures. With few pictures, the percentages are unreliable.")


def _mistakes(owner: Session, dataset: Dataset, evaluation: "Evaluation") -> None:
    probable = evaluation.kind == "probabilities"
    st.subheader("The most confident mistakes" if probable else "The mistakes with the highest scores")
    places = evaluation.mistakes()
    if not len(places):
        st.success("It made no mistakes on the test split.", icon=":material/check_circle:")
        return
    _pictures(dataset, evaluation, places, "mistakes", columns=4 if is_narrow() else 6)


def _calibration(evaluation: "Evaluation") -> None:
    st.subheader("Is it as sure as it should be?")
    calibration = evaluation.calibration
    if calibration is None:
        st.caption(
            "Only probabilities can answer this. This network has no softmax at its end and was trained with mean "
            "squared error, so it outputs scores: the largest is the answer, but no score says how sure the network "
            "is. Add a softmax at the end, or train with cross-entropy, to see it here."
        )
        return
    show(
        reliability(calibration.confidence, calibration.accuracy, calibration.counts, calibration.error), "reliability"
    )
    st.markdown(describe_calibration(calibration))


def describe_calibration(calibration: "Calibration") -> str:
    """How sure the network is and how often it is right: on average, where errors may cancel, and by distance."""
    share = calibration.counts / calibration.counts.sum()
    sure, right = float(share @ calibration.confidence), float(share @ calibration.accuracy)
    return (
        "When a network says 80 %, it should be right in 80 % of the cases: then its points lie on the dashed line. On "
        f"average over all pictures, this one is {sure:.1%} sure and {right:.1%} right. "
        f"{_surplus(calibration.surplus)} Its points lie {100 * calibration.error:.1f} percentage points above or "
        "below the line on average (the **expected calibration error**). Pictures are in "
        f"{len(calibration.counts)} of 10 bins; larger dots stand for more pictures."
    )


def _surplus(surplus: float) -> str:
    if abs(surplus) < 0.0005:  # 0.0 percentage points, as it is written
        return "It is neither too sure nor too unsure."
    points = f"{100 * abs(surplus):.1f}"
    if surplus > 0:
        return f"It is more sure than right by {points} percentage points."
    return f"It is less sure than right by {points} percentage points."


def _map(key: Any, dataset: Dataset, evaluation: "Evaluation") -> None:
    st.subheader("How it sorts the pictures")
    if evaluation.hidden.shape[1] < 2:
        st.caption("There is nothing to draw here: the network has no Dense layer with two or more inputs.")
        return
    st.markdown(
        f"Each point is a picture, placed by the {evaluation.hidden.shape[1]:,} numbers that the last layer takes as "
        "input. Where classes lie apart, the last layer has an easy task. A red ring marks a wrong answer."
    )
    kind = st.segmented_control(
        "Map",
        ["pca", "tsne"],
        default="pca",
        required=True,
        format_func={"pca": "Principal components", "tsne": "t-SNE"}.__getitem__,
        key="evaluation-map",
    )
    if kind == "pca":
        embedding: Embedding | None = _principal(key, evaluation.hidden)
    else:
        embedding = work(
            "tsne",
            key,
            lambda: _tsne(evaluation.hidden),
            button="Compute t-SNE",
            at_once=True,
            draw_partial=lambda places: _points(dataset, evaluation, places, ("still moving", "")),
        )
    if embedding is None:
        return
    if embedding.kept is not None:
        axes = tuple(
            f"component {number + 1}: {share:.0%} of the variance" for number, share in enumerate(embedding.kept)
        )
    else:
        axes = ("t-SNE: neighbours lie together", "distances between groups mean little")
    _points(dataset, evaluation, embedding.places, (axes[0], axes[1]))


@st.cache_data(max_entries=8, show_spinner="Computing the principal components …")
def _principal(key: Any, _hidden: np.ndarray) -> "Embedding":
    from visualizer.inspection.embedding import principal_components

    return principal_components(_hidden)


def _tsne(hidden: np.ndarray) -> "Steps[Embedding]":
    from visualizer.inspection.embedding import neighbours

    return with_progress(
        neighbours(hidden), lambda step: Progress(step[0], "Moving similar pictures together …", step[1])
    )


def _points(dataset: Dataset, evaluation: "Evaluation", places: np.ndarray, axes: tuple[str, str]) -> None:
    names = dataset.class_names
    show(picture_map(places, evaluation.labels, evaluation.answers, names, axes), "picture-map")
    captions = [
        f"is {names[label]}, answer {names[answer]} ({describe_value(value, evaluation.kind, decimals=0)})"
        for label, answer, value in zip(
            evaluation.labels, evaluation.answers, evaluation.values.max(axis=1), strict=True
        )
    ]
    picture_tip("picture-map", dataset.pictures[dataset.test], captions)
