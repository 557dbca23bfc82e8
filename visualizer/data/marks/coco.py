"""Boxes in COCO's JSON, read and written. Source: https://cocodataset.org/#format-data (object detection)"""

import json
import re
from typing import Any, Literal, NamedTuple

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MAX_BOXES, MarkedBox, clipped
from visualizer.data.marks.text import shown, text_of
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

FORMAT = "COCO JSON"
# Memory that the parsed JSON may take: up to 4 bytes for a letter, 300 for an object, 120 for a key, 100 for a list, 80
# for another value.
_MAX_MADE = 150_000_000
_Id = int | str
_KEYS = ("images", "categories", "annotations")
_BETWEEN = re.compile(r"[ \t\n\r,:]*")


class _Image(NamedTuple):
    picture: Entry
    width: float
    height: float


def read_coco(file: Entry, data: bytes, names: PictureNames, found: Found) -> None:
    """Add the boxes of each picture.

    Needs "images" (id, file_name, width, height), "categories" (id, name) and "annotations" (image_id, category_id,
    bbox as [left, top, width, height] in pixels). All else is ignored; what is marked as a crowd is left out, and so is
    what has an id that two have.
    """
    where = shown(file.name)
    text = text_of(data)
    if text is None:
        found.leave_out(f"{where} is no text, or too long.")
        return
    content = _parsed(text)
    if isinstance(content, str):
        found.leave_out(f"{where} {content}")
        return
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in _KEYS):
        why = f"{where} is JSON, but not COCO: it has no lists “images”, “categories” and “annotations”."
        is_meant = isinstance(content, dict) and not content.keys().isdisjoint(_KEYS)
        (found.leave_out if is_meant else found.pass_over)(why)
        return
    problems = _Problems(text, where, found)
    images = _images(content["images"], names, found, problems)
    classes = _classes(content["categories"], problems)
    boxes: dict[Entry, list[MarkedBox]] = {}
    for number, item in enumerate(content["annotations"], start=1):
        box = _box(item, images, classes)
        if isinstance(box, tuple):
            of_picture = boxes.setdefault(box[0], [])
            if len(of_picture) < MAX_BOXES:
                of_picture.append(box[1])
                continue
            box = f"{short_repr(box[0].name)} has over {MAX_BOXES} boxes."
        if box:
            problems.tell("annotation", number, box)
    for picture, of_picture in boxes.items():
        found.add_boxes(picture, tuple(of_picture), where)


def _parsed(text: str) -> Any:
    """What the JSON says; or why it cannot be read, as the end of a sentence."""
    if most_made(text) > _MAX_MADE:
        return f"would take over {_MAX_MADE / 1e6:.0f} MB of memory when it is read."
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return f"is no JSON: line {error.lineno} is wrong, or the file ends too early."
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
        return "is no JSON that can be read here."
    # A JSON that is only a text would else be taken for a reason.
    return {} if isinstance(content, str) else content


def most_made(text: str) -> int:
    """The most bytes of memory that this text can take once it is parsed as JSON."""
    of_marks = sum(size * text.count(mark) for mark, size in {"{": 300, ":": 120, "[": 100, ",": 80}.items())
    return 4 * len(text.encode()) + of_marks


class _Problems:
    """Tells what is left out with the line in which it begins, which Python's reader of JSON does not know."""

    def __init__(self, text: str, where: str, found: Found) -> None:
        self._text, self._where, self._found = text, where, found
        self._lines: dict[str, list[int]] | None = None

    def tell(self, kind: Literal["image", "category", "annotation"], number: int, why: str) -> None:
        """Leave the entry of that number out, counted from 1."""
        if self._lines is None:
            self._lines = lines_of_entries(self._text)
        key = "categories" if kind == "category" else f"{kind}s"
        self._found.leave_out(f"{self._where}, line {self._lines[key][number - 1]}, {kind} {number}: {why}")


def lines_of_entries(text: str) -> dict[str, list[int]]:
    """The line in which each entry of each list begins, by the key of the list.

    Args:
        text: JSON without a fault: an object, of which only the lists that it has itself count.
    """
    decode = json.JSONDecoder().raw_decode  # a value and where it ends

    def skipped(place: int) -> int:
        """Where the next sign stands that is neither space nor between two values."""
        between = _BETWEEN.match(text, place)
        return between.end() if between else place

    lines: dict[str, list[int]] = {}
    line, counted = 1, 0
    place = skipped(text.index("{") + 1)
    while text[place] != "}":
        key, place = decode(text, place)
        place = skipped(place)
        if text[place] == "[":
            lines[key] = []
            place = skipped(place + 1)
            while text[place] != "]":
                line += text.count("\n", counted, place)
                counted = place
                lines[key].append(line)
                place = skipped(decode(text, place)[1])
            place = skipped(place + 1)
        else:
            place = skipped(decode(text, place)[1])
    return lines


