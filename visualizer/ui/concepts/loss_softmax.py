"""Cross-entropy and MSE on the same prediction: three logits to move, both losses, both gradients."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from visualizer.concepts.loss import Losses, logits_of, losses, most_wrong
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.chart import number
from visualizer.figures.loss_lesson import gradient_bars, softmax_bars
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
        shown: Three classes: the right one, then the two that the network likes best of the others.
        of: How many test digits it was chosen from.
    """

    picture: np.ndarray
    label: int
    logits: np.ndarray
    shown: tuple[int, int, int]
    of: int

    @property
    def three_logits(self) -> np.ndarray:
        """The logits of the three shown classes, to one decimal as the sliders have them."""
        return np.round(self.logits[list(self.shown)], 1)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(load_dataset("digits").class_names[index] for index in self.shown)


@st.cache_data(max_entries=1, show_spinner="Asking the ready-made network …")
def wrong_digit() -> WrongDigit:
    """The ready-made network's worst answer in the test split."""
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
    """Draw the digit, its three logits, and what both losses make of them."""
    digit = wrong_digit()
    picture, bars, gradients = st.columns([3, 4, 5], gap="medium")
    with picture:
        show(picture_chart(digit.picture, "", width=130), "loss-picture")
        st.caption(
            f"The ready-made network’s worst answer to {digit.of} unseen digits: a {digit.names[0]} that it reads as "
            f"{digit.names[1]}. Three of its ten logits:"
        )
        moved = np.array(
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
        own = np.array_equal(moved, digit.three_logits)
        if not own:
            st.button("The network’s own logits", icon=":material/restart_alt:", key="loss-reset", on_click=_reset)
    seen = losses(moved, 0)
    with bars:
        show(softmax_bars(seen, digit.names), "loss-softmax")
        left, right = st.columns(2)
        left.metric(
            "Cross-entropy", f"{number(seen.cross_entropy)} nats", help=meaning("cross-entropy", "nat", "softmax")
        )
        right.metric("MSE", number(seen.mse), help=meaning("MSE"))
    with gradients:
        # The question is about the network's own numbers; whoever moves a slider wants to see.
        told = not own or _question(seen)
        if told:
            show(gradient_bars(seen, digit.names), "loss-gradients")
            st.caption(
                f"Training pushes each logit against its bar: up where it points down. Length of the whole gradient: "
                f"cross-entropy **{number(seen.cross_entropy_size)}**, MSE **{number(seen.mse_size)}**."
            )
    _formulas(seen, digit.names, told)


def _reset() -> None:
    for index, logit in enumerate(wrong_digit().three_logits):
        st.session_state[f"{_LOGIT_KEY}-{index}"] = float(logit)


def _question(seen: Losses) -> bool:
    length, p = seen.cross_entropy_size, float(seen.probabilities[seen.target])
    classes = len(seen.logits)
    options = {
        "more": f"{number(length * seen.mse / seen.cross_entropy)}: smaller as the loss is",
        "scale": f"{number(length * 2 / classes)}: only the factor 2/{classes} of its mean",
        "gone": f"{number(seen.mse_size)}: almost nothing",
    }
    return predict(
        f"The answer is about as wrong as can be, and cross-entropy’s gradient is {number(length)} long. How long is "
        "MSE’s?",
        options,
        "gone",
        f"MSE’s gradient goes back through softmax, whose slope p (1 − p) is almost zero once softmax is sure, rightly "
        f"or wrongly: here {number(p)} × {number(1 - p)}. Cross-entropy’s logarithm cancels that: it pushes "
        f"{length / seen.mse_size:,.0f} times as hard.",
        key="loss-gradient",
    )


def _formulas(seen: Losses, names: tuple[str, ...], told: bool) -> None:
    """Both losses and, once told, both gradients, with the numbers on the screen."""
    p, t, at = seen.probabilities, seen.one_hot, seen.target
    right = power_of_ten(p[at])
    of_right = rf"\partial z_\text{{{names[at]}}}"
    share, twice = rf"\tfrac{{1}}{{{len(p)}}}", rf"\tfrac{{2}}{{{len(p)}}}"
    squares = (r" \\ &\quad + " if is_narrow() else " + ").join(
        rf"({a:.3f} - {b:.0f})^2" for a, b in zip(p, t, strict=True)
    )
    cross_entropy = [
        rf"L_\text{{CE}} &= -\ln p_\text{{{names[at]}}} = -\ln ({right}) = {power_of_ten(seen.cross_entropy)}"
    ]
    mse = [
        rf"L_\text{{MSE}} &= {share} \textstyle\sum_i (p_i - t_i)^2",
        rf"&= {share} \big( {squares} \big) = {power_of_ten(seen.mse)}",
    ]
    if told:
        inner = float(((p - t) * p).sum())
        cross_entropy.append(
            rf"\frac{{\partial L_\text{{CE}}}}{{{of_right}}} &= p - t = {right} - 1 = "
            rf"{power_of_ten(seen.cross_entropy_gradient[at])}"
        )
        mse += [
            rf"\frac{{\partial L_\text{{MSE}}}}{{{of_right}}} &= {twice}\, p \, "
            r"\big( (p - t) - \textstyle\sum_j (p_j - t_j)\, p_j \big)",
            rf"&= {twice} \cdot {right} \cdot ( {power_of_ten(p[at] - 1)} - {power_of_ten(inner)} )"
            rf"{LINE_BREAK if is_narrow() else ' = '}{power_of_ten(seen.mse_gradient[at])}",
        ]
    left, right_side = st.columns([3, 5], gap="small")
    left.latex(aligned(cross_entropy))
    right_side.latex(aligned(mse))


def aligned(lines: Iterable[str]) -> str:
    """Lines of LaTeX below each other, their & signs in one column."""
    return r"\begin{aligned}" + r" \\[0.5em] ".join(lines) + r"\end{aligned}"
