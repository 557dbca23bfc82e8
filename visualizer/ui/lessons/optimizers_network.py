"""The race on a real network: the same CNN trained by each optimizer."""

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.optimizers import loss_race
from visualizer.lessons.network_race import (
    BATCH_SIZE,
    EPOCHS,
    NETWORK_RATES,
    TrainedBy,
    trailing_mean,
    train_by,
)
from visualizer.lessons.optimizers import LEARNING_RATES, OPTIMIZERS
from visualizer.ui.charts import show
from visualizer.ui.lessons.optimizers_race import SIGNS, TITLES

SMOOTHED_OVER = 10  # batches


@st.cache_data(max_entries=128, show_spinner=False)
def _trained(optimizer: str, rate: float) -> TrainedBy:
    dataset = load_dataset("digits")
    architecture = TINY.architecture

    def split(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return prepare(dataset.pictures[indices], architecture.input_shape), dataset.labels[indices]

    return train_by(optimizer, rate, architecture, *split(dataset.train), *split(dataset.validation))


def network_race() -> None:
    """Draw the learning rates, train what has not been trained with them before, and draw the losses."""
    dataset = load_dataset("digits")
    st.markdown(
        f"Now {summarize(TINY.architecture).parameters:,} weights instead of two: the “{TINY.name}” learns "
        f"{len(dataset.train):,} real handwritten digits for {EPOCHS} epochs in batches of {BATCH_SIZE}. Every "
        "optimiser gets the same first weights and the same batches in the same order."
    )
    picture, controls = st.columns([5, 3], gap="medium")
    with controls:
        places = {name: st.empty() for name in OPTIMIZERS}
    rates = {name: float(st.session_state.get(f"network-rate-{name}", NETWORK_RATES[name])) for name in OPTIMIZERS}
    trained: dict[str, TrainedBy] = {}
    with picture:
        sign = st.empty()
        for done, (name, rate) in enumerate(rates.items()):
            # A change of any control stops it between two trainings, each of which takes a moment.
            sign.progress(done / len(rates), f"Training with {TITLES[name]} …")
            trained[name] = _trained(name, rate)
        sign.empty()
        smoothed = {name: trailing_mean(result.losses, SMOOTHED_OVER) for name, result in trained.items()}
        show(loss_race(trained, smoothed, TITLES), "optimizers-losses")
        st.caption(f"Mean loss of the last {SMOOTHED_OVER} batches, each taken before the step that it led to.")
    for name, place in places.items():
        place.select_slider(
            f"{SIGNS[name]} **{TITLES[name]}** {_result(trained[name])}",
            LEARNING_RATES,
            value=NETWORK_RATES[name],
            format_func=lambda rate: f"η = {rate:g}",
            key=f"network-rate-{name}",
            persist_state="session",
        )


def _result(trained: TrainedBy) -> str:
    if trained.accuracy is None:
        return f":red[no finite loss from step {trained.failed_at}: η is too large]"
    return f"{trained.accuracy:.1%} of unseen digits right"
