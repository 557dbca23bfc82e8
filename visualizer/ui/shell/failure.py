"""What a person sees when something in the app itself goes wrong."""

import logging

import streamlit as st

from visualizer.errors import UserError
from visualizer.log import event
from visualizer.ui.kit.text import markdown_safe
from visualizer.workspace import trouble

_log = logging.getLogger(__name__)


def show_error(error: Exception) -> bool:
    """Show one sentence instead of the error. Returns True, so that nothing else is shown.

    What a person can fix says so itself, such as that a run's pictures are no longer kept. So do files of the server
    that cannot be read or written, of which every page of every tab would tell: the log has a line, and no traceback.
    All else is logged. What is still there nobody knows here, so nothing is said of it.
    """
    if isinstance(error, UserError):
        st.error(markdown_safe(error), icon=":material/error:")
        return True
    if (sentence := trouble(error)) is not None:
        event("store-failed", warning=True, reason=f"{type(error).__name__}: {error}")
        st.error(markdown_safe(sentence), icon=":material/error:")
        return True
    _log.error("a page failed", exc_info=error)
    st.error(
        "Something in this app went wrong. Reload the page; if it happens again, tell whoever runs the server: its log "
        "has the details.",
        icon=":material/error:",
    )
    return True
