"""Groups of layers outside of blocks, which make the list of a long network short. Only the list has them."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from visualizer.architecture.architecture import Architecture

MOST_UNFOLDED = 30  # layers, or blocks and layers, of a network that is shown unfolded until somebody folds it
SIZE, MOST = 10, 50  # layers of a group; or a multiple, so that the whole network is about so many groups


@dataclass(frozen=True)
class Group:
    """Consecutive layers outside of blocks, from index `first` to `last`; one row of the list, unless it is open."""

    first: int
    last: int
    is_open: bool


def groups_of(architecture: Architecture, shown: Collection[int]) -> list[Group]:
    """The groups of the layers outside of blocks; none in a network that is short without them.

    Args:
        architecture: Any.
        shown: The layers, by index, that somebody wants to see: those beside each other are one open group. The others
            are in closed groups.
    """
    runs = list(_outside_of_blocks(architecture))
    rows = sum(map(len, runs)) + len(architecture.blocks)
    if rows <= MOST_UNFOLDED:
        return []
    most = SIZE * math.ceil(rows / (SIZE * MOST))
    groups = []
    for run in runs:
        for is_open, stretch in groupby(run, key=shown.__contains__):
            indices = list(stretch)
            size = len(indices) if is_open else most
            for start in range(0, len(indices), size):
                part = indices[start : start + size]
                groups.append(Group(part[0], part[-1], is_open))
    return groups


def _outside_of_blocks(architecture: Architecture) -> Iterator[range]:
    done = 0
    for block in architecture.blocks:
        yield range(done, block.first)
        done = block.last + 1
    yield range(done, len(architecture.layers))
