"""One layer of the network in Build: its numbers, its form, its menu, and how to fix it where it does not fit."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.architecture import Architecture, ArchitectureReport, LayerReport
from visualizer.architecture.editing import Draft
from visualizer.architecture.layer import Problem
from visualizer.architecture.shapes import Shape, describe_shape
from visualizer.ui.build.add_layer import NewPlace
from visualizer.ui.build.layer_form import inputs_form, layer_form
from visualizer.ui.build.question import show_question
from visualizer.ui.build.rows import Kind, Row, reading, step
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit import bound
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.quantities import count
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.fix_buttons import fix_buttons
from visualizer.ui.state.session import Session

_NO_BREAK = "\u00a0"
SPACE = "\u2003"  # Markdown makes one of several ordinary spaces

# What needs no further answer.
_ACTIONS: dict[str, Callable[[Draft, int], Draft]] = {
    "duplicate": lambda draft, card: draft.duplicate(card),
    "delete": lambda draft, card: draft.replace_layer(card),
}
ADD_BELOW = ":material/add: Add a layer below …"
CONNECT = ":material/redo: Skip connection from …"
_BRANCH = ":material/call_split: Branch from here"
_NO_BRANCH = f":gray[{_BRANCH}. No layer reads it alone.]"
_WHY_NO_BRANCH = "A branch runs beside a layer that reads this one alone. No layer does."


def layer_card(owner: Session, row: Row, report: ArchitectureReport) -> None:
    """Draw the card of a layer; actions on it change the owner's draft. `report` is of the whole network."""
    index, layer = row.first, report.layers[row.first].layer
    problem = report.layers[index].problem
    draft, state = owner.history.present, owner.page_state(BuildState)
    card = draft.ids[index]

    def set_settings(changes: dict[str, Any]) -> None:
        owner.edit(lambda draft: draft.replace_layer(card, layer.with_settings(**changes)))

    def act(action: str) -> None:
        if action in ("up", "down"):
            move(owner, row, down=action == "down")
        elif action == "add":
            state.adding = NewPlace(index + 1, f"Add a layer below layer {index + 1}", row.block)
        elif action in ("connect", "fold"):
            state.ask(action, card)
        elif action == "branch":
            branch(owner, card)
        else:
            owner.edit(lambda draft: _ACTIONS[action](draft, card))

    with st.container(border=True, gap="small", key=f"card-{card}"):
        with st.container(gap=None):
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
                opened = card_header(owner, card, _label(index, report.layers[index]))
                card_menu(f"Menu of layer {index + 1}", _menu(draft, card), act, f"bare-action-{card}")
            show_reading(row, draft.architecture)
        show_question(owner, card, row, report)
        if opened:
            st.caption(explained(layer.explanation))
            inputs_form(owner, index, report)
            layer_form(layer, f"setting-{card}", set_settings)
        if problem:
            show_problem(owner, card, problem)


def move(owner: Session, row: Row, *, down: bool) -> None:
    """Move a row past the one above or below it."""
    draft = owner.history.present
    to = step(row, down, draft.architecture, owner.page_state(BuildState).folded(draft))
    first, last = draft.ids[row.first], draft.ids[row.last]
    if row.kind is Kind.LAYER:
        owner.edit(lambda draft: draft.move(first, to.by, to.block))
    else:
        owner.edit(lambda draft: draft.move_cards(first, last, to.by))


def branch_words(draft: Draft, card: int) -> str:
    """What a menu says of a branch from a card or PICTURE; in grey, and why, where there can be none."""
    return _NO_BRANCH if draft.follower(card) is None else _BRANCH


def branch(owner: Session, card: int) -> None:
    """Branch from a card or PICTURE, or say why there can be no branch."""
    if owner.history.present.follower(card) is None:
        owner.message = _WHY_NO_BRANCH
    else:
        owner.edit(lambda draft: draft.branch(card))


def show_reading(row: Row, architecture: Architecture) -> None:
    """Say what the row reads where that is not the layer above alone."""
    if sentence := reading(row, architecture):
        st.caption(f":material/call_merge: {markdown_safe(sentence)}")


def card_menu(label: str, options: dict[str, str], act: Callable[[str], None], key: str) -> None:
    """Draw the one menu of a row, whose options are actions and their words."""
    bound.menu(label, options, act, key, icon=":material/more_vert:", type="tertiary")


def _menu(draft: Draft, card: int) -> dict[str, str]:
    return {
        "add": ADD_BELOW,
        "up": ":material/arrow_upward: Move up",
        "down": ":material/arrow_downward: Move down",
        "duplicate": ":material/content_copy: Duplicate",
        "connect": CONNECT,
        "branch": branch_words(draft, card),
        "fold": ":material/unfold_less: Fold into a block …",
        "delete": ":material/delete: Delete",
    }


def kept_too(report: ArchitectureReport) -> str:
    """A sentence about what a network keeps beside its parameters, to append to others; empty if there is nothing."""
    if not report.kept:
        return ""
    return (
        f" {report.kept:,} more, such as running means, are stored and used but not trained. Keras's summary counts "
        f"them as non-trainable: {report.parameters + report.kept:,} in all."
    )


def card_header(owner: Session, card: int, label: str) -> bool:
    """Draw the card's first line, which opens and closes it, and return whether it is open.

    A button and not st.expander: to Streamlit, an expander with a new label is a new expander, so each change would
    redraw the form and lose the keyboard focus.
    """
    state = owner.page_state(BuildState)
    opened = card in state.open_cards
    st.button(
        label,
        key=f"open-{card}",
        type="tertiary",
        width="stretch",
        wrap=True,
        icon=":material/expand_less:" if opened else ":material/expand_more:",
        on_click=state.toggle_card,
        args=(card,),
    )
    return opened


def _label(index: int, report: LayerReport) -> str:
    title = f"{report.layer.icon}{SPACE}**{index + 1}{SPACE}{report.layer.summary()}**"
    if report.problem:
        return f"{title}{SPACE}:red[:material/error: does not fit]"
    if report.output_shape is None:
        return f"{title}{SPACE}:gray[waits until the layer above fits]"
    numbers = numbers_of(report.parameters or 0, report.kept, report.multiply_adds or 0)
    return f"{title}{SPACE}→{_NO_BREAK}{unbroken(report.output_shape)}{SPACE}{numbers}"


def numbers_of(parameters: int, kept: int, multiply_adds: int) -> str:
    """What a layer or a block costs, in quiet letters."""
    numbers = f"{parameters:,} parameters" if parameters else "nothing to learn"
    if kept:
        numbers = f"{parameters:,} trainable parameters, {kept:,} kept"
    work = f" · {count(multiply_adds)} multiply-adds" if multiply_adds else ""
    return f":gray[{numbers}{work}]"


def unbroken(shape: Shape) -> str:
    """A shape in words that stay on one line."""
    return describe_shape(shape).replace(" ", _NO_BREAK)


def show_problem(owner: Session, card: int, problem: Problem) -> None:
    """Say why a layer does not fit, with what would fix it."""
    st.markdown(f":red[:material/error:] {problem}")
    fix_buttons(owner, card, problem, f"fix-{card}")
