"""A login with the school's identity provider, on servers whose secrets name one (docs/school.md)."""

from pathlib import Path

import streamlit as st


def demand_login() -> None:
    """Admit only people who have logged in, if the server requires it; others see only the login.

    Streamlit does the login itself: https://docs.streamlit.io/develop/api-reference/user/st.login
    """
    if not _is_asked_for():
        return
    if st.user.is_logged_in:
        st.sidebar.button("Log out", key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    st.title("CNN Visualizer")
    st.write("This server is for the people of your school. Log in with your school account to go on.")
    st.button("Log in", key="log-in", type="primary", icon=":material/login:", on_click=st.login)
    st.stop()


def _is_asked_for() -> bool:
    # Streamlit's `load_if_toml_exists` takes a damaged file for none: then the door would stand open. This raises.
    files = st.get_option("secrets.files")
    return any(Path(file).exists() for file in files) and "auth" in st.secrets
