"""The whole network as feature volumes, drawn to scale."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualizer.architecture.architecture import Architecture, ArchitectureReport, LayerReport
from visualizer.architecture.layer import GROUPS
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.figures.boxes import MIN_THICKNESS, BoxScale, ObliqueBox, Points
from visualizer.figures.chart import Chart, figure_of, lines_of, quiet_line
from visualizer.figures.palette import (
    BLUE,
    BROWN,
    CHARACTER,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    RED,
    SMALL_FONT_SIZE,
    TRANSPARENT,
    VERMILLION,
)
from visualizer.words import counted

# Lengths are pixels of the screen; one unit of the axes is one pixel.
MAX_MAP = 150.0  # the largest height or width of a map
MAX_DEPTH = 88.0  # the most channels
MAX_CHANNEL = 5.0  # one channel, where there are few
MAX_BAR = 96.0
GAP = 26.0
EDGE = 16.0
COMFORTABLE_WIDTH = 1080.0
LEAST_WIDTH = 400
SHRINKS = (1.0, 0.85, 0.7, 0.6, 0.5)
TURNED_SLOT = 50.0
TURN = -50  # degrees; negative is anticlockwise
BOLD_CHARACTER = 7.3  # the width of one character of a label, on the safe side
FRAME_MARGIN = 9.0
LEGEND_HEIGHT = 30.0
LABEL_CHARACTERS = 13
PLACEHOLDER = ObliqueBox(44.0, 96.0, 0.0)
SCALE_BAR = 46.0  # about what a scale bar is long

INPUT = "Input"
FAINT_RED = "rgba(229, 72, 77, 0.14)"
GROUP_COLOURS = (BLUE, VERMILLION, PURPLE, GREEN, ORANGE, BROWN)


@dataclass(frozen=True)
class _Volume:
    """One thing to draw: a picture, feature maps or a vector; without a shape, a layer that does not fit."""

    name: str
    shape: Shape | None
    group: str
    hover: str
    fails: bool = False


def volumes(architecture: Architecture, report: ArchitectureReport) -> Chart:
    """Every layer's output as an oblique box, from left to right, the picture first.

    Heights and widths of maps share one linear scale, channels another; both are drawn below. A vector is a bar of
    1 x 1 x N in the scale of the channels, cut (visibly) where it is too long. A layer that does not fit is a dashed
    box, and nothing follows it. The figure has a fixed width: the page must be able to scroll sideways.

    Args:
        architecture: Any architecture, also one that does not fit.
        report: The result of `summarize`.
    """
    drawn = _volumes(architecture, report)
    for shrink in SHRINKS:
        scale = _scale(drawn, shrink)
        boxes = [PLACEHOLDER if volume.shape is None else scale.box(volume.shape) for volume in drawn]
        slots, turned = _slots(boxes, drawn)
        if _left_margin(drawn, slots, turned=turned) + sum(slots) + EDGE <= COMFORTABLE_WIDTH:
            break
    return Chart(_figure(drawn, boxes, slots, scale, turned=turned), _alt(architecture, report, drawn))


def _volumes(architecture: Architecture, report: ArchitectureReport) -> list[_Volume]:
    shape = architecture.input_shape
    volumes = [_Volume("Input", shape, INPUT, f"<b>Input picture</b><br>{describe_shape(shape)}")]
    for row in report.layers:
        if row.input_shape is None:
            break
        fails = row.problem is not None
        volumes.append(_Volume(row.layer.summary(), row.output_shape, row.layer.group, _hover(row), fails))
    return volumes


def _hover(row: LayerReport) -> str:
    lines = [f"<b>{row.layer.summary()}</b>"]
    if row.problem is not None:
        lines += _wrapped(str(row.problem), 52)
    if row.output_shape is not None:
        lines += [
            f"output {describe_shape(row.output_shape)}",
            counted(row.parameters or 0, "trainable parameter" if row.kept else "parameter"),
            *([f"{counted(row.kept, 'number')} kept without being trained"] if row.kept else []),
            counted(row.multiply_adds or 0, "multiply-add"),
        ]
    return "<br>".join(lines)


def _wrapped(text: str, characters: int) -> list[str]:
    """The text in lines, broken at spaces, and between the words of a long one (MaxPooling2D)."""
    lines = [""]
    for part in re.split(r"(?<= )(?=[^ ×])(?<!× )|(?<=[a-z])(?=[A-Z])", text):
        if lines[-1] and len(lines[-1]) + len(part.rstrip()) > characters:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def _scale(drawn: Sequence[_Volume], shrink: float) -> BoxScale:
    maps = [volume.shape for volume in drawn if volume.shape is not None and is_maps(volume.shape)]
    largest = max(max(height, width) for _, height, width in maps)
    most = max(channels for channels, _, _ in maps)
    return BoxScale(
        pixel=MAX_MAP * max(shrink, 0.8) / largest,
        channel=min(MAX_DEPTH / most, MAX_CHANNEL) * shrink,
        longest_bar=MAX_BAR * shrink,
    )


def _label(volume: _Volume) -> list[str]:
    return [*_wrapped(volume.name, LABEL_CHARACTERS), _shape_label(volume)]


def _shape_label(volume: _Volume) -> str:
    if volume.shape is None:
        return "does not fit"
    return f"{describe_shape(volume.shape)}{': does not fit' if volume.fails else ''}"


def _turned_label(volume: _Volume) -> list[str]:
    return [volume.name, _shape_label(volume)]


def _label_size(drawn: Sequence[_Volume], *, turned: bool) -> tuple[float, float]:
    """How far a label extends to the left of its volume's middle, and downwards."""
    if not turned:
        lines = max(len(_label(volume)) for volume in drawn)
        return 0.0, lines * LINE
    angle = math.radians(-TURN)
    longest = max(max(len(line) for line in _turned_label(volume)) for volume in drawn) * BOLD_CHARACTER
    first = max(len(line) for line in _turned_label(drawn[0])) * BOLD_CHARACTER
    height = 2 * LINE
    return (
        first * math.cos(angle) + height * math.sin(angle),
        longest * math.sin(angle) + height * math.cos(angle),
    )


