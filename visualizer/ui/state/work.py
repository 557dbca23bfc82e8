"""Work that takes longer than a second: done in a thread, with progress, and with a button that cancels it.

Not in the page's own script: Streamlit does not interrupt a run of the whole page for a click inside a fragment, so a
“Cancel” would be heard only when all is done.
"""

import logging
import threading
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from visualizer.errors import UserError
from visualizer.ui.kit.text import told
from visualizer.ui.state.server import is_open_tab
from visualizer.ui.state.session import session

S = TypeVar("S")
T = TypeVar("T")

REFRESH_SECONDS = 0.3
# After which the work of a tab that was closed is given up: others wait for its place.
GRACE_SECONDS = 30.0

_log = logging.getLogger(__name__)
# Work of all sessions that computes: one after the other, as one core stays for the pages.
COMPUTING = threading.Semaphore()


@dataclass(frozen=True)
class Progress:
    """How far some work is.

    Attributes:
        share: From 0 to 1.
        text: What is being done, in a few words.
        partial: What there is so far, for a picture that grows; None where there is nothing to show.
    """

    share: float
    text: str
    partial: Any = None


Steps = Generator[Progress, None, T]


class Job(Generic[T]):
    """A generator that runs in a thread of its own: it yields its progress and returns its result.

    Args:
        inputs: What the result depends on.
        start: Makes the generator. It must not use Streamlit: it runs outside any session.
        turn: Work of one kind does not go on at the same time; None for what mostly waits, for another process or a
            server in the network.
        is_wanted: Asked before each step: where it says no, the job is cancelled.

    Attributes:
        progress: The last one that was yielded.
        result: None until it is done.
        error: What to tell where it failed, else None.
        ended: True once it is done, failed or was cancelled.
    """

    def __init__(
        self,
        inputs: Hashable,
        start: Callable[[], Steps[T]],
        turn: threading.Semaphore | None = COMPUTING,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.inputs = inputs
        self.progress = Progress(0.0, "Waiting for its turn …")
        self.result: T | None = None
        self.error: str | None = None
        self.cancelled = threading.Event()
        self._is_wanted = is_wanted
        self._turn = turn or threading.Semaphore()
        # What it starts from goes with the thread, while the job stays with its result.
        self._thread = threading.Thread(target=self._run, args=(start,), name="job", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """Stop at the next step; its result is not wanted any more."""
        self.cancelled.set()

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has ended, or for so long."""
        self._thread.join(seconds)

    def _run(self, start: Callable[[], Steps[T]]) -> None:
        while not self._turn.acquire(timeout=REFRESH_SECONDS):
            if self._is_over():
                return
        try:
            self.result = self._take_steps(start())
        except UserError as error:
            self.error = str(error)
        except Exception:
            _log.exception("a job failed")
            self.error = "Something in this app went wrong at this. Try it again. The server's log has the details."
        finally:
            self._turn.release()

    def _is_over(self) -> bool:
        if not self._is_wanted():
            self.cancel()
        return self.cancelled.is_set()

    def _take_steps(self, steps: Steps[T]) -> T | None:
        while not self._is_over():
            try:
                self.progress = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
        steps.close()
        return None


def in_words(steps: Generator[S, None, T], tell: Callable[[S], Progress]) -> Steps[T]:
    """The same work for `work`: `tell` says of each step how far it is. Closed early, it closes `steps` too."""
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
            yield tell(step)
    finally:
        steps.close()


def work(
    key: str,
    inputs: Hashable,
    start: Callable[[], Steps[T]],
    *,
    button: str,
    icon: str = ":material/play_arrow:",
    at_once: bool = False,
    turn: threading.Semaphore | None = COMPUTING,
    patience: float = 0.0,
    draw_partial: Callable[[Any], None] | None = None,
) -> T | None:
    """Draw a button that starts some work, then its progress with “Cancel”; the result once it is there.

    The result is kept in the session until `inputs` change. Work whose inputs changed meanwhile is cancelled.

    Args:
        key: Unique on the page.
        inputs: What the result depends on.
        start: Makes the generator that does the work; see `Job`.
        button: What the button says, such as "Draw it".
        icon: The button's icon.
        at_once: Start without being asked; the button is then only seen after a cancellation.
        turn: Which other work it waits for, and keeps waiting; see `Job`.
        patience: Seconds for which the page waits for a result that is mostly there at once, before it draws progress.
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
    asked = key in owner.asked_jobs
    owner.asked_jobs.discard(key)
    if asked or (job is None and at_once):
        job = jobs[key] = Job(inputs, start, turn, _while_open())
        if patience:
            job.join(patience)

    if job is not None and job.ended and not job.cancelled.is_set() and job.error is None:
        return job.result
    if job is None or job.cancelled.is_set() or job.error is not None:
        if job is not None and job.error is not None:
            st.error(told(job.error), icon=":material/error:")
        # Only its key: a session keeps the callbacks of all widgets that it ever showed, and what they hold.
        st.button(button, key=f"{key}-start", icon=icon, on_click=owner.asked_jobs.add, args=(key,))
        return None
    _watched(job, key, draw_partial)
    return None


def _while_open() -> Callable[[], bool]:
    """Whether the tab that asks now is still open, or was until a moment ago. Without a server nobody can leave."""
    context = get_script_run_ctx()
    left_at: float | None = None

    def is_open() -> bool:
        nonlocal left_at
        if context is None or is_open_tab(context.session_id):
            left_at = None
            return True
        left_at = left_at or monotonic()
        return monotonic() - left_at < GRACE_SECONDS

    return is_open


def _cancel(key: str) -> None:
    job = session().jobs.get(key)
    if job is not None:
        job.cancel()


def forget(key: str) -> None:
    """Cancel the work of that key if it goes on, and keep neither its result nor what it was made of."""
    job = session().jobs.pop(key, None)
    if job is not None:
        job.cancel()


def _watched(job: Job[Any], key: str, draw_partial: Callable[[Any], None] | None) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def watch() -> None:
        # Asked before the progress is drawn: the job may end in between, and would then not be seen as ended.
        ended = job.ended or job.cancelled.is_set()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(min(max(job.progress.share, 0.0), 1.0), text=job.progress.text)
            st.button("Cancel", key=f"{key}-cancel", icon=":material/close:", on_click=_cancel, args=(key,))
        if draw_partial is not None and job.progress.partial is not None:
            draw_partial(job.progress.partial)
        if ended:
            st.rerun()

    watch()
