"""Pictures with several handwritten digits at random places, to be found and read."""

from itertools import pairwise

import numpy as np
from PIL import Image

from visualizer.data.annotations import Annotations
from visualizer.data.boxes import classes_of_largest
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.digits import CLASS_NAMES, make_digits

TITLE = "Scenes of digits"
SIZE = 64  # pixels, height and width
MOST = 5  # digits in a picture
COUNTS = (2100, 450, 450)  # pictures for training, validation and test
ANNOTATIONS = Annotations(CLASS_NAMES, one_class=False, most_objects=MOST)

_SMALLEST, _LARGEST = 12, 28  # pixels of a digit's side, with the paper around it
_LEAST_INK = 0.25  # of the darkest, from which on a pixel belongs to the digit's box
_MOST_COVERED = 0.2  # of a box, that another box may cover
_TRIES = 20  # to find a place for one more digit
_FAINTEST = 0.55  # ink of a digit, of the darkest that there is
_LINES = 3  # at most, in a picture


def make_digit_scenes(seed: int = 0, counts: tuple[int, int, int] = COUNTS) -> Dataset:
    """Pictures of one to five real digits, each with its box and class, on paper with lines and noise.

    The digits of each split are of the same split of the digits themselves: no digit that is read in the test was seen
    in training. The same seed, 0 or more, gives the same bytes with the same version of Pillow.

    Args:
        seed: Of all that is random.
        counts: How many pictures there are for training, validation and test.
    """
    digits = make_digits()
    random = np.random.RandomState(seed)  # its stream is frozen, unlike default_rng's
    total = sum(counts)
    pictures = np.empty((total, SIZE, SIZE, 1), dtype=np.uint8)
    boxes = np.zeros((total, MOST, 5), dtype=np.float32)
    boxes[:, :, 0] = NO_OBJECT
    ends = np.cumsum((0, *counts))
    for (first, end), source in zip(pairwise(ends), (digits.train, digits.validation, digits.test), strict=True):
        for place in range(first, end):
            pictures[place, :, :, 0], found = _scene(random, digits, source)
            boxes[place, : len(found)] = found
    train, validation, test = (np.arange(first, end) for first, end in pairwise(ends))
    return Dataset(
        name="digit_scenes",
        title=TITLE,
        description=(
            f"{total:,} grey pictures of {SIZE} × {SIZE} pixels, put together by this app of scikit-learn’s real "
            f"digits: one to {MOST} in each, of any size and darkness, on paper with lines. No digit of the test "
            "split is seen in training. Pictures are listed here by the class of their largest digit."
        ),
        class_names=CLASS_NAMES,
        pictures=pictures,
        labels=classes_of_largest(boxes),
        train=train,
        validation=validation,
        test=test,
        one_class=False,
        boxes=boxes,
    )


def _scene(
    random: np.random.RandomState, digits: Dataset, source: np.ndarray
) -> tuple[np.ndarray, list[tuple[float, ...]]]:
    """The picture, (H, W) uint8, and a row of `Dataset.boxes` for each digit."""
    ink = np.zeros((SIZE, SIZE), dtype=np.float32)
    found: list[tuple[float, ...]] = []
    edges: list[tuple[int, int, int, int]] = []
    for _ in range(random.randint(1, MOST + 1)):
        for _ in range(_TRIES):
            index = source[random.randint(len(source))]
            side = random.randint(_SMALLEST, _LARGEST + 1)
            enlarged = Image.fromarray(digits.pictures[index, :, :, 0]).resize((side, side), Image.Resampling.BICUBIC)
            digit = np.asarray(enlarged, dtype=np.float32) / 255
            top, left = random.randint(SIZE - side + 1, size=2).tolist()
            rows, columns = (np.flatnonzero((digit > _LEAST_INK).any(axis=axis)) for axis in (1, 0))
            box = (top + rows[0], left + columns[0], top + rows[-1] + 1, left + columns[-1] + 1)
            if all(_covered(box, other) <= _MOST_COVERED for other in edges):
                darkness = random.uniform(_FAINTEST, 1)
                part = ink[top : top + side, left : left + side]
                np.maximum(part, darkness * digit, out=part)
                edges.append(box)
                found.append((float(digits.labels[index]), *_as_shares(box)))
                break
    _add_lines(random, ink)
    paper = random.normal(0.06, 0.05, size=ink.shape)
    return np.rint(np.clip(np.maximum(ink, paper), 0, 1) * 255).astype(np.uint8), found


def _add_lines(random: np.random.RandomState, ink: np.ndarray) -> None:
    """Faint lines through the whole picture, as on writing paper or a form."""
    for _ in range(random.randint(_LINES + 1)):
        place, faint = random.randint(SIZE), random.uniform(0.15, 0.4)
        line = ink[place] if random.randint(2) else ink[:, place]
        np.maximum(line, faint, out=line)


def _covered(box: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The larger of the shares of either box that is covered by the other."""
    height = max(min(box[2], other[2]) - max(box[0], other[0]), 0)
    width = max(min(box[3], other[3]) - max(box[1], other[1]), 0)
    smaller = min((edges[2] - edges[0]) * (edges[3] - edges[1]) for edges in (box, other))
    return height * width / smaller


def _as_shares(box: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Top, left, bottom and right in pixels as the centre's x and y, width and height, as shares of the side."""
    top, left, bottom, right = (edge / SIZE for edge in box)
    return ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
