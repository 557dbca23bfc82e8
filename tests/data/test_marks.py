"""Boxes, masks and numbers beside people's own pictures: each format is read; what is broken is left out and told."""

import csv
import io
import json
import re
import sys
import tracemalloc
from functools import partial

import numpy as np
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tests.data.marked import FILES, NAMES, PICTURES, SCENES, coco, palette_png, saved, table, voc, yolo
from tests.data.own import picture, png, zipped
from visualizer.data.class_names import clean_class_name
from visualizer.data.marks import coco as coco_format
from visualizer.data.marks import table as table_format
from visualizer.data.marks import voc as voc_format
from visualizer.data.marks import yolo as yolo_format
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MAX_BOXES, Measured
from visualizer.data.own_pictures import PictureFile, read_zip
from visualizer.data.own_zip import Archive, Entry
from visualizer.errors import UserError


def read(files: dict[str, bytes]) -> tuple[list[PictureFile], list[str]]:
    """The pictures that were read, and why the rest was left out."""
    found = list(read_zip(zipped(files)))
    return [file for file in found if file.picture is not None], [file.problem for file in found if file.problem]


def with_changed_coco(**changes: object) -> dict[str, bytes]:
    return PICTURES | {"a.json": json.dumps(coco() | changes).encode()}


@pytest.mark.parametrize("kind", ["coco", "voc", "yolo"])
def test_boxes_are_where_the_object_is(kind):
    files, problems = read(FILES[kind])
    assert not problems
    assert [file.name for file in files] == [f"{number}.png" for number in range(len(SCENES))]
    for file, each in zip(files, SCENES, strict=True):
        (box,) = file.marks.boxes
        assert file.kind == "boxes"
        assert box.class_name == NAMES[each.label]
        assert (box.left, box.top, box.width, box.height) == pytest.approx(each.shares, abs=1e-5)


@pytest.mark.parametrize("kind", ["palette", "colours"])
def test_masks_are_where_the_object_is(kind):
    files, problems = read(FILES[kind])
    assert not problems
    for file, each in zip(files, SCENES, strict=True):
        mask = file.marks.mask
        assert mask is not None
        assert mask.class_names == (NAMES[each.label],)
        assert np.array_equal(mask.values > 0, each.mask > 0)


def test_the_numbers_of_a_table():
    files, problems = read(FILES["table"])
    assert not problems
    for file, each in zip(files, SCENES, strict=True):
        length, width = each.box[2] / 10, float(each.box[3])
        assert file.marks.numbers == (Measured("length", "cm", length), Measured("width", "mm", width))


@pytest.mark.parametrize(
    ("start", "separator", "encoding"),
    [("", ";", "utf-8"), ("", ";", "cp1252"), ("", "\t", "utf-16"), ("\ufeff", ";", "utf-8")],
)
def test_a_table_as_spreadsheets_save_it(start, separator, encoding):
    lines = ["Datei;Länge (cm);Notiz", "0.png;1,5;schön", "1.png;-2e1;", "", "IMAGES/2.PNG;.5;", "3.png;;x"]
    text = start + "\r\n".join(lines).replace(";", separator)
    files, problems = read(PICTURES | {"t.csv": text.encode(encoding)})
    assert [file.marks.numbers for file in files] == [(Measured("Länge", "cm", value),) for value in (1.5, -20, 0.5)]
    assert "t.csv, line 1: the column 'Notiz' has no numbers." in problems
    assert "t.csv, line 6: it has no Länge." in problems
    assert sum("says nothing of it" in problem for problem in problems) == len(SCENES) - 3


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("99.png,1,2", "there is no picture '99.png' in the ZIP."),
        ("3.png,1,2", "'3.png' had a line before."),
        ("0.png,abc,2", "the length is 'abc', which is no number."),
        ("0.png,nan,2", "the length is 'nan', which is no number."),
        ("0.png,1e99,2", "the length is '1e99', which is beyond 1,000,000,000."),
        ("0.png,-1e10,2", "the length is '-1e10', which is beyond 1,000,000,000."),
        ("0.png,1e999,2", "the length is '1e999', which is beyond 1,000,000,000."),
        (f"0.png,{'0' * 41},2", f"the length is '{'0' * 12}...{'0' * 13}', which has over 40 letters."),
        ("0.png,1", "it has no width."),
        (
            '0.png,"1,5",2',
            "the length is '1,5', which has a comma: numbers with a decimal comma need semicolons between the columns.",
        ),
        (
            "0.png,1,5,2",
            "it has more than the 3 columns of the first line. Numbers with a decimal comma need semicolons between "
            "the columns.",
        ),
    ],
)
def test_a_broken_line_of_a_table_is_told_and_left_out(line, why):
    _, *lines = table().splitlines()
    files, problems = read(PICTURES | {"t.csv": "\n".join(["file,length,width", *lines[1:], line]).encode()})
    assert problems[0] == f"t.csv, line {len(SCENES) + 1}: {why}"
    assert len(files) == len(SCENES) - 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("file;length, max, mean;w\n0.png;1;2\n1.png;3;4", {"length, max, mean": (1, 3), "w": (2, 4)}),
        ("file;a,b\n0.png;1,5\n1.png;2,5", {"a,b": (1.5, 2.5)}),
        ("file;length, max, mean\n0.png;1,5\n1.png;2,5", {"length, max, mean": (1.5, 2.5)}),
        ("file,a;b\n0.png,1\n1.png,3", {"a;b": (1, 3)}),
        ('file,"a;b;c",d\n0.png,1,"2"\n1.png,3,4', {"a;b;c": (1, 3), "d": (2, 4)}),
        ("sep=;\nfile;a\n0.png;1,5\n1.png;2,5", {"a": (1.5, 2.5)}),
        ('"SEP=,"\r\nfile,a\r\n0.png,1.5\r\n1.png,2.5', {"a": (1.5, 2.5)}),
        ("sep=\t\rfile\ta\r0.png\t1,5\r1.png\t2.5", {"a": (1.5, 2.5)}),
        ("file,a,\n0.png,1,\n1.png,2,", {"a": (1, 2)}),
        ("file,a\n0.png,1,,\n1.png,2,", {"a": (1, 2)}),
    ],
)
def test_the_separator_is_the_one_that_fits_to_the_rows(text, numbers):
    files, problems = read(
        {name: PICTURES[name] for name in ("images/0.png", "images/1.png")} | {"a.csv": text.encode()}
    )
    assert not problems
    assert [[(each.name, each.value) for each in file.marks.numbers] for file in files] == [
        [(name, values[place]) for name, values in numbers.items()] for place in (0, 1)
    ]