def _left_margin(drawn: Sequence[_Volume], slots: Sequence[float], *, turned: bool) -> float:
    """Room for the first label, which may reach further to the left than its slot."""
    across, _ = _label_size(drawn, turned=turned)
    return max(EDGE, across - slots[0] / 2)


def _slots(boxes: Sequence[ObliqueBox], drawn: Sequence[_Volume]) -> tuple[list[float], bool]:
    """The width that each volume takes, and whether the labels are turned, because they would not fit otherwise."""
    upright = [
        max(box.width + GAP, max(len(line) for line in _label(volume)) * BOLD_CHARACTER + 12)
        for box, volume in zip(boxes, drawn, strict=True)
    ]
    if sum(upright) + 2 * EDGE <= COMFORTABLE_WIDTH:
        return upright, False
    return [max(box.width + GAP * 0.6, TURNED_SLOT) for box in boxes], True


def _group_colours() -> dict[str, str]:
    return {INPUT: GREY} | {group: GROUP_COLOURS[index % len(GROUP_COLOURS)] for index, group in enumerate(GROUPS)}


def _figure(
    drawn: Sequence[_Volume], boxes: Sequence[ObliqueBox], slots: Sequence[float], scale: BoxScale, *, turned: bool
) -> Any:
    ceiling = max(box.height / 2 + box.slant for box in boxes) + 8
    floor = -max(box.height / 2 for box in boxes) - 8
    colours = _group_colours()
    _, down = _label_size(drawn, turned=turned)
    bodies: list[dict[str, Any]] = []
    lit: list[Points] = []
    shaded: list[Points] = []
    failing: list[Points] = []
    dots: Points = []
    annotations: list[dict[str, Any]] = []
    named: set[str] = set()
    left = _left_margin(drawn, slots, turned=turned)
    flow: Points = [(left + slots[0] / 2, 0.0)]
    for volume, box, slot in zip(drawn, boxes, slots, strict=True):
        x = left + (slot - box.width) / 2
        body = _polygons(box.outlines(x), FAINT_RED if volume.shape is None else colours[volume.group])
        if volume.shape is not None:
            lit += box.top_faces(x)
            shaded += box.side_faces(x)
            dots += box.dots(x)
            flow += box.gap(x)
            body |= {"showlegend": volume.group not in named, "name": volume.group}
            named.add(volume.group)
        if volume.fails:
            failing.append(box.frame(x, 0.0 if volume.shape is None else FRAME_MARGIN))
        bodies.append(body | {"text": volume.hover, "hoverinfo": "text", "hoveron": "fills"})
        annotations.append(_annotation(volume, left + slot / 2, floor, turned=turned))
        left += slot
    # The line ends in front of a placeholder, which does not hide it.
    flow.append((left - slots[-1] / 2 - (PLACEHOLDER.width / 2 if drawn[-1].shape is None else 0), 0.0))
    width = max(math.ceil(left + EDGE), LEAST_WIDTH)
    bars, captions = _scale_bars(scale, floor - down - 24)
    note = lines_of(_vector_note(drawn, boxes, scale), width - 2 * EDGE)
    note_top = floor - down - 38
    captions.append(_text("<br>".join(note), EDGE, note_top, xanchor="left", yanchor="top", align="left"))
    lowest = note_top - len(note) * LINE - 4
    silent = {"hoverinfo": "skip", "showlegend": False}
    axis = {"visible": False, "fixedrange": True}
    return figure_of(
        [
            _segments(flow, {"color": GREY, "width": 1.5}),
            *bodies,
            _polygons(lit, "rgba(255, 255, 255, 0.32)") | silent | {"line": {"width": 0}},
            _polygons(shaded, "rgba(0, 0, 0, 0.22)") | silent | {"line": {"width": 0}},
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
        annotations=[*annotations, *captions],
        legend={"itemclick": False, "itemdoubleclick": False},
    )


def _segments(points: Points, line: dict[str, Any]) -> dict[str, Any]:
    """Lines from the first to the second point, from the third to the fourth, and so on."""
    pairs = [points[index : index + 2] for index in range(0, len(points), 2)]
    x, y = _joined(pairs)
    return quiet_line(x, y, line)


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


def _annotation(volume: _Volume, x: float, y: float, *, turned: bool) -> dict[str, Any]:
    *name, last = _turned_label(volume) if turned else _label(volume)
    side = "right" if turned else "center"
    more = {"xanchor": side, "yanchor": "top", "align": side, "textangle": TURN if turned else 0}
    annotation = _text("<br>".join([*(f"<b>{line}</b>" for line in name), last]), x, y, **more)
    if volume.fails:
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


def _vector_note(drawn: Sequence[_Volume], boxes: Sequence[ObliqueBox], scale: BoxScale) -> str:
    """How vectors are drawn, where there are any."""
    if all(volume.shape is None or is_maps(volume.shape) for volume in drawn):
        return ""
    sentences = ["Vectors are bars of 1 × 1 × N in the scale of the channels."]
    if scale.pixel < MIN_THICKNESS:
        sentences.append("They are drawn thicker than that.")
    if any(box.broken for box in boxes):
        sentences.append("Dots: a piece is left out.")
    return " ".join(sentences)


def _text(text: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": SMALL_FONT_SIZE}} | more


def _round_count(most: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, … that is at most `most`; 1 at least."""
    steps = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    return max([step for step in steps if step <= most], default=1)


def _alt(architecture: Architecture, report: ArchitectureReport, drawn: Sequence[_Volume]) -> str:
    steps = [f"{volume.name} {_shape_label(volume)}" for volume in drawn]
    left_out = len(report.layers) + 1 - len(drawn)
    text = f"The network “{architecture.name}” from left to right: {', '.join(steps)}."
    return f"{text} What follows is left out: {counted(left_out, 'layer')}." if left_out else text
