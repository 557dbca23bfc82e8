"""Pooling: one number for each window, what it is good for, and what it loses."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.concepts import pooling_view as view
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page
from visualizer.ui.kit.pick import pick


@st.fragment
def concept() -> None:
    title, kinds = st.columns(2, vertical_alignment="bottom")
    title.title("Pooling")
    with kinds:
        kind = pick("Kind of pooling", view.KINDS, "pooling-kind", default="max", label_visibility="collapsed")
    st.markdown(
        explained(
            "Pooling turns **each window into one number** and learns nothing; with a stride above 1 the map gets "
            "smaller. **Point at any pixel of the pooled map.**"
        )
    )
    figure, controls = st.columns([5, 2], gap="medium")
    with controls:
        choice = view.choose(kind)
    if choice is None:
        figure.info("Choose a picture.", icon=":material/image:")
        return
    try:
        slide = choice.slide()
    except UserError as error:
        figure.error(str(error), icon=":material/error:")
        return
    with figure:
        view.slide_view(choice, slide)
    formula_column, question_column = st.columns(2, gap="medium")
    with formula_column:
        view.formulas(choice)
    with question_column:
        view.size_prediction(choice)
    st.subheader("What pooling is good for: small shifts of the picture")
    view.shift_view(choice)
    st.subheader("What pooling loses")
    view.loss_view(choice, slide)
    st.subheader("How pooling changes a network")
    view.network_view(choice)


concept()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Put pooling into your network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See pooling at work in a network", icon=":material/search:")
