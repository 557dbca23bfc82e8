"""Marks move with their picture where it becomes a square, and become the arrays of a data set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualizer.data.annotations import Quantity
from visualizer.data.boxes import classes_of_largest
from visualizer.data.dataset import NO_OBJECT
from visualizer.data.marks.marks import Kind, MarkedBox, MarkedMask, Marks, OwnPicture, classes_of, clipped
from visualizer.data.own_pictures import MAX_CLASSES, Fit, fit_to_square, place_in_square
from visualizer.errors import UserError
from visualizer.words import counted

MIN_PICTURES = 12  # of which two are for validation and two for the test
LEAST_LEFT = 0.25  # of the area of a box, which would else be about something that can hardly be seen
ONLY_CLASS = "picture"  # of pictures with numbers, which are not sorted into classes


@dataclass(frozen=True)
class MarkedArrays:
    """Pictures and their marks as a data set has them; see `Dataset`."""

    class_names: tuple[str, ...]
    pictures: np.ndarray
    labels: np.ndarray
    quantities: tuple[Quantity, ...] = ()
    numbers: np.ndarray | None = None
    boxes: np.ndarray | None = None
    masks: np.ndarray | None = None


def fitted(picture: OwnPicture, size: int, fit: Fit) -> OwnPicture:
    """The picture as a square, and its marks where they are then; see `fitted_marks`."""
    square = fit_to_square(picture.picture, size, fit)
    return replace(picture, picture=square, marks=fitted_marks(picture, size, fit))


def fitted_marks(picture: OwnPicture, size: int, fit: Fit) -> Marks:
    """The marks of a picture where they are when it is a square.

    A box is clipped at the edges, and left out where less than a quarter of it is left.
    """
    before = picture.picture.shape
    left, top, width, height = place_in_square(before[0], before[1], size, fit)
    boxes = []
    for box in picture.marks.boxes:
        x, y = left + box.left * width, top + box.top * height
        moved = MarkedBox(box.class_name, x, y, box.width * width, box.height * height)
        inside = clipped(box.class_name, x, y, x + moved.width, y + moved.height)
        if inside is not None and inside.width * inside.height >= LEAST_LEFT * moved.width * moved.height:
            boxes.append(inside)
    mask = picture.marks.mask
    if mask is not None:
        mask = MarkedMask(mask.class_names, fit_to_square(mask.values, size, fit))
    return Marks(tuple(boxes), mask, picture.marks.numbers)


def usable(pictures: Iterable[OwnPicture], kind: Kind, size: int, fit: Fit) -> list[OwnPicture]:
    """Those of the pictures that have such marks, also when they are squares."""
    marked = (each for each in pictures if each.has(kind))
    return [each for each in marked if replace(each, marks=fitted_marks(each, size, fit)).has(kind)]


def arrays_of(pictures: Sequence[OwnPicture], kind: Kind, size: int, fit: Fit) -> MarkedArrays:
    """The arrays of a data set of these pictures; those without such marks, or with none left, are left out.

    Args:
        pictures: In any order, which is kept.
        kind: What is to be learnt of them: "boxes", "mask" or "numbers".
        size: Height and width of the squares, in pixels.
        fit: How the pictures become squares.

    Raises:
        UserError: There are too few pictures, or too many classes, or the numbers are not of the same quantities.
    """
    used = [fitted(each, size, fit) for each in usable(pictures, kind, size, fit)]
    if len(used) < MIN_PICTURES:
        raise _incomplete(
            f"{counted(len(used), 'picture')} of {len(pictures):,} can be used; at least {MIN_PICTURES} are needed to "
            "split them into training, validation and test pictures.",
            "Mark more pictures.",
        )
    squares = np.stack([each.picture for each in used])
    if kind == "numbers":
        quantities, numbers = _numbers(used)
        return MarkedArrays((ONLY_CLASS,), squares, np.zeros(len(used), np.int64), quantities, numbers)
    names = classes_of(used, kind)
    if len(names) > MAX_CLASSES:
        raise _incomplete(
            f"They have {len(names)} classes; at most {MAX_CLASSES} can be told apart.", "Leave some out."
        )
    if kind == "boxes":
        boxes = _boxes(used, names)
        return MarkedArrays(names, squares, classes_of_largest(boxes), boxes=boxes)
    masks = np.stack([each.marks.mask.numbered(names) for each in used if each.marks.mask is not None])
    areas = np.stack([(masks == number).sum(axis=(1, 2)) for number in range(1, len(names) + 1)])
    return MarkedArrays(names, squares, areas.argmax(axis=0).astype(np.int64), masks=masks)


def _boxes(pictures: Sequence[OwnPicture], names: tuple[str, ...]) -> np.ndarray:
    boxes = np.zeros((len(pictures), max(len(each.marks.boxes) for each in pictures), 5), np.float32)
    boxes[:, :, 0] = NO_OBJECT
    for rows, each in zip(boxes, pictures, strict=True):
        for row, box in zip(rows, each.marks.boxes, strict=False):
            row[:] = names.index(box.class_name), *box.centered
    return boxes


def learnable_numbers(pictures: Sequence[OwnPicture]) -> dict[tuple[str, str], list[float]]:
    """The numbers of each quantity, by its name and its unit, that all pictures have and that differ between them.

    What is the same everywhere has no range, and nothing about it can be learnt.
    """
    keys = [[(each.name, each.unit) for each in picture.marks.numbers] for picture in pictures]
    shared = [key for key in keys[0] if all(key in others for others in keys)]
    columns: dict[tuple[str, str], list[float]] = {key: [] for key in shared}
    for picture in pictures:
        for each in picture.marks.numbers:
            if (each.name, each.unit) in columns:
                columns[each.name, each.unit].append(each.value)
    return {key: column for key, column in columns.items() if np.ptp(np.array(column, np.float32)) > 0}


def _numbers(pictures: Sequence[OwnPicture]) -> tuple[tuple[Quantity, ...], np.ndarray]:
    values = learnable_numbers(pictures)
    if not values:
        raise _incomplete(
            "No quantity is known of every picture and differs between them.",
            "Use one table with the same columns for all, and numbers that differ.",
        )
    numbers = np.array(list(values.values()), np.float32).T
    ends = zip(values, numbers.min(axis=0).tolist(), numbers.max(axis=0).tolist(), strict=True)
    return tuple(Quantity(name, unit, low, high) for (name, unit), low, high in ends), numbers


def _incomplete(why: str, remedy: str) -> UserError:
    return UserError("These pictures are no data set yet.", why, remedy)
