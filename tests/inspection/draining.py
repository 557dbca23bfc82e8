"""Running a generator that yields its progress to its end."""

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")


def drained(steps: Generator[Any, None, T]) -> tuple[list[Any], T]:
    """All that was yielded, and what was returned."""
    yielded = []
    while True:
        try:
            yielded.append(next(steps))
        except StopIteration as stop:
            return yielded, stop.value
