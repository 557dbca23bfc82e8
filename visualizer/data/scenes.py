"""Pictures with several shapes, drawn from a seed: where each of them is, and which pixels belong to it."""

import math

import numpy as np

from visualizer.data.annotations import Annotations
from visualizer.data.boxes import classes_of_largest
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.shapes import (
    OUTLINES,
    SIZE,
    Placed,
    bounding_box,
    contrasting_colors,
    contrasts,
    coverage,
    covered,
    ground_with_specks,
    noisy,
)
from visualizer.data.splits import stratified_split

TITLE = "Scenes of shapes"
CLASS_NAMES = ("circle", "square", "triangle", "star", "heart")
MOST = 5  # shapes in a picture
PICTURES = 3000
ANNOTATIONS = Annotations(CLASS_NAMES, one_class=False, most_objects=MOST, has_masks=True)

_SMALLEST_RADIUS, _LARGEST_RADIUS = 6.0, 16.0  # pixels
_MOST_TURN = math.radians(20)  # in each direction
_LEAST_VISIBLE = 0.6  # share of every shape that later ones leave uncovered
_TRIES = 20  # to find a place for one more shape


def make_scenes(seed: int = 0, count: int = PICTURES) -> Dataset:
    """Pictures of one to five shapes, which may overlap, with a box around each and the class of every pixel.

    A box is around the whole shape, also where another one covers a part of it. The same seed, 0 or more, gives the
    same bytes on any machine with the same version of Pillow.
    """
    random = np.random.RandomState(seed)  # its stream is frozen, unlike default_rng's
    pictures = np.empty((count, SIZE, SIZE, 3), dtype=np.uint8)
    boxes = np.zeros((count, MOST, 5), dtype=np.float32)
    boxes[:, :, 0] = NO_OBJECT
    masks = np.zeros((count, SIZE, SIZE), dtype=np.uint8)
    for place in range(count):
        pictures[place], masks[place], found = _scene(random)
        boxes[place, : len(found)] = found
    labels = classes_of_largest(boxes)
    train, validation, test = stratified_split(labels, seed)
    return Dataset(
        name="scenes",
        title=TITLE,
        description=(
            f"{count:,} pictures of {SIZE} × {SIZE} pixels in colour, drawn by this app, with one to {MOST} shapes of "
            f"{len(CLASS_NAMES)} classes in each. Shapes differ in size and may overlap. Each comes with its box, and "
            "each pixel with its class. Pictures are listed here by the class of their largest shape."
        ),
        class_names=CLASS_NAMES,
        pictures=pictures,
        labels=labels,
        train=train,
        validation=validation,
        test=test,
        one_class=False,
        boxes=boxes,
        masks=masks,
    )


def _scene(random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray, list[tuple[float, ...]]]:
    """The picture, the class of each pixel, and a row of `Dataset.boxes` for each shape."""
    ground, colour = contrasting_colors(random)
    picture = ground_with_specks(random, ground)
    owner = np.zeros((SIZE, SIZE), dtype=np.int64)  # the number of the shape, from 1, that is seen there
    sizes: list[int] = []
    classes: list[int] = []
    found: list[tuple[float, ...]] = []
    for _ in range(random.randint(1, MOST + 1)):
        for _ in range(_TRIES):
            label = random.randint(len(CLASS_NAMES))
            outlines = OUTLINES[CLASS_NAMES[label]]
            radius = random.uniform(_SMALLEST_RADIUS, _LARGEST_RADIUS)
            x, y = random.uniform(radius, SIZE - radius, size=2).tolist()
            shape = Placed(x, y, radius, random.uniform(-_MOST_TURN, _MOST_TURN))
            mask = coverage(outlines, shape)
            pixels = covered(mask)
            visible = np.bincount(owner[~pixels], minlength=len(sizes) + 1)[1:]
            if all(left >= _LEAST_VISIBLE * size for left, size in zip(visible.tolist(), sizes, strict=True)):
                picture.paste(colour, mask=mask)
                sizes.append(int(pixels.sum()))
                classes.append(label)
                owner[pixels] = len(sizes)
                found.append((label, *bounding_box(outlines, shape)))
                break
        colour = _another(random, ground)
    return noisy(random, picture), np.array([0, *(label + 1 for label in classes)], np.uint8)[owner], found


def _another(random: np.random.RandomState, ground: tuple[int, ...]) -> tuple[int, ...]:
    """Another colour that differs from the ground in brightness."""
    while True:
        colour = random.randint(256, size=3)
        if contrasts(np.array(ground), colour):
            return tuple(colour.tolist())
