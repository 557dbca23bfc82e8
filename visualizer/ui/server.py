"""What the whole server shares: the run store and the workers. One of each, made on first use."""

import threading

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.training.cluster import Cluster, RayWorker, cluster_address
from visualizer.training.pool import WorkerPool
from visualizer.training.store import RunStore
from visualizer.workspace import workspace

_pools: list[WorkerPool] = []


@st.cache_resource(show_spinner=False)
def run_store() -> RunStore:
    """The runs of everyone on this server."""
    return RunStore(workspace())


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
    return pool


def close() -> None:
    """End the workers, where any were started."""
    for pool in _pools:
        pool.close()


def owner_id() -> str:
    """The id of this tab's session, by which its runs are known."""
    context = get_script_run_ctx()
    return context.session_id if context else "no-session"


def _is_connected(owner: str) -> bool:
    """Whether the browser tab is still connected. Without a server (in AppTest) there is nobody who could leave."""
    return not Runtime.exists() or Runtime.instance().is_active_session(owner)
