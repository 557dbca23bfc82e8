"""The messages between the pool and a worker."""

from dataclasses import dataclass

from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import Bundle
from visualizer.training.scheduling.commands import Command
from visualizer.training.settings import RunSpec


@dataclass(frozen=True)
class Begin:
    """To a worker: take a run, which waits for its first command.

    Attributes:
        checkpoint: Where it resumes; None for a new run.
        seconds: How long it has run before.
    """

    run_id: str
    spec: RunSpec
    checkpoint: Checkpoint | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class RunCommand:
    """To a worker: a command for one of its runs."""

    run_id: str
    command: Command


@dataclass(frozen=True)
class Ready:
    """From a worker: torch is loaded, so that runs begin at once from now on."""


@dataclass(frozen=True)
class Turn:
    """From a worker: it now works on this run. If it dies, this run may be why."""

    run_id: str


ToWorker = Begin | RunCommand
FromWorker = Ready | Turn | Bundle
