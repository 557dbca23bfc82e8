"""A network's answer on a page, and an explanation if its numbers are scores."""

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Answer, AnswerKind, Classes
from visualizer.data.annotations import Annotations
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.probabilities import MOST_BARS, answer_bars, score_text
from visualizer.ui.kit.charts import show


def show_answer(
    answer: Answer,
    annotations: Annotations,
    key: str,
    *,
    truth: Answer | None = None,
    scale: tuple[float, float] | None = None,
    loss_known: bool = True,
) -> None:
    """Draw an answer; of many classes, only those with the largest values.

    Args:
        answer: The network's answer.
        annotations: Of the data set, with the names of its classes and quantities.
        key: The chart's, unique on the page.
        truth: The right answer, where it is known.
        scale: The scale of scores that several answers share.
        loss_known: Whether it is known what the network was trained with.
    """
    if scale is not None and isinstance(answer, Classes) and len(annotations.class_names) <= MOST_BARS:
        true_label = truth.best if isinstance(truth, Classes) else None
        show(answer_bars(answer, annotations.class_names, true_label, scale), key)
    else:
        show(figures_of(type(answer)).chart(answer, annotations, truth), key)
    if remark := figures_of(type(answer)).remark(answer):
        st.caption(remark)
    if not isinstance(answer, Classes):
        return
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
