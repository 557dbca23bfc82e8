"""A block of the network in Build: as one card where it is folded, as the heading of its layers where it is open."""

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.architecture.editing import Draft
from visualizer.ui.build.add_layer import NewPlace
from visualizer.ui.build.layer_card import (
    ADD_BELOW,
    CONNECT,
    SPACE,
    branch,
    branch_words,
    card_menu,
    move,
    show_reading,
)
from visualizer.ui.build.question import block_at, repeat_block, show_question
from visualizer.ui.build.rows import Kind, Row, layers_of
from visualizer.ui.build.several_layers import about_inside, opening_button, show_problem_inside
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit.text import escaped
from visualizer.ui.state.session import Session


def block_card(owner: Session, row: Row, report: ArchitectureReport) -> None:
    """Draw the card or the heading of a block; actions on it change the owner's draft."""
    draft, state = owner.history.present, owner.page_state(BuildState)
    folded = row.kind is Kind.FOLDED
    cards = draft.ids[row.first : row.last + 1]
    card, last = cards[0], cards[-1]
    which = f"“{row.title}”, {layers_of(row)}"

    def act(action: str) -> None:
        number = block_at(owner.history.present, card)
        if number is None:
            return
        if action in ("up", "down"):
            move(owner, row, down=action == "down")
        elif action == "add":
            state.adding = NewPlace(row.last + 1, f"Add a layer below {which}")
        elif action in ("skip", "repeat", "rename"):
            state.ask(action, card)
        elif action == "branch":
            branch(owner, last)
        elif action == "duplicate":
            repeat_block(owner, card, 1)
        elif action == "unfold":
            owner.edit(lambda draft: draft.unfold(number))
        else:
            owner.edit(lambda draft: draft.remove_block(number))

    # The same first card may have a card of its own below.
    with st.container(border=folded, gap="small", key=f"card-block-{card}"):
        with st.container(gap=None):
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
                opening_button(_label(row, report), f"open-block-{card}", folded, state.set_folded, cards, not folded)
                card_menu(f"Menu of {which}", _menu(draft, last), act, f"bare-action-block-{card}")
            show_reading(row, draft.architecture)
        show_question(owner, card, row, report)
        if folded:
            show_problem_inside(owner, row, report)


def _menu(draft: Draft, last: int) -> dict[str, str]:
    """The actions on a block whose output is that of the card `last`."""
    return {
        "add": ADD_BELOW,
        "up": ":material/arrow_upward: Move up",
        "down": ":material/arrow_downward: Move down",
        "duplicate": ":material/content_copy: Duplicate",
        "repeat": ":material/repeat: Repeat …",
        "skip": CONNECT,
        "branch": branch_words(draft, last),
        "rename": ":material/edit: Rename …",
        "unfold": ":material/unfold_more: Unfold into single layers",
        "delete": ":material/delete: Delete",
    }


def _label(row: Row, report: ArchitectureReport) -> str:
    about = about_inside(row, report)
    return f":material/layers:{SPACE}**{escaped(row.title)}**{SPACE}{layers_of(row)}{SPACE}{about}"
