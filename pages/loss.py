"""Loss functions: cross-entropy and mean squared error, their values and their gradients."""

import streamlit as st

from visualizer.ui.concepts.loss_line import line_through_points
from visualizer.ui.concepts.loss_softmax import same_prediction
from visualizer.ui.concepts.loss_wrong import confidently_wrong
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Loss functions")
st.markdown(
    explained(
        "A loss measures how wrong an answer is, but **training uses only its gradient**: which way to push each "
        "logit, and how hard."
    )
)
st.fragment(same_prediction)()
st.subheader("Why MSE learns slowly from a confident mistake", anchor=False)
st.fragment(confidently_wrong)()
st.subheader("Where MSE is right: a line through points", anchor=False)
st.fragment(line_through_points)()
st.page_link(page("train"), label="Train a network with either loss", icon=":material/play_circle:")
