"""The first two parts of the page on detection: the overlap of boxes, and the cells of a grid."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from visualizer.concepts.grid_cells import responsible_cells, without_cell
from visualizer.data.boxes import overlaps
from visualizer.ui.concepts.box_pair import box_pair, in_pixels
from visualizer.ui.concepts.cell_grid import cell_grid
from visualizer.ui.concepts.scenes import boxes_of, choose_scene, scene_picture, scenes
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick
from visualizer.ui.kit.prediction import predict
from visualizer.words import counted

_ASKED_SHIFT = 0.5  # of a box's width
_SIDES = (2, 4, 8, 16)
_DETECTOR_SIDE = 8
_ASKED_SIDE = 4


@st.fragment
def overlap() -> None:
    """Two boxes to drag, and their intersection over union."""
    predict(
        explained(
            "Two boxes have the same size, and one is moved sideways by **half its width**. How large is their IoU, "
            "the area that both cover, of the area that either covers?"
        ),
        {share: share for share in ("1/4", "1/3", "1/2", "2/3")},
        "1/3",
        f"Both cover half a box; either covers one and a half: ½ / 1½ = {shifted_overlap(_ASKED_SHIFT):.3f}. An answer "
        "that looks half right is already wrong at the usual limit of 0.5. Try it below: make both boxes alike, then "
        "move one.",
        "detection-shift",
    )
    index, caption = choose_scene()
    picture, objects = scene_picture(index), boxes_of(index)
    size = picture.shape[:2]
    largest = int(objects[:, 3:].prod(1).argmax())
    left, top, width, height = in_pixels(objects[largest, 1:], size)
    answer = min(left + width // 4, size[1] - width), max(top - height // 5, 0), width, height
    name = scenes().class_names[int(objects[largest, 0])]
    box_pair(picture, ((left, top, width, height), answer), (caption[0], f"{caption[1]}, the {name}"), "detection-pair")


def shifted_overlap(share: float) -> float:
    """The overlap of two equal boxes, of which one is moved sideways by this share of its width."""
    pair = np.array([[0.5, 0.5, 0.2, 0.2], [0.5 + 0.2 * share, 0.5, 0.2, 0.2]])
    return float(overlaps(pair[:1], pair[1:])[0, 0])


@st.fragment
def cells() -> None:
    """The grid of cells, and who is responsible for what."""
    picture_column, side_column = st.columns([1, 3], vertical_alignment="bottom")
    with picture_column:
        index, caption = choose_scene()
    with side_column:
        options = {side: f"{side} × {side}" for side in _SIDES}
        side = pick("Cells in the grid", options, "detection-side", default=_DETECTOR_SIDE)
    _ask_cells(index)
    objects = boxes_of(index)
    found = responsible_cells(objects, side)
    names = scenes().class_names
    note = f"{counted(len(objects), 'object')}, {counted(len(found), 'cell')} with an answer"
    cell_grid(scene_picture(index), objects, found, side, names, (caption[0], note), "detection-cells")
    st.markdown(
        "The last layer of a detector without anchors has one feature map for whether there is an object, four for the "
        "distances to its box’s edges, and one for each class. **One pixel of these maps is one cell.** In training, "
        "the cell in which an object’s centre lies is responsible for it, as in YOLO; if there are several, for the "
        "smallest, as in FCOS."
    )
    st.markdown(_lost_table(side))


def _ask_cells(index: int) -> None:
    objects = boxes_of(index)
    right = len(responsible_cells(objects, _ASKED_SIDE))
    answers = range(max(len(objects) - 2, 1), len(objects) + 1)
    options = {str(count): str(count) for count in sorted({*answers, right})}
    if len(options) < 2:
        return
    lost = len(objects) - right
    reason = (
        f"The centres of two or more lie in one cell, so {counted(lost, 'object')} would be lost. Choose "
        f"{_ASKED_SIDE} × {_ASKED_SIDE} to see where."
        if lost
        else "No two centres lie in one cell."
    )
    predict(
        f"This picture has {counted(len(objects), 'object')}. In a grid of **{_ASKED_SIDE} × {_ASKED_SIDE}** cells, "
        "how many cells would answer with an object?",
        options,
        str(right),
        f"{reason} Boxes may overlap as much as they like: only their centres count.",
        f"detection-cells-{index}",
    )


@st.cache_data(max_entries=1, show_spinner=False)
def _lost_by_side() -> tuple[int, dict[int, int]]:
    """The objects of the test pictures, and how many of them have no cell, by the side of the grid."""
    dataset = scenes()
    assert dataset.boxes is not None
    targets = dataset.boxes[dataset.test]
    return int((targets[..., 0] >= 0).sum()), {side: without_cell(targets, side) for side in _SIDES}


def _lost_table(chosen: int) -> str:
    objects, lost = _lost_by_side()
    pictures = len(scenes().test)

    def row(head: str, cells: Sequence[str]) -> str:
        shown = [f"**{cell}**" if side == chosen else cell for side, cell in zip(_SIDES, cells, strict=True)]
        return f"| {head} | {' | '.join(shown)} |"

    return "\n".join(
        [
            f"Of all {objects:,} objects in the {pictures} test pictures:\n",
            row("Grid", [f"{side} × {side}" for side in _SIDES]),
            "| --- |" + " --: |" * len(_SIDES),
            row("have no cell", [f"{lost[side]:,} ({lost[side] / objects:.1%})" for side in _SIDES]),
        ]
    )
