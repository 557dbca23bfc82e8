"""People's own pictures are read safely, whatever is in the file, and fit_to_square to squares."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest

from tests.data.own import picture, png, two_classes, zipped
from visualizer.data import own_pictures, own_zip
from visualizer.data.own_pictures import check_dataset, fit_to_square, read_file, read_zip
from visualizer.errors import UserError
from visualizer.images import OpenedImage
from visualizer.limits import Limits


def test_a_zip_gives_pictures_by_the_folder_they_lie_in():
    found = list(read_zip(zipped(two_classes(3))))
    assert [(file.class_name, file.name) for file in found[:2]] == [("dark", "0.png"), ("dark", "1.png")]
    assert [file.class_name for file in found] == ["dark"] * 3 + ["bright"] * 3
    assert np.array_equal(found[0].picture, picture(40, 0))
    assert found[-1].share == 1.0


def test_what_is_no_picture_is_told_and_left_out():
    files = {"a/1.png": png(picture(1, 1)), "a/2.png": b"no picture", "a/3.svg": b"<svg></svg>", "a/4.png": b""}
    found = list(read_zip(zipped(files)))
    assert [file.picture is None for file in found] == [False, True, True, True]
    for file in found[1:]:
        assert file.problem.endswith(".")


def test_hidden_files_and_files_in_no_folder_are_no_pictures():
    files = {"__MACOSX/a/1.png": b"x", "a/.DS_Store": b"x", "a/Thumbs.db": b"x", "1.png": b"x"}
    with pytest.raises(UserError, match="No file in it lies in a folder"):
        list(read_zip(zipped(files)))


def test_an_entry_without_a_name_is_no_picture():
    content = png(picture(1, 1))
    numbers = zlib.crc32(content), len(content), len(content)
    entry = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, *numbers, 0, 0) + content
    listed = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, *numbers, 0, 0, 0, 0, 0, 0, 0)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(listed), len(entry), 0)
    with pytest.raises(UserError, match="No file in it lies in a folder"):
        list(read_zip(entry + listed + end))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"hello", png(picture(1, 1)), zipped(two_classes(1))[:-30]])
def test_what_is_no_zip_gets_one_sentence(data):
    with pytest.raises(UserError, match="cannot be used"):
        list(read_zip(data))


def test_a_path_from_inside_is_only_a_class_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"../../etc/x.png": png(picture(9, 1)), "/root/y.png": png(picture(9, 1)), "a\\..\\z/w.png": b"x"}
    found = list(read_zip(zipped(files)))
    assert [file.class_name for file in found] == ["etc", "root", "z"]
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_unpacked_no_further_than_a_picture_may_be(monkeypatch):
    monkeypatch.setattr(own_zip, "limits", lambda: Limits(upload_mb=1))
    read = []
    opened = OpenedImage(picture(1, 1), 2_400)
    monkeypatch.setattr(own_pictures, "open_image", lambda data, name: read.append(len(data)) or opened)
    list(read_zip(zipped({"a/1.png": bytes(5_000_000)})))
    assert read == [1_000_001]


def test_a_damaged_or_locked_entry_is_told():
    data = bytearray(zipped({"a/1.png": png(picture(1, 1)), "a/2.png": png(picture(2, 2))}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.infolist()[0].header_offset
    name_length, extra_length = struct.unpack("<HH", data[start + 26 : start + 30])
    first = start + 30 + name_length + extra_length
    data[first + 20 : first + 40] = bytes(20)
    found = list(read_zip(bytes(data)))
    assert found[0].picture is None
    assert "could not be unpacked" in found[0].problem
    assert found[1].picture is not None


def test_large_pictures_are_kept_small():
    found = read_file(png(picture(9, 1, 300, 600)), "a.png", "a")
    assert found.picture is not None
    assert found.picture.shape == (64, 128, 3)


def test_a_crop_takes_the_middle_and_a_letterbox_all():
    wide = np.zeros((2, 6, 3), dtype=np.uint8)
    wide[:, 2:4] = 200
    assert (fit_to_square(wide, 2, "crop") == 200).all()
    whole = fit_to_square(wide, 6, "letterbox")
    assert np.array_equal(whole[2:4], wide)
    assert not whole[[0, 1, 4, 5]].any()


@pytest.mark.parametrize("shape", [(1, 128), (128, 1), (7, 5)])
@pytest.mark.parametrize("fit", own_pictures.FITS)
def test_any_picture_becomes_a_square(shape, fit):
    assert fit_to_square(np.full((*shape, 3), 9, np.uint8), 32, fit).shape == (32, 32, 3)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({"a": 9}, "fewer than 2 classes"),
        ({"a": 9, "b": 5}, "“b” has 5"),
        (dict.fromkeys(map(str, range(21)), 6), "21 classes"),
    ],
)
def test_too_few_pictures_are_no_data_set(counts, why):
    with pytest.raises(UserError, match=why):
        check_dataset({name: [picture(1, 1)] * count for name, count in counts.items()})
