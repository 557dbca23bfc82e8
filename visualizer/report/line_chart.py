"""Curves as SVG, which a browser draws without any script and a printer sharply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from visualizer.figures.chart import number
from visualizer.figures.ticks import ticks
from visualizer.report.markup import element

# A letter is 14 units high. On a phone, one unit is about one pixel.
WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 50, 12, 34, 46
MARKED_POINTS = 30  # with more points, the markers would touch
_MOST_STEPS = 5  # between the numbers along an axis

# From a curve's numbers to a position in the picture.
ToPosition = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class ChartLine:
    """One curve.

    Attributes:
        name: In the legend.
        kind: Its class in the style sheet, which sets colour and dashes.
        x, y: (N,) numbers; those that are not finite are left out.
        mark: "circle" or "diamond" at each point, or empty.
    """

    name: str
    kind: str
    x: np.ndarray
    y: np.ndarray
    mark: str = ""


def line_chart(lines: Sequence[ChartLine], *, x_label: str, unit: str, top: float | None, alt: str) -> Element:
    """Curves over a shared axis from 0.

    Args:
        lines: The first one is drawn first, below the others.
        x_label: What the x axis counts.
        unit: What follows the numbers of the y axis and of the points.
        top: The end of the y axis; None takes the largest value.
        alt: The chart in words.
    """
    # A single outlier makes the axis long, but hiding it would mislead.
    x_end = max([1.0, *(float(line.x.max()) for line in lines if len(line.x))])
    finite = [line.y[np.isfinite(line.y)] for line in lines]
    y_end = top or max([*(float(values.max()) for values in finite if len(values)), 0.0]) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            round(LEFT + x / x_end * (WIDTH - LEFT - RIGHT), 1),
            round(HEIGHT - BOTTOM - y / y_end * (HEIGHT - TOP - BOTTOM), 1),
        )

    parts = [*_y_axis(y_end, unit, at), *_x_axis(x_end, x_label, at), *_legend(lines)]
    for line in lines:
        parts.append(element("path", d=_path(line, at), class_=f"line {line.kind}"))
        if line.mark and len(line.x) <= MARKED_POINTS:
            parts += [
                _marker(line, at(x, y), f"{line.name}, {x_label} {x:g}: {number(y)}{unit}")
                for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
                if np.isfinite(y)
            ]
    return element("svg", *parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=alt)


def _y_axis(end: float, unit: str, at: ToPosition) -> list[Element]:
    parts = []
    for value in ticks(0, end, _MOST_STEPS):
        x, y = at(0, value)
        parts.append(element("path", d=f"M{x} {y}H{WIDTH - RIGHT}", class_="grid"))
        parts.append(element("text", number(value) + unit.strip(), x=x - 6, y=y + 5, text_anchor="end"))
    return parts


def _x_axis(end: float, label: str, at: ToPosition) -> list[Element]:
    y = HEIGHT - BOTTOM
    parts = [
        element("text", number(value), x=at(value, 0)[0], y=y + 18, text_anchor="middle")
        for value in ticks(0, end, _MOST_STEPS)
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, element("text", label, x=middle, y=HEIGHT - 8, text_anchor="middle")]


def _legend(lines: Sequence[ChartLine]) -> list[Element]:
    parts: list[Element] = []
    x = LEFT - 40
    for line in lines:
        parts.append(element("path", d=f"M{x} 12H{x + 26}", class_=f"line {line.kind}"))
        if line.mark:
            parts.append(_marker(line, (x + 13, 12), ""))
        parts.append(element("text", line.name, x=x + 32, y=17))
        x += 32 + 7 * len(line.name) + 18
    return parts


def _path(line: ChartLine, at: ToPosition) -> str:
    commands, pen = [], "M"
    for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True):
        if np.isfinite(y):
            across, down = at(x, y)
            commands.append(f"{pen}{across} {down}")
            pen = "L"
        else:
            pen = "M"
    return "".join(commands)


def _marker(line: ChartLine, position: tuple[float, float], text: str) -> Element:
    x, y = position
    title = [element("title", text)] if text else []
    if line.mark == "circle":
        return element("circle", *title, cx=x, cy=y, r=4, class_=f"mark {line.kind}")
    return element(
        "path", *title, d=f"M{x} {y - 5.5}L{x + 5.5} {y}L{x} {y + 5.5}L{x - 5.5} {y}Z", class_=f"mark {line.kind}"
    )
