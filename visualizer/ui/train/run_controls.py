"""Start, pause, one step, one epoch, stop and reset; what the run trains, and its progress."""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from visualizer.data.catalog import dataset_title, load_dataset_of_run
from visualizer.errors import UserError
from visualizer.tasks.classification import Classification
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.runs.curves import Curves
from visualizer.training.runs.records import RunRecord, time_left
from visualizer.training.scheduling import commands
from visualizer.training.scheduling.turn_queue import Place
from visualizer.training.settings import RunSpec, pictures_trained
from visualizer.ui.kit import bound
from visualizer.ui.kit.grey import NOT_GREY, Grey, grey_where
from visualizer.ui.kit.keep_focus import keep_focus
from visualizer.ui.kit.quantities import duration, ordinal
from visualizer.ui.kit.text import escaped
from visualizer.ui.state.server import run_store, worker_pool
from visualizer.ui.state.session import Session
from visualizer.ui.train.augmentation import describe_augmentation
from visualizer.ui.train.live_feed import HowFar
from visualizer.ui.train.state import TimeMachine, TrainState, WatchedPicture
from visualizer.ui.train.training_settings import learning_rate
from visualizer.words import counted, uncapitalized

_PLAY = ":material/play_arrow:"


def start(owner: Session, command: commands.Command) -> None:
    """Make a run of the network in Build and give it its first command."""

    def action() -> None:
        spec = RunSpec(owner.architecture, owner.settings, owner.probe_index)
        owner.run_id = worker_pool().submit(spec, owner.workspace_id, owner.own_datasets)
        worker_pool().send(owner.run_id, command)
        # These belong to the previous run.
        state = owner.page_state(TrainState)
        state.time_machine, state.confusion_cell = TimeMachine(), None

    owner.attempt(action)


def reset(owner: Session) -> None:
    """Stop the run and take it off the page."""
    if owner.run_id:
        worker_pool().give_up(owner.run_id)
    owner.run_id = None


def go_on(owner: Session, record: RunRecord) -> None:
    """Resume an interrupted run from its last checkpoint."""

    def action() -> None:
        worker_pool().resume(record.run_id)
        worker_pool().send(record.run_id, commands.Start())
        # It may have shown a moment after the checkpoint.
        owner.page_state(TrainState).time_machine = TimeMachine()

    owner.attempt(action)


def watched_index(owner: Session, record: RunRecord) -> int:
    """Which picture of the run's data set the run is watched on: its own, whatever is chosen for the next run."""
    chosen = owner.page_state(TrainState).watched
    if chosen is not None and chosen.run_id == record.run_id:
        return chosen.index
    snapshot = None
    # If the latest snapshot is damaged, it is the picture that the run began with.
    with suppress(UserError):
        snapshot = run_store().latest_snapshot(record.run_id)
    return record.spec.probe_index if snapshot is None else snapshot.probe_index


def watch(owner: Session, record: RunRecord, index: int) -> None:
    """Watch the run on picture `index` of its data set, at once where it goes on; the next one on it too."""
    owner.page_state(TrainState).watched = WatchedPicture(record.run_id, index)
    if record.spec.settings.dataset == owner.settings.dataset:
        owner.probe_index = index
    if record.active:
        worker_pool().send(record.run_id, commands.SetProbe(index))


def run_settings(owner: Session, record: RunRecord) -> None:
    """Say what the run trains, and draw what can be set meanwhile: its learning rate, and whether it needs the tab."""
    st.caption(f"**This run:** {describe_run(record)}.")
    if record.active:
        with st.container(horizontal=True, gap="large", vertical_alignment="center"):
            with st.container(width=320):
                learning_rate(
                    record.learning_rate,
                    lambda value: worker_pool().send(record.run_id, commands.SetLearningRate(value)),
                    "run-learning-rate",
                )
            bound.toggle(
                "Keep training when I close this tab",
                record.keep_running,
                lambda keep: worker_pool().keep_running(record.run_id, keep),
                "keep-running",
                help="Otherwise the run is interrupted within a minute of closing the tab. You can continue it later.",
            )


def describe_run(record: RunRecord) -> str:
    """The network, the data set and the settings of a run in a line, whatever is chosen for the next one."""
    settings = record.spec.settings
    pictures = dataset_title(settings.dataset)
    parts = [
        f"{escaped(record.spec.architecture.name) or 'a network'} on {escaped(pictures)}",
        *([] if isinstance(settings.task, Classification) else [uncapitalized(settings.task.title)]),
        settings.loss_name.in_sentence,
        OPTIMIZERS[settings.optimizer].title,
        f"learning rate {_describe_learning_rate(record)}",
        f"batch size {settings.batch_size}",
        f"seed {settings.seed}",
    ]
    if changed := describe_augmentation(settings):
        parts.append(f"training pictures changed at random ({changed})")
    return ", ".join(parts)


def _describe_learning_rate(record: RunRecord) -> str:
    first, last = f"{record.spec.settings.learning_rate:g}", f"{record.learning_rate:g}"
    if record.active:  # the slider shows the current one
        return f"{first} at the start"
    return first if first == last else f"{first} at the start, {last} at the end"


