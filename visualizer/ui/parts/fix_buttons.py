"""Buttons that fix a layer which does not fit."""

import streamlit as st

from visualizer.architecture.layer import Mend
from visualizer.architecture.problem import Problem
from visualizer.ui.state.session import Session


def fix_buttons(owner: Session, card: int, problem: Problem, key: str) -> None:
    """Draw a button for each change of that card's layer that mends the problem; their keys begin with `key`."""

    def mend_layer(mend: Mend) -> None:
        owner.edit(lambda draft: draft.replace_layer(card, *mend.replacement))

    with st.container(horizontal=True, gap="xsmall"):
        for number, mend in enumerate(problem.mends):
            st.button(
                mend.label,
                key=f"{key}-{number}",
                icon=":material/build:",
                type="primary" if number == 0 else "secondary",
                on_click=mend_layer,
                args=(mend,),
            )
