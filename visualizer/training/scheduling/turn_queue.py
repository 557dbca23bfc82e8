"""Which of a worker's runs take turns, and which wait until one of them rests."""

from dataclasses import dataclass

from visualizer.training.scheduling.commands import Epoch, Start, Step

Goal = Start | Epoch | Step


@dataclass(frozen=True)
class Place:
    """Where a run stands among those of its worker.

    Attributes:
        waiting: Its place in the queue, from 1; 0 where it takes turns.
        others: How many other runs take turns.
    """

    waiting: int
    others: int


def place_in_words(place: Place | None) -> str:
    """What a page says of it, such as "3rd in the queue"; empty where there is nothing to say."""
    if place is None:
        return ""
    if place.waiting:
        return f"{ordinal(place.waiting)} in the queue"
    if place.others:
        return f"takes turns with {place.others} other run{'s' if place.others != 1 else ''}"
    return ""


def ordinal(number: int) -> str:
    """The number as a place in a row, such as "3rd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


class TurnQueue:
    """At most `limit` runs take turns; those that ask later wait, and come in the order in which they asked."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: set[str] = set()
        self._waiting: dict[str, Goal] = {}

    @property
    def running(self) -> int:
        """How many take turns."""
        return len(self._running)

    def ask(self, run_id: str, goal: Goal) -> bool:
        """Whether the run may go for its goal at once; otherwise it waits with it."""
        if run_id in self._running or (len(self._running) < self._limit and not self._waiting):
            self._running.add(run_id)
            return True
        self._waiting[run_id] = goal
        return False

    def goes(self, run_id: str) -> None:
        """It is seen to run."""
        self._running.add(run_id)

    def withdraw(self, run_id: str) -> bool:
        """Wait no longer; whether it did."""
        return self._waiting.pop(run_id, None) is not None

    def rests(self, run_id: str) -> None:
        """It takes no turns any more."""
        self._running.discard(run_id)

    def admit(self) -> list[tuple[str, Goal]]:
        """Those whose waiting is over."""
        admitted = list(self._waiting.items())[: max(self._limit - len(self._running), 0)]
        for run_id, _ in admitted:
            del self._waiting[run_id]
            self._running.add(run_id)
        return admitted

    def clear(self) -> None:
        """Forget all."""
        self._running.clear()
        self._waiting.clear()

    def place(self, run_id: str) -> Place | None:
        """Where the run stands; None where it rests."""
        if run_id in self._waiting:
            return Place(list(self._waiting).index(run_id) + 1, len(self._running))
        return Place(0, len(self._running) - 1) if run_id in self._running else None
