"""Cross-entropy and MSE on the same prediction: three logits to move, both losses, both gradients."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from visualizer.concepts.loss import Losses, logits_of, losses, most_wrong
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number
from visualizer.figures.loss_concept import gradient_bars, softmax_bars
from visualizer.figures.picture import picture_chart
from visualizer.ui.concepts.latex import power_of_ten
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import meaning
from visualizer.ui.kit.prediction import predict
from visualizer.ui.state.models import bundled_network
from visualizer.ui.state.viewport import is_narrow

_LARGEST = 12.0  # logit
_LOGIT_KEY = "loss-logit"
LINE_BREAK = r" \\ &= "


@dataclass(frozen=True)
class WrongDigit:
    """The test digit that the ready-made network gets most wrong.

    Attributes:
        picture: (C, H, W) float32 in [0, 1].
        label: What it is.
        logits: (classes,) the network's scores.
        shown: Three classes: the right one, then the two others with the highest logits.
        tested: The number of test digits.
    """

    picture: np.ndarray
    label: int
    logits: np.ndarray
    shown: tuple[int, int, int]
    tested: int

    @property
    def three_logits(self) -> np.ndarray:
        """The logits of the three shown classes, rounded to one decimal like the sliders."""
        return np.round(self.logits[list(self.shown)], 1)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(load_dataset("digits").class_names[index] for index in self.shown)


@st.cache_data(max_entries=1, show_spinner="Asking the ready-made network …")
def wrong_digit() -> WrongDigit:
    """The ready-made network's worst mistake in the test split."""
    dataset = load_dataset("digits")
    network = bundled_network()
    pictures = prepare(dataset.pictures[dataset.test], network.architecture.input_shape)
    labels = dataset.labels[dataset.test]
    logits = logits_of(network, pictures)
    worst = most_wrong(logits, labels)
    label = int(labels[worst])
    others = [int(index) for index in np.argsort(-logits[worst]) if index != label]
    return WrongDigit(pictures[worst], label, logits[worst], (label, others[0], others[1]), len(labels))


def same_prediction() -> None:
    """Draw the digit, its three logits, and the values and gradients of both losses."""
    digit = wrong_digit()
    picture, bars, gradients = st.columns([3, 4, 5], gap="medium")
    with picture:
        show(picture_chart(digit.picture, "", width=130), "loss-picture")
        st.caption(
            f"The ready-made network’s worst mistake on {digit.tested} unseen digits: it reads this {digit.names[0]} "
            f"as a {digit.names[1]}. Three of its ten logits:"
        )
        logits = np.array(
            [
                st.slider(
                    f"Logit of **{name}**" + (" (right)" if index == 0 else ""),
                    -_LARGEST,
                    _LARGEST,
                    float(digit.three_logits[index]),
                    0.1,
                    key=f"{_LOGIT_KEY}-{index}",
                    persist_state="session",
                )
                for index, name in enumerate(digit.names)
            ]
        )
        unchanged = np.array_equal(logits, digit.three_logits)
        if not unchanged:
            st.button("Back to the network’s logits", icon=":material/restart_alt:", key="loss-reset", on_click=_reset)
    prediction = losses(logits, 0)
    with bars:
        show(softmax_bars(prediction, digit.names), "loss-softmax")
        left, right = st.columns(2)
        left.metric(
            "Cross-entropy", f"{number(prediction.cross_entropy)} nats", help=meaning("cross-entropy", "nat", "softmax")
        )
        right.metric("MSE", number(prediction.mse), help=meaning("MSE"))
    with gradients:
        # The question is about the network's own numbers; when a slider was moved, nothing is hidden.
        revealed = not unchanged or _question(prediction)
        if revealed:
            show(gradient_bars(prediction, digit.names), "loss-gradients")
            lengths = [number(length) for length in (prediction.cross_entropy_size, prediction.mse_size)]
            st.caption(
                "Training pushes each logit in the direction opposite to its bar: up where the bar points down. Length "
                f"of the whole gradient: cross-entropy **{lengths[0]}**, MSE **{lengths[1]}**."
            )
    _formulas(prediction, digit.names, revealed)


def _reset() -> None:
    for index, logit in enumerate(wrong_digit().three_logits):
        st.session_state[f"{_LOGIT_KEY}-{index}"] = float(logit)


def _question(prediction: Losses) -> bool:
    length, p = prediction.cross_entropy_size, float(prediction.probabilities[prediction.target])
    classes = len(prediction.logits)
    options = {
        "more": f"{number(length * prediction.mse / prediction.cross_entropy)}: smaller in proportion to the loss",
        "scale": f"{number(length * 2 / classes)}: smaller only by the factor 2/{classes} of its mean",
        "gone": f"{number(prediction.mse_size)}: almost nothing",
    }
    return predict(
        f"The answer is about as wrong as it can be, and the gradient of cross-entropy has length {number(length)}. "
        "How long is the gradient of MSE?",
        options,
        "gone",
        f"The gradient of MSE passes back through softmax, whose slope p (1 − p) is almost zero once softmax is "
        f"certain, rightly or wrongly: here {number(p)} × {number(1 - p)}. The logarithm of cross-entropy cancels "
        f"this, so cross-entropy pushes {length / prediction.mse_size:,.0f} times as hard.",
        key="loss-gradient",
    )


def _formulas(prediction: Losses, names: tuple[str, ...], revealed: bool) -> None:
    """Both losses, and both gradients once they are revealed, with the numbers on the screen."""
    p, t, at = prediction.probabilities, prediction.one_hot, prediction.target
    right = power_of_ten(p[at])
    of_right = rf"\partial z_\text{{{names[at]}}}"
    share, twice = rf"\tfrac{{1}}{{{len(p)}}}", rf"\tfrac{{2}}{{{len(p)}}}"
    squares = (r" \\ &\quad + " if is_narrow() else " + ").join(
        rf"({a:.3f} - {b:.0f})^2" for a, b in zip(p, t, strict=True)
    )
    cross_entropy = [
        rf"L_\text{{CE}} &= -\ln p_\text{{{names[at]}}} = -\ln ({right}) = {power_of_ten(prediction.cross_entropy)}"
    ]
    mse = [
        rf"L_\text{{MSE}} &= {share} \textstyle\sum_i (p_i - t_i)^2",
        rf"&= {share} \big( {squares} \big) = {power_of_ten(prediction.mse)}",
    ]
    if revealed:
        inner = float(((p - t) * p).sum())
        cross_entropy.append(
            rf"\frac{{\partial L_\text{{CE}}}}{{{of_right}}} &= p - t = {right} - 1 = "
            rf"{power_of_ten(prediction.cross_entropy_gradient[at])}"
        )
        mse += [
            rf"\frac{{\partial L_\text{{MSE}}}}{{{of_right}}} &= {twice}\, p \, "
            r"\big( (p - t) - \textstyle\sum_j (p_j - t_j)\, p_j \big)",
            rf"&= {twice} \cdot {right} \cdot ( {power_of_ten(p[at] - 1)} - {power_of_ten(inner)} )"
            rf"{LINE_BREAK if is_narrow() else ' = '}{power_of_ten(prediction.mse_gradient[at])}",
        ]
    left, right_side = st.columns([3, 5], gap="small")
    left.latex(aligned(cross_entropy))
    right_side.latex(aligned(mse))


def aligned(lines: Iterable[str]) -> str:
    """Lines of LaTeX below each other, their & signs in one column."""
    return r"\begin{aligned}" + r" \\[0.5em] ".join(lines) + r"\end{aligned}"
