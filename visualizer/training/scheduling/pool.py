"""Distributes runs to worker processes: commands go out, events come in and are written to the store."""

import atexit
import os
import secrets
import threading
import traceback
from collections.abc import Callable, Collection, Sequence
from time import monotonic

from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.check import check
from visualizer.training.scheduling.commands import Command, Interrupt, Stop
from visualizer.training.scheduling.messages import Begin
from visualizer.training.scheduling.peers import Peers
from visualizer.training.scheduling.turn_queue import Place
from visualizer.training.scheduling.worker_slot import WorkerSlot
from visualizer.training.scheduling.workers import LocalWorker, Worker
from visualizer.training.settings import RunSpec
from visualizer.words import counted
from visualizer.workspace import saving

_POST_EVERY = 0.5  # seconds between two checks for commands from other servers


class WorkerPool:
    """Trains runs in worker processes and writes their events to the store.

    Args:
        store: Where the runs are kept.
        peers: The servers whose pools work on the same folder; this one leaves them when the pool is closed.
        workers: How many processes; by default what `limits` says.
        is_watched: Given an owner, says whether they still have a page open.
        grace: Seconds after which an unwatched run is interrupted.
        check_every: Seconds between two checks of who is watched.
        make_worker: Starts a worker.
        turns: How many runs of one worker take turns; further ones wait. By default what `limits` says.
        shared: Whether the runs share that many workers; otherwise each run has its own.
    """

    def __init__(
        self,
        store: RunStore,
        peers: Peers,
        workers: int | None = None,
        is_watched: Callable[[str], bool] = lambda owner: True,
        grace: float = 30.0,
        check_every: float = 5.0,
        make_worker: Callable[[], Worker] = LocalWorker,
        turns: int | None = None,
        shared: bool = True,
    ) -> None:
        self._store = store
        self._make_worker = make_worker
        self._turns = turns or limits().turns
        self._shared = shared
        self._is_watched = is_watched
        self._grace = grace
        self._check_every = check_every
        count = workers or limits().workers or max(1, (os.cpu_count() or 2) - 1)
        self._slots = [WorkerSlot(store, make_worker, self._turns) for _ in range(count if shared else 0)]
        self._submitting = threading.Lock()
        self._closing = threading.Event()
        self._printed = ""
        self._peers = peers
        self._interrupt_orphans(store.active_runs())
        self._threads = [
            threading.Thread(target=self._watch, name="run-watcher", daemon=True),
            threading.Thread(target=self._collect_post, name="run-post", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Start the processes now, since loading torch takes them seconds."""
        for slot in self._slots:
            slot.start()

    def submit(self, spec: RunSpec, owner: str, own: Collection[str] = ()) -> str:
        """Take a new run, which waits for its first command; returns its id, which cannot be guessed.

        `owner` is the id of the workspace that it belongs to, `own` are the own data sets of this workspace.

        Raises:
            UserError: The network does not fit together or to the data set, the data set is somebody else's, the batch
                does not fit into memory, the owner has too many active runs, or the disk is full.
        """
        steps_per_epoch = check(spec, own)
        run_id = secrets.token_hex(16)
        with self._submitting, saving():
            self._check_room(owner)
            self._store.create(run_id, owner, spec, steps_per_epoch, self._peers.own)
            self._begin(Begin(run_id, spec))
        return run_id

    def resume(self, run_id: str) -> None:
        """Take an interrupted run again; it waits for its next command at its last checkpoint.

        A run that is not interrupted is left as it is.

        Raises:
            UserError: As for `submit`; its data set may be gone, too.
        """
        with self._submitting, saving():
            self._store.write_unwritten()
            record = self._store.record(run_id)
            # Its last worker may not have released it yet.
            if record is None or record.state != "interrupted" or any(run_id in slot.runs for slot in self._slots):
                return
            check(record.spec, own=(record.spec.settings.dataset,))  # it was the owner's when the run was created
            self._check_room(record.owner)
            if claim := self._store.claim(run_id, self._peers.own):
                self._begin(Begin(run_id, record.spec, claim.checkpoint, record.seconds))

    def _begin(self, message: Begin) -> None:
        if self._shared:
            slot = self._freest()
        else:
            slot = WorkerSlot(self._store, self._make_worker, self._turns, lasting=False)
            # A new list: other threads may be iterating over the old one.
            self._slots = [*(other for other in self._slots if not other.over), slot]
        slot.begin(message)

    def _check_room(self, owner: str) -> None:
        most = limits().active_runs
        if sum(record.owner == owner for record in self._store.active_runs()) >= most:
            raise UserError(
                f"You already have {counted(most, 'active run')}.",
                "More of them would slow down everybody.",
                "Stop one of them, or wait until one has finished.",
            )

    def place(self, run_id: str) -> Place | None:
        """Where a run stands among those that take turns with it; None where it neither trains nor waits."""
        return next((place for slot in self._slots if (place := slot.place(run_id))), None)

    def would_take_turns_with(self) -> int:
        """With how many runs a new one would take turns; 0 where each run has its own worker."""
        return self._freest().running if self._shared else 0

    def _freest(self) -> WorkerSlot:
        return min(self._slots, key=lambda slot: len(slot.runs))

    def give_up(self, run_id: str) -> None:
        """End a run for good; an interrupted one then keeps no checkpoint."""
        self.send(run_id, Stop())
        record = self._store.record(run_id)
        if record is not None and record.state == "interrupted":
            self._store.set_state(run_id, "stopped", "")

    def send(self, run_id: str, command: Command) -> None:
        """Send a command to a run, whichever server trains it. One that has ended ignores it."""
        if self._send_here(run_id, command):
            return
        record = self._store.record(run_id)
        if record is not None and record.active and record.server != self._peers.own:
            self._peers.send(record.server, run_id, command)

    def _send_here(self, run_id: str, command: Command) -> bool:
        """Send a command to a run of this pool; False where it is not one."""
        slots = [slot for slot in self._slots if run_id in slot.runs]
        for slot in slots:
            slot.send(run_id, command)
        return bool(slots)

    def keep_running(self, run_id: str, keep: bool) -> None:
        """Whether the run goes on after its owner's page was closed."""
        self._store.set_keep_running(run_id, keep)

    def close(self) -> None:
        """Stop all runs and end all processes."""
        if self._closing.is_set():
            return
        self._closing.set()
        # They read the folder, which may be removed as soon as this returns.
        for thread in self._threads:
            thread.join()
        for slot in self._slots:
            slot.close()
        self._peers.close()
        atexit.unregister(self.close)

    def _collect_post(self) -> None:
        """Pass on commands that came from the pages of other servers."""
        while not self._closing.wait(_POST_EVERY):
            try:
                for run_id, command in self._peers.received():
                    self._send_here(run_id, command)
            except Exception as error:
                self._print(error)  # tried again in a moment

    def _print(self, error: Exception) -> None:
        """Print an error, unless it was the last one printed: a missing file is missing every half a second."""
        text = f"{type(error).__name__}: {error}"
        if text != self._printed:
            traceback.print_exception(error)
        self._printed = text

    def _interrupt_orphans(self, runs: Sequence[RunRecord]) -> None:
        """Mark runs as interrupted whose server has ended."""
        living = self._peers.living()
        for record in runs:
            if record.server not in living:
                message = "The server ended while this run was going on."
                self._store.set_state(record.run_id, "interrupted", message, record.server)

    def _watch(self) -> None:
        """Interrupt runs whose owner has been gone for a while, and write what could not be written before."""
        gone_since: dict[str, float] = {}
        while not self._closing.wait(self._check_every):
            try:
                gone_since = self._interrupt_unwatched(gone_since)
                self._store.write_unwritten()
            except Exception as error:
                self._print(error)  # tried again in a moment; without this thread no run would ever be interrupted

    def _interrupt_unwatched(self, gone_since: dict[str, float]) -> dict[str, float]:
        """Interrupt runs whose owner has been gone for too long; since when the owner of each run has been gone."""
        runs = self._store.active_runs()
        self._interrupt_orphans(runs)
        here = {owner: self._is_watched(owner) for owner in {record.owner for record in runs}}
        for owner in {record.owner for record in runs if record.server != self._peers.own and here[record.owner]}:
            self._peers.watch(owner)
        runs = [record for record in runs if record.server == self._peers.own and not record.keep_running]
        # Another server checks as often as this one, and may be a little late.
        watched = {
            owner: here[owner] or self._peers.is_watched_elsewhere(owner, within=3 * self._check_every)
            for owner in {record.owner for record in runs}
        }
        now = monotonic()
        gone_since = {record.run_id: gone_since.get(record.run_id, now) for record in runs if not watched[record.owner]}
        for run_id, since in gone_since.items():
            if now - since >= self._grace:
                self.send(run_id, Interrupt("Interrupted because its page was closed."))
        return gone_since
