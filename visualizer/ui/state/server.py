"""What the whole server shares: the run store and the workers. One of each, made on first use."""

import logging
import threading
import time

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.training.remote.cluster import Cluster, RayWorker, cluster_address
from visualizer.training.runs.housekeeping import clean_up, since_last
from visualizer.training.runs.opening import lost
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.ui.state.session import session
from visualizer.workspace import workspace
from visualizer.workspaces import Workspaces, id_of

CLEAN_EVERY = 1800.0  # seconds

_log = logging.getLogger(__name__)
_closing = threading.Event()
_pools: list[WorkerPool] = []
# The tabs that show each workspace, by the ids of their sessions.
_tabs: dict[str, set[str]] = {}
_tabs_lock = threading.Lock()


@st.cache_resource(show_spinner=False)
def run_store() -> RunStore:
    """The runs of everyone on this server."""
    return RunStore(workspace())


@st.cache_resource(show_spinner=False)
def workspaces() -> Workspaces:
    """The workspaces of everyone on this server."""
    return Workspaces(workspace())


@st.cache_resource(show_spinner=False)
def lost_files() -> dict[str, str]:
    """What was found damaged and put aside when a server started, and still lies there: what it held, and the day."""
    return lost(workspace())


@st.cache_resource(show_spinner=False)
def worker_pool() -> WorkerPool:
    """Who trains, here or in the cluster that the settings name; the workers end with the server."""
    if address := cluster_address():
        cluster = Cluster(address)
        threading.Thread(target=cluster.reach, name="cluster", daemon=True).start()
        pool = WorkerPool(run_store(), is_watched=_is_connected, make_worker=lambda: RayWorker(cluster), shared=False)
    else:
        pool = WorkerPool(run_store(), is_watched=_is_connected)
    _pools.append(pool)
    what = (pool, run_store(), workspaces())
    threading.Thread(target=_keep_clean, args=what, name="housekeeping", daemon=True).start()
    return pool


def _keep_clean(pool: WorkerPool, store: RunStore, people: Workspaces) -> None:
    last: float | None = None
    while not _closing.wait(CLEAN_EVERY):
        now = time.monotonic()
        try:
            # One of several servers does it: what passed is not to be counted by each.
            if pool.leads():
                ran = None if last is None else now - last
                clean_up(store, people, since_last(people, time.time(), ran))
        except Exception:
            _log.exception("cleaning up failed")
        last = now


def close() -> None:
    """End the workers, where any were started."""
    _closing.set()
    for pool in _pools:
        pool.close()


def owner_id() -> str:
    """The id of this tab's workspace, to which its runs belong."""
    return id_of(session().token)


def watch_over(workspace_id: str) -> None:
    """Note that this tab shows that workspace: its runs go on as long as one such tab is open."""
    context = get_script_run_ctx()
    if context is None:
        return
    with _tabs_lock:
        _tabs.setdefault(workspace_id, set()).add(context.session_id)


def known_tabs() -> set[str]:
    """The ids of the sessions of all tabs that were not yet forgotten, open or closed."""
    with _tabs_lock:
        return set().union(*_tabs.values())


def forget_tab(tab: str) -> None:
    """It is closed and will not come back."""
    with _tabs_lock:
        for workspace_id, tabs in list(_tabs.items()):
            tabs.discard(tab)
            if not tabs:
                del _tabs[workspace_id]


def is_open_tab(tab: str) -> bool:
    """Whether that tab is still connected. Without a server (in AppTest) there is nobody who could leave."""
    return not Runtime.exists() or Runtime.instance().is_active_session(tab)


def _is_connected(owner: str) -> bool:
    with _tabs_lock:
        tabs = set(_tabs.get(owner, ()))
    return not Runtime.exists() or any(map(is_open_tab, tabs))
