"""Home: a small real network looks at a real picture, with links to the main pages."""

import streamlit as st

from visualizer.ui.home.home_view import choose_network, network_at_work, page_card
from visualizer.ui.kit.links import page

head, which = st.columns([4, 1], vertical_alignment="bottom")
head.title("See what a network sees")
with which, st.container(horizontal=True, horizontal_alignment="right"):
    choice = choose_network()
st.markdown(
    "A convolution looks for one small pattern everywhere in a picture: its map is **bright where the pattern is**. "
    f"Layer by layer, edges become parts and parts become {'digits' if choice == 'bundled' else 'coloured shapes'}. "
    f"{'Draw one, or point' if choice == 'bundled' else 'Point'} at any map."
)
network_at_work(choice)

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
