"""A data set as a ZIP of class folders, which the app itself can read again."""

import io
import zipfile
from dataclasses import replace

import numpy as np

from visualizer.data.catalog import load_dataset
from visualizer.data.class_folders import folder_names, zipped
from visualizer.data.dataset import Dataset
from visualizer.data.own_pictures import read_zip


def packed(dataset: Dataset) -> tuple[bytes, list[float]]:
    steps, shares = zipped(dataset), []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as stop:
            return stop.value, shares


def some(dataset: Dataset, count: int) -> Dataset:
    return replace(dataset, pictures=dataset.pictures[:count], labels=dataset.labels[:count])


def test_it_holds_every_picture_in_the_folder_of_its_class():
    shapes = some(load_dataset("shapes"), 120)
    data, shares = packed(shapes)
    assert shares == sorted(shares)
    assert all(0 <= share < 1 for share in shares)
    found = list(read_zip(data))
    assert [one.class_name for one in found] == [shapes.class_names[label] for label in shapes.labels]
    for one, pixels in zip(found, shapes.pictures, strict=True):
        assert one.picture is not None
        np.testing.assert_array_equal(one.picture, pixels)


def test_grey_pictures_are_packed_as_well():
    digits = some(load_dataset("digits"), 12)
    data, _ = packed(digits)
    assert all(one.picture is not None for one in read_zip(data))
    assert zipfile.ZipFile(io.BytesIO(data)).namelist()[0] == "pictures/0/00001.png"


def test_no_class_name_leaves_its_place():
    names = folder_names(("../../x", "a/b", "a:b", "", " . ", "CUP", "cup", "C:\\x", "näher ☕"))
    assert names == (".._.._x".strip(". "), "a_b", "a_b 3", "class", "class 5", "CUP", "cup 7", "C__x", "näher ☕")
    assert not any("/" in name or "\\" in name or name in (".", "..") for name in names)
