"""The race on a real network: the same CNN trained by each optimizer, side by side."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from visualizer.architecture.architecture import summarize
from visualizer.architecture.presets import TINY
from visualizer.concepts.network_race import (
    BATCH_SIZE,
    EPOCHS,
    NETWORK_RATES,
    OptimizerRun,
    RaceData,
    lowest_loss,
    race,
    trailing_mean,
)
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number
from visualizer.figures.optimizers import loss_race
from visualizer.ui.concepts.optimizers_race import SIGNS, TITLES, rate_slider
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.job import Progress, Steps
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.work import work

SMOOTHED_OVER = 10  # batches
_JOB = "network-race"
_CHART = "optimizers-losses"
_QUESTION = "network-race"


@st.cache_data(max_entries=1, show_spinner=False)
def _data() -> RaceData:
    dataset = load_dataset("digits")

    def split(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return prepare(dataset.pictures[indices], TINY.architecture.input_shape), dataset.labels[indices]

    return RaceData(*split(dataset.train), *split(dataset.validation))


def network_race() -> None:
    """Draw the question, the learning rates and the losses, and train where that has not been done yet."""
    data = _data()
    st.markdown(
        explained(
            f"Now there are {summarize(TINY.architecture).parameters:,} weights instead of two: “{TINY.name}” learns "
            f"{len(data.labels):,} real handwritten digits for {EPOCHS} epochs in batches of {BATCH_SIZE}. Every "
            "optimiser starts with the same weights and gets the same batches in the same order. The loss is "
            "cross-entropy, in nats."
        )
    )
    rates = {name: float(st.session_state.get(_rate_key(name), rate)) for name, rate in NETWORK_RATES.items()}
    question = st.container()
    picture, controls = st.columns([5, 3], gap="medium")
    with controls:
        slots = {name: st.empty() for name in NETWORK_RATES}
    trained = None
    if rates != NETWORK_RATES or st.session_state.get(f"answer-{_QUESTION}"):
        with picture:
            trained = _trained(rates, data)
    else:
        picture.caption("The race starts when you answer the question or change a learning rate.")
    if rates == NETWORK_RATES:
        with question:
            _ask(trained)
    for name, slot in slots.items():
        with slot:
            result = _result(trained[name]) if trained else ""
            rate_slider(name, result, NETWORK_RATES[name], _rate_key(name))


def _rate_key(optimizer: str) -> str:
    return f"network-rate-{optimizer}"


def _trained(rates: Mapping[str, float], data: RaceData) -> dict[str, OptimizerRun] | None:
    """The runs of all four, or None while they train; their curves grow meanwhile."""

    def steps() -> Steps[dict[str, OptimizerRun]]:
        runs: dict[str, OptimizerRun] = {}
        for runs in race(rates, TINY.architecture, data):
            done = sum(len(run.losses) for run in runs.values())
            total = sum(EPOCHS * run.steps_per_epoch for run in runs.values())
            yield Progress(done / total, f"Batch {max(len(run.losses) for run in runs.values()):,}", runs)
        return runs

    trained = work(_JOB, tuple(rates.items()), steps, button="Race again", at_once=True, draw_partial=_draw)
    if trained is not None:
        _draw(trained)
    return trained


def _draw(trained: Mapping[str, OptimizerRun]) -> None:
    smoothed = {name: trailing_mean(run.losses, SMOOTHED_OVER) for name, run in trained.items()}
    show(loss_race(trained, smoothed, TITLES), _CHART)
    st.caption(f"Mean loss of the last {SMOOTHED_OVER} batches, each measured before the step that it led to.")


def _ask(trained: Mapping[str, OptimizerRun] | None) -> None:
    question = f"After {EPOCHS} epochs with these learning rates, which optimiser has the lowest loss?"
    options = {name: f"{SIGNS[name]} {title}" for name, title in TITLES.items()}
    if trained is None:
        predict(question, options, None, "The race decides.", key=_QUESTION)
        return
    means = {name: run.losses[-SMOOTHED_OVER:].mean() for name, run in trained.items()}
    order = ", ".join(f"{TITLES[name]} {number(means[name])}" for name in sorted(means, key=lambda name: means[name]))
    predict(
        question,
        options,
        lowest_loss(trained, SMOOTHED_OVER),
        f"Mean loss of the last {SMOOTHED_OVER} batches: {order}. This holds for one seed and these learning rates; "
        "another rate can change the order. Try it.",
        key=_QUESTION,
    )


def _result(trained: OptimizerRun) -> str:
    if trained.accuracy is None:
        return f":red[no finite loss from step {trained.failed_at}: η is too large]"
    return f"{trained.accuracy:.1%} of unseen digits right"
