"""How large the drawing to scale shows each node: boxes, labels, and the room that they take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from visualizer.architecture.shapes import is_maps
from visualizer.figures.boxes import BoxScale, ObliqueBox
from visualizer.figures.palette import LINE
from visualizer.figures.volume_layout import Item, Layout, Routes, lay_out
from visualizer.figures.volume_nodes import Node, wrapped

# Lengths are pixels of the screen; one unit of the axes is one pixel.
MAX_MAP = 150.0  # the largest height or width of a map
MAX_DEPTH = 88.0  # the most channels
MAX_CHANNEL = 5.0  # one channel, where there are few
MAX_BAR = 96.0
GAP = 26.0
EDGE = 16.0
COMFORTABLE_WIDTH = 1080.0
COMFORTABLE_HEIGHT = 560.0  # of branches below each other
# How much smaller all may be, and the heights where there are branches.
SHRINKS = {1.0: 1.0, 0.85: 0.8, 0.7: 0.65, 0.6: 0.5, 0.5: 0.4}
TURNED_SLOT = 50.0
TURN = -50  # degrees; negative is anticlockwise
BOLD_CHARACTER = 7.3  # the width of one character of a label, on the safe side
FRAME_MARGIN = 9.0
STACKED = 5.0  # between the frames of equal blocks
LABEL_CHARACTERS = 13
WIDE_CHARACTERS = 18  # below each other, branches take less height with longer lines
LABEL_GAP = 8.0  # below a volume
PLACEHOLDER = ObliqueBox(44.0, 96.0, 0.0)
MARK_RADIUS = 11.0
MARK_CHARACTER = 8.5
MARK_GAP = 24.0


@dataclass(frozen=True)
class Sized:
    """The nodes of a graph and how large each is drawn.

    Attributes:
        nodes, graph: From `nodes_of`, and from `routes` of it.
        boxes: One for each node; a mark's is as large as the mark.
        labels: The lines of each label; none where it has no label.
        on_top: The nodes whose label is above them.
        scale: Of the boxes.
        turned: Whether labels are turned, because they would take too much room otherwise.
    """

    nodes: Sequence[Node]
    graph: Routes
    boxes: Sequence[ObliqueBox]
    labels: Sequence[list[str]]
    on_top: frozenset[int]
    scale: BoxScale
    turned: bool = False

    def left(self, number: int, middle: float) -> float:
        """Where the box of a node begins that is drawn around `middle`; frames stand out on its right side."""
        node, box = self.nodes[number], self.boxes[number]
        return middle - (box.width + STACKED * (frames_of(node) - 1)) / 2

    @property
    def has_lanes(self) -> bool:
        """Whether there are branches with layers on them."""
        return len(self.graph.lines) > 1

    @property
    def is_chain(self) -> bool:
        """Whether each node reads the one before it."""
        return all(edge.kind == "straight" for edge in self.graph.edges)

    @cached_property
    def items(self) -> list[Item]:
        """The room that each node takes."""
        items = []
        for number, (node, box, label) in enumerate(zip(self.nodes, self.boxes, self.labels, strict=True)):
            margin = FRAME_MARGIN if node.is_block else 0.0
            if self.has_lanes and node.fails and node.shape is not None:
                margin += FRAME_MARGIN  # the dashed frame; a chain's labels stand further below
            stack = STACKED * (frames_of(node) - 1)
            width = box.width + 2 * margin + stack
            gap = MARK_GAP if node.symbol else GAP * 0.6 if self.turned else GAP
            slot = width + gap
            if label and self.turned:
                slot = max(slot, TURNED_SLOT)
            elif label:
                slot = max(slot, max(map(len, label)) * BOLD_CHARACTER + 12)
            text = LABEL_GAP + len(label) * LINE if label and not self.turned else 0.0
            on_top = number in self.on_top
            items.append(
                Item(
                    width,
                    slot,
                    above=box.height / 2 + box.slant + margin + stack,
                    below=box.height / 2 + margin,
                    head=text if on_top else 0.0,
                    foot=0.0 if on_top else text,
                    is_mark=bool(node.symbol),
                )
            )
        return items

    @cached_property
    def _turned_size(self) -> tuple[float, float]:
        """How far a turned label extends to the left of its volume's middle (the first one) and downwards (any)."""
        angle = math.radians(-TURN)
        longest = max(max(map(len, label), default=0) for label in self.labels) * BOLD_CHARACTER
        first = max(map(len, self.labels[0])) * BOLD_CHARACTER
        height = 2 * LINE
        return (
            first * math.cos(angle) + height * math.sin(angle),
            longest * math.sin(angle) + height * math.cos(angle),
        )

    @cached_property
    def margin(self) -> float:
        """Room for the first label, which may reach further to the left than its slot."""
        if not self.turned:
            return EDGE
        across, _ = self._turned_size
        return max(EDGE, across - self.items[0].slot / 2)

    def label_heights(self, layout: Layout) -> list[float]:
        """Where each label begins, at its end next to the volume: on one height, unless there are branches."""
        items = self.items
        lowest = max(item.below for item in items)
        heights = []
        for number, (item, (_, y)) in enumerate(zip(items, layout.centres, strict=True)):
            if number in self.on_top:
                heights.append(y + item.above + LABEL_GAP / 2)
            else:
                heights.append(y - (item.below if self.has_lanes else lowest) - LABEL_GAP)
        return heights

    def extent(self, layout: Layout) -> tuple[float, float]:
        """The height of the highest thing, and of the lowest, with the labels."""
        items = self.items
        tops = [y + item.above + item.head for item, (_, y) in zip(items, layout.centres, strict=True)]
        wires = [y for wire in layout.wires for _, y in wire.points]
        heights = self.label_heights(layout)
        if self.turned:
            floor = min(heights) - self._turned_size[1]
        else:
            below = [
                height - len(label) * LINE
                for number, (height, label) in enumerate(zip(heights, self.labels, strict=True))
                if number not in self.on_top
            ]
            floor = min(below)
        return max(tops + [y + LABEL_GAP for y in wires]) + LABEL_GAP, min([floor, *wires])


