"""The rows of Build's list: single layers, folded blocks, and the headings of open ones; and what each reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.span import PICTURE
from visualizer.ui.build.groups import Group
from visualizer.words import listed


class Kind(Enum):
    """What a row is."""

    LAYER = "layer"
    FOLDED = "folded block or group"
    HEADING = "heading of an open block or group"


@dataclass(frozen=True)
class Row:
    """A row below the input's.

    Attributes:
        kind: What it is.
        first, last: Its layers, by index; of a heading, those of its block, which follow as rows.
        block: The number of its block; None for a layer outside of blocks, and for a group of such layers.
        title: The block's title; empty where there is none.
    """

    kind: Kind
    first: int
    last: int
    block: int | None = None
    title: str = ""


def rows_of(architecture: Architecture, folded: Collection[int], groups: Sequence[Group] = ()) -> list[Row]:
    """The rows of the list, where the blocks of these numbers are folded, and other layers are in these groups."""
    several = [
        Row(Kind.FOLDED if number in folded else Kind.HEADING, block.first, block.last, number, block.title)
        for number, block in enumerate(architecture.blocks)
    ]
    # A group of one is its layer.
    several += [
        Row(Kind.HEADING if group.is_open else Kind.FOLDED, group.first, group.last)
        for group in groups
        if group.first < group.last
    ]
    rows: list[Row] = []
    done = 0
    for row in sorted(several, key=lambda row: row.first):
        rows += [Row(Kind.LAYER, index, index) for index in range(done, row.first)]
        rows.append(row)
        if row.kind is Kind.HEADING:
            rows += [Row(Kind.LAYER, index, index, row.block) for index in range(row.first, row.last + 1)]
        done = row.last + 1
    return rows + [Row(Kind.LAYER, index, index) for index in range(done, len(architecture.layers))]


def outer_sources(row: Row, sources: Sequence[tuple[int, ...]]) -> list[int]:
    """What a row reads beside its own layers, by index; `sources` are those of all layers."""
    read = (source for index in range(row.first, row.last + 1) for source in sources[index])
    return list(dict.fromkeys(source for source in read if not row.first <= source <= row.last))


def wires_between(rows: Sequence[Row], sources: Sequence[tuple[int, ...]]) -> list[tuple[int, ...] | None]:
    """For the input, which is row 0, and then each row: the rows that it reads; None for a heading."""
    place = {PICTURE: 0}
    for number, row in enumerate(rows, start=1):
        if row.kind is not Kind.HEADING:
            place |= dict.fromkeys(range(row.first, row.last + 1), number)
    reads: list[tuple[int, ...] | None] = [()]
    for row in rows:
        found = (place[source] for source in outer_sources(row, sources))
        reads.append(None if row.kind is Kind.HEADING else tuple(dict.fromkeys(found)))
    return reads


def name_of(row: Row) -> str:
    """The row in a sentence."""
    if row.kind is Kind.LAYER:
        return f"layer {row.first + 1}"
    return layers_of(row) if row.block is None else f"“{row.title}” ({layers_of(row)})"


def layers_of(row: Row) -> str:
    """The numbers of a block's or a group's layers, in words."""
    return f"layer {row.first + 1}" if row.first == row.last else f"layers {row.first + 1} to {row.last + 1}"


def where(source: int, architecture: Architecture) -> str:
    """A source in a sentence, with its block where it is in one."""
    if source == PICTURE:
        return "the input"
    title = next((block.title for block in architecture.blocks if block.first <= source <= block.last), "")
    return f"layer {source + 1} of “{title}”" if title else f"layer {source + 1}"


def reading(row: Row, architecture: Architecture) -> str:
    """A sentence about what the row reads; empty where that is the layer above alone."""
    sources = outer_sources(row, architecture.sources)
    if row.kind is Kind.HEADING or sources == [row.first - 1]:
        return ""
    inside = next((block for block in architecture.blocks if block.first <= row.first <= block.last), None)
    # Of its own block's layers, the number says enough.
    names = [
        f"layer {source + 1}" if inside and inside.first <= source else where(source, architecture)
        for source in sources
    ]
    return f"It reads {listed(names)}."


@dataclass(frozen=True)
class Step:
    """A move of a row up or down: by so many places, into or within the block of that number, or to no block."""

    by: int
    block: int | None = None


def step(row: Row, down: bool, architecture: Architecture, folded: Collection[int]) -> Step:
    """How a row moves up or down once, so that it comes past every place: first, last and between in each open block.

    A block goes past another block at once, and a layer past a folded one. To enter or leave an open block, a layer
    moves by no place: only where it belongs changes. The only layer of a block moves as the block does.
    """
    beyond = row.last + 1 if down else row.first - 1
    direction = 1 if down else -1
    blocks = dict(enumerate(architecture.blocks))
    number = next((number for number, block in blocks.items() if block.first <= beyond <= block.last), None)
    own = None if row.block is None else blocks[row.block]
    is_block = own is not None and (own.first, own.last) == (row.first, row.last)
    if not is_block and row.block != number:
        if row.block is not None:
            return Step(0)
        if number not in folded:
            return Step(0, number)
    if number is None or number == row.block:
        return Step(direction, row.block)
    return Step(direction * (blocks[number].last - blocks[number].first + 1), row.block)