@given(
    st.sampled_from(",;\t"),
    st.lists(st.text("ab ,;\t", min_size=1, max_size=6), min_size=1, max_size=4),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_table_that_python_wrote_is_read_as_it_was_written(separator, titles, says_it, random):
    """Whatever signs its titles have. A comma in a number is told where commas separate the columns."""
    titles = [f"{place}{title}" for place, title in enumerate(titles)]
    values = [[round(random.uniform(-9, 9), 2) for _ in titles] for _ in range(3)]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["file", *titles])
    writer.writerows([f"{place}.png", *row] for place, row in enumerate(values))
    start = f"sep={separator}\n" if says_it else ""
    found = Found("", "numbers")
    pictures = zip_entries("0.png", "1.png", "2.png")
    table_format.read_table(_entry("a.csv"), (start + text.getvalue()).encode(), PictureNames(pictures), found)
    assert not found.problems
    assert [[each.value for each in found.numbers[picture]] for picture in pictures] == values
    assert [each.name for each in found.numbers[pictures[0]]] == list(map(clean_class_name, titles))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "0.png,1.5\n1.png,2.5",
            "a.csv, line 1: the first line must have the names of the columns, not the picture '0.png'.",
        ),
        (
            "\nimages/1.PNG;1.5\n0.png;2.5",
            "a.csv, line 2: the first line must have the names of the columns, not the picture 'images/1.PNG'.",
        ),
        (
            "file,a\n0.png,1e10\n1.png,2e10",
            "a.csv, line 1: the column 'a' has no numbers that can be used, but '1e10', which is beyond 1,000,000,000.",
        ),
        (
            'file,a\n0.png,1\n"1.png,2\n2.png,3',
            "a.csv, line 3 cannot be read: a quotation mark in it has no counterpart, or a column is too long.",
        ),
        (
            f"file,a\n0.png,{'1' * 200_000}",
            "a.csv, line 2 cannot be read: a quotation mark in it has no counterpart, or a column is too long.",
        ),
    ],
)
def test_a_table_that_cannot_be_read_says_why_and_where(text, why):
    with pytest.raises(UserError, match="No picture in this ZIP") as refused:
        read(IN_IMAGES | {"a.csv": text.encode()})
    assert refused.value.remedy.startswith(why)


def test_a_table_without_numbers_or_lines_marks_nothing():
    names = PictureNames([])
    for content in ("", "file,a", "file\n0.png", "file,a\n0.png,x", "\0\1\2"):
        found = Found(table_format.FORMAT, "numbers")
        table_format.read_table(_entry("t.csv"), content.encode(), names, found)
        assert not found
        assert found.problems


def zip_entries(*names: str) -> tuple[Entry, ...]:
    return Archive(zipped(dict.fromkeys(names, b""))).entries


def _entry(name: str):
    return zip_entries(name)[0]


ANNOTATION = {"image_id": 0, "category_id": 10, "bbox": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (None, "it is no object."),
        (ANNOTATION | {"image_id": 77}, "there is no image with the id 77."),
        (ANNOTATION | {"image_id": [1]}, "there is no image with the id [1]."),
        (ANNOTATION | {"category_id": 1}, "there is no category with the id 1."),
        (ANNOTATION | {"iscrowd": 1}, "it is a crowd, not an object."),
        (ANNOTATION | {"bbox": [1, 2, 3]}, "its bbox is [1, 2, 3], not four numbers."),
        (ANNOTATION | {"bbox": [1, 2, True, 4]}, "its bbox is [1, 2, True, 4], not four numbers."),
        (ANNOTATION | {"bbox": [1, 2, 0, 4]}, "its box has no area in the picture."),
        (ANNOTATION | {"bbox": [800, 2, 9, 4]}, "its box has no area in the picture."),
    ],
)
def test_a_broken_annotation_of_coco_is_told_and_left_out(item, why):
    files, problems = read(with_changed_coco(annotations=[*coco()["annotations"], item]))
    assert problems == [f"a.json, line 1, annotation {len(SCENES) + 1}: {why}"]
    assert len(files) == len(SCENES)


