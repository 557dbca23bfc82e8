"""What the page shows when something in the app itself fails."""

import logging

import streamlit as st

from visualizer.errors import UserError
from visualizer.log import event
from visualizer.ui.kit.text import markdown_safe
from visualizer.workspace import storage_error

_log = logging.getLogger(__name__)


def show_error(error: Exception) -> bool:
    """Show one sentence instead of the error. Returns True, which tells Streamlit to show nothing else.

    An error that a person can fix says so itself, such as that a run's pictures are no longer stored. Files of the
    server that cannot be read or written would fail in every page of every tab: the log gets a line without a
    traceback. Every other error is logged with one. The sentence does not say what is still stored: it is not known
    here.
    """
    if isinstance(error, UserError):
        st.error(markdown_safe(error), icon=":material/error:")
        return True
    if (storage := storage_error(error)) is not None:
        event("store-failed", warning=True, reason=f"{type(error).__name__}: {error}")
        st.error(markdown_safe(storage), icon=":material/error:")
        return True
    _log.error("a page failed", exc_info=error)
    st.error(
        "Something in this app went wrong. Reload the page; if it happens again, tell whoever runs the server: its log "
        "has the details.",
        icon=":material/error:",
    )
    return True
