"""Convolution: a kernel slides over a picture, and every output pixel shows the sum that it is."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.concepts.convolution_controls import IDEAS, MODES, choose
from visualizer.ui.concepts.convolution_view import finer_view, formulas, questions, slide_view
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page


@st.fragment
def lesson() -> None:
    title, kind = st.columns(2, vertical_alignment="bottom")
    title.title("Convolution")
    mode = kind.segmented_control(
        "Kind of convolution",
        list(MODES),
        default="one",
        required=True,
        format_func=MODES.__getitem__,
        key="convolution-mode",
        persist_state="session",
        label_visibility="collapsed",
    )
    st.markdown(explained(IDEAS[mode]))
    figure, controls = st.columns([5, 2], gap="medium")
    with controls:
        choice = choose(mode)
    if choice is None:
        figure.info("Choose a picture and a filter.", icon=":material/image:")
        return
    try:
        slide = choice.slide_over(choice.picture.values)
    except UserError as error:
        figure.error(str(error), icon=":material/error:")
        return
    with figure:
        slide_view(choice, slide)
    reckoned, asked = st.columns(2, gap="medium")
    with reckoned:
        formulas(choice)
    with asked:
        questions(choice)
    if mode != "transposed":
        st.subheader("The whole picture, finer")
        finer_view(choice)


lesson()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Put a convolution into your network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See the kernels that a network learnt", icon=":material/search:")
