"""A cache bounded by number and by bytes, which drops the least recently used values first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ByteCache(Generic[T]):
    """Values by key, shared between sessions.

    Args:
        limit: Bytes of all values together. The newest one is kept even where it alone is larger.
        size: The bytes of a value.
        most: Values, at most.
    """

    def __init__(self, limit: int, size: Callable[[T], int], most: int) -> None:
        self._limit, self._size, self._most = limit, size, most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """The value kept under `key`, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def drop(self, is_old: Callable[[Hashable], bool]) -> None:
        """Drop the values with old keys."""
        with self._lock:
            for key in list(filter(is_old, self._kept)):
                del self._kept[key]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value, and drop the least recently used ones beyond the bounds."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self._is_too_much():
                self._kept.popitem(last=False)

    def _is_too_much(self) -> bool:
        return len(self._kept) > self._most or sum(map(self._size, self._kept.values())) > self._limit