def test_a_box_beyond_the_edge_is_clipped():
    files, _ = read(with_changed_coco(annotations=[ANNOTATION | {"bbox": [70, -10, 40, 40]}]))
    (box,) = files[0].marks.boxes
    assert (box.left, box.top, box.width, box.height) == pytest.approx((70 / 80, 0, 10 / 80, 0.5))


def changed(kind: str, *more: object) -> list[object]:
    entries = coco()[kind]
    assert isinstance(entries, list)
    return [*entries, *more]


IMAGE = {"id": 77, "file_name": "0.png", "width": 80, "height": 60}


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (None, "it is no object."),
        ({"file_name": "0.png"}, "it has no id."),
        (IMAGE | {"id": 7.0}, "its id is 7.0, which is neither a whole number nor a text."),
        ({"id": 77}, "it has no file_name."),
        (IMAGE | {"file_name": "x.png"}, "there is no picture 'x.png' in the ZIP."),
        (IMAGE | {"width": "80"}, "its width is '80', but must be a number of pixels."),
        ({"id": 77, "file_name": "0.png", "width": 80}, "its height is missing, but must be a number of pixels."),
        (IMAGE | {"height": 0}, "its height is 0, but must be a number of pixels."),
        (IMAGE | {"width": 100}, "another image has the same file, with 80 × 60 pixels."),
    ],
)
def test_a_broken_image_of_coco_is_told_and_left_out(item, why):
    files, problems = read(with_changed_coco(images=changed("images", item)))
    assert problems == [f"a.json, line 1, image {len(SCENES) + 1}: {why}"]
    assert len(files) == len(SCENES)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (None, "it is no object."),
        ({"id": 1}, "it has no name."),
        ({"id": 1.5, "name": "x"}, "its id is 1.5, which is neither a whole number nor a text."),
    ],
)
def test_a_broken_category_of_coco_is_told_and_left_out(item, why):
    files, problems = read(with_changed_coco(categories=changed("categories", item)))
    assert problems == [f"a.json, line 1, category {len(NAMES) + 1}: {why}"]
    assert len(files) == len(SCENES)


@pytest.mark.parametrize("file_name", ["1.png", "missing.png"])
def test_images_with_one_id_are_both_left_out(file_name):
    """It would be a guess which of them the boxes belong to."""
    files, problems = read(with_changed_coco(images=changed("images", IMAGE | {"id": 0, "file_name": file_name})))
    assert problems == [
        f"a.json, line 1, image {len(SCENES) + 1}: another image has the id 0 too, so that the boxes of both are left "
        "out.",
        "0.png is left out: COCO JSON in the ZIP says nothing of it.",
    ]
    assert [file.name for file in files] == [f"{number}.png" for number in range(1, len(SCENES))]


def test_categories_with_one_id_are_both_left_out():
    files, problems = read(with_changed_coco(categories=changed("categories", {"id": 10, "name": "spoon"})))
    assert problems[0] == (
        "a.json, line 1, category 3: another category has the id 10 too, so that the boxes of both are left out."
    )
    assert {box.class_name for file in files for box in file.marks.boxes} == {"pen"}


def test_what_stands_twice_in_the_same_words_is_no_fault():
    twice = {kind: changed(kind, coco()[kind][0]) for kind in ("images", "categories")}
    files, problems = read(with_changed_coco(**twice))
    assert not problems
    assert len(files) == len(SCENES)


@given(st.sampled_from([None, 1, 2, "\t"]), st.sampled_from([(",", ":"), (" , ", " : ")]), st.data())
def test_the_lines_of_entries(indent, separators, data):
    """Each entry is found again in its line, however the JSON is laid out and whatever else is in it."""
    parts = st.recursive(
        st.none() | st.integers() | st.text(' "\\[]{},:\n', max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("a ]}", max_size=2), inner, max_size=3),
    )
    content = data.draw(st.dictionaries(st.sampled_from(["images", "annotations", "other", ""]), parts))
    text = json.dumps(content, indent=indent, separators=separators)
    found = coco_format.lines_of_entries(text)
    assert {key: len(lines) for key, lines in found.items()} == {
        key: len(value) for key, value in content.items() if isinstance(value, list)
    }
    rows = text.split("\n")
    for key, lines in found.items():
        assert lines == sorted(lines)
        for line, entry in zip(lines, content[key], strict=True):
            start = json.dumps(entry, indent=indent, separators=separators).split("\n")[0]
            assert start in rows[line - 1]


