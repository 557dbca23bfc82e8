"""Receptive field and shapes: which pixels of the picture one unit sees."""

import streamlit as st

from visualizer.errors import UserError
from visualizer.inspection.receptive_field.field_sum import field_rows
from visualizer.ui.concepts import receptive_field_view as view
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.session import session

owner = session()


def draw() -> None:
    title, network_column, picture_column = st.columns([4, 3, 3], vertical_alignment="bottom")
    title.title("Receptive field")
    with network_column:
        name, subject = view.choose_subject(owner)
    with picture_column:
        picture = view.choose_picture(subject.architecture)
    st.markdown(
        explained(
            "A unit sees only the pixels that its window reaches through the windows of earlier layers. "
            "**Deeper layers see more of the picture, or at least as much.**"
        )
    )
    rows = field_rows(subject.fitting)
    figure, question_column = st.columns([11, 6], gap="medium")
    with figure:
        index = view.choose_layer(name, rows)
        unknown = view.explain_unknown_field(subject.fitting, rows)
        if index is None:
            if not unknown:
                st.info("No layer of this network has a receptive field: add one in Build.", icon=":material/build:")
            return
        place = view.field_on_picture(owner, subject, picture, rows, index)
    with question_column:
        view.questions(name, rows, index)
        view.formula(rows, index, place)
    st.subheader("The effective receptive field: what it really sees", anchor=False)
    view.effective_fields(owner, subject, picture, rows, index, place)
    st.subheader("The sum, step by step", anchor=False)
    view.sum_table(rows, index)
    st.subheader("Shapes: height × width × channels", anchor=False)
    view.shapes(subject.architecture)


@st.fragment
def concept() -> None:
    try:
        draw()
    except UserError as error:
        st.error(markdown_safe(error), icon=":material/error:")


concept()
with st.container(horizontal=True, gap="small"):
    st.page_link(page("build"), label="Change strides and windows in Build", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See the feature maps in Look inside", icon=":material/search:")
