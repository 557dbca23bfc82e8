"""What a person sees when something in the app itself goes wrong."""

import logging

import streamlit as st

_log = logging.getLogger(__name__)


def say_sorry(error: Exception) -> bool:
    """Log the error with its traceback and show one sentence instead. Returns True: nothing else shall be shown."""
    _log.error("a page failed", exc_info=error)
    st.error(
        "Something in this app went wrong; your network and your runs are still there. Press Undo or reload the page. "
        "The server's log has the details.",
        icon=":material/error:",
    )
    return True