def test_an_annotation_is_told_with_its_line_also_where_a_list_is_as_deep_as_can_be_read():
    text = json.dumps(coco() | {"annotations": changed("annotations", None)}, indent=0)
    line = text[: text.rindex("null")].count("\n") + 1
    for depth in range(1, sys.getrecursionlimit() + 100, 7):
        more = text[:-1] + ', "more": ' + "[" * depth + "]" * depth + "}"
        found = Found("", "boxes")
        names = PictureNames(zip_entries(*PICTURES))
        coco_format.read_coco(_entry("a.json"), more.encode(), names, found)
        assert len(found.problems) == 1
        assert found.problems[0] in (
            f"a.json, line {line}, annotation {len(SCENES) + 1}: it is no object.",
            "a.json is no JSON that can be read here.",
        )


def test_boxes_for_a_picture_of_another_shape_are_left_out():
    images = [{"id": 0, "file_name": "0.png", "width": 60, "height": 80}, *coco()["images"][1:]]
    files, problems = read(with_changed_coco(images=images))
    assert len(files) == len(SCENES) - 1
    assert problems == ["0.png is left out: its boxes are for a picture of another shape, 60 × 80 pixels."]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "is no JSON: line 1 is wrong"),
        (b"[" * 100_000, "is no JSON that can be read here"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "is no JSON that can be read here"),
        (b'{"images": []}', "is JSON, but not COCO"),
        (b"[" + b"{}," * 600_000 + b"{}]", "would take over 150 MB of memory"),
        (b" " * 10_000_001, "is no text, or too long"),
        (b"\xff\0\1", "is no text, or too long"),
    ],
)
def test_what_is_no_coco_says_why(content, why):
    with pytest.raises(UserError, match=why) as refused:
        read({"0.png": png(picture(1, 1)), "a.json": content})
    assert "a.json" not in refused.value.why  # which goes into the log


MANY = 20_000
EMOJI = b'"\xf0\x9f\x98\x80aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"'  # for which all letters take 4 bytes


@pytest.mark.parametrize(
    "data",
    [
        *(b"[" + b",".join([part] * MANY) + b"]" for part in (b"{}", b"[]", b'{"a":1}', b"1.5", EMOJI, b"[[[1]]]")),
        b"{" + b",".join(b'"k%d":%d.5' % (number, number) for number in range(MANY)) + b"}",
        b"[" + b",".join(b'{"k%d":[]}' % number for number in range(MANY)) + b"]",
    ],
    ids=lambda data: data[:12],
)
def test_json_makes_no_more_than_was_estimated(data):
    tracemalloc.start()
    made = json.loads(data.decode())
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(made) == MANY
    assert size <= coco_format.most_made(data.decode())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b"file,a\n" + b"\r" * 9_900_000),
        ("t.csv", b"file,a\n0.png" + b",ab" * 3_200_000),
        ("t.csv", b"file,a\n" + b"ab,1\n" * 99_000),
        ("0.txt", b"11 22 " * 1_600_000),
        ("0.txt", b"\n1" * 4_900_000),
        ("data.yaml", b"names: [" + b"ab," * 3_300_000),
        ("data.yaml", b"names:\n" + b" ab\n" * 2_400_000),
        ("classes.txt", b"ab\n" * 3_300_000),
        ("a.json", b"[" * 9_900_000),
        ("0.xml", b"<annotation>" + b"<object><name>a</name>" * 40_000),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:12],
)
def test_a_long_text_makes_little(name, content):
    """What it makes is bounded, not only its length: ten million bytes may become gigabytes of words and lists."""
    data = zipped({"0.png": png(picture(1, 1)), name: content})
    tracemalloc.start()
    with pytest.raises(UserError):
        list(read_zip(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("<annotation>", "<!DOCTYPE a><annotation>"), "declares a document type"),
        (("<annotation>", '<!DOCTYPE a [<!ENTITY b "cc">]><annotation>'), "declares a document type"),
        (("<annotation>", "<other><annotation>"), "does not begin with <annotation>"),
        (("</annotation>", ""), "is no XML: line 2 is wrong"),
        (("cup", "&unknown;"), "is no XML: line 2 is wrong"),
        (
            ("<annotation>", '<?xml version="1.0" encoding="klingon"?><annotation>'),
            "is XML in an unknown encoding|is no XML",
        ),
        (("<size>", "<size>" + "<a>" * 20), "too deep for Pascal VOC"),
        (("<size>", "<size>" + "<a/>" * 300_000), "has over 1 MB"),
        (("</annotation>", "<object/>" * 2_000 + "</annotation>"), "has over 1,000 objects"),
        (("width>80", "width>"), "does not say the picture’s width and height"),
    ],
)
def test_what_is_no_voc_says_why(change, why):
    with pytest.raises(UserError, match=why):
        read({"0.png": PICTURES["images/0.png"], "0.xml": voc(SCENES[0]).replace(*change).encode()})


