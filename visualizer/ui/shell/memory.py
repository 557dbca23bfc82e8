"""How the C library handles freed memory: by default glibc keeps most of it for this process.

With another C library, each function does nothing. Sources: https://man7.org/linux/man-pages/man3/mallopt.3.html
and https://man7.org/linux/man-pages/man3/malloc_trim.3.html
"""

import sys
from ctypes import CDLL

# Parameters of mallopt, from malloc.h.
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
# Larger arrays get their own pages, which return to the system when they are freed. By default glibc raises this
# threshold up to 32 MB as such arrays come and go, and the arrays of thirty students leave holes everywhere.
_MMAP_THRESHOLD = 64 * 2**10  # bytes
# All threads share this many heaps; by default each thread gets its own, up to 8 per core.
_HEAPS = 2


def reduce_heap_fragmentation() -> None:
    """Make freed memory return to the system more easily; call it before any thread is started."""
    if (library := _glibc()) is not None:
        library.mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def return_free_memory() -> None:
    """Return all pages that are completely free to the system."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> CDLL | None:
    library = CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
