"""The app's entry: `streamlit run` finds this file and serves `app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from visualizer.ui.failure import say_sorry


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """While the server runs; afterwards the worker processes are ended."""
    yield
    from visualizer.ui.server import close

    close()


# The script is not in this folder: Streamlit would then list the files of pages/ by itself, before it has run.
app = st.App("visualizer/ui/navigation.py", lifespan=lifespan, on_script_error=say_sorry)
