"""Detection: how boxes are compared, who answers for which object, and which of many answers count."""

import streamlit as st

from visualizer.ui.concepts.detection_answers import suppression, threshold
from visualizer.ui.concepts.detection_view import cells, overlap
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Detection")
st.markdown(
    explained(
        "A detector says **what is where**: a box, a class and a score for each object. Every cell of its last feature "
        "map may answer, so many answers have to be compared and most of them removed.",
        "feature map",
    )
)

PARTS = {
    "1  Overlap: IoU": overlap,
    "2  Grid cells": cells,
    "3  Non-maximum suppression": suppression,
    "4  Threshold": threshold,
}
for tab, part in zip(st.tabs(list(PARTS), key="detection-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part()

with st.container(horizontal=True, gap="medium"):
    st.page_link(page("build"), label="Build a detector from the gallery", icon=":material/layers:")
    st.page_link(page("train"), label="Train it and watch its boxes", icon=":material/play_circle:")