def _id(value: Any) -> _Id | None:
    """An id, which may be a text; None if it is neither."""
    return value if type(value) in (int, str) else None


def _images(items: list[Any], names: PictureNames, found: Found, problems: _Problems) -> dict[_Id, _Image | None]:
    """The images by their id; None for one that was left out."""
    images: dict[_Id, _Image | None] = {}
    for number, item in enumerate(items, start=1):
        key = _id(item.get("id")) if isinstance(item, dict) else None
        image: _Image | str
        if key is None:
            image = _without_id(item)
        else:
            image = _image(item, names, found)
            if key in images and images[key] != image:
                image = f"another image has the id {short_repr(key)} too, so that the boxes of both are left out."
            images[key] = image if isinstance(image, _Image) else None
        if isinstance(image, str):
            problems.tell("image", number, image)
    return images


def _image(item: dict[Any, Any], names: PictureNames, found: Found) -> _Image | str:
    """The picture and its size; or why it is left out, as a sentence."""
    if not isinstance(item.get("file_name"), str):
        return "it has no file_name."
    picture = names.named(item["file_name"])
    if isinstance(picture, str):
        return picture
    size = []
    for side in ("width", "height"):
        pixels = _number(item.get(side))
        if pixels is None or pixels <= 0:
            given = short_repr(item[side]) if side in item else "missing"
            return f"its {side} is {given}, but must be a number of pixels."
        size.append(pixels)
    width, height = found.sizes.setdefault(picture, (size[0], size[1]))
    if (width, height) != tuple(size):
        return f"another image has the same file, with {width:g} × {height:g} pixels."
    return _Image(picture, width, height)


def _without_id(item: Any) -> str:
    if not isinstance(item, dict):
        return "it is no object."
    if "id" not in item:
        return "it has no id."
    return f"its id is {short_repr(item['id'])}, which is neither a whole number nor a text."


def _classes(items: list[Any], problems: _Problems) -> dict[_Id, str | None]:
    """The names of the classes by their id; None for one that two have."""
    classes: dict[_Id, str | None] = {}
    for number, item in enumerate(items, start=1):
        key = _id(item.get("id")) if isinstance(item, dict) else None
        if key is None:
            problems.tell("category", number, _without_id(item))
            continue
        name = clean_class_name(item["name"]) if isinstance(item.get("name"), str) else ""
        if not name:
            problems.tell("category", number, "it has no name.")
        elif classes.setdefault(key, name) != name:
            why = f"another category has the id {short_repr(key)} too, so that the boxes of both are left out."
            problems.tell("category", number, why)
            classes[key] = None
    return classes


def _box(item: Any, images: dict[_Id, _Image | None], classes: dict[_Id, str | None]) -> tuple[Entry, MarkedBox] | str:
    """The picture and its box; or why there is none, as a sentence, which is empty where it was said before."""
    if not isinstance(item, dict):
        return "it is no object."
    image_id, category = _id(item.get("image_id")), _id(item.get("category_id"))
    if image_id is None or image_id not in images:
        return f"there is no image with the id {short_repr(item.get('image_id'))}."
    image = images[image_id]
    if image is None:
        return ""
    if category is None or category not in classes:
        return f"there is no category with the id {short_repr(item.get('category_id'))}."
    name = classes[category]
    if name is None:
        return ""
    if item.get("iscrowd") == 1:
        return "it is a crowd, not an object."
    bbox = item.get("bbox")
    numbers = list(map(_number, bbox)) if isinstance(bbox, list) and len(bbox) == 4 else [None]
    if None in numbers:
        return f"its bbox is {short_repr(bbox)}, not four numbers."
    left, top, wide, high = (number or 0.0 for number in numbers)
    box = clipped(
        name, left / image.width, top / image.height, (left + wide) / image.width, (top + high) / image.height
    )
    return "its box has no area in the picture." if box is None else (image.picture, box)


def _number(value: Any) -> float | None:
    # Compared first: a whole number may be too large for a float.
    return float(value) if type(value) in (int, float) and -1e6 <= value <= 1e6 else None
