"""Lets every word that `glossary.explained` marks explain itself. The work is done in the browser."""

import streamlit as st

from visualizer.ui.kit.component import component


def explain_words() -> None:
    """For all texts of the page, also those that are drawn later."""
    with st.container(key="hidden-words"):
        component("words")(key="words")
