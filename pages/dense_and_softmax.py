"""Dense and softmax: from feature maps through Flatten and Dense to logits, and from these to probabilities."""

import streamlit as st

from visualizer.ui.concepts.dense_view import logit, probabilities
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Dense and softmax")
st.markdown(
    explained(
        "The last layer **weighs every number of the feature maps, once for each class**; softmax turns the sums into "
        "probabilities."
    )
)

PARTS = {"1  From maps to logits": logit, "2  From logits to probabilities": probabilities}
for tab, part in zip(st.tabs(list(PARTS), key="dense-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part()

with st.container(horizontal=True, gap="medium"):
    st.page_link(page("build"), label="Add Flatten and Dense to your own network", icon=":material/layers:")
    st.page_link(page("look_inside"), label="See the weights of a Dense layer in Look inside", icon=":material/search:")
