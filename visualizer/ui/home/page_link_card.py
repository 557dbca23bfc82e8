"""A card that leads to a page."""

from pathlib import Path

import streamlit as st

from visualizer.ui.kit.glossary import explained


def page_card(page: Path, title: str, icon: str, text: str) -> None:
    """Draw a bordered card with a link to `page` and one line about it."""
    with st.container(border=True, gap="xsmall"):
        st.page_link(page, label=f"**{title}**", icon=icon)
        st.caption(explained(text))
