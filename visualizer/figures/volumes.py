"""The whole network as feature volumes, drawn to scale."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from visualizer.architecture.architecture import Architecture, ArchitectureReport, LayerReport
from visualizer.architecture.layer import layer_types
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.figures.boxes import Box, BoxScale, Points
from visualizer.figures.chart import SMALL_FONT_SIZE, Chart, counted, figure_of
from visualizer.figures.palette import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, VERMILLION

# Lengths are pixels of the screen; one unit of the axes is one pixel.
MAX_MAP = 150.0  # the largest height or width of a map
MAX_DEPTH = 88.0  # the most channels
MAX_CHANNEL = 5.0  # one channel, where there are few
MAX_BAR = 96.0
GAP = 26.0
EDGE = 16.0
COMFORTABLE_WIDTH = 1080.0
LEAST_WIDTH = 320.0
SHRINKS = (1.0, 0.85, 0.7, 0.6)
TURNED_SLOT = 50.0
TURN = -50  # degrees; negative is anticlockwise
CHARACTER = 7.3  # the width of one character of a label, on the safe side
LABEL_CHARACTERS = 13
LINE = 18.0
PLACEHOLDER = Box(44.0, 96.0, 0.0)
SCALE_BAR = 46.0  # about what a scale bar is long

INPUT = "Input"
GROUP_COLOURS = (BLUE, VERMILLION, PURPLE, GREEN, ORANGE)


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
    box, and nothing follows it. The figure brings its own width: let the page scroll sideways.

    Args:
        architecture: Any architecture, also one that does not fit.
        report: What `summarize` said of it.
    """
    drawn = _volumes(architecture, report)
    for shrink in SHRINKS:
        scale = _scale(drawn, shrink)
        boxes = [PLACEHOLDER if volume.shape is None else scale.box(volume.shape) for volume in drawn]
        slots, turned = _slots(boxes, drawn)
        if sum(slots) + 2 * EDGE <= COMFORTABLE_WIDTH:
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
            counted(row.parameters or 0, "parameter"),
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
    return [
        *_wrapped(volume.name, LABEL_CHARACTERS),
        describe_shape(volume.shape) if volume.shape is not None else "does not fit",
    ]


def _slots(boxes: Sequence[Box], drawn: Sequence[_Volume]) -> tuple[list[float], bool]:
    """The width that each volume takes, and whether the labels are turned, because they would not fit otherwise."""
    upright = [
        max(box.width + GAP, max(len(line) for line in _label(volume)) * CHARACTER + 12)
        for box, volume in zip(boxes, drawn, strict=True)
    ]
    if sum(upright) + 2 * EDGE <= COMFORTABLE_WIDTH:
        return upright, False
    return [max(box.width + GAP * 0.6, TURNED_SLOT) for box in boxes], True


def _group_colours() -> dict[str, str]:
    groups = sorted({layer_type.group for layer_type in layer_types().values()})
    return {INPUT: GREY} | {group: GROUP_COLOURS[index % len(GROUP_COLOURS)] for index, group in enumerate(groups)}


