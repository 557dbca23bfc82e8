"""Annotation files as an attacker would send them: marks that make sense come out, or a sentence, and nothing else."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.data.marked import NAMES, PICTURES, SCENES, coco, colour_png, palette_png, table, voc, yolo
from tests.data.own import zipped
from tests.fuzz.hostile import changed_json, many, mutated
from visualizer.data.class_names import MAX_NAME_LENGTH
from visualizer.data.marked_arrays import arrays_of
from visualizer.data.marks.marks import LARGEST_NUMBER, MAX_BOXES, MAX_QUANTITIES, OwnPicture
from visualizer.data.own_pictures import read_zip
from visualizer.errors import UserError

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

FEW = {name: PICTURES[name] for name in ("images/0.png", "images/1.png")}
SMALL_COCO = {key: value[:2] for key, value in coco().items() if isinstance(value, list)}
YAML = [
    b"names:\n  0: cup\n  1: pen\n",
    b"names: [cup, pen]\n",
    b"names: {0: cup}\n",
    b'a: &a [x]\nnames: "\\u0041"\n',
]


def read_all(files: dict[str, bytes]) -> None:
    try:
        found = list(read_zip(zipped(FEW | files)))
    except UserError:
        return
    pictures = []
    for file in found:
        assert (file.picture is None) == bool(file.problem)
        if file.picture is None:
            continue
        marks = file.marks
        names = [box.class_name for box in marks.boxes]
        assert len(names) <= MAX_BOXES
        for box in marks.boxes:
            assert 0 <= box.left < box.left + box.width <= 1 + 1e-9
            assert 0 <= box.top < box.top + box.height <= 1 + 1e-9
        if marks.mask is not None:
            assert marks.mask.values.shape == file.picture.shape[:2]
            assert marks.mask.values.max() <= len(marks.mask.class_names)
            names += marks.mask.class_names
        assert len(marks.numbers) <= MAX_QUANTITIES
        assert all(abs(each.value) <= LARGEST_NUMBER for each in marks.numbers)
        names += [text for each in marks.numbers for text in (each.name, each.unit or "x")]
        assert all(0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() for name in names)
        pictures.append(OwnPicture(file.name, file.class_name, file.picture, marks))
    if pictures and found[-1].kind != "classes":
        try:
            made = arrays_of(pictures * 12, found[-1].kind, 32, "crop")
        except UserError:
            return
        assert all(np.isfinite(array).all() for array in vars(made).values() if isinstance(array, np.ndarray))


@many(120)
@given(changed_json(SMALL_COCO, ["images", "id", "file_name", "bbox", "0.png", "width", "category_id"]))
@example(SMALL_COCO | {"annotations": [{"image_id": 0, "category_id": 10, "bbox": [10**400, 1, 2, 3]}]})
@example(SMALL_COCO | {"images": [{"id": 0, "file_name": "0.png", "width": 10**400, "height": 60}]})
def test_changed_coco(content: Any):
    read_all({"a.json": json.dumps(content).encode()})


@many(150)
@given(st.sampled_from(("a.json", "0.xml", "0.txt", "t.csv")), st.data())
def test_damaged_text(name, data):
    originals = {
        "a.json": json.dumps(SMALL_COCO).encode(),
        "0.xml": voc(SCENES[0]).encode(),
        "0.txt": yolo(SCENES[0]).encode(),
        "t.csv": table().encode(),
    }
    read_all({name: data.draw(mutated([originals[name], originals[name].decode().encode("utf-16")]))})


@many(60)
@given(mutated(YAML), st.binary(max_size=60))
def test_damaged_names(yaml, names):
    read_all({"0.txt": yolo(SCENES[0]).encode(), "data.yaml": yaml})
    read_all({"0.txt": yolo(SCENES[0]).encode(), "classes.txt": names})
    read_all({"masks/0.png": palette_png(SCENES[0].mask), "classes.txt": names})


@many(100)
@given(mutated([palette_png(SCENES[0].mask), colour_png(SCENES[1].mask), PICTURES["images/3.png"]]))
def test_damaged_masks(mask):
    read_all({"masks/0.png": mask})


@many(60)
@given(
    st.lists(
        st.lists(st.sampled_from(["", "0.png", "1.png", "1,5", "-1", "1e9", "nan", '"', *NAMES]), max_size=5),
        max_size=5,
    ),
    st.sampled_from(",;\t"),
)
def test_tables_of_anything(rows, separator):
    read_all({"t.csv": "\n".join(map(separator.join, rows)).encode()})
