"""An estimate of how long a training will take, before it starts."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import Architecture, architecture_to_json
from visualizer.training.settings import TrainingSettings
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.quantities import duration
from visualizer.ui.kit.text import escaped
from visualizer.ui.parts.dataset_view import opened_dataset
from visualizer.ui.state.server import worker_pool
from visualizer.ui.state.session import Session
from visualizer.words import counted

if TYPE_CHECKING:
    from visualizer.training.loop.speed import TrainingSpeed

# Two measurements at the same time would slow each other down.
_timing = threading.Lock()


def show_estimate(owner: Session, *, again: bool) -> None:
    """Say roughly how long the next run will take with a core of this computer to itself, and what slows it down.

    `again` says that the page already shows an earlier run.
    """
    from visualizer.training.loop.speed import total_seconds

    settings, dataset = owner.settings, opened_dataset(owner.settings.dataset)
    # Settings that do not affect the speed are fixed, so that a whole class shares one measurement.
    timed = replace(settings, dataset="digits", epochs=1, seed=0, learning_rate=0.001, initialization="glorot_uniform")
    targets = settings.task.targets(dataset, dataset.train[: settings.batch_size])
    speed = _speed(architecture_to_json(replace(owner.architecture, name="")), timed, owner.architecture, targets)
    seconds = total_seconds(speed, settings, len(dataset.train), len(dataset.validation))
    about = f"about {duration(float(f'{seconds:.2g}'))}" if seconds >= 1.5 else "a second or two"
    what = f"({counted(settings.epochs, 'epoch')} of {len(dataset.train):,} pictures, {escaped(dataset.title)})"
    estimate = f"Training again will take **{about}** {what}." if again else f"Training will take **{about}** {what}."
    st.caption(
        f":material/timer: {estimate} This estimate comes from timing a few {explained('batches')} on this computer. "
        f"{_sharing()}"
    )


def _sharing() -> str:
    others = worker_pool().would_take_turns_with()
    if not others:
        return "If others train at the same time, all take turns, and each run takes longer."
    return (
        f"Right now it would take turns with {counted(others, 'other run')}, and take about {others + 1} times as long."
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _speed(
    architecture: str, settings: TrainingSettings, _architecture: Architecture, _targets: np.ndarray
) -> "TrainingSpeed":
    from visualizer.training.loop.speed import measure_speed

    with _timing:
        return measure_speed(_architecture, settings, _targets)
