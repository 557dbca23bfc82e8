"""A question to answer before the answer is shown."""

from collections.abc import Mapping

import streamlit as st

from visualizer.ui.kit.glossary import unmarked


def predict(question: str, options: Mapping[str, str], right: str | None, explanation: str, key: str) -> bool:
    """Ask a question; after an answer, say whether it was right, and why.

    Args:
        question: What will happen? One sentence; `glossary.explained` may have marked words of it.
        options: The text of each possible answer.
        right: The right option; None until it is known.
        explanation: Why it is true, first in words, then with the numbers on the screen.
        key: Unique on the page; include what the question depends on, so that another setting asks again.

    Returns:
        True once it was answered.
    """
    with st.container(border=True, gap="small", key=f"predict-{key}"):
        st.markdown(f":material/psychology_alt: **Predict first.** {question}")
        answer = st.pills(
            unmarked(question),
            list(options),
            format_func=options.__getitem__,
            key=f"answer-{key}",
            label_visibility="collapsed",
            persist_state="session",
        )
        if answer is None:
            return False
        if right is None:
            st.markdown(f":material/hourglass_top: {explanation}")
            return True
        verdict = ":green[:material/check_circle: **Right.**]"
        if answer != right:
            verdict = f":red[:material/cancel: **Not quite:** it is {options[right]}.]"
        st.markdown(f"{verdict} {explanation}")
    return True
