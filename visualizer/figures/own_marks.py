"""Somebody's own pictures with what is marked in them."""

from collections.abc import Sequence

import numpy as np

from visualizer.architecture.answer import Mask
from visualizer.data.annotations import Annotations
from visualizer.data.marks.marks import Kind, OwnPicture
from visualizer.figures.answers.boxes import named_boxes
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.chart import Chart
from visualizer.figures.gallery import LARGE_TILE, gallery

_LABELLED: dict[Kind, str] = {
    "classes": "Their classes",
    "boxes": "What is in their boxes",
    "mask": "What is in their masks",
    "numbers": "What is known of them",
}


def marked_gallery(squares: Sequence[OwnPicture], kind: Kind, classes: tuple[str, ...], width: float) -> Chart:
    """Square pictures of the same size, with boxes or masks drawn on them, and above each what it is marked with.

    Args:
        squares: With such marks, all of one size.
        kind: Which marks are meant.
        classes: All classes, in the order of the data set.
        width: Pixels that the page gives the chart.
    """
    columns = max(int(width // LARGE_TILE), 2)
    drawn = np.stack([_drawn(each, kind, classes) for each in squares])
    labels = [_words(each, kind) for each in squares]
    return gallery(drawn, labels, columns, width=round(width), labelled=_LABELLED[kind], largest_tile=LARGE_TILE)


def _drawn(square: OwnPicture, kind: Kind, classes: tuple[str, ...]) -> np.ndarray:
    marks = square.marks
    if kind == "boxes":
        boxes = np.array([box.centered for box in marks.boxes])
        return named_boxes(square.picture, boxes, [box.class_name for box in marks.boxes])
    if kind == "mask" and marks.mask is not None:
        mask = Mask(marks.mask.numbered(classes))
        return figures_of(Mask).drawn(square.picture, mask, None, Annotations(classes, has_masks=True))
    return square.picture


def _words(square: OwnPicture, kind: Kind) -> str:
    marks = square.marks
    if kind == "numbers":
        first = marks.numbers[0]
        return f"{first.name} {first.value:g} {first.unit}".rstrip()
    if kind == "classes":
        return square.class_name
    names = [box.class_name for box in marks.boxes]
    if kind == "mask" and marks.mask is not None:
        names = marks.mask.present
    return ", ".join(dict.fromkeys(names))
