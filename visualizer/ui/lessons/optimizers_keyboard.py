"""Lets the keyboard use the play button and the step slider that Plotly draws. The work is done in the browser."""

from typing import TYPE_CHECKING

import streamlit as st

from visualizer.ui.links import ASSETS

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_SCRIPT = ASSETS / "plotly_keyboard.js"


@st.cache_resource(show_spinner=False)
def _component() -> "ComponentRenderer":
    script = _SCRIPT.read_text(encoding="utf-8")
    return st.components.v2.component("cnn_visualizer.plotly_keyboard", js=script)


def open_chart_controls_to_the_keyboard() -> None:
    """For every chart of the page, also those that are drawn later; put it last on the page."""
    _component()(key="plotly-keyboard")
