"""What goes through the pipes between the pool and a worker."""

from dataclasses import dataclass

from visualizer.data.dataset import Dataset
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import Event
from visualizer.training.scheduling.commands import Command
from visualizer.training.settings import RunSpec


@dataclass(frozen=True)
class Begin:
    """To a worker: take a run. It waits for its first command.

    Attributes:
        checkpoint: Where it goes on; None for one that begins.
        seconds: How long it has run until then.
        dataset: What it trains on, where the worker cannot load it itself, as on another computer.
    """

    run_id: str
    spec: RunSpec
    checkpoint: Checkpoint | None = None
    seconds: float = 0.0
    dataset: Dataset | None = None


@dataclass(frozen=True)
class Told:
    """To a worker: a command for one of its runs."""

    run_id: str
    command: Command


@dataclass(frozen=True)
class Ready:
    """From a worker: torch is loaded, runs begin at once from now on."""


@dataclass(frozen=True)
class Turn:
    """From a worker: it now works for this run. Should it die, this one may be why."""

    run_id: str


@dataclass(frozen=True)
class Progress:
    """Where a run is.

    Attributes:
        step: Batches trained.
        epoch: Epochs finished and evaluated.
        learning_rate: That of the next step.
        seconds: Time spent running, evaluation and the turns of other runs included, pauses not.
        images_per_second: Training pictures each second, over the last few seconds of running.
    """

    step: int
    epoch: int
    learning_rate: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True)
class Bundle:
    """What happened in one run since its last bundle, in order, and where it is now."""

    run_id: str
    progress: Progress
    events: tuple[Event, ...]


ToWorker = Begin | Told
FromWorker = Ready | Turn | Bundle
