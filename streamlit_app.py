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
from visualizer.log import bound_the_log, event, to_stderr
from visualizer.processes import yield_to_training
from visualizer.training.opening import FolderError, open_folder
from visualizer.ui.kit.job import end_jobs
from visualizer.ui.kit.scripts import script_routes
from visualizer.ui.shell.connections import guard_connections
from visualizer.ui.shell.failure import show_error
from visualizer.ui.shell.http import SecurityHeaders, accept_uploads
from visualizer.ui.shell.memory import reduce_heap_fragmentation
from visualizer.ui.shell.messages import Messages
from visualizer.ui.shell.store_watch import StoreWatch
from visualizer.ui.shell.uploads import Uploads
from visualizer.ui.shell.warm_up import warm_up
from visualizer.ui.shell.widget_values import leave_out_what_does_not_fit
from visualizer.ui.train.live_route import live_route
from visualizer.workspace import workspace


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """While the server runs; afterwards the worker processes are ended."""
    reduce_heap_fragmentation()
    yield_to_training()
    # Torch reads it when it is loaded. With several threads for each visitor, all wait for one another on few cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Streamlit loads it when first needed: that would be in the middle of somebody's click.
    importlib.import_module("pandas")
    # The first page paints meanwhile, and finds the libraries loaded that take seconds to load.
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    accept_uploads()
    leave_out_what_does_not_fit()
    bound_the_log()
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


def may_come_back(tab: str) -> bool:
    """Whether that tab's session is kept, connected or not."""
    from visualizer.ui.state.tabs import known_tabs

    return tab in known_tabs()


to_stderr()
try:
    limits()
    open_folder(workspace())
except (LimitError, FolderError) as error:
    sys.exit(f"The server was not started. {error}")

# The script is not in this folder: Streamlit would then list the files of pages/ by itself, before it has run.
app = st.App(
    "visualizer/ui/shell/navigation.py",
    lifespan=lifespan,
    routes=[*script_routes(), live_route()],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(StoreWatch),
        Middleware(Uploads, may_come_back=may_come_back),
        Middleware(Messages),
    ],
    on_script_error=show_error,
)
