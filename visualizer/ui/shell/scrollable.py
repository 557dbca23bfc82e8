"""What is wider than the page shows that it scrolls sideways, and can be scrolled by the keyboard."""

import streamlit as st

from visualizer.ui.kit.component import component


def mark_scrollable() -> None:
    """Watch charts, tables and formulas of this page; the component scrollable does it."""
    with st.container(key="hidden-scrollable"):
        component("scrollable")(key="scrollable")
