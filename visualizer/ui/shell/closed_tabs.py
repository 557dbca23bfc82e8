"""Closed tabs: the server frees what it holds for them, and all cached results once no tab is left.

Streamlit keeps a closed tab's session for a while, in case only the connection was lost, but removes it only when
another tab is closed later. Without this module, the sessions of a whole class would stay until the next class arrives.
"""

import asyncio
import gc
import logging
from time import monotonic

import streamlit as st
from streamlit.runtime import Runtime

from visualizer.log import event
from visualizer.ui.kit.results import forget_results
from visualizer.ui.shell.memory import return_free_memory
from visualizer.ui.state.tabs import forget_tab, is_open_tab, known_tabs

CHECK_INTERVAL = 10.0  # seconds

_log = logging.getLogger(__name__)


async def forget_closed_tabs() -> None:
    """Check for closed tabs at intervals while the server runs; on its event loop, as sessions require."""
    # A little earlier than Streamlit: older sessions can no longer be looked up, although they still take memory.
    closed_tabs = ClosedTabs(keep_for=st.get_option("server.disconnectedSessionTTL") - 2 * CHECK_INTERVAL)
    while True:
        await asyncio.sleep(CHECK_INTERVAL)
        try:
            if closed := closed_tabs.close(monotonic()):
                left = len(known_tabs())
                await asyncio.to_thread(free_memory, everything=not left)
                event("tabs-forgotten", count=closed, left=left)
        except Exception:
            _log.exception("forgetting closed tabs failed")


def free_memory(*, everything: bool) -> None:
    """Return freed memory to the system; with `everything`, drop all cached results first."""
    if everything:
        forget_results()
        gc.collect()
    return_free_memory()


class ClosedTabs:
    """How long each tab has been closed.

    Args:
        keep_for: Seconds for which a closed tab may still reconnect.
    """

    def __init__(self, keep_for: float) -> None:
        self._keep_for = keep_for
        self._closed_since: dict[str, float] = {}

    def close(self, now: float) -> int:
        """Close the sessions of tabs that were closed that long ago; return their number. `now`: monotonic seconds."""
        closed = {tab for tab in known_tabs() if not is_open_tab(tab)}
        self._closed_since = {tab: self._closed_since.get(tab, now) for tab in closed}
        due = [tab for tab, since in self._closed_since.items() if now - since >= self._keep_for]
        for tab in due:
            Runtime.instance().close_session(tab)
            forget_tab(tab)
        return len(due)
