"""What the row of several layers, a block or a group, says of those inside."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.ui.build.layer_card import SPACE, numbers_of, show_problem, unbroken
from visualizer.ui.build.rows import Row
from visualizer.ui.state.session import Session


def about_inside(row: Row, report: ArchitectureReport) -> str:
    """The shapes that arrive and leave, and what all layers inside cost; or that one of them does not fit."""
    inside = report.layers[row.first : row.last + 1]
    if any(layer.problem for layer in inside):
        return ":red[:material/error: does not fit]"
    arriving, leaving = inside[0].input_shape, inside[-1].output_shape
    if arriving is None or leaving is None:
        return ":gray[waits until the layer above fits]"
    numbers = numbers_of(
        sum(layer.parameters or 0 for layer in inside),
        sum(layer.kept for layer in inside),
        sum(layer.multiply_adds or 0 for layer in inside),
    )
    return f"{unbroken(arriving)} → {unbroken(leaving)}{SPACE}{numbers}"


def opening_button(label: str, key: str, folded: bool, on_click: Callable[..., None], *args: Any) -> None:
    """Draw the line on which a click opens or closes them."""
    st.button(
        label,
        key=key,
        type="tertiary",
        width="stretch",
        wrap=True,
        icon=":material/unfold_more:" if folded else ":material/unfold_less:",
        on_click=on_click,
        args=args,
    )


def show_problem_inside(owner: Session, row: Row, report: ArchitectureReport) -> None:
    """The first problem inside, with its fixes."""
    for index in range(row.first, row.last + 1):
        layer = report.layers[index]
        if layer.problem:
            st.markdown(f":material/build: **Layer {index + 1}, {layer.layer.summary()}**")
            show_problem(owner, owner.history.present.ids[index], layer.problem)
            return
