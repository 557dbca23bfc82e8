"""The rows of Build's list: single layers, folded blocks, and the headings of open ones; and what each reads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.span import PICTURE
from visualizer.words import listed


class Kind(Enum):
    """What a row is."""

    LAYER = "layer"
    FOLDED = "folded block"
    HEADING = "heading of an open block"


@dataclass(frozen=True)
class Row:
    """A row below the input's.

    Attributes:
        kind: What it is.
        first, last: Its layers, by index; of a heading, those of its block, which follow as rows.
        block: The number of its block; None for a layer outside.
        title: The block's title; empty for a layer.
    """

    kind: Kind
    first: int
    last: int
    block: int | None = None
    title: str = ""


def rows_of(architecture: Architecture, folded: Collection[int]) -> list[Row]:
    """The rows of the list, where the blocks of these numbers are folded."""
    rows: list[Row] = []
    done = 0
    for number, block in enumerate(architecture.blocks):
        rows += [Row(Kind.LAYER, index, index) for index in range(done, block.first)]
        kind = Kind.FOLDED if number in folded else Kind.HEADING
        rows.append(Row(kind, block.first, block.last, number, block.title))
        if kind is Kind.HEADING:
            rows += [Row(Kind.LAYER, index, index, number) for index in range(block.first, block.last + 1)]
        done = block.last + 1
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
    return f"“{row.title}” ({layers_of(row)})"


def layers_of(row: Row) -> str:
    """The numbers of a block's layers, in words."""
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


def step(row: Row, down: bool, architecture: Architecture, folded: Collection[int]) -> int:
    """By how many places a row moves up or down at a time: a layer jumps over a folded block, a block over any."""
    beyond = row.last + 1 if down else row.first - 1
    is_block = row.kind is not Kind.LAYER
    by = 1
    for number, block in enumerate(architecture.blocks):
        if block.first <= beyond <= block.last and (is_block or number in folded):
            by = block.last - block.first + 1
    return by if down else -by
