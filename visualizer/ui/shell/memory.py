"""Make the C library return freed memory to the system: by default glibc keeps most of it for the process.

Each function does nothing where the C library is another one. Sources: https://man7.org/linux/man-pages/man3/mallopt.3.html
and https://man7.org/linux/man-pages/man3/malloc_trim.3.html
"""

import sys
from ctypes import CDLL

# Of malloc.h: what mallopt sets.
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
# Arrays above it get pages of their own, which go back when they are freed. By itself glibc raises the threshold up to
# 32 MB as such arrays come and go, and those of thirty students leave holes everywhere.
_OWN_PAGES = 64 * 2**10  # bytes
# Threads share so many heaps; by itself each gets one of its own, up to 8 for each core.
_HEAPS = 2


def reduce_heap_fragmentation() -> None:
    """Let freed memory go back to the system more easily, from now on; before threads are started."""
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES)
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Return all free pages to the system."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> CDLL | None:
    library = CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
