"""One layer of the network in Build: its numbers, its form, its menu, and how to fix it where it does not fit."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport, LayerReport
from visualizer.architecture.editing import Draft
from visualizer.architecture.layer import Layer, Problem, layer_types
from visualizer.architecture.shapes import describe_shape
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit import bound
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.quantities import count
from visualizer.ui.kit.setting_field import setting_field
from visualizer.ui.parts.fix_buttons import fix_buttons
from visualizer.ui.state.session import Session

_NO_BREAK = "\u00a0"
SPACE = "\u2003"  # Markdown makes one of several ordinary spaces
_NARROW, _WIDE = 128, 176  # pixels of a field in the form

_ACTIONS: dict[str, tuple[str, Callable[[Draft, int], Draft]]] = {
    "up": (":material/arrow_upward: Move up", lambda draft, card: draft.move(card, -1)),
    "down": (":material/arrow_downward: Move down", lambda draft, card: draft.move(card, 1)),
    "duplicate": (":material/content_copy: Duplicate", lambda draft, card: draft.duplicate(card)),
    "delete": (":material/delete: Delete", lambda draft, card: draft.replace_layer(card)),
}


def layer_card(owner: Session, card: int, index: int, report: LayerReport) -> None:
    """Draw the card of layer `index`; actions on it change the owner's draft."""

    def set_settings(changes: dict[str, Any]) -> None:
        owner.edit(lambda draft: draft.replace_layer(card, report.layer.with_settings(**changes)))

    def act(action: str) -> None:
        owner.edit(lambda draft: _ACTIONS[action][1](draft, card))

    with st.container(border=True, gap="small", key=f"card-{card}"):
        with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
            opened = card_header(owner, card, _label(index, report))
            add_layer_menu(
                owner, index + 1, f"Add a layer below layer {index + 1}", f"bare-add-{card}", type="tertiary"
            )
            bound.menu(
                f"Move, duplicate or delete layer {index + 1}",
                {action: title for action, (title, _) in _ACTIONS.items()},
                act,
                f"bare-action-{card}",
                icon=":material/more_vert:",
                type="tertiary",
            )
        if opened:
            st.caption(explained(report.layer.explanation))
            layer_form(report.layer, f"setting-{card}", set_settings)
        if report.problem:
            _problem(owner, card, report.problem)


def layer_form(layer: Layer, key: str, on_change: Callable[[dict[str, Any]], None]) -> None:
    """Draw the settings of `layer`; a changed one calls `on_change({setting: new value})` before the page reruns."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for setting in layer.settings():
            if setting.counts_in(layer):
                field_key = f"{key}-{setting.name}"
                setting_field(layer, setting, field_key, on_change, number_width=_NARROW, choice_width=_WIDE)


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


def add_layer_menu(owner: Session, position: int, label: str, key: str, **widget: Any) -> None:
    """A menu of all layer types; the chosen one is added before `position` with its default settings."""
    types = layer_types()

    def add(name: str) -> None:
        owner.edit(lambda draft: draft.insert(position, types[name]()))

    bound.menu(
        label,
        {name: f"{layer_type.icon} {layer_type.title}" for name, layer_type in types.items()},
        add,
        key,
        icon=":material/add:",
        **widget,
    )


def _label(index: int, report: LayerReport) -> str:
    title = f"{report.layer.icon}{SPACE}**{index + 1}{SPACE}{report.layer.summary()}**"
    if report.problem:
        return f"{title}{SPACE}:red[:material/error: does not fit]"
    if report.output_shape is None:
        return f"{title}{SPACE}:gray[waits until the layer above fits]"
    numbers = f"{report.parameters:,} parameters" if report.parameters else "nothing to learn"
    if report.kept:
        numbers = f"{report.parameters:,} trainable parameters, {report.kept:,} kept"
    work = f" · {count(report.multiply_adds)} multiply-adds" if report.multiply_adds else ""
    shape = describe_shape(report.output_shape).replace(" ", _NO_BREAK)
    return f"{title}{SPACE}→{_NO_BREAK}{shape}{SPACE}:gray[{numbers}{work}]"


def _problem(owner: Session, card: int, problem: Problem) -> None:
    st.markdown(f":red[:material/error:] {problem}")
    fix_buttons(owner, card, problem, f"fix-{card}")
