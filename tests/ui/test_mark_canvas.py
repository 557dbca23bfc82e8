"""What a browser sends as marks is nothing until it was checked."""

import base64
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st

from visualizer.data.marks.marks import MarkedMask, OwnPicture
from visualizer.errors import UserError
from visualizer.ui.pictures import mark_canvas
from visualizer.ui.pictures.mark_canvas import MAX_MARKS, MAX_NUMBER, boxed, read_marks
from visualizer.ui.pictures.marking import _take
from visualizer.ui.pictures.state import OwnPictures
from visualizer.ui.state.session import Session

SIZES = [(2, 3), (4, 4)]
BOX = {"number": 1, "picture": 0, "label": 1, "box": [0.25, 0, 0.5, 1]}
NO_CLASS = base64.b64encode(bytes([9] * 6)).decode()
MASK = {"number": 2, "picture": 0, "mask": base64.b64encode(bytes([0, 1, 2, 0, 0, 1])).decode()}


def test_boxes_and_masks_come_out():
    box, mask = read_marks({"number": 2, "marks": [BOX, MASK]}, SIZES, 2)
    assert (box.number, box.picture, box.label, box.box) == (1, 0, 1, (0.25, 0, 0.5, 1))
    assert mask.mask is not None
    assert mask.mask.tolist() == [[0, 1, 2], [0, 0, 1]]


@pytest.mark.parametrize(
    "mark",
    [
        *(BOX | {"number": number} for number in (0, -1, True, 1.0, "1", None, MAX_NUMBER, 10**4000)),
        *(BOX | {"picture": picture} for picture in (-1, 2, "0", None, True)),
        *(BOX | {"label": label} for label in (0, 3, -1, True, "1", None)),
        *(BOX | {"box": box} for box in ([], [1, 2, 3], [1, 2, 3, 4], [0, 0, 1, float("nan")], [0, 0, 1, 10**400])),
        *(BOX | {"box": box} for box in ([0, 0, True, 1], "abcd", 4, None)),
        *(MASK | {"mask": mask} for mask in ("", "AAAA", "é", "A" * 10_000, 3, None, NO_CLASS)),
        *({name: value for name, value in BOX.items() if name != left} for left in BOX),
        None, 3, "abc", [],
    ],
    ids=lambda mark: repr(mark)[:60],
)  # fmt: skip
def test_what_is_no_mark_gets_a_sentence(mark):
    with pytest.raises(UserError, match="could not be read"):
        read_marks({"marks": [mark]}, SIZES, 2)


@pytest.mark.parametrize("sent", [None, [], "a", {}, {"marks": []}, {"marks": [BOX] * (MAX_MARKS + 1)}, {"marks": {}}])
def test_what_is_no_list_of_marks_gets_a_sentence(sent):
    with pytest.raises(UserError, match="could not be read"):
        read_marks(sent, SIZES, 2)


def test_a_box_beside_the_picture_is_refused():
    picture = OwnPicture("a", "", np.zeros((20, 30, 3), np.uint8))
    with pytest.raises(UserError, match=r"no area in the picture\. The picture has 30 × 20 pixels"):
        boxed(picture, "cup", (1.0, 0.0, 0.5, 0.5))
    assert boxed(picture, "cup", (0.5, 0.5, 1.0, 1.0)).width == 0.5


@pytest.fixture
def own() -> OwnPictures:
    pictures = [OwnPicture(str(number), "cup", np.zeros((2, 3, 3), np.uint8)) for number in range(2)]
    return OwnPictures(pictures, kind="boxes", names=["cup", "pen"], marking_with="pen", used_as="own-0")


def send(own: OwnPictures, monkeypatch: pytest.MonkeyPatch, value: Any) -> Session:
    owner, given = Session(), {}

    def mount(**arguments: Any) -> None:
        given.update(arguments)

    monkeypatch.setattr(mark_canvas, "component", {"mark": mount}.__getitem__)
    mark_canvas.mark_canvas(owner, own, np.zeros((2, 3), np.uint8), 6, lambda mark: _take(own, mark), "canvas")
    assert given["data"]["label"] == 2
    monkeypatch.setattr(st, "session_state", {"canvas": SimpleNamespace(marks=value)})
    given["on_marks_change"]()
    return owner


def test_a_mark_that_is_sent_again_counts_once_and_goes_to_the_picture_it_was_drawn_on(own, monkeypatch):
    marks = {"marks": [BOX | {"picture": 1}, BOX | {"number": 2, "label": 2}]}
    for _ in range(2):
        assert send(own, monkeypatch, marks).message is None
    assert [[box.class_name for box in each.marks.boxes] for each in own.pictures] == [["pen"], ["cup"]]
    assert own.marks_taken == 2
    assert own.used_as is None


def test_a_mask_has_the_classes_it_was_drawn_with(own, monkeypatch):
    send(own, monkeypatch, {"marks": [MASK]})
    mask = own.pictures[0].marks.mask
    assert isinstance(mask, MarkedMask)
    assert mask.class_names == ("cup", "pen")
    assert mask.values.tolist() == [[0, 1, 2], [0, 0, 1]]


def test_what_cannot_be_read_is_said_and_changes_nothing(own, monkeypatch):
    owner = send(own, monkeypatch, {"marks": [BOX | {"picture": 7}]})
    assert "could not be read" in str(owner.message)
    assert not any(each.marks.boxes for each in own.pictures)
