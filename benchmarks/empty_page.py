"""A page that does nothing: what Streamlit itself takes from a click, or an upload, to the page that shows it."""

import streamlit as st

st.write(f"The number is {st.number_input('Number', min_value=1, value=1, step=1)}.")
file = st.file_uploader("File")
if file is not None:
    st.write(f"{file.name} has {len(file.getvalue())} bytes.")
