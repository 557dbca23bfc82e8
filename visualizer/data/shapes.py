"""Coloured shapes, drawn from a seed."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.data.splits import stratified_split

TITLE = "Coloured shapes"
SIZE = 64  # pixels, height and width
PER_CLASS = 300

Points = list[tuple[float, float]]

_SCALE = 4  # shapes are drawn this many times larger and then reduced, which smooths their edges
_SMALLEST_RADIUS, _LARGEST_RADIUS = 14.0, 24.0  # pixels
_FARTHEST_FROM_CENTER = 8.0  # pixels, in each direction; the largest shape still fits
_MOST_TURN = math.radians(20)  # in each direction; an arrow still points up
_LEAST_CONTRAST = 80  # luma, of 255: a network with grey input can also tell the shape from the background
_MOST_NOISE = 40  # of 255, up and down
_MOST_DISTRACTORS = 6


def _regular(corners: int) -> Points:
    """A regular polygon in the unit circle, its first corner at the top."""
    return [_on_circle(index / corners) for index in range(corners)]


def _on_circle(turn: float, radius: float = 1.0) -> tuple[float, float]:
    """A point on a circle around the origin, `turn` clockwise from the top (1 is a full turn), y downwards."""
    return radius * math.sin(2 * math.pi * turn), -radius * math.cos(2 * math.pi * turn)


def _circle(radius: float, right: float = 0.0) -> Points:
    """A circle whose centre lies `right` of the origin."""
    return [(right + radius * x, radius * y) for x, y in _regular(72)]


def _star() -> Points:
    return [_on_circle(index / 10, 1.0 if index % 2 == 0 else 0.42) for index in range(10)]


def _cross() -> Points:
    arm, end = 0.3, 0.95
    top = [(-arm, -arm), (-arm, -end), (arm, -end)]
    right = [(-y, x) for x, y in top]
    return [*top, *right, *((-x, -y) for x, y in top), *((-x, -y) for x, y in right)]


def _heart() -> Points:
    """https://mathworld.wolfram.com/HeartCurve.html, the curve with four cosines, scaled into the unit circle."""
    angles = [2 * math.pi * index / 48 for index in range(48)]
    return [
        (
            16 / 18 * math.sin(angle) ** 3,
            -(13 * math.cos(angle) - 5 * math.cos(2 * angle) - 2 * math.cos(3 * angle) - math.cos(4 * angle)) / 18,
        )
        for angle in angles
    ]


def _arrow() -> Points:
    return [(0, -1), (0.75, -0.1), (0.28, -0.1), (0.28, 0.95), (-0.28, 0.95), (-0.28, -0.1), (-0.75, -0.1)]


# Each shape as outlines in the unit circle: the first is filled, and a second one is cut out of it.
OUTLINES: dict[str, tuple[Points, ...]] = {
    "circle": (_circle(1),),
    "square": ([_on_circle(corner / 4 + 1 / 8) for corner in range(4)],),
    "triangle": (_regular(3),),
    "star": (_star(),),
    "cross": (_cross(),),
    "ring": (_circle(1), _circle(0.55)),
    "heart": (_heart(),),
    "crescent": (_circle(1), _circle(0.85, right=0.5)),
    "arrow": (_arrow(),),
    "hexagon": (_regular(6),),
}
CLASS_NAMES = tuple(OUTLINES)
ANNOTATIONS = Annotations(CLASS_NAMES, most_objects=1, has_masks=True)


def make_shapes(seed: int = 0, per_class: int = PER_CLASS) -> Dataset:
    """Pictures of ten shapes. Place, size, rotation, colours, noise and specks vary independently of the class.

    The same seed, 0 or more, gives the same bytes on any machine with the same version of Pillow.
    """
    # RandomState: its stream is frozen, while that of default_rng may change with NumPy's version
    # (https://numpy.org/neps/nep-0019-rng-policy.html).
    random = np.random.RandomState(seed)
    labels = random.permutation(np.repeat(np.arange(len(CLASS_NAMES)), per_class))
    pictures = np.empty((len(labels), SIZE, SIZE, 3), dtype=np.uint8)
    boxes = np.empty((len(labels), 1, 5), dtype=np.float32)
    masks = np.zeros((len(labels), SIZE, SIZE), dtype=np.uint8)
    for place, label in enumerate(labels.tolist()):
        outlines = OUTLINES[CLASS_NAMES[label]]
        pictures[place], shape = _draw(random, outlines)
        boxes[place, 0] = label, *bounding_box(outlines, shape)
        masks[place][covered(coverage(outlines, shape))] = label + 1
    train, validation, test = stratified_split(labels, seed)
    return Dataset(
        name="shapes",
        title=TITLE,
        description=(
            f"{len(labels):,} pictures of {len(CLASS_NAMES)} shapes, {SIZE} × {SIZE} pixels in colour, drawn by this "
            "app. Place, size, rotation, colours and noise are random, so that neither a colour nor a single pixel "
            "reveals the class: a linear model gets fewer than 3 in 10 right, a convolutional network most of them."
        ),
        class_names=CLASS_NAMES,
        pictures=pictures,
        labels=labels,
        train=train,
        validation=validation,
        test=test,
        boxes=boxes,
        masks=masks,
    )


