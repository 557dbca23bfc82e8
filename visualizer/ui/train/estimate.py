"""An estimate of how long a training will take, before it starts."""

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

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

# Two measurements at the same time would both seem slow.
_timing = threading.Lock()


def show_estimate(owner: Session, *, again: bool) -> None:
    """Say how long the next run will take, about, if it has a core of this computer for itself, and what slows it.

    `again` says that another run is on the page, which this is not about.
    """
    from visualizer.training.loop.speed import total_seconds

    settings, dataset = owner.settings, opened_dataset(owner.settings.dataset)
    # What does not change the speed is left out, so that a class asks for the same once.
    asked = replace(settings, dataset="digits", epochs=1, seed=0, learning_rate=0.001, initialization="glorot_uniform")
    speed = _speed(architecture_to_json(replace(owner.architecture, name="")), asked, owner.architecture)
    seconds = total_seconds(speed, settings, len(dataset.train), len(dataset.validation))
    about = f"about {duration(float(f'{seconds:.2g}'))}" if seconds >= 1.5 else "a second or two"
    st.caption(
        f":material/timer: Training {'again ' if again else ''}will take **{about}** "
        f"({counted(settings.epochs, 'epoch')} of {len(dataset.train):,} pictures, {escaped(dataset.title)}): an "
        "estimate, from a few "
        f"{explained('batches')} timed on this computer. {_sharing()}"
    )


def _sharing() -> str:
    others = worker_pool().would_take_turns_with()
    if not others:
        return "Where others train at the same time, all take turns, and each takes longer."
    return (
        f"{counted(others, 'other run')} would take turns with it now. As long as that is so, it takes about "
        f"{others + 1} times as long."
    )


@st.cache_data(max_entries=256, show_spinner=False)
def _speed(architecture: str, settings: TrainingSettings, _architecture: Architecture) -> "TrainingSpeed":
    from visualizer.training.loop.speed import measure_speed

    with _timing:
        return measure_speed(_architecture, settings)
