"""The whole network as feature volumes, drawn to scale."""

import math
from collections.abc import Sequence
from typing import Any

from visualizer.architecture.architecture import Architecture, ArchitectureReport
from visualizer.architecture.layer import GROUPS
from visualizer.architecture.shapes import is_maps
from visualizer.figures.boxes import MIN_THICKNESS, BoxScale, ObliqueBox, Points
from visualizer.figures.chart import Chart, as_label, figure_of, lines_of, quiet_line
from visualizer.figures.palette import (
    BLUE,
    BROWN,
    CHARACTER,
    GREEN,
    GREY,
    INDIGO,
    LINE,
    OLIVE,
    ORANGE,
    PURPLE,
    RED,
    SMALL_FONT_SIZE,
    TRANSPARENT,
    VERMILLION,
)
from visualizer.figures.volume_layout import Layout, Routes, routes
from visualizer.figures.volume_nodes import INPUT, Node, nodes_of
from visualizer.figures.volume_sizes import (
    EDGE,
    FRAME_MARGIN,
    MARK_RADIUS,
    STACKED,
    TURN,
    Sized,
    comfortable,
    frames_of,
)
from visualizer.words import counted

LEAST_WIDTH = 400
LEGEND_HEIGHT = 30.0
ARROW = 8.0
SCALE_BAR = 46.0  # about what a scale bar is long
FAINT_RED = "rgba(229, 72, 77, 0.14)"
GROUP_COLOURS = (BLUE, VERMILLION, PURPLE, GREEN, ORANGE, BROWN, INDIGO, OLIVE)


def volumes(architecture: Architecture, report: ArchitectureReport) -> Chart:
    """Every layer's output as an oblique box, from left to right, the picture first.

    Heights and widths of maps share one linear scale, channels another; both are drawn below. A vector is a bar of
    1 x 1 x N in the scale of the channels, cut (visibly) where it is too long. A layer that does not fit is a dashed
    box, and nothing that reads it is drawn. Branches lie below each other, a skip connection is an arc, a layer that
    merges is a small mark, and a block is one box in a frame. The figure has a fixed width: the page must be able to
    scroll sideways; it is also made larger and smaller there. What is drawn of a node says in its `meta` which layer is
    its first, by index (-1 for the picture), and whether it stands for several.

    Args:
        architecture: Any architecture, also one that does not fit.
        report: The result of `summarize`.
    """
    nodes, left_out = nodes_of(architecture, report)
    graph = routes([node.sources for node in nodes])
    sized, layout = comfortable(nodes, graph)
    return Chart(_figure(sized, layout), _alt(architecture, graph, nodes, left_out))


def _group_colours() -> dict[str, str]:
    return {INPUT: GREY} | dict(zip(GROUPS, GROUP_COLOURS, strict=True))


