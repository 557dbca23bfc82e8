"""The worker processes and who trains what: commands go out, events come in and are written to the store."""

import atexit
import os
import secrets
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from visualizer.training.check import check
from visualizer.training.commands import Command, Stop
from visualizer.training.events import ENDED_STATES, Failed, StateChanged
from visualizer.training.messages import Begin, Bundle, Ready, Told, ToWorker
from visualizer.training.settings import RunSpec
from visualizer.training.store import RunStore
from visualizer.training.workers import LocalWorker, Worker


class WorkerPool:
    """Trains runs in worker processes and writes what they emit into the store.

    Args:
        store: Where the runs are kept. This pool must be the only one that writes there.
        workers: How many processes; by default one less than the computer has cores, at least one.
        is_watched: Given an owner, says whether they still have a page open.
        grace: Seconds after which an unwatched run is stopped.
        check_every: Seconds between two looks at who is watched.
        make_worker: Starts a worker.
    """

    def __init__(
        self,
        store: RunStore,
        workers: int | None = None,
        is_watched: Callable[[str], bool] = lambda owner: True,
        grace: float = 30.0,
        check_every: float = 5.0,
        make_worker: Callable[[], Worker] = LocalWorker,
    ) -> None:
        self._store = store
        self._is_watched = is_watched
        self._grace = grace
        self._check_every = check_every
        count = workers or max(1, (os.cpu_count() or 2) - 1)
        self._seats = [_Seat(store, make_worker) for _ in range(count)]
        self._submitting = threading.Lock()
        self._closing = threading.Event()
        for record in store.active_runs():
            store.set_state(record.run_id, "stopped", "The server ended while this run was going on. Start a new run.")
        threading.Thread(target=self._watch, name="run-watcher", daemon=True).start()
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Start the processes now, since loading torch takes them seconds."""
        for seat in self._seats:
            seat.start()

    def submit(self, spec: RunSpec, owner: str) -> str:
        """Take a new run, which waits for its first command; its id, which cannot be guessed.

        Raises:
            UserError: The network does not fit together or to the data set, or the batch does not fit into memory.
        """
        steps_per_epoch = check(spec)
        run_id = secrets.token_hex(16)
        self._store.create(run_id, owner, spec, steps_per_epoch)
        with self._submitting:
            seat = min(self._seats, key=lambda seat: len(seat.runs))
            seat.begin(Begin(run_id, spec))
        return run_id

    def send(self, run_id: str, command: Command) -> None:
        """Tell a run something. One that has ended takes no commands: nothing happens."""
        for seat in self._seats:
            seat.tell(run_id, command)

    def keep_running(self, run_id: str, keep: bool) -> None:
        """Whether the run goes on after its owner's page was closed."""
        self._store.set_keep_running(run_id, keep)

    def close(self) -> None:
        """Stop all runs and end all processes."""
        if self._closing.is_set():
            return
        self._closing.set()
        for seat in self._seats:
            seat.close()
        atexit.unregister(self.close)

    def _watch(self) -> None:
        """Stop runs whose owner has been gone for a while."""
        gone_since: dict[str, float] = {}
        while not self._closing.wait(self._check_every):
            try:
                gone_since = self._look(gone_since)
            except Exception:
                traceback.print_exc()  # looked at again in a moment; without this thread no run would ever be stopped

    def _look(self, gone_since: dict[str, float]) -> dict[str, float]:
        """Since when each run's owner is gone, as far as they are, after stopping those that are gone for too long."""
        runs = [record for record in self._store.active_runs() if not record.keep_running]
        watched = {owner: self._is_watched(owner) for owner in {record.owner for record in runs}}
        now = monotonic()
        gone_since = {record.run_id: gone_since.get(record.run_id, now) for record in runs if not watched[record.owner]}
        for run_id, since in gone_since.items():
            if now - since >= self._grace:
                self.send(run_id, Stop("Stopped because its page was closed."))
        return gone_since


class _Seat:
    """A place for one worker: started when first needed, replaced when it dies."""

    def __init__(self, store: RunStore, make_worker: Callable[[], Worker]) -> None:
        self.runs: set[str] = set()
        self._store = store
        self._make_worker = make_worker
        self._worker: Worker | None = None
        self._collector: threading.Thread | None = None
        self._lock = threading.RLock()
        self._closing = False

    def start(self) -> None:
        """Start the worker if there is none."""
        with self._lock:
            if self._worker is None and not self._closing:
                self._worker = self._make_worker()
                self._collector = threading.Thread(
                    target=self._collect, args=(self._worker,), name="run-collector", daemon=True
                )
                self._collector.start()

    def begin(self, message: Begin) -> None:
        with self._lock:
            self.start()
            self.runs.add(message.run_id)
            self._send(message)

    def tell(self, run_id: str, command: Command) -> None:
        with self._lock:
            if run_id in self.runs:
                self._send(Told(run_id, command))

    def close(self) -> None:
        with self._lock:
            self._closing = True
            worker, collector = self._worker, self._collector
        if worker and collector:
            worker.close()
            collector.join()

    def _send(self, message: ToWorker) -> None:
        assert self._worker is not None
        # It may just have died; the collector learns it too and says so to its runs.
        with suppress(OSError):
            self._worker.send(message)

    def _collect(self, worker: Worker) -> None:
        """Write what the worker emits, until it ends."""
        was_ready = False
        while True:
            try:
                message = worker.receive()
            except EOFError:
                break
            if isinstance(message, Ready):
                was_ready = True
            else:
                self._write(message)
        ending = worker.close()
        with self._lock:
            self._worker = None
            lost, self.runs = self.runs, set()
            for run_id in lost:
                self._say_lost(run_id, ending)
            # One that dies before it is ready would die again.
            if was_ready:
                self.start()

    def _write(self, bundle: Bundle) -> None:
        ended = any(
            isinstance(event, Failed) or (isinstance(event, StateChanged) and event.state in ENDED_STATES)
            for event in bundle.events
        )
        try:
            self._store.apply(bundle)
        except Exception:
            # A full disk, most likely. The run would go on unseen, and without this thread so would all others.
            traceback.print_exc()
            self.tell(bundle.run_id, Stop())
            with suppress(Exception):
                self._store.set_state(bundle.run_id, "failed", "The server could not save this run; its log says why.")
        if ended:
            with self._lock:
                self.runs.discard(bundle.run_id)

    def _say_lost(self, run_id: str, ending: str) -> None:
        if self._closing:
            self._store.set_state(run_id, "stopped", "The server was stopped.")
            return
        self._store.set_state(
            run_id,
            "failed",
            f"The process that trained this run ended unexpectedly ({ending}); often the computer ran out of memory. "
            "Start the run again, with a smaller batch or a smaller network if it happens twice.",
        )
