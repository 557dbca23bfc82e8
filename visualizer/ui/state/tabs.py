"""Which tabs are open, and which workspace each of them shows."""

import threading

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

# The tabs that show each workspace, by the ids of their sessions.
_tabs: dict[str, set[str]] = {}
_tabs_lock = threading.Lock()


def watch_over(workspace_id: str) -> None:
    """Note that this tab shows that workspace, whose runs continue as long as one such tab is open."""
    context = get_script_run_ctx()
    if context is None:
        return
    with _tabs_lock:
        _tabs.setdefault(workspace_id, set()).add(context.session_id)


def known_tabs() -> set[str]:
    """The session ids of all known tabs, open or closed."""
    with _tabs_lock:
        return set().union(*_tabs.values())


def forget_tab(tab: str) -> None:
    """Forget a closed tab, which will not come back."""
    with _tabs_lock:
        for workspace_id, tabs in list(_tabs.items()):
            tabs.discard(tab)
            if not tabs:
                del _tabs[workspace_id]


def is_open_tab(tab: str) -> bool:
    """Whether that tab is still connected. Without a server (in AppTest) every tab counts as open."""
    return not Runtime.exists() or Runtime.instance().is_active_session(tab)


def is_connected(workspace_id: str) -> bool:
    """Whether a tab that shows that workspace is connected."""
    with _tabs_lock:
        tabs = set(_tabs.get(workspace_id, ()))
    return not Runtime.exists() or any(map(is_open_tab, tabs))
