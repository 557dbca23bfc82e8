"""Shapes that point somewhere, drawn from a seed: how large they are, where, and which way they point."""

import math

import numpy as np

from visualizer.data.annotations import Annotations, Quantity
from visualizer.data.dataset import Dataset
from visualizer.data.shapes import (
    OUTLINES,
    SIZE,
    Placed,
    contrasting_colors,
    coverage,
    ground_with_specks,
    noisy,
)
from visualizer.data.splits import stratified_split

TITLE = "Pointing shapes"
# These look the same only after a full turn, unlike a triangle with three equal sides.
_OUTLINES = {"arrow": OUTLINES["arrow"], "heart": OUTLINES["heart"], "dart": ([(0, -1), (0.5, 0.86), (-0.5, 0.86)],)}
CLASS_NAMES = tuple(_OUTLINES)
PER_CLASS = 1000

_SMALLEST_RADIUS, _LARGEST_RADIUS = 12.0, 24.0  # pixels
QUANTITIES = (
    Quantity("size", "pixels", 2 * _SMALLEST_RADIUS, 2 * _LARGEST_RADIUS, moves_as="length"),
    Quantity("direction", "degrees", 0, 360, cyclic=True, moves_as="angle"),
    Quantity("place from the left", "pixels", 0, SIZE, moves_as="x"),
    Quantity("place from the top", "pixels", 0, SIZE, moves_as="y"),
)
ANNOTATIONS = Annotations(CLASS_NAMES, quantities=QUANTITIES)


def make_pointing(seed: int = 0, per_class: int = PER_CLASS) -> Dataset:
    """Pictures of one shape each, with its diameter, the direction of its tip and the place of its centre.

    The direction is clockwise from the top, from 0 to 360 degrees. The same seed, 0 or more, gives the same bytes on
    any machine with the same version of Pillow.
    """
    random = np.random.RandomState(seed)  # its stream is frozen, unlike default_rng's
    labels = random.permutation(np.repeat(np.arange(len(CLASS_NAMES)), per_class))
    pictures = np.empty((len(labels), SIZE, SIZE, 3), dtype=np.uint8)
    numbers = np.empty((len(labels), len(QUANTITIES)), dtype=np.float32)
    for place, label in enumerate(labels.tolist()):
        radius = random.uniform(_SMALLEST_RADIUS, _LARGEST_RADIUS)
        x, y = random.uniform(radius, SIZE - radius, size=2).tolist()
        degrees = random.uniform(0, 360)
        # The tip of a heart is at its lower end.
        turn = degrees + (180 if CLASS_NAMES[label] == "heart" else 0)
        ground, colour = contrasting_colors(random)
        picture = ground_with_specks(random, ground)
        shape = Placed(x, y, radius, math.radians(turn))
        picture.paste(colour, mask=coverage(_OUTLINES[CLASS_NAMES[label]], shape))
        pictures[place] = noisy(random, picture)
        numbers[place] = 2 * radius, degrees, x, y
    train, validation, test = stratified_split(labels, seed)
    return Dataset(
        name="pointing",
        title=TITLE,
        description=(
            f"{len(labels):,} pictures of an arrow, a heart or a dart, {SIZE} × {SIZE} pixels in colour, drawn by "
            "this app. Each comes with the shape’s diameter, the direction of its tip (clockwise from the top) and the "
            "place of its centre. Colours and noise are random, so that no single pixel tells any of them."
        ),
        class_names=CLASS_NAMES,
        pictures=pictures,
        labels=labels,
        train=train,
        validation=validation,
        test=test,
        quantities=QUANTITIES,
        numbers=numbers,
    )
