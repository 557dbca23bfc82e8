"""What the app saves of marked pictures, it reads again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.own import picture
from visualizer.data.marks.marks import MarkedBox, MarkedMask, Marks, OwnPicture
from visualizer.data.marks.written import zipped_marks
from visualizer.data.own_pictures import read_zip

SHARES = st.floats(0, 0.8)
BOXES = st.builds(
    lambda name, left, top, width, height: MarkedBox(name, left, top, min(width, 1 - left), min(height, 1 - top)),
    st.sampled_from(["cup", "Bäume", "a, b", "0"]), SHARES, SHARES, st.floats(0.05, 1), st.floats(0.05, 1),
)  # fmt: skip


@pytest.mark.parametrize("mark_format", ["yolo", "coco"])
@given(drawn=st.lists(st.lists(BOXES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_boxes(mark_format, drawn):
    pictures = [OwnPicture("x", "", picture(9, seed, 50, 128), Marks(tuple(boxes))) for seed, boxes in enumerate(drawn)]
    unmarked = OwnPicture("y", "cup", picture(9, 1))
    found = list(read_zip(zipped_marks([unmarked, *pictures], mark_format)))
    assert len(found) == len(pictures)
    for file, each in zip(found, pictures, strict=True):
        assert file.kind == "boxes"
        assert file.picture is not None
        assert np.array_equal(file.picture, each.picture)
        assert [box.class_name for box in file.marks.boxes] == [box.class_name for box in each.marks.boxes]
        for box, original in zip(file.marks.boxes, each.marks.boxes, strict=True):
            sides = [(one.left, one.top, one.width, one.height) for one in (box, original)]
            assert sides[0] == pytest.approx(sides[1], abs=2e-6)


def test_masks():
    values = np.random.default_rng(0).integers(0, 4, (3, 40, 60)).astype(np.uint8)
    orders = [("cup", "pen", "key"), ("pen", "key", "cup"), ("key", "cup", "pen")]
    pictures = [
        OwnPicture("x", "", picture(9, seed), Marks(mask=MarkedMask(names, mask)))
        for seed, (names, mask) in enumerate(zip(orders, values, strict=True))
    ]
    found = list(read_zip(zipped_marks(pictures, "masks")))
    for file, names, mask in zip(found, orders, values, strict=True):
        assert file.marks.mask is not None
        read = np.array(["", *file.marks.mask.class_names])[file.marks.mask.values]
        assert np.array_equal(read, np.array(["", *names])[mask])