def controls(owner: Session, record: RunRecord | None, why_not: str) -> None:
    """Draw the buttons for the run's state.

    `why_not` says why the network in Build cannot be trained, as a sentence; empty where it can.
    """

    def give(command: commands.Command) -> None:
        if record is not None and record.active:
            worker_pool().send(record.run_id, command)
        else:
            start(owner, command)

    active = record is not None and record.active
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="run-buttons"):
        keep_focus("run-buttons")
        if record is not None and record.state == "interrupted":
            st.button(
                _continue_label(record),
                key="go-on",
                type="primary",
                icon=":material/play_arrow:",
                on_click=go_on,
                args=(owner, record),
                help="Training goes on as if it had never been interrupted: the curve is the same.",
            )
        elif record is not None and record.state in ("queued", "running"):
            st.button(
                "Pause", key="pause", type="primary", icon=":material/pause:", on_click=give, args=(commands.Pause(),)
            )
            _pieces(give, NOT_GREY)
        elif active:
            st.button("Resume", key="start", type="primary", icon=_PLAY, on_click=give, args=(commands.Start(),))
            _pieces(give, NOT_GREY)
        else:
            with grey_where(why_not) as grey:
                label = "Start" if record is None else "Train again"
                st.button(
                    label, key="start", type="primary", icon=_PLAY, on_click=give, args=(commands.Start(),), **grey
                )
                if record is None:
                    _pieces(give, grey)
        if active:
            st.button("Stop", key="stop", icon=":material/stop:", on_click=give, args=(commands.Stop(),))
        if record is not None:
            st.button(
                "Reset",
                key="reset",
                icon=":material/restart_alt:",
                on_click=reset,
                args=(owner,),
                help="Forget this run and go back to the untrained network.",
            )


def _pieces(give: Callable[[commands.Command], None], grey: Grey) -> None:
    """The buttons that train one step or one epoch and then pause."""
    until_end = "Train to the end of this pass over the training pictures, then pause."
    for label, key, icon, command, explanation in (
        ("One step", "step", ":material/skip_next:", commands.TrainBatch(), "Train on one batch, then pause."),
        ("One epoch", "epoch", ":material/fast_forward:", commands.TrainEpoch(), until_end),
    ):
        st.button(label, key=key, icon=icon, on_click=give, args=(command,), help=explanation, **grey)


def _continue_label(record: RunRecord) -> str:
    if record.checkpoint_epoch is None:
        return "Start it over"
    return f"Continue from epoch {record.checkpoint_epoch + 1}"


def describe_place(place: Place | None) -> str:
    """Where a run stands among others, such as "3rd in the queue"; empty where there is nothing to say."""
    if place is None:
        return ""
    if place.waiting:
        return f"{ordinal(place.waiting)} in the queue"
    if place.others:
        return f"takes turns with {counted(place.others, 'other run')}"
    return ""


def _describe_state(record: RunRecord, place: Place | None) -> str:
    """The state of the run in a word or two; if it waits, its place in the queue."""
    if place is not None and place.waiting:
        return f"Waiting, {describe_place(place)}"
    return {
        "queued": "Waiting for a worker",
        "running": "Training",
        "paused": "Paused",
        "interrupted": "Interrupted",
        "finished": "Finished",
        "stopped": "Stopped",
        "failed": "Failed",
    }[record.state]


def how_far(record: RunRecord, history: Curves, place: Place | None) -> HowFar:
    """How far the run is, how good the network is by now, and how long it will take.

    Args:
        record: The run.
        history: Its curves.
        place: Where it stands among those that take turns with it, as `WorkerPool.place` says.
    """
    seconds_left = time_left(record)
    parts = [
        f"epoch {min(record.epoch + 1, record.spec.settings.epochs)} of {record.spec.settings.epochs}",
        f"step {record.step:,} of {record.total_steps:,}",
    ]
    if len(history.epoch):
        lead = record.spec.settings.task.measures[0]
        _, _, validation = history.measured(lead.name)
        parts.append(lead.of_answers.format(value=lead.text(validation[-1]), split="validation"))
    if speed := _speed(record):
        parts.append(speed)
    if place is not None and not place.waiting and place.others:
        parts.append(describe_place(place))
    if record.state == "running" and seconds_left is not None:
        parts.append(f"about {duration(seconds_left)} left")
    return HowFar(min(record.step / max(record.total_steps, 1), 1.0), _describe_state(record, place), " · ".join(parts))


def _speed(record: RunRecord) -> str:
    """Pictures per second: recently if it runs, else over the whole run."""
    if record.state in ("queued", "running"):
        return f"{record.images_per_second:,.0f} pictures/s" if record.images_per_second else ""
    try:
        pictures = len(load_dataset_of_run(record.spec.settings.dataset).train)
    except UserError:  # the pictures are gone, so nobody can count them
        return ""
    trained = pictures_trained(record.step, pictures, record.spec.settings.batch_size)
    if not trained or record.seconds <= 0:
        return ""
    return f"{trained / record.seconds:,.0f} pictures/s on average in {duration(record.seconds)} of training"
