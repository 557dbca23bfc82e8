"""Convolution: a kernel slides over a picture, and every output pixel is explained as a sum."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.concepts.convolution_controls import IDEAS, MODES, choose
from visualizer.ui.concepts.convolution_view import finer_view, formulas, questions, slide_view
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page
from visualizer.ui.kit.pick import pick


@st.fragment
def concept() -> None:
    title, kind = st.columns(2, vertical_alignment="bottom")
    title.title("Convolution")
    with kind:
        mode = pick("Kind of convolution", MODES, "convolution-mode", default="one", label_visibility="collapsed")
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
    formula_column, question_column = st.columns(2, gap="medium")
    with formula_column:
        formulas(choice)
    with question_column:
        questions(choice)
    if mode != "transposed":
        st.subheader("The whole picture in finer detail")
        finer_view(choice)


concept()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Put a convolution into your network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See the kernels that a network learnt", icon=":material/search:")
