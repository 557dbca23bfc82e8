"""Coloured shapes, drawn from a seed."""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

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


def make_shapes(seed: int = 0, per_class: int = PER_CLASS) -> Dataset:
    """Pictures of ten shapes. Place, size, rotation, colours, noise and specks vary independently of the class.

    The same seed, 0 or more, gives the same bytes on any machine with the same version of Pillow.
    """
    # RandomState: its stream is frozen, while that of default_rng may change with NumPy's version
    # (https://numpy.org/neps/nep-0019-rng-policy.html).
    random = np.random.RandomState(seed)
    labels = random.permutation(np.repeat(np.arange(len(CLASS_NAMES)), per_class))
    pictures = np.empty((len(labels), SIZE, SIZE, 3), dtype=np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[:] = _draw(random, OUTLINES[CLASS_NAMES[label]])
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
    )


def _draw(random: np.random.RandomState, outlines: tuple[Points, ...]) -> np.ndarray:
    """One picture, (SIZE, SIZE, 3) uint8."""
    ground, color = _contrasting_colors(random)
    picture = Image.new("RGB", (SIZE, SIZE), ground)
    canvas = ImageDraw.Draw(picture)
    for _ in range(random.randint(_MOST_DISTRACTORS + 1)):
        _speck(random, canvas)
    radius = random.uniform(_SMALLEST_RADIUS, _LARGEST_RADIUS)
    center = SIZE / 2 + random.uniform(-_FARTHEST_FROM_CENTER, _FARTHEST_FROM_CENTER, size=2)
    angle = random.uniform(-_MOST_TURN, _MOST_TURN)
    picture.paste(color, mask=_mask(outlines, center, radius, angle))
    noise = np.frombuffer(random.bytes(SIZE * SIZE * 3), dtype=np.uint8).reshape(SIZE, SIZE, 3)
    return _with_noise(np.asarray(picture), noise, random.randint(_MOST_NOISE + 1))


def _contrasting_colors(random: np.random.RandomState) -> tuple[tuple[int, ...], tuple[int, ...]]:
    while True:
        ground, color = random.randint(256, size=(2, 3))
        if abs(int((ground - color) @ (299, 587, 114))) >= _LEAST_CONTRAST * 1000:
            return tuple(ground.tolist()), tuple(color.tolist())


def _speck(random: np.random.RandomState, canvas: ImageDraw.ImageDraw) -> None:
    color = tuple(random.randint(256, size=3).tolist())
    x, y = random.randint(SIZE, size=2).tolist()
    half_width, half_height = random.randint(1, 4, size=2).tolist()
    draw: Callable[..., None] = canvas.ellipse if random.randint(2) else canvas.rectangle
    draw((x - half_width, y - half_height, x + half_width, y + half_height), fill=color)


def _mask(outlines: tuple[Points, ...], center: np.ndarray, radius: float, angle: float) -> Image.Image:
    """How much of each pixel the shape covers, from 0 to 255: the first outline is filled, the second is cut out."""
    large = Image.new("L", (SIZE * _SCALE, SIZE * _SCALE), 0)
    canvas = ImageDraw.Draw(large)
    cosine, sine = radius * math.cos(angle), radius * math.sin(angle)
    center_x, center_y = center.tolist()
    for outline, fill in zip(outlines, (255, 0), strict=False):
        canvas.polygon(
            [
                (
                    round((center_x + x * cosine - y * sine) * _SCALE),
                    round((center_y + x * sine + y * cosine) * _SCALE),
                )
                for x, y in outline
            ],
            fill=fill,
        )
    return large.reduce(_SCALE)


def _with_noise(picture: np.ndarray, noise: np.ndarray, amplitude: int) -> np.ndarray:
    """The picture with uniform noise of up to ± amplitude, in integer arithmetic, so that all machines round alike."""
    change = (noise.astype(np.int16) - 128) * amplitude // 128
    return np.clip(picture.astype(np.int16) + change, 0, 255).astype(np.uint8)
