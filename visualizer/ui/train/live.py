"""What the page shows of a run in training: curves, kernels, feature maps and the answer to the watched picture."""

from contextlib import suppress
from functools import partial

import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.dataset import Dataset
from visualizer.errors import UserError
from visualizer.figures.answers.figures import TitledChart, answers_to, figures_of
from visualizer.figures.chart import Chart
from visualizer.figures.curves import curves, measure_curves
from visualizer.figures.kernels import kernel_grid, shown_channel
from visualizer.figures.maps import map_grid
from visualizer.tasks.task import Measure
from visualizer.training.loop.events import Answers, FeatureMaps, Snapshot
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.overfitting import leading_measure, why_training_is_worse
from visualizer.training.runs.records import RunRecord
from visualizer.ui.kit import bound
from visualizer.ui.kit.answer import explain_scores
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.quantities import first_of
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.dataset_view import watched_chart, watched_choice
from visualizer.ui.state.server import run_store
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import share_of
from visualizer.ui.train.answer_view import view_controls
from visualizer.ui.train.answers_view import draw_charts
from visualizer.ui.train.augmentation import describe_augmentation
from visualizer.ui.train.live_feed import LiveView, Moving
from visualizer.ui.train.moments import snapshot_at
from visualizer.ui.train.overfitting_view import overfits, overfitting_part
from visualizer.ui.train.run_controls import watch, watched_index
from visualizer.ui.train.state import TrainState

MAPS_SHOWN = 16
KERNELS_SHOWN = 16
PENALTY_IN_LOSSES = (
    "The penalty of the weights is a part of the loss that training makes small, and of the validation loss too, as in "
    "Keras. The dotted line shows how large it is after each epoch; the rest of a loss says how wrong the answers are."
)
_COLUMNS = (2, 3, 4, 3)  # of the page's width: the watched picture, kernels, feature maps, the answer


def live_part(owner: Session, view: LiveView, history: Curves, record: RunRecord) -> Moving:
    """Draw the current state of the run with its static surroundings, and return the moving parts."""
    pictures, snapshot = _pictures(record), _latest_snapshot(record)
    may_choose = False
    if isinstance(pictures, Dataset) and isinstance(snapshot, Snapshot):
        may_choose = record.active or _is_kept(record, snapshot.step)
    if isinstance(snapshot, Snapshot) and may_choose and not record.active:
        # No worker trains it any more, so none can probe another picture.
        try:
            snapshot = snapshot_at(record, snapshot.step, watched_index(owner, record))
        except UserError:  # its weights are damaged, but the stored snapshot is not
            may_choose = False
    moving, answered = _moving(view, record, history, snapshot)

    def place(key: str) -> None:
        if key in moving.charts:
            show(moving.charts[key], key)

    with st.container(key="live"):
        loss, accuracy = st.columns(2)
        with loss:
            place("loss-curves")
        with accuracy:
            place("measure-curves")
        more = [measure.name for measure in record.spec.settings.task.measures[1:] if measure.has_curve]
        for first in range(0, len(more), 2):
            for column, name in zip(st.columns(2), more[first : first + 2], strict=False):
                with column:
                    place(f"curves-{name}")
        if history.has_penalty:
            st.caption(explained(PENALTY_IN_LOSSES, "penalty"))
        if why := _why_worse(record, history):
            st.caption(why)
        if isinstance(pictures, UserError):
            st.info(markdown_safe(pictures), icon=":material/hide_image:")
        elif overfit := overfits(record, history):
            overfitting_part(owner, record, overfit, "live")
        if snapshot is None:
            st.skeleton(height=240)
            return moving
        if isinstance(snapshot, UserError):
            st.info(markdown_safe(snapshot), icon=":material/broken_image:")
            return moving
        watched, kernels, maps, answer = st.columns(_COLUMNS)
        with watched:
            if isinstance(pictures, Dataset) and may_choose:
                watched_choice(pictures, watched_index(owner, record), partial(watch, owner, record))
            elif isinstance(pictures, Dataset):
                st.markdown("**Watched picture**")
            place("watched-picture")
            if isinstance(pictures, Dataset) and (words := _drawn_words(record, pictures, snapshot)):
                st.caption(words)
        with kernels:
            if snapshot.kernels is not None:
                of_all = first_of(min(KERNELS_SHOWN, len(snapshot.kernels)), len(snapshot.kernels))
                inputs = snapshot.kernels.shape[1]
                channel = f" for input map 1 of {inputs}" if shown_channel(snapshot.kernels) is not None else ""
                st.markdown(f"**The first kernels**{channel}{of_all}")
            place("live-kernels")
        with maps:
            if snapshot.maps:
                _layer_choice(owner, snapshot)
            place("live-maps")
        if isinstance(pictures, Dataset):
            with answer:
                st.markdown("**Its answer**")
                place("live-answer")
                if snapshot.answer is None:
                    st.caption(
                        "An older version of the app recorded this run without scores. Open Look inside to see the "
                        "network's answer."
                    )
                elif isinstance(snapshot.answer, Classes):
                    explain_scores(snapshot.answer.kind)
        if answered:
            kind = record.spec.settings.task.answer_type
            view_controls(owner, kind, "live-view")
            draw_charts(answered, figures_of(kind).note_of_many)
    return moving


