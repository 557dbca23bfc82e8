"""Why MSE after a softmax learns slowly from a confident mistake, with the network's own numbers."""

import numpy as np
import streamlit as st

from visualizer.concepts.loss import Losses, Sweep, learn_one, losses, sweep
from visualizer.data.catalog import load_dataset
from visualizer.figures.chart import number
from visualizer.figures.loss_lesson import gradient_bars, learning_curves, sweep_gradients, sweep_losses
from visualizer.ui.concepts.loss_softmax import wrong_digit
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.state.models import bundled_network

_SWEPT = np.linspace(-5, 12, 86)  # of the wrong class's logit, in steps of 0.2
_LEARNING_RATES = (0.005, 0.01, 0.02, 0.05, 0.1)
_STEPS = 120


@st.cache_data(max_entries=1, show_spinner=False)
def _own_sweep() -> tuple[Sweep, Losses]:
    """Both losses of the wrong digit while the logit of the class it is taken for moves; and as the network has it."""
    digit = wrong_digit()
    return sweep(digit.logits, digit.label, digit.shown[1], _SWEPT), losses(digit.logits, digit.label)


@st.cache_data(max_entries=len(_LEARNING_RATES), show_spinner="Training two copies of the network …")
def _learnt(rate: float) -> tuple[np.ndarray, np.ndarray]:
    digit, network = wrong_digit(), bundled_network()
    cross_entropy, mse = (
        learn_one(network, digit.picture, digit.label, loss, rate, _STEPS) for loss in ("cross_entropy", "mse")
    )
    return cross_entropy, mse


def confidently_wrong() -> None:
    """Draw both losses over the wrong logit, the ten gradients, and two copies of the network learning the digit."""
    digit = wrong_digit()
    curves, own = _own_sweep()
    names = load_dataset("digits").class_names
    wrong = names[digit.shown[1]]
    now = float(digit.logits[digit.shown[1]])
    st.markdown(
        f"All ten logits of the same digit now. Let the wrong one, of **{wrong}**, grow: both losses grow, but the "
        f"**gradient** of MSE dies out, just where there is most to learn. The marks are the network’s own numbers."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        show(sweep_losses(curves, now, wrong), "loss-sweep")
    with right:
        show(sweep_gradients(curves, now, wrong), "loss-sweep-gradients")
    undecided = losses(np.zeros(len(names)), digit.label)
    st.markdown(
        explained(
            "With ten equal logits cross-entropy’s gradient is "
            f"{undecided.cross_entropy_size / undecided.mse_size:,.0f} times as long as MSE’s: a larger learning rate "
            f"would make up for that. For this digit it is **{own.cross_entropy_size / own.mse_size:,.0f} times** as "
            "long: no one learning rate suits both.",
            "learning rate",
        )
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**The gradients on the network’s ten logits**")
        show(gradient_bars(own, names, height=320), "loss-own-gradients")
    with right:
        st.markdown(f"**Two copies of the network learn this {names[digit.label]}**")
        chart = st.container()
        rate = st.select_slider(
            "Learning rate η of both",
            _LEARNING_RATES,
            value=0.02,
            format_func=lambda rate: f"η = {rate:g}",
            key="loss-learn-rate",
            persist_state="session",
        )
        cross_entropy, mse = _learnt(rate)
        with chart:
            show(learning_curves(cross_entropy, mse, names[digit.label]), "loss-learning")
        st.caption(
            f"Steps until it is right with over 50 %: cross-entropy **{_half(cross_entropy)}**, MSE **{_half(mse)}**."
        )


def _half(probabilities: np.ndarray) -> str:
    reached = np.flatnonzero(probabilities > 0.5)
    return str(int(reached[0])) if len(reached) else f"more than {len(probabilities) - 1} ({number(probabilities[-1])})"
