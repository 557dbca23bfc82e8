"""What the drawing to scale shows: a node for the picture, for each layer and for each block, with their words."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from visualizer.architecture.architecture import Architecture, ArchitectureReport, Block, LayerReport
from visualizer.architecture.layer import Meeting
from visualizer.architecture.shapes import Shape, describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.figures.chart import as_label
from visualizer.words import counted, listed

INPUT = "Input"
SYMBOLS: dict[Meeting, str] = {
    "sum": "+",
    "difference": "−",
    "product": "×",
    "average": "avg",
    "maximum": "max",
    "concatenation": "‖",
}
_HOVER_CHARACTERS = 52
_LISTED = 6  # layers of a block that a hover text lists
# A drawing of more nodes takes a browser seconds: layers outside of blocks are then drawn together, about 50 times ten,
# or twenty, and so on.
_MOST_PARTS = 150
_TOGETHER, _TIMES = 10, 50


@dataclass(frozen=True)
class Node:
    """One thing to draw; without a shape, what does not fit.

    Attributes:
        name: For its label.
        shape: Of its output.
        group: That its colour tells.
        hover: The text under the pointer.
        reading: What it reads, in words, where that is not the node before it alone.
        number: Of its layers, as on their cards.
        sources: The nodes that it reads, by their places.
        fails: Whether it has a problem.
        symbol: Of a layer that merges, which is a small mark.
        arriving: Of a block: the shape that its first layer gets.
        times: How many equal blocks it stands for, 0 where it is a layer. Layers drawn together are a block too.
        first: The index of its first layer, PICTURE of the input.
    """

    name: str
    shape: Shape | None
    group: str
    hover: str
    reading: str = ""
    number: str = ""
    sources: tuple[int, ...] = ()
    fails: bool = False
    symbol: str = ""
    arriving: Shape | None = None
    times: int = 0
    first: int = PICTURE

    @property
    def is_block(self) -> bool:
        return self.times > 0

    @property
    def shape_label(self) -> str:
        """Its output's shape, of a block that changes it also its input's, and whether it fits."""
        if self.shape is None:
            return "does not fit"
        before = f"{describe_shape(self.arriving)} → " if self.arriving not in (None, self.shape) else ""
        return f"{before}{describe_shape(self.shape)}{': does not fit' if self.fails else ''}"

    @property
    def shape_lines(self) -> list[str]:
        """The same in a line for each shape."""
        return re.split(r"(?<=→) ", self.shape_label)


@dataclass(frozen=True)
class _Part:
    """The layers from `first` to `last`, of which one node is made: one of them, or `times` equal blocks."""

    first: int
    last: int
    title: str = ""
    times: int = 0


def nodes_of(architecture: Architecture, report: ArchitectureReport) -> tuple[list[Node], int]:
    """The nodes in an order in which each comes after all that it reads, and how many layers are left out.

    The picture is first. Blocks are folded, equal ones in a row into one; of a very long network, other layers too. A
    layer is left out where one that it reads does not fit.
    """
    shape = architecture.input_shape
    nodes = [Node(INPUT, shape, INPUT, f"<b>Input picture</b><br>{describe_shape(shape)}")]
    places = {PICTURE: 0}
    branches = bool(architecture.wires)
    for part in _parts(architecture):
        rows = report.layers[part.first : part.last + 1]
        if all(row.input_shape is None and row.problem is None for row in rows):
            continue
        outside = (source for row in rows for source in row.sources if not part.first <= source <= part.last)
        sources = tuple(dict.fromkeys(places[source] for source in outside if source in places))
        reading = _reading(report, rows, part, sources) if branches and sources != (len(nodes) - 1,) else ""
        node = _block(part, rows, sources, reading) if part.times else _layer(part.first, rows[0], sources, reading)
        places |= dict.fromkeys(range(part.first, part.last + 1), len(nodes))
        nodes.append(node)
    return nodes, len(report.layers) + 1 - len(places)


def _parts(architecture: Architecture) -> list[_Part]:
    parts: list[_Part] = []
    blocks = list(architecture.blocks)
    readers: dict[int, set[int]] = {}
    for index, sources in enumerate(architecture.sources):
        for source in sources:
            readers.setdefault(source, set()).add(index)
    index = 0
    while index < len(architecture.layers):
        if not blocks or blocks[0].first > index:
            parts.append(_Part(index, index))
            index += 1
            continue
        block = blocks.pop(0)
        last, times = block.last, 1
        while blocks and _repeats(architecture, readers, block, blocks[0], last):
            last = blocks.pop(0).last
            times += 1
        parts.append(_Part(block.first, last, block.title, times))
        index = last + 1
    return parts if len(parts) <= _MOST_PARTS else list(_together(parts))


def _together(parts: Sequence[_Part]) -> Iterator[_Part]:
    """The parts, where those of one layer that follow each other are drawn together."""
    together = _TOGETHER * math.ceil(len(parts) / (_TOGETHER * _TIMES))
    for is_layer, run in groupby(parts, key=lambda part: not part.times):
        if not is_layer:
            yield from run
            continue
        row = list(run)
        for start in range(0, len(row), together):
            first, last = row[start].first, row[start : start + together][-1].last
            yield row[start] if first == last else _Part(first, last, f"Layers {first + 1} to {last + 1}", 1)


def _repeats(
    architecture: Architecture, readers: dict[int, set[int]], block: Block, following: Block, last: int
) -> bool:
    """Whether a block is the same as `block`, and reads nothing but the output of the layer `last` right before it.

    The first one must read one layer too, and what lies between them is read by nothing else.
    """
    size = block.last - block.first + 1
    if following.first != last + 1 or following.last - last != size or following.title != block.title:
        return False
    layers = architecture.layers
    if layers[block.first : block.last + 1] != layers[following.first : following.last + 1]:
        return False
    if any(reader > following.last for index in range(last - size + 1, last + 1) for reader in readers.get(index, ())):
        return False
    return _inside(architecture, block) == _inside(architecture, following) == _inside(architecture, following, last)


def _inside(architecture: Architecture, block: Block, entry: int | None = None) -> list[tuple[int, ...]]:
    """What each layer of a block reads, counted from the block's first; `entry`, its only source, is -1."""
    sources = architecture.sources[block.first : block.last + 1]
    outside = {source for reads in sources for source in reads if source < block.first}
    entry = min(outside) if entry is None else entry
    return [tuple(-1 if source == entry else source - block.first for source in reads) for reads in sources]


