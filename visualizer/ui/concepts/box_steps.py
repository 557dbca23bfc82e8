"""Boxes on pictures that change from step to step, with words and numbers, and a slider over the steps.

Every step is computed in advance, so moving the slider sends nothing to the server. The component box_steps draws it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from visualizer.figures.raster import png_source, rgb_pixels
from visualizer.ui.kit.component import component

# How a box looks: not yet decided; decided just now; kept; removed just now; not drawn; an answer that is right or
# wrong; an object that no answer finds.
State = Literal["open", "chosen", "kept", "removed", "gone", "right", "wrong", "truth"]


@dataclass(frozen=True)
class DrawnBox:
    """A box: the picture that it is on, by index; left, top, right and bottom in its pixels; a few letters."""

    picture: int
    corners: tuple[float, ...]
    label: str


@dataclass(frozen=True)
class Row:
    """A row of the table beside the pictures, which may look as a box does."""

    head: str
    cells: tuple[str, ...]
    state: State | Literal[""] = ""


@dataclass(frozen=True)
class BoxStep:
    """What is shown at one step.

    Attributes:
        name: Beside the slider.
        words: What happens, in whole sentences.
        states: One for each box.
        rows: The table.
        notes: One for each picture, beside its title.
    """

    name: str
    words: str
    states: tuple[State, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepCurve:
    """A point for each step, both of its numbers from 0 to 1; `y` may have None where there is none."""

    x: tuple[float, ...]
    y: tuple[float | None, ...]
    names: tuple[str, str]


def box_steps(
    key: str,
    subject: str,
    pictures: Sequence[tuple[Sequence[np.ndarray], str]],
    boxes: Sequence[DrawnBox],
    steps: Sequence[BoxStep],
    *,
    size: tuple[int, ...],
    title: str,
    letters: float = 3.2,
    shown: int = 0,
    curve: StepCurve | None = None,
) -> None:
    """Draw the pictures, the steps and, for more than one step, the slider.

    Args:
        key: Unique on the page.
        subject: What the steps are about; with another one, the slider goes back to `shown`.
        pictures: Each with a title: (H, W, 3) uint8 for each step, or one for all steps.
        size: Height and width in pixels, in which the boxes are given.
        boxes: On the pictures, those that matter most last.
        steps: In their order.
        title: The slider's name.
        letters: The height of the boxes' letters in pixels of the picture.
        shown: The step that is shown first, from 0.
        curve: Drawn beside the table, with a dot at the step.
    """
    data: dict[str, Any] = {
        "start": subject,
        "pictures": [
            {"sources": [png_source(rgb_pixels(one)) for one in each], "title": name} for each, name in pictures
        ],
        "size": size,
        "boxes": [asdict(box) for box in boxes],
        "steps": [asdict(step) for step in steps],
        "title": title,
        "letters": letters,
        "shown": shown,
        "curve": None if curve is None else asdict(curve),
    }
    component("box_steps")(key=key, data=data)
