"""The examples in docs/own-pictures.md are read as it says."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.marked import palette_png, saved
from tests.data.own import picture, png, zipped
from visualizer.data.marks.marks import MarkedBox, Measured
from visualizer.data.own_pictures import PictureFile, read_zip

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "own-pictures.md").read_text(encoding="utf-8")
EXAMPLES = {
    name: content.encode()
    for name, content in re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
}


def read(*names: str, **more: bytes) -> list[PictureFile]:
    files = {f"images/{number}.png": png(picture(90, number, 60, 80)) for number in (1, 2)}
    masks = {f"masks/{number[1:]}.png": data for number, data in more.items()}
    found = list(read_zip(zipped(files | {name: EXAMPLES[name] for name in names} | masks)))
    return [file for file in found if file.picture is not None]


def test_the_table():
    first, second = read("sizes.csv")
    assert first.marks.numbers == (Measured("length", "cm", 12.5), Measured("age", "years", 3))
    assert second.marks.numbers == (Measured("length", "cm", 8), Measured("age", "years", 1))


@pytest.mark.parametrize("names", [("annotations.json",), ("1.xml",), ("1.txt", "data.yaml")])
def test_the_boxes(names):
    (file,) = read(*names)
    (box,) = file.marks.boxes
    assert box == MarkedBox("cup", 0.25, 0.25, 0.5, 0.5)


def test_the_names_of_masks():
    numbers = np.zeros((60, 80), np.uint8)
    numbers[20:40] = 1
    colours = np.zeros((60, 80, 3), np.uint8)
    colours[20:40] = 255, 0, 0
    by_number, by_colour = read("classes.txt", _1=palette_png(numbers), _2=saved(Image.fromarray(colours)))
    assert by_number.marks.mask is not None
    assert by_colour.marks.mask is not None
    assert (by_number.marks.mask.class_names, by_colour.marks.mask.class_names) == (("cup",), ("pen",))
    for each in (by_number, by_colour):
        assert each.marks.mask is not None
        assert np.array_equal(each.marks.mask.values, numbers)
