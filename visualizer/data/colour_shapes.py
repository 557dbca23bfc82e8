"""Shapes of four colours in front of photos, drawn from a seed: colour and outline together are the class."""

import math

import numpy as np
from PIL import Image

from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.data.shapes import OUTLINES, SIZE, Placed, coverage
from visualizer.data.splits import stratified_split

TITLE = "Colours and shapes"
PER_CLASS = 250
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (205, 45, 40),
    "yellow": (225, 190, 40),
    "green": (45, 150, 65),
    "blue": (45, 85, 200),
}
_SHAPES = ("circle", "square", "triangle")
CLASS_NAMES = tuple(f"{colour} {shape}" for colour in COLOURS for shape in _SHAPES)
ANNOTATIONS = Annotations(CLASS_NAMES)

_SMALLEST_RADIUS, _LARGEST_RADIUS = 13.0, 23.0  # pixels
_FARTHEST_FROM_CENTER = 8.0  # pixels, in each direction; the largest shape still fits
_MOST_TURN = math.radians(12)
_MOST_TINT = 25  # of 255, up and down, for each channel
_DARKEST, _LIGHTEST = 0.7, 1.2  # times the colour, at the two ends of the light that falls on a shape
_SMALLEST_CROP, _LARGEST_CROP = 64, 180  # pixels of a photo, made SIZE
_TEST_SHARE = 0.34  # of a photo's width, from the left: it is behind test pictures alone


def make_colour_shapes(seed: int = 0, per_class: int = PER_CLASS) -> Dataset:
    """Pictures of a circle, a square or a triangle in red, yellow, green or blue, in front of a piece of a photo.

    Place, size, rotation, tint and light are random. Behind the test pictures are parts of the photos that are
    behind no other. The same seed, 0 or more, gives the same bytes with the same versions of Pillow and NumPy.
    """
    random = np.random.RandomState(seed)  # its stream is frozen, unlike default_rng's
    labels = random.permutation(np.repeat(np.arange(len(CLASS_NAMES)), per_class))
    train, validation, test = stratified_split(labels, seed)
    in_test = np.isin(np.arange(len(labels)), test)
    pictures = np.empty((len(labels), SIZE, SIZE, 3), dtype=np.uint8)
    for place, label in enumerate(labels.tolist()):
        pictures[place] = _draw(random, CLASS_NAMES[label], bool(in_test[place]))
    return Dataset(
        name="colour_shapes",
        title=TITLE,
        description=(
            f"{len(labels):,} pictures of {SIZE} × {SIZE} pixels, put together by this app: a circle, a square or a "
            "triangle in red, yellow, green or blue, in front of a piece of one of scikit-learn’s two photos. Only "
            "colour and outline together tell the class. The pieces behind test pictures are seen nowhere in training."
        ),
        class_names=CLASS_NAMES,
        pictures=pictures,
        labels=labels,
        train=train,
        validation=validation,
        test=test,
    )


def _draw(random: np.random.RandomState, class_name: str, in_test: bool) -> np.ndarray:
    """One picture, (SIZE, SIZE, 3) uint8."""
    colour, shape = class_name.split()
    radius = random.uniform(_SMALLEST_RADIUS, _LARGEST_RADIUS)
    x, y = (SIZE / 2 + random.uniform(-_FARTHEST_FROM_CENTER, _FARTHEST_FROM_CENTER, size=2)).tolist()
    placed = Placed(x, y, radius, random.uniform(-_MOST_TURN, _MOST_TURN))
    picture = _piece_of_photo(random, in_test)
    picture.paste(_lit(random, COLOURS[colour]), mask=coverage(OUTLINES[shape], placed))
    return np.asarray(picture)


def _piece_of_photo(random: np.random.RandomState, in_test: bool) -> Image.Image:
    """A square piece of a photo, from its left part where `in_test`, as large as a picture."""
    photo = bundled_photo(list(PHOTOS)[random.randint(len(PHOTOS))])
    height, width, _ = photo.shape
    border = round(_TEST_SHARE * width)
    left_end, right_end = (0, border) if in_test else (border, width)
    side = random.randint(_SMALLEST_CROP, _LARGEST_CROP + 1)
    top, left = random.randint(height - side + 1), random.randint(left_end, right_end - side + 1)
    piece = Image.fromarray(photo[top : top + side, left : left + side])
    return piece.resize((SIZE, SIZE), Image.Resampling.BICUBIC)


def _lit(random: np.random.RandomState, colour: tuple[int, int, int]) -> Image.Image:
    """A surface of about that colour, which light falls on from some side."""
    tint = np.array(colour) + random.randint(-_MOST_TINT, _MOST_TINT + 1, size=3)
    angle = random.uniform(0, 2 * math.pi)
    across = np.linspace(-0.5, 0.5, SIZE)
    along = math.cos(angle) * across[None, :] + math.sin(angle) * across[:, None]
    light = np.clip(along + 0.5, 0, 1) * (_LIGHTEST - _DARKEST) + _DARKEST
    return Image.fromarray(np.clip(np.rint(light[..., None] * tint), 0, 255).astype(np.uint8))
