"""The script that runs for every page: page settings and the list of pages, nothing else."""

import streamlit as st

from visualizer.ui.kit.component import unseen
from visualizer.ui.kit.links import ICON, STYLE, page
from visualizer.ui.shell.login import require_login
from visualizer.ui.shell.own_workspace import address_button, own_workspace
from visualizer.ui.state.viewport import measure_viewport

st.set_page_config(page_title="CNN Visualizer", page_icon=str(ICON), layout="wide", initial_sidebar_state=232)
st.html(STYLE)
measure_viewport()
unseen("scrollable", key="scrollable")
unseen("words", key="words")
st.logo(str(ICON), size="large")
require_login()

shown = st.navigation(
    {
        "": [st.Page(page("home"), title="Home", icon=":material/home:", default=True)],
        "Your network": [
            st.Page(page("build"), title="Build", icon=":material/layers:"),
            st.Page(page("train"), title="Train", icon=":material/play_circle:"),
            st.Page(page("look_inside"), title="Look inside", icon=":material/search:"),
            st.Page(page("compare"), title="Compare", icon=":material/compare_arrows:"),
        ],
        "Concepts": [
            st.Page(page("convolution"), title="Convolution", icon=":material/filter_center_focus:"),
            st.Page(page("pooling"), title="Pooling", icon=":material/photo_size_select_small:"),
            st.Page(page("activations"), title="Activations", icon=":material/ssid_chart:"),
            st.Page(page("dense_and_softmax"), title="Dense and softmax", icon=":material/hub:"),
            st.Page(page("loss"), title="Loss functions", icon=":material/target:"),
            st.Page(page("optimizers"), title="Optimisers", icon=":material/downhill_skiing:"),
            st.Page(page("receptive_field"), title="Receptive field", icon=":material/center_focus_strong:"),
            st.Page(page("detection"), title="Detection", icon=":material/select_all:"),
            st.Page(page("segmentation"), title="Segmentation", icon=":material/format_shapes:"),
            st.Page(page("generation"), title="Generation", icon=":material/blur_on:"),
        ],
    },
    expanded=True,  # a page that is behind a button is not found
)

with own_workspace():
    with st.sidebar:
        address_button()
    shown.run()