def _reading(report: ArchitectureReport, rows: Sequence[LayerReport], part: _Part, sources: Sequence[int]) -> str:
    """The layers outside that a part reads, by their numbers on the cards."""
    outside = {source for row in rows for source in row.sources if not part.first <= source <= part.last}
    names = [
        "the input" if source == PICTURE else f"layer {source + 1} ({report.layers[source].layer.summary()})"
        for source in sorted(outside)
    ]
    return listed(names)


def _layer(index: int, row: LayerReport, sources: tuple[int, ...], reading: str) -> Node:
    layer = row.layer
    lines = [f"<b>{layer.summary()}</b>"]
    if reading:
        lines += wrapped(f"reads {reading}", _HOVER_CHARACTERS)
    if row.problem is not None:
        lines += wrapped(str(row.problem), _HOVER_CHARACTERS)
    if row.output_shape is not None:
        lines += [
            f"output {describe_shape(row.output_shape)}",
            *_costs([row]),
        ]
    return Node(
        layer.summary(),
        row.output_shape,
        layer.group,
        "<br>".join(lines),
        reading,
        f"layer {index + 1}",
        sources,
        row.problem is not None,
        SYMBOLS[layer.meeting] if layer.most_inputs > 1 else "",
        first=index,
    )


def _block(part: _Part, rows: Sequence[LayerReport], sources: tuple[int, ...], reading: str) -> Node:
    title = f"{part.title} × {part.times}" if part.times > 1 else part.title
    problem = next((row.problem for row in rows if row.problem is not None), None)
    shape, arriving = rows[-1].output_shape, rows[0].input_shape
    lines = [f"<b>{as_label(title)}</b>"]
    if reading:
        lines += wrapped(f"reads {reading}", _HOVER_CHARACTERS)
    if problem is not None:
        lines += wrapped(str(problem), _HOVER_CHARACTERS)
    if shape is not None and arriving is not None:
        lines += [f"{describe_shape(arriving)} → {describe_shape(shape)}", *_costs(rows)]
    once = rows[: len(rows) // part.times]
    each = " in each" if part.times > 1 else ""
    lines += [f"{counted(len(once), 'layer')}{each}:", *(row.layer.summary() for row in once[:_LISTED])]
    if len(once) > _LISTED:
        lines[-1:] = ["…", once[-1].layer.summary()]
    return Node(
        title,
        shape,
        _leading_group(rows),
        "<br>".join(lines),
        reading,
        f"layers {part.first + 1} to {part.last + 1}",
        sources,
        problem is not None,
        arriving=arriving,
        times=part.times,
        first=part.first,
    )


def _leading_group(rows: Sequence[LayerReport]) -> str:
    """The kind of layers that computes most."""
    work: Counter[str] = Counter()
    for row in rows:
        work[row.layer.group] += row.multiply_adds or 0
    return work.most_common(1)[0][0]


def _costs(rows: Sequence[LayerReport]) -> list[str]:
    kept = sum(row.kept for row in rows)
    return [
        counted(sum(row.parameters or 0 for row in rows), "trainable parameter" if kept else "parameter"),
        *([f"{counted(kept, 'number')} kept without being trained"] if kept else []),
        counted(sum(row.multiply_adds or 0 for row in rows), "multiply-add"),
    ]


def wrapped(text: str, characters: int) -> list[str]:
    """The text in lines, broken at spaces, and between the words of one that is too long (GlobalAveragePooling2D)."""
    lines = [""]
    for word in re.split(r"(?<= )(?=[^ ×])(?<!× )", text):
        for part in re.split(r"(?<=[a-z])(?=[A-Z])", word) if len(word.rstrip()) > characters else [word]:
            if lines[-1] and len(lines[-1]) + len(part.rstrip()) > characters:
                lines.append("")
            lines[-1] += part
    return [line.rstrip() for line in lines]
