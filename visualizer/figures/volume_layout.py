"""Where the nodes of a graph and the wires between them are drawn; lengths are pixels, y goes up.

A node's column is its longest path from the first node. The longest path through the graph is a straight line at the
top; each other branch is a line of its own (a lane), below all that stands in its columns. A connection that skips
nodes of its own line is an arc over them. Wires turn in the gutters between columns, where nothing else stands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Literal

from visualizer.figures.boxes import Points

# How a wire runs: along a line; down into a branch; back out of it; over nodes of its own line; over everything.
Kind = Literal["straight", "fork", "join", "arc", "over"]

TRACK = 20.0  # between two wires beside each other, which begin to turn before
TRACK_END = 10.0  # behind the last one
ENTRY = 8.0  # between two wires that end at one node
CLEAR = 12.0  # above what an arc passes
LANE_GAP = 18.0
WIRE_ROOM = 7.0  # above and below a wire
CORNER = 12.0
_CORNER_STEPS = 5


@dataclass(frozen=True)
class Edge:
    """A wire between two nodes, by their places."""

    source: int
    target: int
    kind: Kind


@dataclass(frozen=True)
class Routes:
    """A graph in columns and lines.

    Attributes:
        columns: Of each node.
        lines: The nodes of each line, in order; the first one is the main line.
        edges: Every wire once, by target.
    """

    columns: tuple[int, ...]
    lines: tuple[tuple[int, ...], ...]
    edges: tuple[Edge, ...]

    @cached_property
    def line_of(self) -> dict[int, int]:
        """The line of each node."""
        return {node: number for number, nodes in enumerate(self.lines) for node in nodes}

    @cached_property
    def entering(self) -> dict[int, list[Edge]]:
        """The wires that end at each node."""
        found: dict[int, list[Edge]] = {node: [] for node in range(len(self.columns))}
        for edge in self.edges:
            found[edge.target].append(edge)
        return found


@dataclass(frozen=True)
class Item:
    """What a node takes around its centre: `width` in a slot, `above` and `below`; a mark is entered from all sides.

    `head` and `foot` are the room for its label, above and below.
    """

    width: float
    slot: float
    above: float
    below: float
    head: float = 0.0
    foot: float = 0.0
    is_mark: bool = False


@dataclass(frozen=True)
class Wire:
    """An edge as it is drawn, from its source's centre to the left edge of its target, or to the edge of a mark."""

    edge: Edge
    points: Points


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes:
        centres: (x, y) of each node.
        wires: In the order of the edges.
        dots: Where wires of one source part.
        right: The right end of the last column.
    """

    centres: Points
    wires: tuple[Wire, ...]
    dots: Points
    right: float


def routes(sources: Sequence[tuple[int, ...]]) -> Routes:
    """Columns, lines and wires of a graph.

    Args:
        sources: What each node reads; each comes after all that it reads, and the first one reads nothing.
    """
    count = len(sources)
    columns: list[int] = []
    readers: list[list[int]] = [[] for _ in range(count)]
    for node, reads in enumerate(sources):
        columns.append(1 + max((columns[source] for source in reads), default=-1))
        for source in reads:
            readers[source].append(node)
    to_end = [0] * count
    for node in reversed(range(count)):
        to_end[node] = 1 + max((to_end[reader] for reader in readers[node]), default=-1)
    # The reader that goes furthest stands in the same line; where several nodes wish that, the uppermost line wins.
    onward = [max(found, key=lambda node: (to_end[node], -node), default=-1) for found in readers]
    lines: list[list[int]] = []
    line_of: list[int] = []
    for node, reads in enumerate(sources):
        number = min((line_of[source] for source in reads if onward[source] == node), default=len(lines))
        if number == len(lines):
            lines.append([])
        lines[number].append(node)
        line_of.append(number)
    edges = []
    for node, reads in enumerate(sources):
        for source in reads:
            own, other = lines[line_of[node]], lines[line_of[source]]
            kind: Kind = "over"
            if own is other:
                kind = "straight" if own.index(node) - own.index(source) == 1 else "arc"
            elif node == own[0] and source == reads[0]:
                kind = "fork"
            elif source == other[-1] and onward[source] == node:
                kind = "join"
            edges.append(Edge(source, node, kind))
    return Routes(tuple(columns), tuple(map(tuple, lines)), tuple(edges))


def lay_out(graph: Routes, items: Sequence[Item], left: float) -> Layout:
    """Place the nodes of a graph, and run its wires.

    Args:
        graph: From `routes`.
        items: One for each node.
        left: Where the first column begins.
    """
    return _Placing(graph, items, left).layout()


class _Placing:
    def __init__(self, graph: Routes, items: Sequence[Item], left: float) -> None:
        self.graph = graph
        self.items = items
        self.line_of = graph.line_of
        self.arc_heights: dict[Edge, float] = {}  # above the middle of their line
        self.ys = self._place_lines()
        self.sides = {edge: self._enters_from_the_side(edge) for edge in graph.edges}
        self.tracks_out: dict[int, float] = {}
        self.tracks_in: dict[Edge, float] = {}
        self.xs, self.right = self._place_columns(left)

    def layout(self) -> Layout:
        centres = [(self.xs[column], self.ys[self.line_of[node]]) for node, column in enumerate(self.graph.columns)]
        entries = self._entries(centres)
        wires = tuple(Wire(edge, self._wire(edge, centres, entries)) for edge in self.graph.edges)
        dots = [(x - CORNER, centres[node][1]) for node, x in self.tracks_out.items()]
        return Layout(centres, wires, dots, self.right)

    def _place_lines(self) -> list[float]:
        """The height of each line: each below all that stands in its columns, and below those it leaves and joins."""
        columns = self.graph.columns
        heights = [0.0] * len(self.graph.lines)
        spans = [self._span(number) for number in range(len(heights))]
        above_it = [self._neighbours(number) for number in range(len(heights))]
        floor = [math.inf] * (max(columns) + 1)
        waiting = set(range(len(heights)))
        while waiting:
            ready = [number for number in waiting if not waiting.intersection(above_it[number])]
            number = min(ready, key=lambda each: (spans[each][1] - spans[each][0], each))
            waiting.remove(number)
            first, last = spans[number]
            above, below = self._extents(number, first, last)
            room = [floor[column] - top - LANE_GAP for column, top in zip(range(first, last + 1), above, strict=True)]
            heights[number] = min(0.0, *room) if number else 0.0
            for column, bottom in zip(range(first, last + 1), below, strict=True):
                floor[column] = heights[number] - bottom
        return heights

    def _span(self, number: int) -> tuple[int, int]:
        """The columns that a line takes: from where it leaves another to where it comes back."""
        columns, line = self.graph.columns, self.graph.lines[number]
        first, last = columns[line[0]], columns[line[-1]]
        for edge in self.graph.edges:
            if edge.kind == "fork" and edge.target == line[0]:
                first = columns[edge.source] + 1
            if edge.kind == "join" and edge.source == line[-1]:
                last = columns[edge.target]
        return first, last

    def _neighbours(self, number: int) -> set[int]:
        """The lines that a line leaves and comes back to; their numbers are smaller."""
        line = self.graph.lines[number]
        left = {
            self.line_of[edge.source] for edge in self.graph.edges if edge.kind == "fork" and edge.target == line[0]
        }
        joined = {
            self.line_of[edge.target] for edge in self.graph.edges if edge.kind == "join" and edge.source == line[-1]
        }
        return left | joined

    def _extents(self, number: int, first: int, last: int) -> tuple[list[float], list[float]]:
        """How far a line with its labels and arcs reaches up and down in each of its columns; notes the arcs."""
        columns = self.graph.columns
        above = [WIRE_ROOM] * (last - first + 1)
        below = [WIRE_ROOM] * (last - first + 1)
        for node in self.graph.lines[number]:
            item, place = self.items[node], columns[node] - first
            above[place], below[place] = item.above + item.head, item.below + item.foot
        arcs = [edge for edge in self.graph.edges if edge.kind == "arc" and self.line_of[edge.target] == number]
        for edge in sorted(arcs, key=lambda arc: columns[arc.target] - columns[arc.source]):
            passed = slice(columns[edge.source] + 1 - first, columns[edge.target] + 1 - first)
            self.arc_heights[edge] = height = max(above[passed]) + CLEAR
            above[passed] = [height] * len(above[passed])
        if number == 0:
            self._lift_over_everything(above)
        return above, below

    def _lift_over_everything(self, above: list[float]) -> None:
        columns = self.graph.columns
        over = [edge for edge in self.graph.edges if edge.kind == "over"]
        for edge in sorted(over, key=lambda wire: columns[wire.target] - columns[wire.source]):
            passed = slice(columns[edge.source] + 1, columns[edge.target] + 1)
            self.arc_heights[edge] = height = max(above[passed]) + CLEAR
            above[passed] = [height] * len(above[passed])

    def _enters_from_the_side(self, edge: Edge) -> bool:
        """Whether a wire turns in front of its target, instead of coming straight from above or below."""
        if edge.kind in ("straight", "fork"):
            return False
        if not self.items[edge.target].is_mark:
            return True
        if edge.kind == "arc":
            return False
        there = self.ys[self.line_of[edge.target]]
        here = self.ys[self.line_of[edge.source]] if edge.kind == "join" else math.inf
        low, high = sorted((here, there))
        column = self.graph.columns[edge.target]
        return any(
            low <= self.ys[self.line_of[node]] <= high
            for node, other in enumerate(self.graph.columns)
            if other == column and node != edge.target
        )

    def _place_columns(self, left: float) -> tuple[list[float], float]:
        """The middle of each column and the right end of the last one; notes where wires turn in the gutters."""
        columns = self.graph.columns
        count = max(columns) + 1
        slots = [0.0] * count
        for column, item in zip(columns, self.items, strict=True):
            slots[column] = max(slots[column], item.slot)
        leaving: list[list[int]] = [[] for _ in range(count)]
        arriving: list[list[Edge]] = [[] for _ in range(count)]
        for edge in self.graph.edges:
            if edge.kind in ("fork", "arc", "over") and edge.source not in leaving[columns[edge.source]]:
                leaving[columns[edge.source]].append(edge.source)
            if self.sides[edge]:
                arriving[columns[edge.target]].append(edge)
        gutters = [
            CORNER + (len(sources) + len(edges) - 1) * TRACK + TRACK_END if sources or edges else 0.0
            for sources, edges in zip(leaving, [*arriving[1:], []], strict=True)
        ]
        ends = list(accumulate((slot + gutter for slot, gutter in zip(slots, gutters, strict=True)), initial=left))
        for column, begin in enumerate(ends[:-1]):
            right = begin + slots[column] + CORNER
            for place, source in enumerate(leaving[column]):
                self.tracks_out[source] = right + place * TRACK
            offset = len(leaving[column])
            for place, edge in enumerate(arriving[column + 1] if column + 1 < count else ()):
                self.tracks_in[edge] = right + (offset + place) * TRACK
        return [begin + slot / 2 for begin, slot in zip(ends, slots, strict=False)], ends[-1]

    def _entries(self, centres: Points) -> dict[Edge, tuple[float, float]]:
        """Where each wire ends: at the left edge of its target, or above or below the middle of a mark."""
        entries: dict[Edge, tuple[float, float]] = {}
        for node, item in enumerate(self.items):
            x, y = centres[node]
            from_above, from_below, beside = [], [], []
            for edge in self.graph.entering[node]:
                if edge.kind in ("straight", "fork"):
                    entries[edge] = (x - item.width / 2, y)
                elif self.sides[edge]:
                    beside.append(edge)
                elif edge.kind == "join" and centres[edge.source][1] < y:
                    from_below.append(edge)
                else:
                    from_above.append(edge)
            # The nearest comes in first, so that the others do not cross it.
            from_below.sort(key=lambda edge: -centres[edge.source][1])
            from_above.sort(key=lambda edge: self.arc_heights.get(edge, 0.0))
            for edges, end in ((from_above, y + item.above), (from_below, y - item.below)):
                for edge, offset in zip(edges, _spread(len(edges), item.width - 6), strict=True):
                    entries[edge] = (x + offset, end)
            room = max(min(item.above, item.below) - 3, 1.0)
            for place, edge in enumerate(beside):
                step = (place // 2 + 1) * ENTRY if room > ENTRY else room / 2
                upwards = edge.kind != "join"
                shift = min(step, room) * (1 if upwards else -1)
                entries[edge] = (x - item.width / 2, y + shift)
        return entries

    def _wire(self, edge: Edge, centres: Points, entries: dict[Edge, tuple[float, float]]) -> Points:
        start, (x, y) = centres[edge.source], entries[edge]
        points = [start]
        if edge.kind != "straight":
            turn = start[1]
            if edge.kind != "join":
                track = self.tracks_out[edge.source]
                base = start[1] if edge.kind == "arc" else 0.0
                turn = y if edge.kind == "fork" else base + self.arc_heights[edge]
                points += [(track, start[1]), (track, turn)]
            if edge.kind != "fork":
                into = self.tracks_in.get(edge, x)
                points += [(into, turn), (into, y)]
        points.append((x, y))
        return rounded([point for point, after in pairwise(points) if point != after] + points[-1:])


def _spread(count: int, width: float) -> list[float]:
    """Places around 0 for `count` wires beside each other."""
    step = min(ENTRY, width / max(count - 1, 1))
    return [(place - (count - 1) / 2) * step for place in range(count)]


def rounded(points: Points, radius: float = CORNER) -> Points:
    """A line of straight pieces with round corners."""
    line = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = _towards(corner, before, reach), _towards(corner, after, reach)
        for step in range(_CORNER_STEPS + 1):
            t = step / _CORNER_STEPS
            line.append(
                (
                    (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * corner[0] + t**2 * end[0],
                    (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner[1] + t**2 * end[1],
                )
            )
    return [*line, points[-1]]


def _towards(start: tuple[float, float], end: tuple[float, float], length: float) -> tuple[float, float]:
    share = length / (math.dist(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
