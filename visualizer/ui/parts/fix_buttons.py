"""Buttons that fix a layer which does not fit."""

from dataclasses import replace

import streamlit as st

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layer import Fix, Problem
from visualizer.training.settings import preset_settings
from visualizer.ui.state.session import Session


def fix_buttons(owner: Session, card: int, problem: Problem, key: str) -> None:
    """Draw a button for each change of that card's layer that fixes the problem; their keys begin with `key`."""

    def fix_layer(fix: Fix) -> None:
        if isinstance(fix.network, Architecture):
            # Which is the task's preset: without its settings it would not learn in the time that its card promises.
            settings = replace(preset_settings(owner.settings.task), dataset=owner.settings.dataset)
            owner.open_with_settings(fix.network, settings)
            return
        owner.edit(lambda draft: draft.apply(card, fix))

    with st.container(horizontal=True, gap="xsmall"):
        for number, fix in enumerate(problem.fixes):
            st.button(
                fix.label,
                key=f"{key}-{number}",
                icon=":material/build:",
                type="primary" if number == 0 else "secondary",
                on_click=fix_layer,
                args=(fix,),
            )
