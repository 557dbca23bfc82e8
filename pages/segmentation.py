"""Segmentation: an answer for every pixel, why networks go down and up for it, and how masks are measured."""

import streamlit as st

from visualizer.ui.concepts.segmentation_down import downsampling
from visualizer.ui.concepts.segmentation_measures import measures
from visualizer.ui.concepts.segmentation_pixels import every_pixel
from visualizer.ui.concepts.segmentation_skips import skips
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Segmentation")
st.markdown(
    explained(
        "A segmentation network says **for every pixel which class it belongs to**. Its last layer is a small "
        "classifier that looks at each pixel’s numbers in the feature maps.",
        "feature map",
    )
)

PARTS = {
    "1  Every pixel": every_pixel,
    "2  Down and up": downsampling,
    "3  Skip connections": skips,
    "4  How good is a mask?": measures,
}
for tab, part in zip(st.tabs(list(PARTS), key="segmentation-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part()

with st.container(horizontal=True, gap="medium"):
    st.page_link(page("build"), label="Build a U-Net from the gallery", icon=":material/layers:")
    st.page_link(page("train"), label="Train it and watch its masks", icon=":material/play_circle:")
