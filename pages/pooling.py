"""Pooling: one number for each window; what stays, what is lost, what it is good for."""

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


@st.fragment
def lesson() -> None:
    title, kinds = st.columns(2, vertical_alignment="bottom")
    title.title("Pooling")
    kind = kinds.segmented_control(
        "Kind of pooling",
        list(KINDS),
        default="max",
        required=True,
        format_func=KINDS.__getitem__,
        key="pooling-kind",
        persist_state="session",
        label_visibility="collapsed",
    )
    st.markdown(
        explained(
            "Pooling makes **one number of each window** and learns nothing; with a stride above 1 the map gets "
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
    reckoned, asked = st.columns(2, gap="medium")
    with reckoned:
        formulas(choice)
    with asked:
        size_prediction(choice)
    st.subheader("What it is good for: the picture moves a little")
    shift_view(choice)
    st.subheader("What is lost")
    loss_view(choice, slide)
    st.subheader("What it makes of a network")
    network_view(choice)


lesson()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Put pooling into your network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See pooling at work in a network", icon=":material/search:")
