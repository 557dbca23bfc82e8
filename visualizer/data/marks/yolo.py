"""Boxes in YOLO's text files, one for each picture. Source: https://docs.ultralytics.com/datasets/detect/"""

import math
import re
from typing import Any

import yaml

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MarkedBox, clipped
from visualizer.data.marks.text import lines_of, shown, text_of
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

FORMAT = "YOLO text"
_NUMBER = re.compile(r"(\d{1,3}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")
_MAX_BYTES = 200_000
_MAX_NAMES = 1_000
MAX_YAML_BYTES = 100_000  # a second's work
_MAX_DEPTH = 8


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


def names_in_yaml(data: bytes) -> dict[int, str] | str:
    """The names in a data.yaml, by their number from 0: a list, or each with its number; empty without “names”.

    All else is ignored. A file that cannot be read gives the end of a sentence that says why.
    """
    text = text_of(data, MAX_YAML_BYTES)
    if text is None:
        return "is no text, or too long."
    try:
        content = _plain_yaml(text)
    except _Refused as refused:
        return str(refused)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        return f"is no YAML: line {place.line + 1 if place else 1} is wrong."
    except (yaml.YAMLError, ValueError, OverflowError):  # an unprintable sign; a letter or a version without end
        return "is no YAML that can be read here."
    given = dict(content).get("names") if isinstance(content, tuple) else None
    if not given:
        return {}
    if isinstance(given, str):
        return "has no list of “names”."
    names = {}
    for key, value in given if isinstance(given, tuple) else ((str(place), value) for place, value in enumerate(given)):
        name = clean_class_name(value) if isinstance(value, str) else ""
        if not name or not key.isascii() or not key.isdecimal() or len(key) > 4:
            return f"has a name among its “names” that cannot be read: {short_repr(key)}."
        names[int(key)] = name
    return names


class _Refused(Exception):
    """The YAML has what is not read; the text is the end of a sentence."""


def _plain_yaml(text: str) -> Any:
    """The first document: a text for each value, a list, or a tuple of keys and values.

    Of YAML's events, not of its values: nothing in it becomes an object, and nothing is repeated by its name, with
    which a short file would make a large one.
    """
    made: list[Any] = []
    within = [made]
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Refused(f"names a part of itself in line {line}, with & or *, which is not read here.")
        if isinstance(event, yaml.ScalarEvent):
            within[-1].append(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            within.append([])
            if len(within) > _MAX_DEPTH:
                raise _Refused(f"has lists in lists in line {line}, too deep for names.")
        elif isinstance(event, yaml.CollectionEndEvent):
            items = within.pop()
            within[-1].append(_pairs(items) if isinstance(event, yaml.MappingEndEvent) else items)
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return made[0] if made else None


def _pairs(items: list[Any]) -> tuple[tuple[str, Any], ...]:
    """Keys and values that follow one another; without those whose key is a list itself."""
    return tuple((key, value) for key, value in zip(items[::2], items[1::2], strict=True) if isinstance(key, str))