def comfortable(nodes: Sequence[Node], graph: Routes) -> tuple[Sized, Layout]:
    """The largest size that fits the page, or the smallest; what labels alone make too wide need not be smallest."""
    sizes = [_placed(nodes, graph, shrink) for shrink in SHRINKS]
    smallest = sizes[-1]
    widest = max(COMFORTABLE_WIDTH, (smallest[1].right + EDGE) * (1.05 if smallest[0].has_lanes else 1))
    for sized, layout in sizes:
        ceiling, floor = sized.extent(layout)
        high = sized.has_lanes and ceiling - floor > COMFORTABLE_HEIGHT
        if layout.right + EDGE <= widest and not high:
            return sized, layout
    return smallest


def _placed(nodes: Sequence[Node], graph: Routes, shrink: float) -> tuple[Sized, Layout]:
    sized = _sized(nodes, graph, shrink)
    return sized, lay_out(graph, sized.items, sized.margin)


def _sized(nodes: Sequence[Node], graph: Routes, shrink: float) -> Sized:
    """The nodes in that size, their labels turned where upright ones do not fit, and could not lie on wires."""
    scale = _scale(nodes, SHRINKS[shrink] if len(graph.lines) > 1 else max(shrink, 0.8), shrink)
    boxes = [_box(node, scale) for node in nodes]
    for characters in (WIDE_CHARACTERS, LABEL_CHARACTERS) if len(graph.lines) > 1 else (LABEL_CHARACTERS,):
        labels, on_top = _labels(nodes, graph, characters)
        upright = Sized(nodes, graph, boxes, labels, on_top, scale)
        if lay_out(graph, upright.items, EDGE).right + EDGE <= COMFORTABLE_WIDTH:
            return upright
    if upright.has_lanes:
        return upright
    turned = [[node.name, node.shape_label] if label else [] for node, label in zip(nodes, labels, strict=True)]
    return Sized(nodes, graph, boxes, turned, on_top, scale, turned=True)


def _scale(nodes: Sequence[Node], low: float, shrink: float) -> BoxScale:
    maps = [node.shape for node in nodes if node.shape is not None and is_maps(node.shape)]
    largest = max(max(height, width) for _, height, width in maps)
    most = max(channels for channels, _, _ in maps)
    return BoxScale(
        pixel=MAX_MAP * low / largest,
        channel=min(MAX_DEPTH / most, MAX_CHANNEL) * shrink,
        longest_bar=MAX_BAR * shrink,
    )


def _box(node: Node, scale: BoxScale) -> ObliqueBox:
    if node.symbol:
        return ObliqueBox(max(2 * MARK_RADIUS, len(node.symbol) * MARK_CHARACTER + 12), 2 * MARK_RADIUS, 0.0)
    return PLACEHOLDER if node.shape is None else scale.box(node.shape)


def _labels(nodes: Sequence[Node], graph: Routes, characters: int) -> tuple[list[list[str]], frozenset[int]]:
    """The upright label of each node, and which are above it.

    A mark has one only where its shape is new, or does not fit, and only on a side that no wire comes from.
    """
    labels, on_top = [], set()
    for number, node in enumerate(nodes):
        label = [*wrapped(node.name, characters), *node.shape_lines]
        if node.symbol:
            kinds = {edge.kind for edge in graph.entering[number]}
            same = any(nodes[source].shape == node.shape for source in node.sources)
            if "join" in kinds:
                on_top.add(number)
            if (same and not node.fails) or ("join" in kinds and kinds & {"arc", "over"}):
                label = []
        labels.append(label)
    return labels, frozenset(on_top)


def frames_of(node: Node) -> int:
    """How many frames a block has: several for several equal ones."""
    return min(node.times, 3) or 1
