"""Compare: runs side by side, and the same run again with one thing changed."""

import streamlit as st

from visualizer.ui.compare.compare_again import again
from visualizer.ui.compare.compare_view import answers, chosen_variants, curves_and_differences, kernels
from visualizer.ui.kit.links import page
from visualizer.ui.state.session import session, show_message

owner = session()
st.title("Compare runs")
show_message(owner)
compared = chosen_variants(owner)
if not compared:
    st.info(
        "There is nothing to compare yet: train a network first. All your runs then appear here.",
        icon=":material/compare_arrows:",
    )
    st.page_link(page("train"), label="Train a network", icon=":material/play_circle:")
    st.stop()

curves_and_differences(compared)
with st.expander("**Run it again with …** one thing changed, and with several seeds", icon=":material/replay:"):
    again(owner, compared)

PARTS = {"Filters": kernels, "Answers to one picture": answers}
for tab, part in zip(st.tabs(list(PARTS), key="compare-parts", on_change="rerun"), PARTS.values(), strict=True):
    if tab.open:
        with tab:
            part(owner, compared)
