"""What following one source may cost."""

from collections.abc import Iterator
from typing import Any

from visualizer.source_code.python_source import cannot_follow

MAX_EVALUATIONS = 120_000
# Statements and expressions that loops may take in which nothing is built: each loop so many, and all together.
MAX_IDLE, MAX_IDLE_TOTAL = 12_000, 60_000
# Entries of lists, strings and calls that are created on the way, whether they stay or not; each takes up to 100 bytes.
MAX_ENTRIES = 300_000
MAX_ITEMS = 1_000
_END = object()


class Exhausted(Exception):
    """The source takes more statements and expressions than are followed."""


class Budget:
    """What following one source may still cost. It counts everything that is created, in whatever way.

    Attributes:
        line: The line that is being followed, for the error message.
        evaluations: How many statements and expressions were followed.
    """

    def __init__(self) -> None:
        self.line = 0
        self.evaluations = 0
        self._idle = MAX_IDLE_TOTAL
        self._entries = MAX_ENTRIES

    def evaluate(self) -> None:
        """Count a statement or expression. Raises Exhausted if there are too many."""
        self.evaluations += 1
        if self.evaluations > MAX_EVALUATIONS:
            raise Exhausted

    def make(self, entries: int) -> None:
        """Count entries that are about to be created, copied or visited. Raises SourceError if there are too many."""
        self._entries -= entries
        if self._entries < 0:
            raise cannot_follow(f"Line {self.line} makes lists, arguments or layers in the hundred thousands.")

    @property
    def idle(self) -> int:
        """How many evaluations a loop that begins now may take without building anything."""
        return min(MAX_IDLE, self._idle)

    def spend_idle(self, evaluations: int) -> None:
        """Count the evaluations of a loop that was left since it built nothing."""
        self._idle = max(0, self._idle - evaluations)

    def inside(self, items: Any) -> Iterator[Any]:
        """The items of nested lists. Their number is limited, as a list may contain itself; each step is counted."""
        waiting = [iter((items,))]
        for _ in range(MAX_ITEMS):
            while (item := next(waiting[-1], _END)) is _END:
                waiting.pop()
                if not waiting:
                    return
            self.make(1)
            if isinstance(item, list | tuple):
                waiting.append(iter(item))
            else:
                yield item
