"""What follows from which layer reads which, whatever the layers are."""

from collections.abc import Sequence


def passages(sources: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The layers that everything passes through: no later layer reads anything before them; by their indices.

    Args:
        sources: What each layer reads, by index, PICTURE for the input.

    >>> passages([(-1,), (0,), (0, 1), (2,)])
    (0, 2, 3)
    """
    earliest = len(sources)
    passed: list[int] = []
    for index in reversed(range(len(sources))):
        if earliest >= index:
            passed.append(index)
        earliest = min(earliest, *sources[index])
    return tuple(reversed(passed))
