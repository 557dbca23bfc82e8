"""The app's entry: `streamlit run` finds this file and serves `app`."""

import asyncio
import importlib
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import streamlit as st
from starlette.middleware import Middleware

from visualizer.limits import LimitError, limits
from visualizer.log import event, limit_log_rate, log_to_stderr
from visualizer.processes import yield_to_training
from visualizer.training.opening import FolderError, open_folder
from visualizer.ui.kit.job import end_jobs
from visualizer.ui.kit.scripts import script_routes
from visualizer.ui.parts.portable_network import network_route
from visualizer.ui.shell.connections import guard_connections
from visualizer.ui.shell.failure import show_error
from visualizer.ui.shell.http import SecurityHeaders, set_upload_limit
from visualizer.ui.shell.memory import reduce_heap_fragmentation
from visualizer.ui.shell.messages import MessageGuard
from visualizer.ui.shell.store_health import StoreHealth
from visualizer.ui.shell.uploads import UploadGuard
from visualizer.ui.shell.warm_up import warm_up
from visualizer.ui.shell.widget_values import drop_invalid_values
from visualizer.ui.train.live_route import live_route
from visualizer.workspace import workspace


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Prepare the server before it starts; end the worker processes after it stops."""
    reduce_heap_fragmentation()
    yield_to_training()
    # Torch reads it on import. With several threads per visitor, they would all wait for each other on few cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Otherwise Streamlit imports it when it is first needed, in the middle of somebody's click.
    importlib.import_module("pandas")
    # The slow imports run while the first page is painted.
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    set_upload_limit()
    drop_invalid_values()
    limit_log_rate()
    guard_connections()
    event("server-started", **asdict(limits()))
    from visualizer.ui.shell.closed_tabs import forget_closed_tabs

    forgetting = asyncio.create_task(forget_closed_tabs())
    yield
    forgetting.cancel()
    event("server-stopped")
    end_jobs()
    from visualizer.ui.state.server import close

    close()


def can_reconnect(tab: str) -> bool:
    """Whether that tab's session still exists, connected or not."""
    from visualizer.ui.state.tabs import known_tabs

    return tab in known_tabs()


log_to_stderr()
try:
    limits()
    open_folder(workspace())
except (LimitError, FolderError) as error:
    sys.exit(f"The server was not started. {error}")

# The script must not be in this folder: Streamlit would list the files of pages/ by itself before running it.
app = st.App(
    "visualizer/ui/shell/navigation.py",
    lifespan=lifespan,
    routes=[*script_routes(), live_route(), network_route()],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(StoreHealth),
        Middleware(UploadGuard, can_reconnect=can_reconnect),
        Middleware(MessageGuard),
    ],
    on_script_error=show_error,
)