@dataclass(frozen=True)
class Placed:
    """Where a shape is in its picture, in pixels from the upper left corner; its angle is clockwise, in radians."""

    x: float
    y: float
    radius: float
    angle: float


def _draw(random: np.random.RandomState, outlines: tuple[Points, ...]) -> tuple[np.ndarray, Placed]:
    """One picture, (SIZE, SIZE, 3) uint8, and where its shape is."""
    ground, color = contrasting_colors(random)
    picture = ground_with_specks(random, ground)
    radius = random.uniform(_SMALLEST_RADIUS, _LARGEST_RADIUS)
    center = SIZE / 2 + random.uniform(-_FARTHEST_FROM_CENTER, _FARTHEST_FROM_CENTER, size=2)
    x, y = center.tolist()
    shape = Placed(x, y, radius, random.uniform(-_MOST_TURN, _MOST_TURN))
    picture.paste(color, mask=coverage(outlines, shape))
    return noisy(random, picture), shape


def noisy(random: np.random.RandomState, picture: Image.Image) -> np.ndarray:
    """The picture with noise of a random strength, (SIZE, SIZE, 3) uint8."""
    noise = np.frombuffer(random.bytes(SIZE * SIZE * 3), dtype=np.uint8).reshape(SIZE, SIZE, 3)
    return _with_noise(np.asarray(picture), noise, random.randint(_MOST_NOISE + 1))


def ground_with_specks(random: np.random.RandomState, ground: tuple[int, ...]) -> Image.Image:
    """A picture of that colour with some small specks of other colours."""
    picture = Image.new("RGB", (SIZE, SIZE), ground)
    canvas = ImageDraw.Draw(picture)
    for _ in range(random.randint(_MOST_DISTRACTORS + 1)):
        _speck(random, canvas)
    return picture


def contrasting_colors(random: np.random.RandomState) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A random ground and a random colour, which differ in brightness."""
    while True:
        ground, color = random.randint(256, size=(2, 3))
        if contrasts(ground, color):
            return tuple(ground.tolist()), tuple(color.tolist())


def contrasts(ground: np.ndarray, color: np.ndarray) -> bool:
    """Whether two colours, (3,) integers from 0 to 255, differ enough in brightness."""
    return abs(int((ground - color) @ (299, 587, 114))) >= _LEAST_CONTRAST * 1000


def _speck(random: np.random.RandomState, canvas: ImageDraw.ImageDraw) -> None:
    color = tuple(random.randint(256, size=3).tolist())
    x, y = random.randint(SIZE, size=2).tolist()
    half_width, half_height = random.randint(1, 4, size=2).tolist()
    draw: Callable[..., None] = canvas.ellipse if random.randint(2) else canvas.rectangle
    draw((x - half_width, y - half_height, x + half_width, y + half_height), fill=color)


def coverage(outlines: tuple[Points, ...], shape: Placed) -> Image.Image:
    """How much of each pixel the shape covers, from 0 to 255: the first outline is filled, the second is cut out."""
    return _large(outlines, shape).reduce(_SCALE)


def _large(outlines: tuple[Points, ...], shape: Placed) -> Image.Image:
    """The shape in white on black, `_SCALE` times as large as the picture."""
    large = Image.new("L", (SIZE * _SCALE, SIZE * _SCALE), 0)
    canvas = ImageDraw.Draw(large)
    for outline, fill in zip(outlines, (255, 0), strict=False):
        canvas.polygon([(round(x * _SCALE), round(y * _SCALE)) for x, y in _turned(outline, shape)], fill=fill)
    return large


def covered(image: Image.Image) -> np.ndarray:
    """The pixels of which a shape covers half or more: (SIZE, SIZE) bool."""
    return np.asarray(image) >= 128


def bounding_box(outlines: tuple[Points, ...], shape: Placed) -> tuple[float, float, float, float]:
    """The centre's x and y, the width and the height of the box around a shape, as shares of the picture's side."""
    if len(outlines) > 1:  # what is cut out may make it smaller than its first outline
        left, top, right, bottom = _large(outlines, shape).getbbox() or (0, 0, 0, 0)
        points = np.array([(left, top), (right, bottom)]) / _SCALE
    else:
        points = np.array(_turned(outlines[0], shape))
    low, high = (np.clip(ends, 0, SIZE) for ends in (points.min(axis=0), points.max(axis=0)))
    (x, y), (width, height) = (low + high) / 2 / SIZE, (high - low) / SIZE
    return float(x), float(y), float(width), float(height)


def _turned(outline: Points, shape: Placed) -> Points:
    """The points of an outline in the picture, in pixels."""
    cosine, sine = shape.radius * math.cos(shape.angle), shape.radius * math.sin(shape.angle)
    return [(shape.x + x * cosine - y * sine, shape.y + x * sine + y * cosine) for x, y in outline]


def _with_noise(picture: np.ndarray, noise: np.ndarray, amplitude: int) -> np.ndarray:
    """The picture with uniform noise of up to ± amplitude, in integer arithmetic, so that all machines round alike."""
    change = (noise.astype(np.int16) - 128) * amplitude // 128
    return np.clip(picture.astype(np.int16) + change, 0, 255).astype(np.uint8)
