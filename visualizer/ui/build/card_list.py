"""Build's list: what does not fit, a card for the input, each layer and block, and the rail of who feeds whom."""

from dataclasses import asdict

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.figures.rail import WIRE_COLOURS, rail
from visualizer.ui.build.add_layer import NewPlace, choose_layer_type
from visualizer.ui.build.block_card import block_card
from visualizer.ui.build.group_card import group_card
from visualizer.ui.build.input_card import input_card
from visualizer.ui.build.layer_card import layer_card
from visualizer.ui.build.problems import show_problems
from visualizer.ui.build.rows import Kind, Row, name_of, rows_of, wires_between
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit.component import component
from visualizer.ui.kit.keep_focus import keep_focus
from visualizer.ui.state.session import Session


def card_list(owner: Session, report: ArchitectureReport) -> None:
    """Draw the list; what is done on it changes the owner's draft. `report` is of the network in Build."""
    draft, state = owner.history.present, owner.page_state(BuildState)
    problems = {card for card, layer in zip(draft.ids, report.layers, strict=True) if layer.problem}
    rows = rows_of(draft.architecture, state.folded(draft), state.groups(draft, problems))
    with st.container(key="cards", gap="small"):
        keep_focus("cards")
        show_problems(owner, report)
        with st.container(key="rail"):
            _rail(rows, report)
        input_card(owner)
        place = 0
        while place < len(rows):
            row = rows[place]
            place += 1
            if row.kind is not Kind.HEADING:
                _card(owner, row, report)
                continue
            # An open block or group and its layers stand in a box of their own.
            box = f"block-{draft.ids[row.first]}" if row.block is not None else f"block-group-{draft.ids[row.first]}"
            with st.container(key=box, gap="small"):
                _card(owner, row, report)
                for layer in rows[place : place + row.last - row.first + 1]:
                    layer_card(owner, layer, report)
            place += row.last - row.first + 1
    end = NewPlace(len(report.layers), "Add a layer")
    if st.button(end.words, key="add-last", icon=":material/add:"):
        state.adding = end
    place_of_new = state.take_place()
    if place_of_new is not None:
        choose_layer_type(owner, place_of_new)


def _card(owner: Session, row: Row, report: ArchitectureReport) -> None:
    if row.kind is Kind.LAYER:
        layer_card(owner, row, report)
    elif row.block is None:
        group_card(owner, row, report)
    else:
        block_card(owner, row, report)


def _rail(rows: list[Row], report: ArchitectureReport) -> None:
    reads = wires_between(rows, [layer.sources for layer in report.layers])
    drawn = rail(["the input", *map(name_of, rows)], reads)
    merging = [row is not None and len(row) > 1 for row in reads]
    folded = [False, *(row.kind is Kind.FOLDED for row in rows)]
    data = {
        "lanes": drawn.lanes,
        "alt": drawn.alt,
        "colours": WIRE_COLOURS,
        "rows": [
            asdict(row) | {"merges": merges, "block": block}
            for row, merges, block in zip(drawn.rows, merging, folded, strict=True)
        ],
    }
    component("rail")(key="rail-drawing", data=data)
