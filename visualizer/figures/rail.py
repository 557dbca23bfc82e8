"""Who feeds whom in a list of layers, as version-control tools draw branches: one lane for each open wire."""

from collections.abc import Sequence
from dataclasses import dataclass

from visualizer.figures.palette import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION
from visualizer.words import capitalized, listed

# A wire to the very next row is grey; of the others, each has a colour that its neighbours do not have.
WIRE_COLOURS = (GREY, BLUE, VERMILLION, GREEN, PURPLE, ORANGE)


@dataclass(frozen=True)
class RailWire:
    """A piece of a wire in one row.

    Attributes:
        source: The row whose output it carries.
        above: Its lane at the row's upper edge; None where it begins at the row's dot.
        below: Its lane at the row's lower edge; None where it ends in the dot.
        colour: Its place in `WIRE_COLOURS`.
    """

    source: int
    above: int | None
    below: int | None
    colour: int


@dataclass(frozen=True)
class RailRow:
    """One row of the rail: the lane of its dot, None for a heading, which wires only pass; and all pieces of wires."""

    dot: int | None
    wires: tuple[RailWire, ...]


@dataclass(frozen=True)
class Rail:
    """What `rail` returns. With one lane, each row reads the one above."""

    rows: tuple[RailRow, ...]
    lanes: int
    alt: str


@dataclass(frozen=True)
class _Open:
    source: int
    readers: frozenset[int]
    colour: int


def rail(names: Sequence[str], reads: Sequence[Sequence[int] | None]) -> Rail:
    """Lay out the wires between the rows of a list.

    A row that reads the one above stays in its lane, so that a chain is one straight line. What is read further down
    goes around it in the lowest free lane, and frees that lane where the last row reads it. A row which reads only such
    a wire that goes on takes its lane, and the wire moves aside: branches from one row become stairs.

    Args:
        names: Of the rows, as a sentence has them, such as "layer 2".
        reads: For each row the earlier rows that it reads; None for a heading, which is no part of the network.
    """
    readers: list[set[int]] = [set() for _ in reads]
    for row, sources in enumerate(reads):
        for source in sources or ():
            readers[source].add(row)
    open_wires: dict[int, _Open] = {}  # by lane
    rows: list[RailRow] = []
    coloured, lanes = 0, 1
    for row, sources in enumerate(reads):
        if sources is None:
            passing = [RailWire(wire.source, lane, lane, wire.colour) for lane, wire in open_wires.items()]
            rows.append(RailRow(None, tuple(passing)))
            continue
        entering = sorted(lane for lane, wire in open_wires.items() if row in wire.readers)
        ending = [lane for lane in entering if row == max(open_wires[lane].readers)]
        pieces = [RailWire(open_wires[lane].source, lane, None, open_wires[lane].colour) for lane in entering]
        after = {lane: wire for lane, wire in open_wires.items() if lane not in ending}
        if ending or not entering:
            dot = ending[0] if ending else _free(after)
        else:
            dot = entering[0]
            aside = _free(after)
            after[aside] = after.pop(dot)
        lane_of = {wire: lane for lane, wire in after.items()}
        for lane, wire in open_wires.items():
            if wire in lane_of:
                pieces.append(RailWire(wire.source, lane, lane_of[wire], wire.colour))
        following = next((other for other in range(row + 1, len(reads)) if reads[other] is not None), row)
        for part in (readers[row] & {following}, readers[row] - {following}):
            if part:
                lane = dot if dot not in after else _free(after)
                colour = 0
                if following not in part:
                    colour = coloured % (len(WIRE_COLOURS) - 1) + 1
                    coloured += 1
                after[lane] = _Open(row, frozenset(part), colour)
                pieces.append(RailWire(row, None, lane, colour))
        open_wires = after
        lanes = max(lanes, dot + 1, *(lane + 1 for lane in after))
        rows.append(RailRow(dot, tuple(pieces)))
    return Rail(tuple(rows), lanes, _alt(names, reads))


def _free(taken: dict[int, _Open]) -> int:
    """The lowest lane that is not taken."""
    return next(lane for lane in range(len(taken) + 1) if lane not in taken)


def _alt(names: Sequence[str], reads: Sequence[Sequence[int] | None]) -> str:
    above: int | None = None
    sentences = []
    for row, sources in enumerate(reads):
        if sources is None:
            continue
        if above is not None and tuple(sources) != (above,):
            name = names[row]
            sentences.append(f"{capitalized(name)} reads {listed(names[source] for source in sources)}.")
        above = row
    if not sentences:
        return "Each layer reads the one above."
    return f"{' '.join(sentences)} Each other layer reads the one above."
