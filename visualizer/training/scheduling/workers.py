"""Where runs are trained, as the pool sees it: a `Worker` takes and returns messages, wherever it is."""

import pickle
import threading
from contextlib import suppress
from typing import Protocol

from visualizer.processes import start_module
from visualizer.training.scheduling.messages import FromWorker, ToWorker


class Worker(Protocol):
    """Trains runs in another process: `LocalWorker` on this computer, others on another one."""

    def send(self, message: ToWorker) -> None:
        """Give it a message. May be called from any thread. Raises OSError if it has ended."""

    def receive(self) -> FromWorker:
        """Its next message, waiting for one. Raises EOFError once it has ended and all was read."""

    def close(self) -> str:
        """End it, if it has not ended, and wait until it has; how it ended, in a few words."""


class LocalWorker:
    """A worker process on this computer. It ends with this process, since its standard input ends then."""

    def __init__(self) -> None:
        self._process = start_module("visualizer.training.scheduling.worker", OMP_NUM_THREADS="1")
        self._sending = threading.Lock()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def send(self, message: ToWorker) -> None:
        assert self._process.stdin is not None
        with self._sending:
            if self._process.stdin.closed:
                raise BrokenPipeError
            pickle.dump(message, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def receive(self) -> FromWorker:
        assert self._process.stdout is not None
        try:
            return pickle.load(self._process.stdout)
        # It was killed in the middle of a message, or closed by another thread.
        except (pickle.UnpicklingError, ValueError) as error:
            raise EOFError from error

    def close(self) -> str:
        self._process.kill()
        code = self._process.wait()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._sending, suppress(BrokenPipeError):  # what it did not read is gone with it
            self._process.stdin.close()
        self._process.stdout.close()
        return f"exit code {code}" if code >= 0 else f"signal {-code}"
