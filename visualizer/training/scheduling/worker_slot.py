"""A slot for one worker, which is started when first needed and replaced when it dies; its runs then go on."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from visualizer import log
from visualizer.training.loop.events import ENDED_STATES, Bundle, Failed, State, StateChanged
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Command, Interrupt, Pause, Start, Stop, TrainBatch, TrainEpoch
from visualizer.training.scheduling.messages import Begin, Ready, RunCommand, ToWorker, Turn
from visualizer.training.scheduling.turn_queue import Place, TurnQueue
from visualizer.training.scheduling.workers import Worker
from visualizer.workspace import is_disk_full

# How often in a row a worker may die during a run's turn, without a new checkpoint in between.
MAX_DEATHS = 2
DISK_IS_FULL = (
    "The server's disk is full, so this run cannot be saved and was interrupted. What was saved before is kept: once "
    "there is room again, go on from there."
)
NOT_SAVED = (
    "The server could not save this run, so it was interrupted; its log says why. Go on from where it was saved."
)
SERVER_STOPPED = "The server was stopped while this run was going on."

_log = logging.getLogger(__name__)


class WorkerSlot:
    """One worker and its runs.

    Args:
        store: Where the runs are kept.
        make_worker: Starts a worker.
        turns: How many runs take turns at most; further ones wait in a queue.
        lasting: Whether the worker waits for further runs after its own have ended; otherwise it ends with them.

    Attributes:
        runs: The ids of its runs.
    """

    def __init__(self, store: RunStore, make_worker: Callable[[], Worker], turns: int, lasting: bool = True) -> None:
        self.runs: set[str] = set()
        self._store = store
        self._make_worker = make_worker
        self._lasting = lasting
        self._worker: Worker | None = None
        self._collector: threading.Thread | None = None
        self._lock = threading.RLock()
        self._closing = False
        self._queue = TurnQueue(turns)
        self._at_turn: str | None = None
        # The last command of each run that says whether it goes on.
        self._last_commands: dict[str, Command] = {}
        # Each run's checkpoint when its worker last died during its turn, and how many deaths there were at it.
        self._deaths: dict[str, tuple[int | None, int]] = {}
        # Runs that could not be saved: what they still emit would leave a gap.
        self._unsaved: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether it has ended for good."""
        with self._lock:
            return not (self._lasting or self.runs or self._worker)

    def start(self) -> None:
        """Start the worker if there is none and one is needed."""
        with self._lock:
            if self._worker is None and not self._closing and (self._lasting or self.runs):
                self._worker = self._make_worker()
                log.event("worker-started", process=getattr(self._worker, "process_id", None))
                self._collector = threading.Thread(
                    target=self._collect, args=(self._worker,), name="run-collector", daemon=True
                )
                self._collector.start()

    def begin(self, message: Begin) -> None:
        """Give the worker a run."""
        with self._lock:
            self.runs.add(message.run_id)
            self.start()
            self._unsaved.discard(message.run_id)
            self._deliver(message)

    def send(self, run_id: str, command: Command) -> None:
        """Give a run a command, if it is one of these; one to go on may have to wait in the queue."""
        with self._lock:
            if run_id not in self.runs:
                return
            if isinstance(command, Start | TrainEpoch | TrainBatch):
                self._last_commands[run_id] = command
                if not self._queue.ask(run_id, command):
                    self._store.set_state(run_id, "queued", "")
                    return
            elif isinstance(command, Pause | Stop | Interrupt):
                self._last_commands[run_id] = command
                if self._queue.withdraw(run_id) and isinstance(command, Pause):
                    self._store.set_state(run_id, "paused", "")
                    return
            self._deliver(RunCommand(run_id, command))

    def place(self, run_id: str) -> Place | None:
        """Where the run stands among those of this worker; None where it is paused or not one of these."""
        with self._lock:
            return self._queue.place(run_id)

    @property
    def running(self) -> int:
        """How many of its runs take turns."""
        with self._lock:
            return self._queue.running

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._closing = True
            worker, collector = self._worker, self._collector
        if worker and collector:
            worker.close()
            collector.join()

    def _deliver(self, message: ToWorker) -> None:
        assert self._worker is not None
        # It may just have died; the collector notices that too and takes care of its runs.
        with suppress(OSError):
            self._worker.send(message)

    def _collect(self, worker: Worker) -> None:
        """Write what the worker emits, until it ends."""
        was_ready = False
        while self._lasting or self.runs:
            try:
                message = worker.receive()
            except EOFError:
                break
            if isinstance(message, Ready):
                was_ready = True
            elif isinstance(message, Turn):
                self._at_turn = message.run_id
            elif message.run_id not in self._unsaved:
                self._write(message)
            self._follow(message)
        ending = worker.close()
        with self._lock:
            self._worker = None
            if not self._closing and (self._lasting or self.runs):
                log.event("worker-died", warning=True, ending=ending, runs=len(self.runs), replaced=was_ready)
            lost, self.runs = sorted(self.runs), set()
            self._queue.clear()
            # One that dies before it is ready would die again.
            if was_ready and self._lasting:
                self.start()
            for run_id in lost:
                try:
                    self._resume(run_id, ending, may_go_on=was_ready)
                except Exception as error:
                    self._give_up(run_id, error)

    def _write(self, bundle: Bundle) -> None:
        try:
            self._store.apply(bundle)
        except Exception as error:
            # This thread must go on: without it, no event of any run would be written.
            self._give_up(bundle.run_id, error)

    def _give_up(self, run_id: str, error: Exception) -> None:
        """Interrupt a run that cannot be saved where it was saved last, as soon as that can be written."""
        message = DISK_IS_FULL if is_disk_full(error) else NOT_SAVED
        if is_disk_full(error):
            log.event("disk-full", warning=True, run=run_id)
        _log.error("run %s could not be saved", run_id, exc_info=error)
        self._unsaved.add(run_id)
        self.send(run_id, Stop())
        with suppress(Exception):
            self._store.interrupt(run_id, message)

    def _follow(self, message: Ready | Turn | Bundle) -> None:
        """Keep track of which runs are active, and admit those at the front of the queue."""
        if not isinstance(message, Bundle):
            return
        run_id = message.run_id
        with self._lock:
            for event in message.events:
                state = "failed" if isinstance(event, Failed) else getattr(event, "state", None)
                if state == "running":
                    self._queue.goes(run_id)
                    if isinstance(self._last_commands.get(run_id), Pause):
                        self._last_commands[run_id] = Start()
                elif isinstance(event, StateChanged | Failed):
                    self._queue.rests(run_id)
                    self._last_commands[run_id] = Pause()
                if state in ENDED_STATES:
                    self.runs.discard(run_id)
                    self._last_commands.pop(run_id, None)
                    self._deaths.pop(run_id, None)
            for admitted, command in self._queue.admit():
                self._deliver(RunCommand(admitted, command))

    def _resume(self, run_id: str, ending: str, may_go_on: bool) -> None:
        """The worker of this run has ended: let it go on in the next one, or say why it does not."""
        command = self._last_commands.pop(run_id, None)
        record = self._store.record(run_id)
        if record is None or not record.active:
            return
        if isinstance(command, Stop | Interrupt):
            state: State = "stopped" if isinstance(command, Stop) else "interrupted"
            self._store.set_state(run_id, state, command.reason)
        elif self._closing:
            self._store.set_state(run_id, "interrupted", SERVER_STOPPED)
        elif not may_go_on or self._dies_again(run_id, record.checkpoint_step):
            self._store.set_state(
                run_id,
                "failed",
                f"The process that trained this run ended unexpectedly ({ending}); often the computer ran out of "
                "memory. Start the run again, with a smaller batch or a smaller network if it happens twice.",
            )
        else:
            go_on = command if isinstance(command, Start | TrainEpoch | TrainBatch) else None
            epoch = record.checkpoint_epoch
            again = "It began anew, with the same curve."
            if epoch is not None:
                again = f"It goes on from epoch {epoch + 1}, with the same curve."
            # Where the checkpoint turns out to be damaged, the run says that instead.
            message = f"The process that trained this run ended unexpectedly ({ending}). {again}"
            checkpoint = self._store.rewind(run_id, "queued" if go_on else record.state, message)
            self.begin(Begin(run_id, record.spec, checkpoint, record.seconds))
            if go_on:
                self.send(run_id, go_on)

    def _dies_again(self, run_id: str, checkpoint: int | None) -> bool:
        """Count the deaths of workers that this run may have caused; whether there were too many."""
        if self._at_turn not in (None, run_id):
            return False
        last, deaths = self._deaths.get(run_id, (None, 0))
        deaths = deaths + 1 if last == checkpoint else 1
        self._deaths[run_id] = (checkpoint, deaths)
        return deaths > MAX_DEATHS
