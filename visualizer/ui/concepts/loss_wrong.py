"""Why MSE after a softmax learns slowly from a confident mistake, with the network's own numbers."""

import numpy as np
import streamlit as st

from visualizer.concepts.loss import Losses, Sweep, learn_one, losses, sweep
from visualizer.data.catalog import load_dataset
from visualizer.figures.chart import number
from visualizer.figures.loss_concept import gradient_bars, learning_curves, sweep_gradients, sweep_losses
from visualizer.ui.concepts.choices import choose_learning_rate
from visualizer.ui.concepts.loss_softmax import wrong_digit
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.state.models import bundled_network

_SWEPT = np.linspace(-5, 12, 86)  # values of the wrong class's logit, in steps of 0.2
_LEARNING_RATES = (0.005, 0.01, 0.02, 0.05, 0.1)
_STEPS = 120


@st.cache_data(max_entries=1, show_spinner=False)
def _digit_sweep() -> tuple[Sweep, Losses]:
    """Both losses of the wrong digit while the wrong class's logit changes, and at the network's own logits."""
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
    curves, prediction = _digit_sweep()
    names = load_dataset("digits").class_names
    wrong = names[digit.shown[1]]
    wrong_logit = float(digit.logits[digit.shown[1]])
    st.markdown(
        f"These are all ten logits of the same digit. When the wrong logit, that of **{wrong}**, grows, both losses "
        f"grow, but the **gradient** of MSE vanishes just where there is most to learn. The marks show the network’s "
        "own numbers."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        show(sweep_losses(curves, wrong_logit, wrong), "loss-sweep")
    with right:
        show(sweep_gradients(curves, wrong_logit, wrong), "loss-sweep-gradients")
    undecided = losses(np.zeros(len(names)), digit.label)
    st.markdown(
        explained(
            "With ten equal logits cross-entropy’s gradient is "
            f"{undecided.cross_entropy_size / undecided.mse_size:,.0f} times as long as MSE’s: a larger learning rate "
            "could make up for that. For this digit it is "
            f"**{prediction.cross_entropy_size / prediction.mse_size:,.0f} times** as long: no single learning rate "
            "suits both.",
            "learning rate",
        )
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**The gradients on the network’s ten logits**")
        show(gradient_bars(prediction, names, height=320), "loss-own-gradients")
    with right:
        st.markdown(f"**Two copies of the network learn this {names[digit.label]}**")
        chart = st.container()
        rate = choose_learning_rate("Learning rate η of both", _LEARNING_RATES, 0.02, "loss-learn-rate")
        cross_entropy, mse = _learnt(rate)
        with chart:
            show(learning_curves(cross_entropy, mse, names[digit.label]), "loss-learning")
        st.caption(
            "Steps until the right class has over 50 %: cross-entropy "
            f"**{_steps_to_half(cross_entropy)}**, MSE **{_steps_to_half(mse)}**."
        )


def _steps_to_half(probabilities: np.ndarray) -> str:
    reached = np.flatnonzero(probabilities > 0.5)
    return str(int(reached[0])) if len(reached) else f"more than {len(probabilities) - 1} ({number(probabilities[-1])})"
