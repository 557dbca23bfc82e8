"""Optimisers: four ways to go downhill, in a race on a surface and on a real network."""

import streamlit as st

from visualizer.ui.concepts.optimizers_network import network_race
from visualizer.ui.concepts.optimizers_race import choose_surface, race
from visualizer.ui.concepts.optimizers_step import one_step
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.links import page

st.title("Optimisers")
st.markdown(
    explained(
        "The gradient points the way the loss goes up. **The optimiser decides how far each weight moves**; the "
        "learning rate η scales every step. From the same start on the same surface, four of them (SGD, Momentum, "
        "RMSprop, Adam) take very different paths."
    )
)


@st.fragment
def on_a_surface() -> None:
    surface, view = choose_surface()
    rates = race(surface, view)
    st.subheader("One step, with its numbers", anchor=False)
    one_step(surface, rates)


on_a_surface()
st.subheader("The same race on a real network", anchor=False)
st.fragment(network_race)()
st.page_link(page("train"), label="Train your own network with any of them", icon=":material/play_circle:")