def test_a_broken_object_of_voc_is_told_with_its_line():
    two = voc(SCENES[0]).replace("</annotation>", "\n<object><name>cup</name></object></annotation>")
    files, problems = read({"0.png": PICTURES["images/0.png"], "0.xml": two.encode()})
    assert problems == ["0.xml, line 3: its bndbox is '?, ?, ?, ?', not four numbers."]
    assert [box.class_name for box in files[0].marks.boxes] == ["cup"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 0.5 0.5 0.1", "it has 4 words, not five numbers."),
        ("cup 0.5 0.5 0.1 0.1", "its class is 'cup', not a whole number."),
        ("99999 0.5 0.5 0.1 0.1", "its class is '99999', not a whole number."),
        ("0 50 0.5 0.1 0.1", "its place and size are not four shares from 0 to 1."),
        ("0 nan 0.5 0.1 0.1", "its place and size are not four shares from 0 to 1."),
        ("0 0.5 0.5 0 0.1", "its box has no area in the picture."),
    ],
)
def test_a_broken_line_of_yolo_is_told_and_left_out(line, why):
    texts = {"a/labels/x/0.txt": f"{yolo(SCENES[0])}\n{line}\n".encode()}
    files, problems = read({"a/images/x/0.png": PICTURES["images/0.png"]} | texts)
    assert problems == [f"0.txt, line 3: {why}"]
    assert [box.class_name for box in files[0].marks.boxes] == ["0"]


@pytest.mark.parametrize(
    "names",
    [
        {"data.yaml": b"names: [cup, 'pen']  # two\nnc: 2"},
        {"data.yaml": b"names: {0: cup, 1: pen}"},
        {"data.yaml": b'nc: 2\nnames:\n- cup\n- "pen"\nother:\n- x'},
        {"data.yml": b"names:\n  # first\n  1: pen\n  0: cup\n"},
        {"data.yaml": b"names:\n  0: cup # a comment\n  1: pen\n"},
        {"data.yaml": b"names : ['cup', \"pen\"]"},
        {"data.yaml": b"names:\n  [\n    cup,\n    pen\n  ]\nnc: 2\n"},
        {"data.yaml": b'"names": {"1": pen, "0": cup}'},
        {"data.yaml": b"---\nnc: 2\ndownload: |\n  names: [no]\nnames: [cup, pen]\n---\nnames: [x, y]\n"},
        {"data.yaml": "names: [cup, pen]".encode("utf-16-le")},
        {"other.yaml": b"names: [", "data.yaml": b"names: [cup, pen]"},
        {"labels/classes.txt": b"cup\npen\n"},
    ],
)
def test_the_names_of_yolo_classes(names):
    files, problems = read({name: data for name, data in FILES["yolo"].items() if name != "data.yaml"} | names)
    assert problems == (["other.yaml is no YAML: line 1 is wrong."] if "other.yaml" in names else [])
    assert [file.marks.boxes[0].class_name for file in files] == [NAMES[each.label] for each in SCENES]


def test_names_in_quotation_marks_may_have_the_signs_of_yaml():
    data = b"names: ['cup, small', \"pen: x\", '# mug']"
    assert yolo_format.names_in_yaml(data) == {0: "cup, small", 1: "pen: x", 2: "# mug"}


@given(
    st.lists(st.text(min_size=1, max_size=12).filter(clean_class_name), max_size=6),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.booleans(),
)
def test_the_names_that_a_yaml_writer_wrote(names, flow, numbered, unicode):
    content = {"nc": len(names), "names": dict(enumerate(names)) if numbered else names}
    text = yaml.safe_dump(content, default_flow_style=flow, allow_unicode=unicode)
    assert yolo_format.names_in_yaml(text.encode()) == {
        place: clean_class_name(name) for place, name in enumerate(names)
    }


LAUGHS = "\n".join([f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'lol'}]" for n in range(9)])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("names: [cup", "is no YAML: line 1 is wrong."),
        ("nc: 2\nnames:\n\t- cup", "is no YAML: line 3 is wrong."),
        (f"{LAUGHS}\nnames: *a8", "names a part of itself in line 1, with & or *, which is not read here."),
        ("a: &a x\nnames: [cup]", "names a part of itself in line 1, with & or *, which is not read here."),
        ("names: " + "[" * 20_000, "has lists in lists in line 1, too deep for names."),
        ("names: cup", "has no list of “names”."),
        ("names: [[cup], pen]", "has a name among its “names” that cannot be read: '0'."),
        ("names: {a: cup}", "has a name among its “names” that cannot be read: 'a'."),
        ("names: {1_0: cup}", "has a name among its “names” that cannot be read: '1_0'."),
        ('names: ["\\UFFFFFFFF"]', "is no YAML that can be read here."),
        ("%YAML " + "1" * 5_000 + ".1\n---\nnames: [a]", "is no YAML that can be read here."),
        ("names: [\u0007]", "is no YAML that can be read here."),
        ("names: [" + "ab," * 33_333 + "]", "is no text, or too long."),
    ],
    ids=lambda text: text[:12],
)
def test_names_that_cannot_be_read_are_told(text, why):
    files, problems = read(FILES["yolo"] | {"data.yaml": text.encode()})
    assert problems == [f"data.yaml {why}"]
    assert {box.class_name for file in files for box in file.marks.boxes} == {"0", "1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "- names",
        "names",
        "names:",
        "a: 1",
        "? [names]\n: 1",
        "!!python/object:os.system {}",
        "names: []",
    ],
)
def test_yaml_that_is_not_about_names_is_no_fault(text):
    assert yolo_format.names_in_yaml(text.encode()) == {}


