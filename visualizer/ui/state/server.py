"""What the whole server shares: the run store and the workers. One of each, made on first use."""

import logging
import threading
import time

import streamlit as st

from visualizer.training.opening import lost
from visualizer.training.remote.cluster import Cluster, RayWorker, cluster_address
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.housekeeping import clean_up, since_last
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.ui.state.tabs import is_connected
from visualizer.workspace import workspace
from visualizer.workspaces import Workspaces

CLEAN_EVERY = 1800.0  # seconds

_log = logging.getLogger(__name__)
_closing = threading.Event()
_pools: list[WorkerPool] = []


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
    """The files that a server found damaged and set aside when it started: what each held, and the day."""
    return lost(workspace())


@st.cache_resource(show_spinner=False)
def worker_pool() -> WorkerPool:
    """Who trains, here or in the cluster that the settings name; the workers end with the server."""
    store, servers = run_store(), Servers(workspace())
    if address := cluster_address():
        cluster = Cluster(address)
        threading.Thread(target=cluster.reach, name="cluster", daemon=True).start()
        pool = WorkerPool(store, servers, is_watched=is_connected, make_worker=lambda: RayWorker(cluster), shared=False)
    else:
        pool = WorkerPool(store, servers, is_watched=is_connected)
    _pools.append(pool)
    resources = (servers, store, workspaces())
    threading.Thread(target=_keep_clean, args=resources, name="housekeeping", daemon=True).start()
    return pool


def _keep_clean(servers: Servers, store: RunStore, people: Workspaces) -> None:
    last: float | None = None
    while not _closing.wait(CLEAN_EVERY):
        now = time.monotonic()
        try:
            # Only one of several servers does it, so that it happens once.
            if servers.leads():
                ran = None if last is None else now - last
                clean_up(store, people, since_last(people, time.time(), ran))
        except Exception:
            _log.exception("cleaning up failed")
        last = now


def close() -> None:
    """End the workers, if any were started."""
    _closing.set()
    for pool in _pools:
        pool.close()
