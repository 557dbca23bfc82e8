"""A picture on which one drags boxes or paints a mask, and what the browser sends of them."""

import base64
import binascii
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.data.marks.marks import MarkedBox, OwnPicture, classes_of, clipped
from visualizer.errors import UserError
from visualizer.figures.answers.mask import class_colour
from visualizer.figures.raster import png_source
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.pictures.state import OwnPictures
from visualizer.ui.state.session import Session
from visualizer.words import listed

MAX_MARKS = 50  # in one message: what a busy server has not taken yet
MAX_NUMBER = 2**31
_AGAIN = ("The browser sent something that is no mark.", "Draw it again.")


@dataclass(frozen=True, eq=False)
class SentMark:
    """A box or a mask that the browser sent.

    Attributes:
        number: It counts marks.
        picture: The index of the picture.
        label: The number of the class of a box, from 1.
        box: Left, top, width and height as shares of its sides, or None.
        mask: (H, W) uint8, for each pixel the number of its class, from 1, or None.
    """

    number: int
    picture: int
    label: int = 0
    box: tuple[float, float, float, float] | None = None
    mask: np.ndarray | None = None


def mark_canvas(
    owner: Session, own: OwnPictures, values: np.ndarray, brush: int, on_mark: Callable[[SentMark], None], key: str
) -> None:
    """Draw the picture that is being marked, with its boxes or its mask.

    Args:
        owner: The session, which shows a message if a mark cannot be read.
        own: The pictures.
        values: (H, W) uint8, the mask of the picture by the numbers of `own.names`.
        brush: The diameter of the brush in pixels of the picture.
        on_mark: Called with each new mark.
        key: Unique on the page.
    """

    def receive() -> None:
        sent = sent_by(key, "marks")
        # None unless the trigger fired.
        if sent is not None:
            owner.attempt(
                lambda: take(read_marks(sent, [each.picture.shape[:2] for each in own.pictures], len(own.names)))
            )

    def take(marks: list[SentMark]) -> None:
        for mark in marks:
            # The browser sends marks again that seem to be lost.
            if mark.number > own.marks_taken:
                own.marks_taken = mark.number
                on_mark(mark)

    picture = own.pictures[own.marking]
    label = own.names.index(own.marking_with) + 1 if own.marking_with in own.names else 0
    component("mark")(
        key=key,
        data={
            "picture": own.marking,
            "source": png_source(picture.picture),
            "size": [picture.picture.shape[1], picture.picture.shape[0]],
            "paints": own.kind == "mask",
            "boxes": [_drawn_box(box) for box in picture.marks.boxes],
            "mask": base64.b64encode(values.tobytes()).decode(),
            "label": label,
            "name": own.marking_with,
            "brush": brush,
            "names": own.names,
            "alt": _alt(picture, own),
            "colours": [class_colour(number) for number in range(1, len(own.names) + 1)],
            "taken": own.marks_taken,
        },
        on_marks_change=receive,
    )


def _alt(picture: OwnPicture, own: OwnPictures) -> str:
    names = classes_of([picture], own.kind)
    marked = f"with marks: {listed(names)}" if names else "without a mark yet"
    return f"Picture {own.marking + 1:,} of {own.count:,}, {marked}. Mark it with the pointer, or with numbers."


def _drawn_box(box: MarkedBox) -> dict[str, Any]:
    return {"name": box.class_name, "box": [box.left, box.top, box.width, box.height]}


def read_marks(sent: Any, sizes: Sequence[tuple[int, ...]], classes: int) -> list[SentMark]:
    """The marks in what a browser sent.

    Args:
        sent: Anything.
        sizes: Height and width of each picture.
        classes: How many there are.

    Raises:
        UserError: It is not a short list of boxes and masks of these pictures.
    """
    try:
        marks = sent["marks"]
        if not isinstance(marks, list) or not 0 < len(marks) <= MAX_MARKS:
            raise ValueError("no list, or too long")
        return [_read_mark(mark, sizes, classes) for mark in marks]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, binascii.Error) as error:
        raise UserError("The mark could not be read.", *_AGAIN) from error


def _read_mark(mark: Any, sizes: Sequence[tuple[int, ...]], classes: int) -> SentMark:
    number, picture = mark["number"], mark["picture"]
    if type(number) is not int or type(picture) is not int or not 0 < number < MAX_NUMBER or picture < 0:
        raise ValueError("no number")
    height, width = sizes[picture]
    if "box" in mark:
        box = [float(side) for side in mark["box"] if type(side) in (int, float)]
        if len(box) != 4 or len(mark["box"]) != 4 or not all(math.isfinite(side) and abs(side) <= 2 for side in box):
            raise ValueError("no box")
        label = mark["label"]
        if type(label) is not int or not 0 < label <= classes:
            raise ValueError("no class")
        return SentMark(number, picture, label, (box[0], box[1], box[2], box[3]))
    text = mark["mask"]
    if not isinstance(text, str) or len(text) > 2 * height * width + 4:
        raise ValueError("no mask")
    values = np.frombuffer(base64.b64decode(text, validate=True), np.uint8).reshape(height, width)
    if values.max() > classes:
        raise ValueError("no class")
    return SentMark(number, picture, mask=values)


def boxed(picture: OwnPicture, class_name: str, box: tuple[float, float, float, float]) -> MarkedBox:
    """The part of a box that lies in the picture. Raises UserError if there is none."""
    left, top, width, height = box
    inside = clipped(class_name, left, top, left + width, top + height)
    if inside is None:
        rows, columns = picture.picture.shape[:2]
        raise UserError(
            "The box has no area in the picture.",
            f"The picture has {columns} × {rows} pixels.",
            "Give it a width and a height, and a place within the picture.",
        )
    return inside
