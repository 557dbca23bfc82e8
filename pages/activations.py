"""Activation functions: their curves, their effect on a map and on the gradient, and how a ReLU dies."""

import streamlit as st

from visualizer.ui.concepts.activations_view import dead_relus, deep_chain, functions
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Activation functions")
st.markdown(
    explained(
        "Between two layers **one function bends every number**; its derivative decides how much of the gradient gets "
        "back."
    )
)

PARTS = {
    "1  The functions": functions,
    "2  A deep chain": deep_chain,
    "3  Dead ReLUs": dead_relus,
}
for tab, part in zip(st.tabs(list(PARTS), key="activation-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part()

with st.container(horizontal=True, gap="medium"):
    st.page_link(page("build"), label="Choose the activation of your own layers in Build", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See maps before and after it in Look inside", icon=":material/search:")
