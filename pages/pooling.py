"""Pooling: one number for each window, what it is good for, and what it loses."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.concepts.pooling_view import (
    KINDS,
    choose,
    formulas,
    loss_view,
    network_view,
    shift_view,
    size_prediction,
    slide_view,
)
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page
from visualizer.ui.kit.pick import pick


@st.fragment
def concept() -> None:
    title, kinds = st.columns(2, vertical_alignment="bottom")
    title.title("Pooling")
    with kinds:
        kind = pick("Kind of pooling", KINDS, "pooling-kind", default="max", label_visibility="collapsed")
    st.markdown(
        explained(
            "Pooling turns **each window into one number** and learns nothing; with a stride above 1 the map gets "
            "smaller. **Point at any pixel of the pooled map.**"
        )
    )
    figure, controls = st.columns([5, 2], gap="medium")
    with controls:
        choice = choose(kind)
    if choice is None:
        figure.info("Choose a picture.", icon=":material/image:")
        return
    try:
        slide = choice.slide()
    except UserError as error:
        figure.error(str(error), icon=":material/error:")
        return
    with figure:
        slide_view(choice, slide)
    formula_column, question_column = st.columns(2, gap="medium")
    with formula_column:
        formulas(choice)
    with question_column:
        size_prediction(choice)
    st.subheader("What pooling is good for: small shifts of the picture")
    shift_view(choice)
    st.subheader("What pooling loses")
    loss_view(choice, slide)
    st.subheader("How pooling changes a network")
    network_view(choice)


concept()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Put pooling into your network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See pooling at work in a network", icon=":material/search:")
