"""Login with the school's identity provider, on servers whose secrets name one (docs/school.md)."""

from pathlib import Path

import streamlit as st


def require_login() -> None:
    """If the server requires a login, stop the page for everybody who is not logged in: they see a login button only.

    Streamlit does the login itself: https://docs.streamlit.io/develop/api-reference/user/st.login
    """
    if not _is_configured():
        return
    if st.user.is_logged_in:
        st.sidebar.button("Log out", key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    st.title("CNN Visualizer")
    st.write("This server is for the people of your school. Log in with your school account to continue.")
    st.button("Log in", key="log-in", type="primary", icon=":material/login:", on_click=st.login)
    st.stop()


def _is_configured() -> bool:
    # Streamlit's `load_if_toml_exists` treats a damaged file as a missing one: anybody could enter. This raises
    # instead.
    files = st.get_option("secrets.files")
    return any(Path(file).exists() for file in files) and "auth" in st.secrets
