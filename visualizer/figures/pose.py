"""Where something is in a picture, how large, and which way it points, drawn on the picture."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from visualizer.data.annotations import Annotations, MovesAs
from visualizer.figures.palette import BLUE, MARK, VERMILLION
from visualizer.figures.raster import enlarged

Point = tuple[float, float]

_SIDE = 256  # pixels, about, of the enlarged picture
_SMOOTH = 2  # lines are drawn this many times larger and then reduced, which smooths their edges
# As shares of the picture's longer side.
_WIDTH, _RIM = 0.018, 0.010
_HEAD, _DOT = 0.085, 0.026
_DASH, _GAP = 0.06, 0.075
_ARROW = 0.3  # where nothing says how large it is
_STEPS = 72  # of a ring


@dataclass(frozen=True)
class Pose:
    """Where something is, in pixels of the picture from its upper left corner.

    Attributes:
        center: Right and down.
        radius: Half its length; None where nothing says how large it is.
        angle: Which way it points, clockwise from the top, in radians; None where it points nowhere.
        has_place: Whether the centre was measured; else it is the middle of the picture.
    """

    center: Point
    radius: float | None
    angle: float | None
    has_place: bool


def says_pose(annotations: Annotations) -> bool:
    """Whether the quantities tell of a place or of a direction."""
    x, y, angle = (annotations.quantity_that_is(kind) is not None for kind in ("x", "y", "angle"))
    return (x and y) or angle


def pose_of(values: np.ndarray, size: tuple[int, ...], annotations: Annotations) -> Pose | None:
    """What measured numbers say of a picture, by `Quantity.moves_as`; None where they say neither place nor direction.

    Args:
        values: (quantities,) in their units. A number that is not finite says nothing.
        size: Height and width of the picture.
        annotations: What the numbers are.
    """
    height, width = size

    def share(kind: MovesAs) -> float | None:
        place = annotations.quantity_that_is(kind)
        if place is None or not math.isfinite(values[place]):
            return None
        quantity = annotations.quantities[place]
        return (float(values[place]) - quantity.low) / (quantity.high - quantity.low)

    x, y, turn = share("x"), share("y"), share("angle")
    has_place = x is not None and y is not None
    if not has_place and turn is None:
        return None
    across = annotations.quantity_that_is("x")
    # What is far outside is not drawn, but must not take long.
    center = (_near(x) * width, _near(y) * height) if x is not None and y is not None else (width / 2, height / 2)
    radius = None
    if has_place and across is not None and (length := annotations.quantity_that_is("length")) is not None:
        in_range = annotations.quantities[across]
        half = float(values[length]) / 2 / (in_range.high - in_range.low) * width
        radius = min(max(half, 0.0), 2.0 * width) if math.isfinite(half) else None
    return Pose(center, radius, None if turn is None else 2 * math.pi * (turn % 1), has_place)


def _near(share: float) -> float:
    return min(max(share, -2.0), 3.0)


def with_poses(picture: np.ndarray, answer: Pose, truth: Pose | None) -> np.ndarray:
    """The picture with the answer in solid lines, and below it the truth in dashed ones.

    (H, W, C) uint8 in, (H', W', 3) uint8 out, enlarged so that lines are fine beside its pixels.
    """
    factor = max(round(_SIDE / max(picture.shape[:2])), 1)
    large = Image.fromarray(enlarged(picture, factor))
    for pose, colour, dashed in ((truth, VERMILLION, True), (answer, BLUE, False)):
        if pose is not None:
            _draw(large, pose, factor, colour, dashed)
    return np.asarray(large)


def _draw(image: Image.Image, pose: Pose, factor: int, colour: str, dashed: bool) -> None:
    """Draw a pose in that colour with a white rim, which shows on any picture."""
    side = max(image.size) * _SMOOTH
    scale = factor * _SMOOTH
    center = (pose.center[0] * scale, pose.center[1] * scale)
    radius = None if pose.radius is None else pose.radius * scale
    lines: list[list[Point]] = []
    if radius is not None:
        lines.append([_on_ring(center, radius, step / _STEPS) for step in range(_STEPS + 1)])
    head: list[Point] = []
    if pose.angle is not None:
        turn, length = pose.angle / (2 * math.pi), _ARROW * side if radius is None else radius
        tip = _on_ring(center, length, turn)
        sides = [_on_ring(tip, _HEAD * side, turn + 0.5 + aside) for aside in (-0.075, 0.075)]
        lines.append([center, _on_ring(center, max(length - _HEAD * side * 0.8, 0), turn)])
        head = [tip, *sides]
    if dashed:
        lines = [dash for line in lines for dash in _dashes(line, _DASH * side, _GAP * side)]
    # The line alone is drawn over the rim, in two layers, so that rims never cover a line.
    cover = Image.new("RGBA", (image.width * _SMOOTH, image.height * _SMOOTH), (*ImageColor.getrgb(MARK), 0))
    canvas = ImageDraw.Draw(cover)
    for fill, more in ((MARK, _RIM * side), (colour, 0.0)):
        for line in lines:
            _stroke(canvas, line, _WIDTH * side + 2 * more, fill)
        if head:
            canvas.polygon(head, fill=fill)
            _stroke(canvas, [*head, head[0]], 2 * more, fill)
        if pose.has_place:
            _dot(canvas, center, _DOT * side + more, fill)
    small = cover.reduce(_SMOOTH)
    image.paste(small.convert("RGB"), mask=small.getchannel("A"))


def _on_ring(center: Point, radius: float, turn: float) -> Point:
    """A point around the centre, `turn` clockwise from the top (1 is a full turn)."""
    angle = 2 * math.pi * turn
    return center[0] + radius * math.sin(angle), center[1] - radius * math.cos(angle)


def _stroke(canvas: ImageDraw.ImageDraw, line: list[Point], width: float, fill: str) -> None:
    """A line with round ends."""
    if width < 1:
        return
    canvas.line(line, fill=fill, width=round(width), joint="curve")
    for end in (line[0], line[-1]):
        _dot(canvas, end, width / 2, fill)


def _dot(canvas: ImageDraw.ImageDraw, center: Point, radius: float, fill: str) -> None:
    canvas.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), fill=fill)


def _dashes(line: list[Point], dash: float, gap: float) -> Iterator[list[Point]]:
    """The line in pieces `dash` long, with gaps between them."""
    piece, left = [line[0]], dash
    for start, end in pairwise(line):
        length, done = math.dist(start, end), 0.0
        while done < length:
            step = min(left, length - done)
            done, left = done + step, left - step
            share = done / length
            point = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            if piece:
                piece.append(point)
            if left > 0:
                continue
            if piece:
                yield piece
                piece, left = [], gap
            else:
                piece, left = [point], dash
    if len(piece) > 1:
        yield piece
