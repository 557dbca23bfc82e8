"""A network's answer on a page: a bar for each class, and an explanation if these are scores."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Answer, AnswerKind
from visualizer.figures.probabilities import MOST_BARS, answer_bars, score_text, top_bars
from visualizer.ui.kit.charts import show


def show_answer(
    answer: Answer,
    class_names: Sequence[str],
    key: str,
    *,
    true_label: int | None = None,
    scale: tuple[float, float] | None = None,
    loss_known: bool = True,
) -> None:
    """Draw an answer; of many classes, only those with the largest values.

    Args:
        answer: The network's answer.
        class_names: One name for each class.
        key: The chart's, unique on the page.
        true_label: The class that is right, where it is known.
        scale: The scale of scores that several answers share.
        loss_known: Whether it is known what the network was trained with.
    """
    if len(class_names) > MOST_BARS:
        show(top_bars(answer, class_names), key)
    else:
        show(answer_bars(answer, class_names, true_label, scale), key)
    total = float(answer.values.sum(dtype=np.float64)) if np.isfinite(answer.values).all() else None
    explain_scores(answer.kind, total=total, loss_known=loss_known)


def explain_scores(kind: AnswerKind, *, total: float | None = None, loss_known: bool = True) -> None:
    """Explain scores and why they are not probabilities; draw nothing if the answers are probabilities.

    Args:
        kind: What the answers are.
        total: The sum of the scores, or None to leave it out.
        loss_known: Whether it is known what the network was trained with.
    """
    if kind == "probabilities":
        return
    why = (
        "Neither the network nor its loss has a softmax that turns them into probabilities."
        if loss_known
        else "The network does not end in a softmax, and the file does not say whether its loss applied one."
    )
    sentences = ["**Scores, not probabilities:** these are the last layer’s outputs, unchanged."]
    if total is not None:
        sentences.append(f"Their sum is {score_text(total)}.")
    st.caption(f"{' '.join(sentences)} {why} The largest is the answer, but scores do not say how sure the network is.")