def moving_live(view: LiveView, record: RunRecord, history: Curves, inside: str) -> Moving:
    """What the page shows of the run now, as far as it moves.

    Args:
        view: The page's view; if its layer has no maps, the first layer with maps is shown.
        record: The run.
        history: Its curves.
        inside: The snapshot that the browser already shows; its charts are left out.
    """
    moving, _ = _moving(view, record, history, _latest_snapshot(record), inside)
    return moving


def _pictures(record: RunRecord) -> Dataset | UserError:
    """The data set that the run is trained on, or why it is unavailable: the curves can be shown without it."""
    try:
        return load_dataset_of_run(record.spec.settings.dataset)
    except UserError as error:
        return error


def _latest_snapshot(record: RunRecord) -> Snapshot | UserError | None:
    """The latest snapshot of the run, or why it is unavailable; None if there is none yet."""
    try:
        return run_store().latest_snapshot(record.run_id)
    except UserError as error:
        return error


def _moving(
    view: LiveView, record: RunRecord, history: Curves, snapshot: Snapshot | UserError | None, has: str = ""
) -> tuple[Moving, dict[str, TitledChart]]:
    """What moves, and those of its charts that are answers to several pictures, with their headings."""
    charts = _curves(record, history)
    # The sentences below the curves are elements of their own.
    overfit = None if isinstance(_pictures(record), UserError) else overfits(record, history)
    frame = f"{f'overfits since {overfit.since}' if overfit else ''} {_why_worse(record, history)}"
    frame += " penalty" if history.has_penalty else ""
    if snapshot is None:
        return Moving(f"{frame} no look inside yet", charts), {}
    if isinstance(snapshot, UserError):
        return Moving(f"{frame} no look inside any more", charts), {}
    answers = _latest_answers(record)
    inside = f"{snapshot.step}-{snapshot.probe_index}-{answers.step if answers else ''}"
    answered: dict[str, TitledChart] = {}
    if inside != has:
        # Answers to many pictures are costly to draw, and change only once in an epoch.
        if inside.rpartition("-")[2] != has.rpartition("-")[2]:
            answered = _answers(view, record, answers)
        charts |= _network(view, record, snapshot) | {key: titled.chart for key, titled in answered.items()}
    frame += " answers" if answers else ""
    return Moving(frame, charts, inside), answered


def _why_worse(record: RunRecord, history: Curves) -> str:
    drops = any(layer.is_random_in_training for layer in record.spec.architecture.layers)
    dataset = _pictures(record)
    if isinstance(dataset, UserError):  # nobody knows how many there were
        return ""
    harder = drops or bool(describe_augmentation(record.spec.settings))
    measure = leading_measure(record.spec.settings.task)
    if measure is None:
        return ""
    return why_training_is_worse(history, len(dataset.train), len(dataset.validation), harder, measure)


def loss_curves(record: RunRecord, history: Curves) -> Chart:
    """The loss of a run with these curves."""
    loss = record.spec.settings.loss_name.title
    return curves(
        history.epoch_position,
        history.batch_loss,
        history.epoch,
        history.train_loss,
        history.validation_loss,
        loss_label=f"{loss} + penalty" if history.has_penalty else loss,
        penalties=(history.train_penalty, history.validation_penalty) if history.has_penalty else None,
    )


