"""A layer's form."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.architecture.layer import Layer
from visualizer.ui.kit.setting_field import setting_field

_NARROW, _WIDE = 128, 176  # pixels


def layer_form(layer: Layer, key: str, on_change: Callable[[dict[str, Any]], None]) -> None:
    """Draw the settings of `layer`; a changed one calls `on_change({setting: new value})` before the page reruns."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for setting in layer.settings():
            if setting.counts_in(layer):
                field_key = f"{key}-{setting.name}"
                setting_field(layer, setting, field_key, on_change, number_width=_NARROW, choice_width=_WIDE)
