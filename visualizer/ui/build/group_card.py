"""A group of layers of a long network in Build: as one row, or as the heading of its layers where it is open."""

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.ui.build.layer_card import SPACE, show_reading
from visualizer.ui.build.rows import Kind, Row, layers_of
from visualizer.ui.build.several_layers import about_inside, opening_button, show_problem_inside
from visualizer.ui.build.state import BuildState
from visualizer.ui.state.session import Session


def group_card(owner: Session, row: Row, report: ArchitectureReport) -> None:
    """Draw the row or the heading of a group, a click on which opens and closes it; the network stays as it is."""
    draft, state = owner.history.present, owner.page_state(BuildState)
    folded = row.kind is Kind.FOLDED
    cards = draft.ids[row.first : row.last + 1]
    # The same first card may have a card of its own below. With this key, the group looks as a block does.
    with st.container(border=folded, gap="small", key=f"card-block-group-{cards[0]}"):
        opening_button(_label(row, report), f"open-group-{cards[0]}", folded, state.show_group, cards, folded)
        if folded:
            show_reading(row, draft.architecture)
            show_problem_inside(owner, row, report)


def _label(row: Row, report: ArchitectureReport) -> str:
    first, last = (report.layers[index].layer.title for index in (row.first, row.last))
    name = layers_of(row).capitalize()
    return f":material/stacks:{SPACE}**{name}**{SPACE}{first} … {last}{SPACE}{about_inside(row, report)}"
