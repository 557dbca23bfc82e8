"""Boxes in YOLO's text files, one for each picture. Source: https://docs.ultralytics.com/datasets/detect/"""

import math
import re

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MarkedBox, clipped
from visualizer.data.marks.text import lines_of, shown
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

FORMAT = "YOLO text"
_NUMBER = re.compile(r"\d{1,3}(\.\d{0,30})?(e-\d{1,2})?")
_MAX_BYTES = 200_000
_MAX_NAMES = 1_000


def read_yolo(file: Entry, data: bytes, names: PictureNames, found: Found, classes: dict[int, str]) -> None:
    """Add the boxes of the picture whose name is the same but for its ending.

    Each line is a box: the number of its class, from 0, then the centre's x and y, its width and height, as shares of
    the picture's sides. A class without a name is called by its number.
    """
    where = shown(file.name)
    picture = names.beside(file)
    lines = lines_of(data, _MAX_BYTES)
    if isinstance(picture, str):
        # Without any line that begins with a number, it is a readme or the like.
        is_meant = any(line.lstrip()[:1].isdecimal() for line in lines or [])
        (found.leave_out if is_meant else found.pass_over)(f"{where}: {picture}")
        return
    if lines is None:
        found.leave_out(f"{where} is no text, or too long.")
        return
    split = enumerate(map(str.split, lines), start=1)
    boxes = found.kept_boxes(((line, _box(words, classes)) for line, words in split if words), where)
    if boxes:
        found.add_boxes(picture, boxes, where)


def _box(words: list[str], classes: dict[int, str]) -> MarkedBox | str:
    if len(words) != 5:
        return f"it has {len(words):,} words, not five numbers."
    label, *rest = words
    numbers = [float(word) if word.isascii() and _NUMBER.fullmatch(word) else math.nan for word in rest]
    if not label.isascii() or not label.isdecimal() or len(label) > 4:
        return f"its class is {short_repr(label)}, not a whole number."
    if not all(0 <= number <= 1.001 for number in numbers):  # rounded by who wrote them
        return "its place and size are not four shares from 0 to 1."
    x, y, width, height = numbers
    name = classes.get(int(label)) or label
    box = clipped(name, x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return "its box has no area in the picture." if box is None else box


def names_in_list(data: bytes) -> dict[int, str]:
    """The names in a text file with one on each line, by their number from 0."""
    lines = (lines_of(data, _MAX_BYTES) or [])[:_MAX_NAMES]
    return {number: name for number, line in enumerate(lines) if (name := clean_class_name(line))}


def names_in_yaml(data: bytes) -> dict[int, str]:
    """The names in a data.yaml, by their number from 0: a list in brackets, or one on each line. All else is ignored.

    It is read line by line, not as YAML, which could make far more of a file than it has bytes.
    """
    lines = lines_of(data, _MAX_BYTES) or []
    start = next((place for place, line in enumerate(lines) if line.startswith("names:")), None)
    if start is None:
        return {}
    same_line = lines[start].removeprefix("names:").partition(" #")[0].strip()
    if same_line:
        joined = " ".join([same_line, *map(str.strip, lines[start + 1 : start + 1 + _MAX_NAMES])])
        if joined[0] not in "[{":
            return {}
        items = joined[1:].partition("]" if joined[0] == "[" else "}")[0].split(",")
    else:
        items = []
        for line in lines[start + 1 :]:
            if line.strip() and not line.startswith((" ", "-", "#")):
                break
            if line.strip() and not line.strip().startswith("#"):
                items.append(line)
    names = {}
    for number, item in enumerate(items[:_MAX_NAMES]):
        key, colon, value = item.strip().removeprefix("- ").partition(":")
        has_key = bool(colon) and key.strip().isascii() and key.strip().isdecimal() and len(key.strip()) <= 4
        name = clean_class_name((value if has_key else item.strip().removeprefix("- ")).strip().strip("'\""))
        if name:
            names[int(key) if has_key else number] = name
    return names
