"""The worker process: `python -m visualizer.training.scheduling.worker` trains the runs that arrive on its stdin.

A worker is a plain child process that speaks through its own two pipes, not a `multiprocessing` one: under Streamlit
`__main__` is the app's script, and multiprocessing's "spawn" would run that script again in every worker. Pickle is
used on these two pipes only, between the server and a process it started itself, as multiprocessing does.
"""

import math
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from queue import Queue, SimpleQueue
from time import perf_counter
from typing import BinaryIO, Literal

import torch

from visualizer.data.catalog import load_dataset, load_dataset_of_run
from visualizer.errors import UserError
from visualizer.tasks.task import Task
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import ENDED_STATES, Bundle, EpochEnded, Event, Failed, RunProgress, StateChanged
from visualizer.training.loop.examples import Examples
from visualizer.training.loop.loop import Training
from visualizer.training.scheduling.commands import (
    Command,
    Interrupt,
    Pause,
    SetLearningRate,
    Start,
    Stop,
    TrainBatch,
    TrainEpoch,
)
from visualizer.training.scheduling.messages import Begin, FromWorker, Ready, ToWorker, Turn
from visualizer.training.settings import TrainingSettings

SLICE = 0.1  # seconds that a run trains before the next one has its turn
BUNDLE_EVERY = 0.2  # seconds between two bundles of one run, at least; they are sent at the end of a turn
# At least so many seconds between two snapshots of one run: drawing one costs the browser more than all the curves.
SNAPSHOT_EVERY = 0.7
SNAPSHOT_SHARE = 0.02  # of the time at most: snapshots of a large network become rarer, so that training stays fast
# A checkpoint is made at the end of an epoch (in a long epoch also within it), after at least so many seconds of the
# run's own training. So a worker that dies loses at most the current epoch, or 2 seconds where epochs are shorter.
CHECKPOINT_EVERY = 2.0
CHECKPOINT_WITHIN_EPOCH = 30.0
CHECKPOINT_SHARE = 0.02  # of the time at most, for making it here ...
CHECKPOINT_RATE = 8_000_000  # ... and bytes per second at most, for the server to write: 20 MB every 2.5 seconds
OUTBOX_LENGTH = 16  # bundles that may wait for the server; then training waits too
SPEED_MEMORY = 3.0  # seconds over which the speed is averaged

Goal = Literal["end", "epoch", "batch"]
Send = Callable[[FromWorker], None]
# Of the data set of that name, for that input shape and task.
MakeExamples = Callable[[str, tuple[int, int, int], Task], Examples]


