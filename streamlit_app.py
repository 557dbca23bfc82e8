"""The app's entry: `streamlit run` finds this file. Page list and page settings; nothing else."""

import streamlit as st

st.set_page_config(page_title="CNN Visualizer", page_icon=":material/grid_on:", layout="wide")

page = st.navigation(
    {
        "": [st.Page("pages/home.py", title="Home", icon=":material/home:", default=True)],
        "Your network": [
            st.Page("pages/build.py", title="Build", icon=":material/layers:"),
            st.Page("pages/train.py", title="Train", icon=":material/play_circle:"),
            st.Page("pages/look_inside.py", title="Look inside", icon=":material/search:"),
        ],
        # "Concepts": [...],
    }
)
page.run()
