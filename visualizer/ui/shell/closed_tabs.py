"""Free what the server holds for closed tabs, and all results once no tab is left.

Streamlit keeps a closed tab's session for a while, for a connection that was only lost, but removes it only when
another tab is closed later: without this, those of a whole class would stay until the next class has come.
"""

import asyncio
import gc
import logging
from time import monotonic

import streamlit as st
from streamlit.runtime import Runtime

from visualizer.log import event
from visualizer.ui.kit.results import forget_results
from visualizer.ui.shell.memory import give_back
from visualizer.ui.state.tabs import forget_tab, is_open_tab, known_tabs

LOOK_EVERY = 10.0  # seconds

_log = logging.getLogger(__name__)


async def forget_closed_tabs() -> None:
    """Look for closed tabs every so often, as long as the server runs; on its event loop, as sessions ask for."""
    # A little earlier than Streamlit would: what is older cannot be named any more, although it is still there.
    closed_tabs = ClosedTabs(keep_for=st.get_option("server.disconnectedSessionTTL") - 2 * LOOK_EVERY)
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            if closed := closed_tabs.close(monotonic()):
                left = len(known_tabs())
                await asyncio.to_thread(tidy_up, everything=not left)
                event("tabs-forgotten", count=closed, left=left)
        except Exception:
            _log.exception("forgetting closed tabs failed")


def tidy_up(*, everything: bool) -> None:
    """Return freed memory to the system; with `everything`, drop the results too."""
    if everything:
        forget_results()
        gc.collect()
    give_back()


class ClosedTabs:
    """Since when each tab is closed.

    Args:
        keep_for: Seconds in which a closed tab may come back.
    """

    def __init__(self, keep_for: float) -> None:
        self._keep_for = keep_for
        self._since: dict[str, float] = {}

    def close(self, now: float) -> int:
        """Close the sessions of tabs closed for that long, and return how many. `now` is in `monotonic` time."""
        gone = {tab for tab in known_tabs() if not is_open_tab(tab)}
        self._since = {tab: self._since.get(tab, now) for tab in gone}
        due = [tab for tab, since in self._since.items() if now - since >= self._keep_for]
        for tab in due:
            Runtime.instance().close_session(tab)
            forget_tab(tab)
        return len(due)
