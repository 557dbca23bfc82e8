"""Start, pause, one step, one epoch, stop and reset, with the progress of the run."""

import streamlit as st

from visualizer.training.commands import Command, Epoch, Pause, SetLearningRate, SetProbe, Start, Step, Stop
from visualizer.training.settings import RunSpec
from visualizer.training.store import History, RunRecord, time_left
from visualizer.training.turn_queue import Place, place_in_words
from visualizer.ui import bound
from visualizer.ui.live_feed import HowFar
from visualizer.ui.quantities import duration
from visualizer.ui.server import owner_id, run_store, worker_pool
from visualizer.ui.session import Session, TimeMachine
from visualizer.ui.training_settings import learning_rate


def current_run(owner: Session) -> RunRecord | None:
    """The run that this tab shows, as it stands now; None where there is none."""
    return run_store().record(owner.run_id) if owner.run_id else None


def start(owner: Session, command: Command) -> None:
    """Make a run of the network in Build and give it its first command."""

    def action() -> None:
        spec = RunSpec(owner.architecture, owner.settings, owner.probe_index)
        owner.run_id = worker_pool().submit(spec, owner_id())
        worker_pool().send(owner.run_id, command)

        owner.time_machine = TimeMachine()

    owner.attempt(action)


def reset(owner: Session) -> None:
    """Stop the run and take it off the page."""
    if owner.run_id:
        worker_pool().give_up(owner.run_id)
    owner.run_id = None


def go_on(owner: Session, record: RunRecord) -> None:
    """Let an interrupted run go on where its last checkpoint was made."""

    def action() -> None:
        worker_pool().resume(record.run_id)
        worker_pool().send(record.run_id, Start())
        # What it showed may have come after the checkpoint.
        owner.time_machine = TimeMachine()

    owner.attempt(action)


def watch(owner: Session, index: int) -> None:
    """Watch the network on picture `index` of the data set, at once where a run goes on."""
    owner.probe_index = index
    record = current_run(owner)
    if record is not None and record.active and record.spec.settings.dataset == owner.settings.dataset:
        worker_pool().send(record.run_id, SetProbe(index))


def run_settings(owner: Session, record: RunRecord) -> None:
    """Draw what can be set while a run goes on: the learning rate of its next batches, and whether it needs the tab."""

    def change(value: float) -> None:
        owner.set_training(learning_rate=value)
        worker_pool().send(record.run_id, SetLearningRate(value))

    if record.active:
        with st.container(horizontal=True, gap="large", vertical_alignment="center"):
            with st.container(width=320):
                learning_rate(record.learning_rate, change, "run-learning-rate")
            bound.toggle(
                "Keep training when I close this tab",
                record.keep_running,
                lambda keep: worker_pool().keep_running(record.run_id, keep),
                "keep-running",
                help="Otherwise the run is interrupted within a minute after the tab is closed, and can go on later.",
            )


def controls(owner: Session, record: RunRecord | None, *, fits: bool) -> None:
    """Draw the buttons that make sense in the run's state."""

    def give(command: Command) -> None:
        if record is not None and record.active:
            worker_pool().send(record.run_id, command)
        else:
            start(owner, command)

    running = record is not None and record.state in ("queued", "running")
    active = record is not None and record.active
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if record is not None and record.state == "interrupted":
            st.button(
                _go_on_words(record),
                key="go-on",
                type="primary",
                icon=":material/play_arrow:",
                on_click=go_on,
                args=(owner, record),
                help="It trains on as if it had not been interrupted: the curve is the same.",
            )
        elif running:
            st.button("Pause", key="pause", type="primary", icon=":material/pause:", on_click=give, args=(Pause(),))
        else:
            label = "Resume" if active else "Start" if record is None else "Train again"
            st.button(
                label,
                key="start",
                type="primary",
                icon=":material/play_arrow:",
                disabled=not fits,
                on_click=give,
                args=(Start(),),
            )
        may_step = (fits and record is None) or (active and not running)
        st.button(
            "One step",
            key="step",
            icon=":material/skip_next:",
            disabled=not may_step,
            on_click=give,
            args=(Step(),),
            help="Train on one batch, then pause.",
        )
        st.button(
            "One epoch",
            key="epoch",
            icon=":material/fast_forward:",
            disabled=not may_step,
            on_click=give,
            args=(Epoch(),),
            help="Train to the end of this pass over the training pictures, then pause.",
        )
        st.button("Stop", key="stop", icon=":material/stop:", disabled=not active, on_click=give, args=(Stop(),))
        st.button(
            "Reset",
            key="reset",
            icon=":material/restart_alt:",
            disabled=record is None,
            on_click=reset,
            args=(owner,),
            help="Forget this run and go back to the untrained network.",
        )


def _go_on_words(record: RunRecord) -> str:
    if record.checkpoint_epoch is None:
        return "Begin it again"
    return f"Go on from epoch {record.checkpoint_epoch + 1}"


def _state_in_words(record: RunRecord, place: Place | None) -> str:
    """What the run does, in a word or two; where it waits, its place in the queue."""
    if place is not None and place.waiting:
        return f"Waiting, {place_in_words(place)}"
    return {
        "queued": "Waiting for a worker",
        "running": "Training",
        "paused": "Paused",
        "interrupted": "Interrupted",
        "finished": "Finished",
        "stopped": "Stopped",
        "failed": "Failed",
    }[record.state]


def how_far(record: RunRecord, history: History, place: Place | None) -> HowFar:
    """How far the run is, how good the network is by now, and how long it will take.

    Args:
        record: The run.
        history: Its curves.
        place: Where it stands among those that take turns with it, as `WorkerPool.place` says.
    """
    left = time_left(record)
    words = [
        f"epoch {min(record.epoch + 1, record.spec.settings.epochs)} of {record.spec.settings.epochs}",
        f"step {record.step:,} of {record.total_steps:,}",
    ]
    if len(history.epoch):
        words.append(f"{history.validation_accuracy[-1]:.1%} of the validation pictures right")
    if record.images_per_second:
        words.append(f"{record.images_per_second:,.0f} pictures/s")
    if place is not None and not place.waiting and place.others:
        words.append(place_in_words(place))
    if record.state == "running" and left is not None:
        words.append(f"about {duration(left)} left")
    return HowFar(min(record.step / max(record.total_steps, 1), 1.0), _state_in_words(record, place), " · ".join(words))