def _figure(sized: Sized, layout: Layout) -> Any:
    ceiling, floor = sized.extent(layout)
    colours = _group_colours()
    bodies: list[dict[str, Any]] = []
    lit: list[Points] = []
    shaded: list[Points] = []
    failing: list[Points] = []
    frames: list[Points] = []
    dots: Points = []
    annotations: list[dict[str, Any]] = []
    named: set[str] = set()
    heights = sized.label_heights(layout)
    for number, (node, box, (middle, y)) in enumerate(zip(sized.nodes, sized.boxes, layout.centres, strict=True)):
        x = sized.left(number, middle)
        outlines = [_stadium(box, middle)] if node.symbol else box.outlines(x)
        body = _polygons(_raised(outlines, y), FAINT_RED if node.shape is None else colours[node.group])
        if node.shape is not None:
            body |= {"showlegend": node.group not in named, "name": node.group}
            named.add(node.group)
        if node.shape is not None and not node.symbol:
            lit += _raised(box.top_faces(x), y)
            shaded += _raised(box.side_faces(x), y)
            (raised,) = _raised([box.dots(x)], y)
            dots += raised
        if node.is_block:
            frames += _raised(_stacked(box.frame(x, FRAME_MARGIN), frames_of(node)), y)
        if node.fails:
            margin = 0.0 if node.shape is None else FRAME_MARGIN * (2 if node.is_block else 1)
            failing += _raised([box.frame(x, margin)], y)
        meta = {"first": node.first, "several": node.is_block}
        bodies.append(body | {"text": node.hover, "hoverinfo": "text", "hoveron": "fills", "meta": meta})
        if node.symbol:
            colour = RED if node.shape is None else "white"
            font = {"size": 18 if len(node.symbol) == 1 else SMALL_FONT_SIZE, "color": colour}
            annotations.append(_text(f"<b>{node.symbol}</b>", middle, y, yanchor="middle", font=font))
        if sized.labels[number]:
            annotations.append(_annotation(sized, number, middle, heights[number]))
    width = max(math.ceil(layout.right + EDGE), LEAST_WIDTH)
    bars, captions = _scale_bars(sized.scale, floor - 24)
    note = lines_of(_vector_note(sized), width - 2 * EDGE)
    note_top = floor - 38
    captions.append(_text("<br>".join(note), EDGE, note_top, xanchor="left", yanchor="top", align="left"))
    lowest = note_top - len(note) * LINE - 4
    silent = {"hoverinfo": "skip", "showlegend": False}
    axis = {"visible": False, "fixedrange": True}
    return figure_of(
        [
            *_wires(sized, layout),
            *bodies,
            _polygons(lit, "rgba(255, 255, 255, 0.32)") | silent | {"line": {"width": 0}},
            _polygons(shaded, "rgba(0, 0, 0, 0.22)") | silent | {"line": {"width": 0}},
            *_block_frames(frames),
            _polygons(failing, TRANSPARENT) | silent | {"line": {"color": RED, "width": 2.5, "dash": "dash"}},
            silent
            | {
                "type": "scatter",
                "mode": "markers",
                "x": [x for x, _ in dots],
                "y": [y for _, y in dots],
                "marker": {"size": 4, "color": GREY},
            },
            *bars,
        ],
        height=ceiling - lowest + LEGEND_HEIGHT,
        margin=(0, 0, LEGEND_HEIGHT, 0),
        width=width,
        xaxis=axis | {"range": [0, width]},
        yaxis=axis | {"range": [lowest, ceiling]},
        hovermode="closest",
        meta={"zoom": True},
        annotations=[*annotations, *captions],
        legend={"itemclick": False, "itemdoubleclick": False},
    )


def _raised(lines: Sequence[Points], by: float) -> list[Points]:
    return [[(x, y + by) for x, y in line] for line in lines]


def _stacked(frame: Points, count: int) -> list[Points]:
    """A frame, and what is seen of `count - 1` more behind it."""
    (left, bottom), _, (right, top), *_ = frame
    behind = []
    for by in (STACKED * place for place in range(1, count)):
        begin, end = (left + by, top + by - STACKED), (right + by - STACKED, bottom + by)
        behind.append([begin, (left + by, top + by), (right + by, top + by), (right + by, bottom + by), end])
    return [frame, *behind]


def _stadium(box: ObliqueBox, middle: float) -> Points:
    """The outline of a mark around (middle, 0): a circle, longer where its symbol is."""
    straight = box.length / 2 - MARK_RADIUS
    angles = [2 * math.pi * step / 32 for step in range(33)]
    return [
        (
            middle + math.copysign(straight, math.cos(angle)) + MARK_RADIUS * math.cos(angle),
            MARK_RADIUS * math.sin(angle),
        )
        for angle in angles
    ]


def _wires(sized: Sized, layout: Layout) -> list[dict[str, Any]]:
    """What connects the nodes; in anything but a chain with arrow heads, and dots where wires part."""
    lines: list[Points] = []
    heads: list[Points] = []
    for wire in layout.wires:
        points = wire.points
        box, (middle, y) = sized.boxes[wire.edge.source], layout.centres[wire.edge.source]
        if box.broken:
            # It begins behind the piece that is left out.
            _, (start, _) = box.gap(sized.left(wire.edge.source, middle))
            points = [(start, y), *points[1:]]
        lines.append(points)
        heads.append(_arrow(points))
    x, y_values = _joined(lines)
    traces = [quiet_line(x, y_values, {"color": GREY, "width": 1.5, "simplify": False}, name="wires")]
    if sized.is_chain:
        return traces
    quiet = {"hoverinfo": "skip", "showlegend": False}
    dots = layout.dots
    parting = {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in dots],
        "y": [y for _, y in dots],
        "marker": {"size": 6, "color": GREY},
        "name": "partings",
    }
    return [*traces, _polygons(heads, GREY) | quiet | {"name": "arrows"}, parting | quiet]