def test_many_yaml_files_are_read_no_further_than_a_few():
    many = {f"{number}.yaml": b"a: " + b"x" * 90_000 for number in range(9)}
    _, problems = read(FILES["yolo"] | many)
    too_long = "is too long together with the YAML files before it."
    assert not problems
    _, problems = read({name: data for name, data in FILES["yolo"].items() if name != "data.yaml"} | many)
    assert problems == [f"{number}.yaml {too_long}" for number in range(2, 9)]


@pytest.mark.parametrize("number", [".5", "5E-1", "0.5", "5e-1", "05.0e-1", "0.05E+1", "5e-01", "50e-2"])
def test_a_share_in_any_spelling(number):
    files, problems = read({"0.png": PICTURES["images/0.png"], "0.txt": f"0 {number} {number} .5 5E-1".encode()})
    assert not problems
    (box,) = files[0].marks.boxes
    assert (box.left, box.top, box.width, box.height) == (0.25, 0.25, 0.5, 0.5)


def test_pictures_of_one_name_in_two_folders_are_told_apart_by_their_folders():
    files = {f"images/{part}/1.png": png(picture(level, 1)) for part, level in (("train", 40), ("val", 200))}
    texts = {f"labels/{part}/1.txt": f"{label} .5 0.5 0.2 0.2".encode() for label, part in enumerate(("train", "val"))}
    read_files, problems = read(files | texts)
    assert not problems
    assert [
        (file.picture.mean() < 100, file.marks.boxes[0].class_name) for file in read_files if file.picture is not None
    ] == [(True, "0"), (False, "1")]
    _, problems = read(files | {"a.csv": b"file,a\n1.png,1\nval/1.png,3"})
    assert problems[0] == "a.csv, line 2: several pictures have the name '1.png'."
    assert len(problems) == 2


def test_more_boxes_than_a_picture_may_have_are_left_out():
    files, problems = read(with_changed_coco(annotations=[ANNOTATION] * (MAX_BOXES + 2)))
    assert len(files[0].marks.boxes) == MAX_BOXES
    assert problems[:2] == [
        f"a.json, line 1, annotation {MAX_BOXES + k}: '0.png' has over {MAX_BOXES} boxes." for k in (1, 2)
    ]


def test_countless_problems_are_counted():
    _, problems = read(with_changed_coco(annotations=[*coco()["annotations"], *([None] * 5_000)]))
    assert len(problems) == 1_001
    assert problems[-1] == "… and 4,000 more."


def mask(values: np.ndarray, **classes: bytes) -> tuple[list[PictureFile], list[str]]:
    files = {"images/a.png": png(picture(99, 1, *values.shape[:2])), "masks/a.png": saved(Image.fromarray(values))}
    return read(files | {f"{name}.txt": data for name, data in classes.items()})


def half(value: object, shape: tuple[int, ...] = (20, 30)) -> np.ndarray:
    values = np.zeros(shape, np.uint8)
    values[:, :10] = value
    return values


@pytest.mark.parametrize(
    ("values", "classes", "names"),
    [
        (half(2), b"cup\npen", ("pen",)),
        (half(2), b"background\ncup\npen", ("pen",)),
        (half(7), b"cup\npen", ("7",)),
        (half(255), b"", ("255",)),
        (np.maximum(half(255), 1), b"", ("1",)),  # a border
        (half((255, 0, 0), (20, 30, 3)), b"", ("#ff0000",)),
        (half((9, 9, 9, 255), (20, 30, 4)), b"cup #090909", ("cup",)),
        (half((9, 9, 9, 100), (20, 30, 4)) + half((9, 9, 9, 255), (20, 30, 4))[:, ::-1], b"", ("#090909",)),
        ((half(1) > 0), b"", ("255",)),
        (half(1).astype(np.uint16) * 700, b"", ("700",)),
    ],
)
def test_the_classes_of_a_mask(values, classes, names):
    (file,), problems = mask(values, classes=classes)
    assert not problems
    assert file.marks.mask is not None
    assert file.marks.mask.class_names == names


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"masks/a.png": png(picture(99, 1, 20, 30))}, "It has over 256 colours"),
        ({"masks/a.png": saved(Image.fromarray(half(1, (30, 20))))}, "is not the shape of its picture"),
        ({"masks/a.png": saved(Image.fromarray(half(0)))}, "it is all background"),
        (
            {"masks/a.png": saved(Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30) % 30))},
            "it has 29 classes",
        ),
        ({"masks/a.png": b"no picture"}, "holds no picture"),
        ({"masks/a.png": b""}, "is empty"),
    ],
)
def test_a_broken_mask_is_told_and_its_picture_left_out(files, why):
    found, problems = read({"images/a.png": png(picture(99, 1, 20, 30))} | files)
    assert not found
    assert len(problems) == 1
    assert why in problems[0]


