"""A layer's form."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.architecture import ArchitectureReport
from visualizer.architecture.layer import Layer
from visualizer.architecture.span import PICTURE
from visualizer.ui.build.question import source_names
from visualizer.ui.kit import bound
from visualizer.ui.kit.setting_field import setting_field
from visualizer.ui.state.session import Session

_NARROW, _WIDE, _SOURCE = 128, 176, 300  # pixels


def layer_form(layer: Layer, key: str, on_change: Callable[[dict[str, Any]], None]) -> None:
    """Draw the settings of `layer`; a changed one calls `on_change({setting: new value})` before the page reruns."""
    settings = [setting for setting in layer.settings() if setting.counts_in(layer)]

    def fields(*, advanced: bool) -> None:
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            for setting in settings:
                if setting.advanced == advanced:
                    field_key = f"{key}-{setting.name}"
                    setting_field(layer, setting, field_key, on_change, number_width=_NARROW, choice_width=_WIDE)

    fields(advanced=False)
    if any(setting.advanced for setting in settings):
        with st.expander("More settings"):
            fields(advanced=True)


def inputs_form(owner: Session, index: int, report: ArchitectureReport) -> None:
    """Draw which layers the layer reads: where it takes several, or where the network has branches."""
    draft, layer = owner.history.present, report.layers[index].layer
    card = draft.ids[index]
    names = source_names(draft.architecture, report, draft.ids[:index])
    read = [PICTURE if source == PICTURE else draft.ids[source] for source in report.layers[index].sources]
    if layer.most_inputs > 1:
        bound.choices(
            "Inputs",
            read,
            lambda cards: owner.edit(lambda draft: draft.set_inputs(card, cards)),
            f"inputs-{card}",
            names,
            help="The layers whose outputs are merged, in this order.",
        )
    elif draft.architecture.wires:
        bound.choice(
            "Input",
            read[0],
            lambda source: owner.edit(lambda draft: draft.set_inputs(card, [source])),
            f"input-{card}",
            names,
            help="The layer whose output this one reads.",
            width=_SOURCE,
        )
