"""Draws long work: a button that starts it, then its progress and “Cancel”.

The work is done in a thread, not in the page's own script: Streamlit does not interrupt a run of the whole page for a
click inside a fragment, so “Cancel” would only take effect at the end.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.ui.kit.job import COMPUTING, Job, Steps
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.session import session
from visualizer.ui.state.tabs import is_open_tab

T = TypeVar("T")

REFRESH_SECONDS = 0.3
# After this time the work of a closed tab is cancelled: others wait for their turn.
GRACE_SECONDS = 30.0


@dataclass
class _Clicked:
    """The keys of work requested by a click that has not started yet."""

    keys: set[str] = field(default_factory=set)


def work(
    key: str,
    inputs: Hashable,
    start: Callable[[], Steps[T]],
    *,
    button: str,
    icon: str = ":material/play_arrow:",
    at_once: bool = False,
    executor: Executor = COMPUTING,
    patience: float = 0.0,
    draw_partial: Callable[[Any], None] | None = None,
) -> T | None:
    """Draw a button that starts some work, then its progress with “Cancel”; the result once it is ready.

    The result is kept in the session until `inputs` change. When they change, running work is cancelled.

    Args:
        key: Unique on the page.
        inputs: What the result depends on.
        start: Makes the generator that does the work; see `Job`.
        button: What the button says, such as "Draw it".
        icon: The button's icon.
        at_once: Start without a click; the button is then only shown after a cancellation.
        executor: Where the work runs; see `Job`.
        patience: Seconds that the page waits for the result before it draws progress.
        draw_partial: Draws `Progress.partial` while the work goes on.

    Returns:
        What the generator returned; None until then.
    """
    owner = session()
    jobs = owner.jobs
    job: Job[T] | None = jobs.get(key)
    if job is not None and job.inputs != inputs:
        job.cancel()
        del jobs[key]
        job = None
    clicked = owner.page_state(_Clicked)
    requested = key in clicked.keys
    clicked.keys.discard(key)
    if requested or (job is None and at_once):
        job = jobs[key] = Job(inputs, start, executor, _while_open())
        if patience:
            job.join(patience)

    if job is not None and job.ended and not job.cancelled.is_set() and job.error is None:
        return job.result
    if job is None or job.cancelled.is_set() or job.error is not None:
        if job is not None and job.error is not None:
            st.error(markdown_safe(job.error), icon=":material/error:")
        # Only the key: a session keeps the callbacks of all widgets that it ever showed, and everything these hold.
        st.button(button, key=f"{key}-start", icon=icon, on_click=clicked.keys.add, args=(key,))
        return None
    _watched(job, key, draw_partial)
    return None


def _while_open() -> Callable[[], bool]:
    """Whether the asking tab is open, or was a moment ago; without a server it always is."""
    context = get_script_run_ctx()
    closed_at: float | None = None

    def is_open() -> bool:
        nonlocal closed_at
        if context is None or is_open_tab(context.session_id):
            closed_at = None
            return True
        closed_at = closed_at or monotonic()
        return monotonic() - closed_at < GRACE_SECONDS

    return is_open


def _cancel(key: str) -> None:
    job = session().jobs.get(key)
    if job is not None:
        job.cancel()


def forget(key: str) -> None:
    """Cancel the work of that key if it is running, and drop its result and inputs."""
    job = session().jobs.pop(key, None)
    if job is not None:
        job.cancel()


def _watched(job: Job[Any], key: str, draw_partial: Callable[[Any], None] | None) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def watch() -> None:
        # Read before drawing the progress: if the job ended in between, its end would be missed.
        ended = job.ended or job.cancelled.is_set()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(min(max(job.progress.share, 0.0), 1.0), text=job.progress.text)
            st.button("Cancel", key=f"{key}-cancel", icon=":material/close:", on_click=_cancel, args=(key,))
        if draw_partial is not None and job.progress.partial is not None:
            draw_partial(job.progress.partial)
        if ended:
            st.rerun()

    watch()