def test_a_mask_in_another_format_than_png_is_refused_whatever_its_name():
    buffer = io.BytesIO()
    Image.fromarray(half(200)).save(buffer, "JPEG")
    _, problems = read({"images/a.png": png(picture(99, 1, 20, 30)), "masks/a.png": buffer.getvalue()})
    assert "is no PNG" in problems[0]


def test_a_large_mask_is_reduced_without_mixing_its_classes():
    values = np.zeros((1200, 1600), np.uint8)
    values[300:900, 400:1200] = 3
    files = {"images/a.png": png(picture(99, 1, 120, 160)), "masks/a.png": palette_png(values)}
    (file,), _ = read(files)
    assert file.picture is not None
    assert file.marks.mask is not None
    assert file.marks.mask.values.shape == file.picture.shape[:2] == (96, 128)
    assert set(np.unique(file.marks.mask.values)) == {0, 1}
    assert file.marks.mask.values.mean() == pytest.approx(0.25, abs=0.01)
    assert file.pixels == 1200 * 1600 + 120 * 160


# As no file should have them, but some do.
NO_NUMBERS = ["1e999", "nan", "Infinity", "-inf", "1_0", "١", "²", "½", "0x1", "1,5", "", "1e", "9" * 400]


@given(st.sampled_from(NO_NUMBERS) | st.text("0123456789.-+eE_,١²infa ", max_size=8))
@example("9" * 400)
@example("1e999")
@example("1_0")
def test_what_is_no_number_is_left_out_in_every_format(text):
    """It is read as Python reads it, or told; never as another number, and never an exception."""
    scene = SCENES[0]
    quoted = f'"{text}"' if "," in text else text
    texts = {
        "a.csv": f"file,a\n0.png,{quoted}",
        "0.xml": voc(scene).replace(f"<xmin>{scene.box[0] + 1}<", f"<xmin>{text}<"),
        "0.txt": f"0 {text or 'x'} 0.5 0.5 0.5",
        "a.json": json.dumps(coco()).replace(f'"bbox": [{scene.box[0]},', f'"bbox": [{text},', 1),
    }
    formats = {"a.csv": table_format.read_table, "0.xml": voc_format.read_voc, "a.json": coco_format.read_coco}
    for name, content in texts.items():
        picture, one = zip_entries("0.png", name)
        found = Found("", "boxes")
        read_one = formats.get(name) or partial(yolo_format.read_yolo, classes={})
        read_one(one, content.encode(), PictureNames([picture]), found)
        if picture not in found:
            assert found.problems
            continue
        value = float(text)
        assert "_" not in text
        assert text.isascii()
        if found.numbers:
            assert found.numbers[picture][0].value == value
        elif name == "0.txt":
            assert found.boxes[picture][0].left == pytest.approx(max(0, value - 0.25))
        else:
            shift = 1 if name == "0.xml" else 0
            assert found.boxes[picture][0].left == pytest.approx(max(0, (value - shift) / 80))


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        ({"bbox": [10**400, 1, 2, 3]}, "its bbox is [1"),
        ({"bbox": [1, 2, float("inf"), 3]}, "its bbox is [1, 2, inf, 3], not four numbers."),
        ({"bbox": [1, 2, float("nan"), 3]}, "its bbox is [1, 2, nan, 3], not four numbers."),
    ],
)
def test_a_number_that_is_too_large_is_refused_like_any_wrong_one(annotation, why):
    files, problems = read(with_changed_coco(annotations=[ANNOTATION, {**ANNOTATION, **annotation}]))
    assert len(files) == 1
    assert why in problems[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("kind", ["coco", "yolo", "table", "voc"])
def test_a_text_in_any_unicode_with_or_without_its_mark(kind, encoding):
    texts = {
        name: data if name.endswith("png") else data.decode().encode(encoding) for name, data in FILES[kind].items()
    }
    files, problems = read(texts)
    assert not problems
    assert all(file.kind != "classes" for file in files)
    assert len(files) == len(SCENES)


def test_two_formats_in_one_zip_are_refused():
    with pytest.raises(UserError, match=r"more than one format. It has a CSV table and COCO JSON"):
        read(FILES["coco"] | FILES["table"])
    with pytest.raises(UserError, match=r"It has YOLO text and a folder of masks"):
        read(FILES["yolo"] | FILES["palette"])


IN_FOLDERS = {"train/0.png": PICTURES["images/0.png"], "val2017/1.png": PICTURES["images/1.png"]}
IN_IMAGES = {f"images/{number}.png": PICTURES[f"images/{number}.png"] for number in range(2)}
IN_MASKS = {f"masks/{number}_mask.png": palette_png(SCENES[number].mask) for number in range(2)}
ENTITIES = b"<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>"


@pytest.mark.parametrize("pictures", [IN_IMAGES, IN_FOLDERS])
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a.json": json.dumps(coco()).encode()[:-50]}, "a.json is no JSON: line 1 is wrong"),
        ({"a.json": json.dumps(coco() | {"annotations": []}).encode()}, "there is no picture '2.png' in the ZIP."),
        ({"a.json": b'{"images": [], "categories": [], "annotations": []}'}, "a.json marks nothing."),
        ({"a.json": b'{"images": [], "categories": []}'}, "a.json is JSON, but not COCO"),
        (
            {"a.json": json.dumps(coco()).replace('"width": 80', '"width": "80"').encode()},
            "a.json, line 1, image 1: its width is '80', but must be a number of pixels.",
        ),
        (
            {"a.json": re.sub('("id": [0-9]+)', r"\1.0", json.dumps(coco())).encode()},
            "a.json, line 1, image 1: its id is 0.0, which is neither a whole number nor a text.",
        ),
        ({"Annotations/0.xml": ENTITIES}, "0.xml declares a document type"),
        ({"0.xml": b"<annotation><size><width>80</width><height>60</height></size></annotation>"}, "0.xml "),
        ({"a.csv": b"file,a\n0.png,nan\n1.png,inf\n"}, "a.csv, line 1: the column 'a' has no numbers."),
        (
            {"a.csv": b"file,a\n0.png,0,5\n1.png,1,5\n"},
            "a.csv, line 2: it has more than the 2 columns of the first line. Numbers with a decimal comma need "
            "semicolons between the columns.",
        ),
        ({"labels/0.txt": b"cup 0.5 0.5 0.1 0.1\n0 5\n"}, "0.txt"),
        ({"labels/0.txt": b"0 5 5 1 1\n", "labels/1.txt": b""}, "0.txt"),
        ({"labels/0.txt": b"", "labels/1.txt": b""}, "0.txt"),
        ({"labels/x.txt": b"0 0.5 0.5 0.1 0.1"}, "x.txt: there is no picture 'x' in the ZIP."),
        (IN_MASKS, "The mask 0_mask.png: there is no picture '0_mask' in the ZIP."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_annotations_that_mark_nothing_are_refused_where_no_folder_is_a_class(pictures, files, why):
    """Else a folder like "images" became the only class, and the reasons were lost."""
    with pytest.raises(UserError, match="No picture in this ZIP has a class or an annotation") as refused:
        read(pictures | files)
    assert why in refused.value.remedy
    assert refused.value.remedy.endswith(
        "Correct the files, or put the pictures of each class into a folder of its name."
    )


def test_only_a_few_of_the_reasons_are_told_and_the_others_counted():
    lines = b"0 5 5 1 1\n" * 1_500
    with pytest.raises(UserError, match="No picture in this ZIP") as refused:
        read(IN_IMAGES | {"labels/0.txt": lines})
    for line in (1, 2, 3):
        assert f"0.txt, line {line}: its place and size are not four shares from 0 to 1." in refused.value.remedy
    assert " … and 1,497 more. " in refused.value.remedy


def test_annotations_that_mark_nothing_are_told_where_a_folder_is_a_class():
    classes = {f"{name}/{number}.png": png(picture(9, 1)) for name in ("cup", "images") for number in range(3)}
    files, problems = read(classes | {"cup/a.json": b"{", "cup/9.txt": b"0 0.5", "cup/0.xml": b"<annotation/>"})
    assert {file.class_name for file in files} == {"cup", "images"}
    assert problems == [
        "a.json is no JSON: line 1 is wrong, or the file ends too early.",
        "0.xml: it does not say the picture’s width and height.",
        "9.txt: there is no picture '9' in the ZIP.",
    ]


def test_pictures_to_mark_here_may_lie_in_any_folder_and_beside_other_files():
    others = {"README.txt": b"hello", "package.json": b'{"a": 1}', "page.xml": b"<html/>", "data.yaml": b"a: 1"}
    files, problems = read(IN_IMAGES | others)
    assert not problems
    assert {file.class_name for file in files} == {"images"}


def test_folders_are_classes_where_nothing_is_marked_whatever_lies_beside():
    others = {"readme.txt": b"hello", "masks/info.json": b"{}", "a/notes.xml": b"<a/>"}
    classes = {f"{name}/{number}{name}.png": png(picture(9, 1)) for name in ("masks", "labels") for number in range(3)}
    files, problems = read(classes | others)
    assert {file.class_name for file in files} == {"masks", "labels"}
    assert {file.kind for file in files} == {"classes"}
    assert len(problems) == 2  # info.json and notes.xml lie in folders, and are no pictures


def test_a_picture_that_is_not_annotated_is_told():
    files, problems = read(FILES["coco"] | {"images/more.png": png(picture(1, 1))})
    assert len(files) == len(SCENES)
    assert problems == ["more.png is left out: COCO JSON in the ZIP says nothing of it."]


def test_names_are_cleaned():
    long = "x\u202e" * 100
    files, _ = read(with_changed_coco(categories=[{"id": 10, "name": long}, {"id": 11, "name": "pen"}]))
    assert files[0].marks.boxes[0].class_name == clean_class_name(long)
