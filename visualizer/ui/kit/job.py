"""Work in a thread: its progress, its result or its error, and a way to cancel it."""

import logging
import threading
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from visualizer.errors import UserError

S = TypeVar("S")
T = TypeVar("T")

_log = logging.getLogger(__name__)
# For work that computes: one job at a time, first come, first served, so that one core stays free for the pages.
COMPUTING: Executor = ThreadPoolExecutor(1, "computing")
# For work that mostly waits for another process or for a server in the network.
WAITING: Executor = ThreadPoolExecutor(64, "waiting")
_closing = threading.Event()


@dataclass(frozen=True)
class Progress:
    """The progress of some work.

    Attributes:
        share: From 0 to 1.
        text: The current activity, in a few words.
        partial: The result so far, for a picture that grows; None if there is nothing to show.
    """

    share: float
    text: str
    partial: Any = None


Steps = Generator[Progress, None, T]


class Job(Generic[T]):
    """A generator that runs in a thread: it yields its progress and returns its result.

    Args:
        inputs: What the result depends on.
        start: Makes the generator. It must not use Streamlit: it runs outside any session.
        executor: Where it runs, after the work submitted before it.
        is_wanted: Asked before each step; if it returns False, the job is cancelled.

    Attributes:
        progress: The last one that was yielded.
        result: None until it is done.
        error: The sentence to show if it failed, else None.
        ended: True once it is done, failed or was cancelled.
    """

    def __init__(
        self,
        inputs: Hashable,
        start: Callable[[], Steps[T]],
        executor: Executor = COMPUTING,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.inputs = inputs
        self.progress = Progress(0.0, "Waiting for its turn …")
        self.result: T | None = None
        self.error: str | None = None
        self.cancelled = threading.Event()
        self._is_wanted = is_wanted
        # The executor then drops the generator, while the job stays with its result.
        self._future = executor.submit(self._run, start)

    @property
    def ended(self) -> bool:
        return self._future.done()

    def cancel(self) -> None:
        """Stop at the next step, or do not start."""
        self.cancelled.set()
        self._future.cancel()

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has ended, for at most this many seconds."""
        wait([self._future], seconds)

    def _run(self, start: Callable[[], Steps[T]]) -> None:
        try:
            self.result = self._take_steps(start())
        except UserError as error:
            self.error = str(error)
        except Exception:
            _log.exception("a job failed")
            self.error = "Something went wrong in this app. Try again. The server’s log has the details."

    def _take_steps(self, steps: Steps[T]) -> T | None:
        while not self.cancelled.is_set() and not _closing.is_set():
            if not self._is_wanted():
                self.cancel()
                break
            try:
                self.progress = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
        steps.close()
        return None


def end_jobs() -> None:
    """Stop every job at its next step, and start none: Python waits for their threads before it exits."""
    _closing.set()


def with_progress(steps: Generator[S, None, T], describe: Callable[[S], Progress]) -> Steps[T]:
    """The same work as a job: `describe` turns each step into its progress. Closed early, it closes `steps` too."""
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                result: T = stop.value
                return result
            yield describe(step)
    finally:
        steps.close()
