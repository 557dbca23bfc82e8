"""Home: a small real network looks at a real digit, with links to the main pages."""

import streamlit as st

from visualizer.ui.home.home_view import network_at_work, page_card
from visualizer.ui.kit.links import page

st.title("See what a network sees")
st.markdown(
    "A convolution looks for one small pattern everywhere in a picture: its map is **bright where the pattern is**. "
    "Layer by layer, edges become parts and parts become digits. Draw one, or point at any map."
)
network_at_work()

st.subheader("Now make your own")
columns = st.columns(3)
with columns[0]:
    page_card(page("build"), "1  Build", ":material/layers:", "Stack layers as cards; see shapes and costs at once.")
with columns[1]:
    page_card(page("train"), "2  Train", ":material/play_circle:", "Press Start and watch filters and loss change.")
with columns[2]:
    page_card(
        page("look_inside"), "3  Look inside", ":material/search:", "Give it your own photo and open every layer."
    )
