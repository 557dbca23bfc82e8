"""Autoencoders and generation: how networks keep little of a picture, and make pictures that nobody drew."""

import streamlit as st

from visualizer.ui.concepts.generation_bottleneck import bottleneck
from visualizer.ui.concepts.generation_diffusion import diffusion
from visualizer.ui.concepts.generation_gan import gan
from visualizer.ui.concepts.generation_sampling import sampling
from visualizer.ui.kit.links import page

st.title("Autoencoders and generation")
st.markdown("Networks can squeeze a picture through a few numbers, and **make pictures that nobody has drawn**.")

PARTS = {"1  Bottleneck": bottleneck, "2  Reparameterisation": sampling, "3  GAN": gan, "4  Diffusion": diffusion}
for tab, part in zip(st.tabs(list(PARTS), key="generation-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part()

with st.container(horizontal=True, gap="medium"):
    st.page_link(page("build"), label="Open a network that draws in Build’s gallery", icon=":material/layers:")
    st.page_link(page("train"), label="Train one and watch what it draws", icon=":material/play_circle:")
