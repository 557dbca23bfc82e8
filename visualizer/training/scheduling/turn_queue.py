"""Which of a worker's runs take turns, and which wait until one of them pauses or ends."""

from dataclasses import dataclass

from visualizer.training.scheduling.commands import Start, TrainBatch, TrainEpoch

TrainingCommand = Start | TrainEpoch | TrainBatch


@dataclass(frozen=True)
class Place:
    """Where a run stands among the runs of its worker.

    Attributes:
        waiting: Its place in the queue, from 1; 0 where it takes turns.
        others: How many other runs take turns.
    """

    waiting: int
    others: int


class TurnQueue:
    """At most `limit` runs take turns; later ones wait, and are admitted in the order in which they asked."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: set[str] = set()
        self._waiting: dict[str, TrainingCommand] = {}

    @property
    def running(self) -> int:
        """How many take turns."""
        return len(self._running)

    def ask(self, run_id: str, command: TrainingCommand) -> bool:
        """Whether the run may follow the command at once; otherwise both wait."""
        if run_id in self._running or (len(self._running) < self._limit and not self._waiting):
            self._running.add(run_id)
            return True
        self._waiting[run_id] = command
        return False

    def goes(self, run_id: str) -> None:
        """The run takes turns, as its events show."""
        self._running.add(run_id)

    def withdraw(self, run_id: str) -> bool:
        """Take a waiting run out of the queue; whether it was in it."""
        return self._waiting.pop(run_id, None) is not None

    def rests(self, run_id: str) -> None:
        """The run no longer takes turns."""
        self._running.discard(run_id)

    def admit(self) -> list[tuple[str, TrainingCommand]]:
        """Let runs in from the front of the queue, as many as there is room for; these, with their commands."""
        admitted = list(self._waiting.items())[: max(self._limit - len(self._running), 0)]
        for run_id, _ in admitted:
            del self._waiting[run_id]
            self._running.add(run_id)
        return admitted

    def clear(self) -> None:
        """Remove all runs."""
        self._running.clear()
        self._waiting.clear()

    def place(self, run_id: str) -> Place | None:
        """Where the run stands; None where it neither takes turns nor waits."""
        if run_id in self._waiting:
            return Place(list(self._waiting).index(run_id) + 1, len(self._running))
        return Place(0, len(self._running) - 1) if run_id in self._running else None