class ActiveRun:
    """A run in its worker: its training, how far it is to go now, and the events that wait for the next bundle."""

    def __init__(self, run_id: str, training: Training, send: Send, seconds: float = 0.0) -> None:
        self.run_id = run_id
        self.training = training
        self.goal: Goal | None = None  # None while it is paused
        self._step_before = 0  # batches trained when the last command came
        self.ended = False
        self._send = send
        self._clock = _Clock(seconds, training.pictures_seen)
        self._trained_seconds = 0.0  # in its own turns, since the last checkpoint
        self._checkpoint_gap = CHECKPOINT_EVERY
        self._epoch_ended = False  # since the last checkpoint
        # A resumed run has sent the weights of its checkpoint before.
        self._events: list[Event] = [] if training.step else [training.weights()]
        self._snapshot()
        self._flush()

    def take(self, command: Command) -> None:
        """Do what a command says."""
        if isinstance(command, Start):
            self._go("end")
        elif isinstance(command, TrainEpoch):
            self._go("epoch")
        elif isinstance(command, TrainBatch):
            self._go("batch")
        elif isinstance(command, Pause):
            if self.goal:
                self._stop_training(StateChanged("paused"))
        elif isinstance(command, Stop):
            self._stop_training(StateChanged("stopped", command.reason))
        elif isinstance(command, Interrupt):
            self._stop_training(StateChanged("interrupted", command.reason))
        elif isinstance(command, SetLearningRate):
            self.training.set_learning_rate(command.value)
            self._flush()
        elif 0 <= command.index < len(self.training.examples.dataset.pictures):
            self.training.probe_index = command.index
            self._snapshot()
            self._flush()

    def turn(self, seconds: float, interrupted: Callable[[], bool]) -> None:
        """Train for some seconds and at least one batch; stop early when interrupted or when the goal is reached."""
        started = perf_counter()
        until = started + seconds
        with self.training.turn():
            while self.goal:
                for event in self.training.advance():
                    self._note(event)
                if self.goal == "batch" and self.training.step > self._step_before and not self.training.evaluating:
                    self._stop_training(StateChanged("paused"))
                if perf_counter() >= until or interrupted():
                    break
        # At the end of each turn: where many runs take turns, the next turn may be seconds away.
        now = perf_counter()
        self._trained_seconds += now - started
        if not self.goal:
            return
        made = self._checkpoint_if_due()
        if now >= self._next_snapshot:
            self._snapshot()
            self._flush()
        elif made or now >= self._clock.last + BUNDLE_EVERY:
            self._flush()

    def fail(self, message: str) -> None:
        """End as failed."""
        self._events.append(Failed(message))
        self._end()

    def _note(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self._events.append(event)
            self._epoch_ended = True
            if event.epoch == 0:
                return  # the untrained weights were sent at the start
            if self.goal != "end" and not self.training.ended:
                self._stop_training(StateChanged("paused"))
            else:
                self._events.append(self.training.weights())
        elif isinstance(event, StateChanged):
            self._snapshot()
            self._events.append(event)
            self._end()
        elif isinstance(event, Failed):
            # No snapshot: its NaNs would replace the last one that is of use.
            self.fail(event.message)
        else:
            self._events.append(event)

    def _checkpoint_if_due(self) -> bool:
        least = self._checkpoint_gap if self._epoch_ended else max(self._checkpoint_gap, CHECKPOINT_WITHIN_EPOCH)
        if self._trained_seconds < least:
            return False
        self._checkpoint()
        return True

    def _checkpoint(self) -> None:
        """Add a checkpoint to the events, after all that happened until then."""
        started = perf_counter()
        *reported, checkpoint = self.training.checkpoint()
        assert isinstance(checkpoint, Checkpoint)
        self._events += [*reported, checkpoint]
        cost = perf_counter() - started
        self._checkpoint_gap = max(CHECKPOINT_EVERY, cost / CHECKPOINT_SHARE, checkpoint.nbytes / CHECKPOINT_RATE)
        self._trained_seconds = 0.0
        self._epoch_ended = False

    def _go(self, goal: Goal) -> None:
        if self.goal is None:
            self._clock.tick(self.training.pictures_seen, False)
            self._events.append(StateChanged("running"))
        self.goal = goal
        self._step_before = self.training.step
        self._flush()

    def _stop_training(self, change: StateChanged) -> None:
        """Pause or end, with a snapshot and the weights of now: pages show these from then on."""
        self._snapshot()
        self._events += [*self.training.report(), self.training.weights()]
        if change.state != "stopped":
            self._checkpoint()
        self._events.append(change)
        if change.state in ENDED_STATES:
            self._end()
        else:
            self._flush()
            self.goal = None

    def _end(self) -> None:
        self._flush()
        self.goal = None
        self.ended = True

    def _snapshot(self) -> None:
        started = perf_counter()
        self._events.append(self.training.snapshot())
        ended = perf_counter()
        self._next_snapshot = ended + max(SNAPSHOT_EVERY, (ended - started) / SNAPSHOT_SHARE)

    def _flush(self) -> None:
        """Send the waiting events."""
        training = self.training
        self._clock.tick(training.pictures_seen, self.goal is not None)
        progress = RunProgress(
            training.step,
            training.epoch,
            training.learning_rate,
            self._clock.seconds,
            self._clock.images_per_second,
        )
        self._send(Bundle(self.run_id, progress, (*self._events, *training.report())))
        self._events = []


class _Clock:
    """Seconds spent running, and pictures per second as a mean in which older values fade."""

    def __init__(self, seconds: float, pictures: int) -> None:
        self.last = perf_counter()
        self.seconds = seconds
        self._pictures = pictures
        self._faded_pictures = 0.0
        self._faded_seconds = 0.0

    def tick(self, pictures: int, running: bool) -> None:
        now = perf_counter()
        if running:
            elapsed = now - self.last
            fading = math.exp(-elapsed / SPEED_MEMORY)
            self.seconds += elapsed
            self._faded_seconds = self._faded_seconds * fading + elapsed
            self._faded_pictures = self._faded_pictures * fading + pictures - self._pictures
            self._pictures = pictures
        self.last = now

    @property
    def images_per_second(self) -> float:
        return self._faded_pictures / self._faded_seconds if self._faded_seconds else 0.0


class TurnTaking:
    """All runs of one worker: each trains for a slice of time, then the next one; commands are read between batches."""

    def __init__(
        self,
        inbox: "SimpleQueue[ToWorker]",
        send: Send,
        device: torch.device | None = None,
        make_examples: MakeExamples | None = None,
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._device = device
        self._make_examples = make_examples or _examples
        self._runs: deque[ActiveRun] = deque()
        self._at_turn: str | None = None

    def serve(self) -> None:
        """Work forever."""
        while True:
            # Block while no run is active.
            if not any(run.goal for run in self._runs):
                self._take(self._inbox.get())
            while not self._inbox.empty():
                self._take(self._inbox.get())
            self._give_turn()

    def _give_turn(self) -> None:
        for _ in range(len(self._runs)):
            run = self._runs[0]
            self._runs.rotate(-1)
            if run.goal:
                self._announce(run.run_id)
                with _failing(run):
                    run.turn(SLICE, lambda: not self._inbox.empty())
                break
        self._forget_ended()

    def _take(self, message: ToWorker) -> None:
        if isinstance(message, Begin):
            self._begin(message)
            return
        for run in self._runs:
            if run.run_id == message.run_id:
                self._announce(run.run_id)
                with _failing(run):
                    run.take(message.command)
        self._forget_ended()

    def _announce(self, run_id: str) -> None:
        if run_id != self._at_turn:
            self._at_turn = run_id
            self._send(Turn(run_id))

    def _begin(self, message: Begin) -> None:
        self._announce(message.run_id)
        settings = message.spec.settings
        shape = settings.task.picture_shape(message.spec.architecture)
        try:
            examples = self._make_examples(settings.dataset, shape, settings.task)
            training = Training(message.spec, examples.dataset, examples, message.checkpoint, self._device)
            self._runs.append(ActiveRun(message.run_id, training, self._send, message.seconds))
        except Exception as error:
            progress = RunProgress(0, 0, settings.learning_rate, message.seconds, 0.0)
            self._send(Bundle(message.run_id, progress, (Failed(_explain(error)),)))

    def _forget_ended(self) -> None:
        self._runs = deque(run for run in self._runs if not run.ended)


@lru_cache(maxsize=3)
def _examples(dataset: str, picture_shape: tuple[int, int, int], task: Task) -> Examples:
    """Shared by the runs of one worker."""
    return Examples(load_dataset_of_run(dataset), picture_shape, task)


@contextmanager
def _failing(run: ActiveRun) -> Iterator[None]:
    """An error in one run ends that run only."""
    try:
        yield
    except Exception as error:
        run.fail(_explain(error))


def _explain(error: Exception) -> str:
    """The message for the user; an error that they cannot fix goes to the server's log too."""
    if isinstance(error, UserError):
        return str(error)
    traceback.print_exception(error)
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return "The computer has not enough memory for this run. Try a smaller batch or a smaller network."
    return f"The run stopped at an error of the app: {type(error).__name__}. The server's log says more. Try it again."


def main() -> None:
    """Serve until standard input ends, which it does when the server process ends, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server handles Ctrl-C in its terminal
    outward = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not get between the pickles
    inbox: SimpleQueue[ToWorker] = SimpleQueue()
    outbox: Queue[FromWorker] = Queue(OUTBOX_LENGTH)
    threading.Thread(target=_receive, args=(sys.stdin.buffer, inbox), daemon=True).start()
    threading.Thread(target=_deliver, args=(outbox, outward), daemon=True).start()
    torch.set_num_threads(1)
    # The data set of most first runs; loading it takes seconds.
    load_dataset(TrainingSettings().dataset)
    outbox.put(Ready())
    TurnTaking(inbox, outbox.put).serve()


def _receive(inward: BinaryIO, inbox: "SimpleQueue[ToWorker]") -> None:
    try:
        while True:
            inbox.put(pickle.load(inward))
    except (EOFError, pickle.UnpicklingError):  # the latter if the server was killed in the middle of a message
        os._exit(0)  # even in the middle of a batch: nobody is left to read the results


def _deliver(outbox: "Queue[FromWorker]", outward: BinaryIO) -> None:
    """Write to the pipe; training goes on while the server is reading megabytes of weights."""
    try:
        while True:
            pickle.dump(outbox.get(), outward, protocol=pickle.HIGHEST_PROTOCOL)
            outward.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
