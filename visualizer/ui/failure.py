"""What a person sees when something in the app itself goes wrong."""

import logging

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.text import told

_log = logging.getLogger(__name__)


def say_sorry(error: Exception) -> bool:
    """Show one sentence instead of the error. Returns True: nothing else shall be shown.

    What a person can mend says so itself, such as that a run's pictures are no longer kept; all else is logged.
    """
    if isinstance(error, UserError):
        st.error(told(error), icon=":material/error:")
        return True
    _log.error("a page failed", exc_info=error)
    st.error(
        "Something in this app went wrong; your network and your runs are still there. Press Undo or reload the page. "
        "The server's log has the details.",
        icon=":material/error:",
    )
    return True