def _curves(record: RunRecord, history: Curves) -> dict[str, Chart]:
    lead, *others = record.spec.settings.task.measures
    charts = {"loss-curves": loss_curves(record, history), "measure-curves": _measured(history, lead)}
    return charts | {f"curves-{measure.name}": _measured(history, measure) for measure in others if measure.has_curve}


def _measured(history: Curves, measure: Measure) -> Chart:
    batch, train, validation = history.measured(measure.name)
    return measure_curves(history.epoch_position, batch, history.epoch, train, validation, measure=measure)


def _network(view: LiveView, record: RunRecord, snapshot: Snapshot) -> dict[str, Chart]:
    """The first layer's kernels, one layer's feature maps and the answer to the watched picture."""
    charts = {}
    _, kernels_share, maps_share, _ = (part / sum(_COLUMNS) for part in _COLUMNS)
    if snapshot.kernels is not None:
        charts["live-kernels"] = kernel_grid(
            snapshot.kernels[:KERNELS_SHOWN],
            input_channel=shown_channel(snapshot.kernels),
            columns=4,
            width=share_of(view.width, kernels_share),
        )
    if snapshot.maps:
        array = _chosen(snapshot, view.layer).array[:MAPS_SHOWN]
        charts["live-maps"] = map_grid(
            array,
            titles=[str(channel + 1) for channel in range(len(array))],
            columns=4,
            value_label="activation",
            hover=False,
            width=share_of(view.width, maps_share),
        )
    dataset = _pictures(record)
    if isinstance(dataset, Dataset):  # where it is gone, its classes have no names
        # Together with its maps, so that picture and maps always match.
        charts["watched-picture"] = watched_chart(dataset, snapshot.probe_index)
        if snapshot.answer is not None:
            task = record.spec.settings.task
            truth, about = task.truth(dataset, snapshot.probe_index), task.about(dataset.annotations)
            figures = figures_of(type(snapshot.answer))
            answer = figures.seen(snapshot.answer, view.answers)
            charts["live-answer"] = figures.chart(answer, about, truth)
            picture = dataset.pictures[snapshot.probe_index]
            drawn = figures.drawn_chart(picture, answer, truth, about, width=140)
            if drawn is not None:
                charts["watched-picture"] = drawn
    return charts


def _drawn_words(record: RunRecord, dataset: Dataset, snapshot: Snapshot) -> str:
    if snapshot.answer is None:
        return ""
    task = record.spec.settings.task
    truth, about = task.truth(dataset, snapshot.probe_index), task.about(dataset.annotations)
    figures = figures_of(type(snapshot.answer))
    return f"{figures.drawn_words(truth, about)} {figures.remark(snapshot.answer)}".strip()


def _answers(view: LiveView, record: RunRecord, answers: Answers | None) -> dict[str, TitledChart]:
    """The answers to some validation pictures, by the keys of their charts."""
    dataset, task = _pictures(record), record.spec.settings.task
    if answers is None or isinstance(dataset, UserError):
        return {}
    charts = answers_to(task, dataset, answers.indices, answers.answers, view.answers, view.width)
    return {f"live-answers-{place}": titled for place, titled in enumerate(charts)}


def _latest_answers(record: RunRecord) -> Answers | None:
    """Those of the latest evaluation; None where there are none, or their file is damaged."""
    with suppress(UserError):
        return run_store().latest_answers(record.run_id) if record.spec.settings.task.shown else None
    return None


def _layer_choice(owner: Session, snapshot: Snapshot) -> None:
    titles = {
        maps.layer_index: f"{maps.layer_index + 1}  {maps.name}{first_of(MAPS_SHOWN, maps.channels)}"
        for maps in snapshot.maps
    }
    state = owner.page_state(TrainState)
    bound.choice(
        "Feature maps of",
        _chosen(snapshot, state.live_layer).layer_index,
        state.choose_live_layer,
        "live-layer",
        titles,
        label_visibility="collapsed",
    )


def _chosen(snapshot: Snapshot, layer: int | None) -> FeatureMaps:
    return next((maps for maps in snapshot.maps if maps.layer_index == layer), snapshot.maps[0])


def _is_kept(record: RunRecord, step: int) -> bool:
    """Whether the weights of the latest snapshot are still kept."""
    return any(moment.step == step for moment in run_store().moments(record.run_id))
