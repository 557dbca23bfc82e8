"""A card that leads to a page."""

import streamlit as st


def page_card(page: str, title: str, icon: str, text: str) -> None:
    """Draw a bordered card with a link to `page` and one line about it."""
    with st.container(border=True, gap="xsmall"):
        st.page_link(page, label=f"**{title}**", icon=icon)
        st.caption(text)