def _figure(
    drawn: Sequence[_Volume], boxes: Sequence[Box], slots: Sequence[float], scale: BoxScale, *, turned: bool
) -> Any:
    ceiling = max(box.height / 2 + box.slant for box in boxes) + 8
    floor = -max(box.height / 2 for box in boxes) - 8
    colours = _group_colours()
    bodies: list[dict[str, Any]] = []
    lit: list[Points] = []
    shaded: list[Points] = []
    annotations: list[dict[str, Any]] = []
    named: set[str] = set()
    left = EDGE
    for volume, box, slot in zip(drawn, boxes, slots, strict=True):
        x = left + (slot - box.width) / 2
        body = _polygons(box.outlines(x), RED if volume.shape is None else colours[volume.group])
        if volume.fails:
            body["line"] = {"color": RED, "width": 2.5, "dash": "dash"}
        if volume.shape is None:
            body["fillcolor"] = "rgba(229, 72, 77, 0.12)"
        else:
            lit += box.top_faces(x)
            shaded += box.side_faces(x)
            body |= {"showlegend": volume.group not in named, "name": volume.group.lstrip("0123456789 ")}
            named.add(volume.group)
        bodies.append(body | {"text": volume.hover, "hoverinfo": "text", "hoveron": "fills"})
        annotations.append(_annotation(volume, left + slot / 2, floor, turned=turned))
        left += slot
    width = max(left + EDGE, LEAST_WIDTH)
    longest = max(max(len(line) for line in _label(volume)) for volume in drawn)
    lines = max(len(_label(volume)) for volume in drawn)
    label_height = longest * CHARACTER * 0.77 + lines * LINE * 0.64 + 8 if turned else lines * LINE + 8
    bottom = floor - label_height
    flow = {"type": "scatter", "mode": "lines", "x": [EDGE, left], "y": [0, 0], "line": {"color": GREY, "width": 1.5}}
    bars, captions, height = _scale_bars(scale, drawn, bottom - 14)
    traces = [
        flow | {"hoverinfo": "skip", "showlegend": False},
        *bodies,
        _polygons(lit, "rgba(255, 255, 255, 0.32)") | {"hoverinfo": "skip", "line": {"width": 0}},
        _polygons(shaded, "rgba(0, 0, 0, 0.22)") | {"hoverinfo": "skip", "line": {"width": 0}},
        *bars,
    ]
    lowest = bottom - 14 - height
    axis = {"visible": False, "fixedrange": True}
    return figure_of(
        traces,
        height=ceiling - lowest + 30,
        margin=(0, 0, 30, 0),
        width=round(width),
        xaxis=axis | {"range": [0, width]},
        yaxis=axis | {"range": [lowest, ceiling]},
        hovermode="closest",
        annotations=[*annotations, *captions],
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": SMALL_FONT_SIZE},
        },
    )


def _polygons(outlines: Sequence[Points], colour: str) -> dict[str, Any]:
    """Filled polygons as one trace, with a gap in the line between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    for outline in outlines:
        x += [*(point[0] for point in outline), None]
        y += [*(point[1] for point in outline), None]
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
    *name, shape = _label(volume)
    if turned:
        name = [" ".join(name)] if len(volume.name) <= LABEL_CHARACTERS * 2 else name
    lines = [*(f"<b>{line}</b>" for line in name), shape]
    return {
        "text": "<br>".join(lines),
        "x": x,
        "y": y,
        "showarrow": False,
        "xanchor": "right" if turned else "center",
        "yanchor": "top",
        "align": "right" if turned else "center",
        "textangle": TURN if turned else 0,
        "font": {"size": SMALL_FONT_SIZE} | ({"color": RED} if volume.fails else {}),
    }


def _scale_bars(
    scale: BoxScale, drawn: Sequence[_Volume], y: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Two bars that say how long pixels and channels are drawn, with their words, and the height of it all."""
    bars, captions = [], []
    left = EDGE
    for unit, noun in ((scale.pixel, "pixel"), (scale.channel, "channel")):
        count = _round_count(SCALE_BAR / unit)
        length = count * unit
        text = f"{counted(count, noun)}{' (height, width)' if noun == 'pixel' else ''}"
        bars.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [left, left, None, left, left + length, None, left + length, left + length],
                "y": [y - 4, y + 4, None, y, y, None, y - 4, y + 4],
                "line": {"color": GREY, "width": 2},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        captions.append(_caption(text, left + length + 6, y, "middle"))
        left += length + 6 + len(text) * CHARACTER + 16
    return bars, captions, 14.0


def _caption(text: str, x: float, y: float, anchor: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": anchor,
        "font": {"size": SMALL_FONT_SIZE},
    }


def _round_count(most: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, … that is at most `most`; 1 at least."""
    steps = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    return max([step for step in steps if step <= most], default=1)


def _alt(architecture: Architecture, report: ArchitectureReport, drawn: Sequence[_Volume]) -> str:
    steps = [
        f"{volume.name} {'does not fit' if volume.shape is None else describe_shape(volume.shape)}" for volume in drawn
    ]
    left_out = len(report.layers) + 1 - len(drawn)
    end = f"; {counted(left_out, 'layer')} after it left out" if left_out else ""
    return f"The network “{architecture.name}” from left to right: {', '.join(steps)}{end}."