def _arrow(points: Points) -> Points:
    """The head of an arrow at the end of a wire."""
    (x0, y0), (x, y) = points[-2:]
    length = math.dist((x0, y0), (x, y)) or 1.0
    across, up = (x - x0) / length, (y - y0) / length
    back = x - across * ARROW, y - up * ARROW
    half = ARROW / 2
    return [
        (x, y),
        (back[0] - up * half, back[1] + across * half),
        (back[0] + up * half, back[1] - across * half),
        (x, y),
    ]


def _block_frames(frames: Sequence[Points]) -> list[dict[str, Any]]:
    if not frames:
        return []
    x, y = _joined(frames)
    return [quiet_line(x, y, {"color": GREY, "width": 1.5}, name="Several layers, folded") | {"showlegend": True}]


def _joined(lines: Sequence[Points]) -> tuple[list[float | None], list[float | None]]:
    """The x and the y of all points, with a gap after each line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for line in lines:
        x += [*(point[0] for point in line), None]
        y += [*(point[1] for point in line), None]
    return x, y


def _polygons(outlines: Sequence[Points], colour: str) -> dict[str, Any]:
    """Filled polygons as one trace, with a gap in the line between them."""
    x, y = _joined(outlines)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": colour,
        "line": {"color": colour, "width": 1},
        "showlegend": False,
    }


def _annotation(sized: Sized, number: int, x: float, y: float) -> dict[str, Any]:
    node, label = sized.nodes[number], sized.labels[number]
    shape = 1 if sized.turned else len(node.shape_lines)
    lines = [*(f"<b>{as_label(line)}</b>" for line in label[:-shape]), *label[-shape:]]
    side = "right" if sized.turned else "center"
    end = "bottom" if number in sized.on_top else "top"
    more = {"xanchor": side, "yanchor": end, "align": side, "textangle": TURN if sized.turned else 0}
    annotation = _text("<br>".join(lines), x, y, **more)
    if node.fails:
        annotation["font"] = {"size": SMALL_FONT_SIZE, "color": RED}
    return annotation


def _scale_bars(scale: BoxScale, y: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two bars that show the scale of pixels and of channels, and their captions."""
    bars, captions = [], []
    left = EDGE
    for unit, noun in ((scale.pixel, "pixel"), (scale.channel, "channel")):
        count = _round_count(SCALE_BAR / unit)
        right = left + count * unit
        text = f"{counted(count, noun)} (slanted: {2 * count})" if noun == "pixel" else counted(count, noun)
        bars.append(
            quiet_line(
                [left, left, None, left, right, None, right, right],
                [y - 4, y + 4, None, y, y, None, y - 4, y + 4],
                {"color": GREY, "width": 2},
                name="scale",
            )
        )
        captions.append(_text(text, right + 6, y, xanchor="left", yanchor="middle"))
        left = right + 6 + len(text) * CHARACTER + 20
    return bars, captions


def _vector_note(sized: Sized) -> str:
    """How vectors are drawn, where there are any."""
    if all(node.shape is None or node.symbol or is_maps(node.shape) for node in sized.nodes):
        return ""
    sentences = ["Vectors are bars of 1 × 1 × N in the scale of the channels."]
    if sized.scale.pixel < MIN_THICKNESS:
        sentences.append("They are drawn thicker than that.")
    if any(box.broken for box in sized.boxes):
        sentences.append("Dots: a piece is left out.")
    return " ".join(sentences)


def _text(text: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": SMALL_FONT_SIZE}} | more


def _round_count(most: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, … that is at most `most`; 1 at least."""
    steps = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    return max([step for step in steps if step <= most], default=1)


def _alt(architecture: Architecture, graph: Routes, nodes: Sequence[Node], left_out: int) -> str:
    steps = [f"{node.name} {node.shape_label}" for node in nodes]
    if any(edge.kind != "straight" for edge in graph.edges):
        steps = [_step(node, step) for node, step in zip(nodes, steps, strict=True)]
    text = f"The network “{architecture.name}” from left to right: {', '.join(steps)}."
    return f"{text} What follows is left out: {counted(left_out, 'layer')}." if left_out else text


def _step(node: Node, step: str) -> str:
    """A node of a graph in the text alternative: its number, and what it reads where that is not the one before."""
    reading = f" (reads {node.reading})" if node.reading else ""
    return f"{node.number}: {step}{reading}" if node.number else step
