"""Boxes in COCO's JSON, read and written. Source: https://cocodataset.org/#format-data (object detection)"""

import json
from typing import Any

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


def read_coco(file: Entry, data: bytes, names: PictureNames, found: Found) -> None:
    """Add the boxes of each picture.

    Needs "images" (id, file_name, width, height), "categories" (id, name) and "annotations" (image_id, category_id,
    bbox as [left, top, width, height] in pixels). All else is ignored; what is marked as a crowd is left out.
    """
    where = shown(file.name)
    content = _parsed(data)
    if isinstance(content, str):
        found.leave_out(f"{where} {content}")
        return
    pictures = _pictures(content["images"], where, names, found)
    classes = _classes(content["categories"], where, found)
    boxes: dict[Entry, list[MarkedBox]] = {}
    for number, item in enumerate(content["annotations"], start=1):
        box = _box(item, pictures, classes, found)
        if isinstance(box, tuple):
            of_picture = boxes.setdefault(box[0], [])
            if len(of_picture) < MAX_BOXES:
                of_picture.append(box[1])
                continue
            box = f"{short_repr(box[0].name)} has over {MAX_BOXES} boxes."
        if box:
            found.leave_out(f"{where}, annotation {number}: {box}")
    for picture, of_picture in boxes.items():
        found.add_boxes(picture, tuple(of_picture), where)


def _parsed(data: bytes) -> Any:
    """The JSON with its three lists; or why it is not COCO, as the end of a sentence."""
    text = text_of(data)
    if text is None:
        return "is no text, or too long."
    if most_made(text) > _MAX_MADE:
        return f"would take over {_MAX_MADE / 1e6:.0f} MB of memory when it is read."
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return f"is no JSON: line {error.lineno} is wrong, or the file ends too early."
    except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
        return "is no JSON that can be read here."
    keys = ("images", "categories", "annotations")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in keys):
        return "is JSON, but not COCO: it has no lists “images”, “categories” and “annotations”."
    return content


def most_made(text: str) -> int:
    """The most bytes of memory that this text can take once it is parsed as JSON."""
    of_marks = sum(size * text.count(mark) for mark, size in {"{": 300, ":": 120, "[": 100, ",": 80}.items())
    return 4 * len(text.encode()) + of_marks


def _key(value: Any) -> int | str | None:
    """An id, which may be a text; None if it is neither."""
    return value if type(value) in (int, str) else None


def _pictures(items: list[Any], where: str, names: PictureNames, found: Found) -> dict[int | str, Entry | None]:
    """The pictures by their id; None for one that was left out."""
    pictures: dict[int | str, Entry | None] = {}
    for number, item in enumerate(items, start=1):
        key = _key(item.get("id")) if isinstance(item, dict) else None
        if key is None or not isinstance(item.get("file_name"), str):
            found.leave_out(f"{where}, image {number}: it has no id or no file_name.")
            continue
        pictures[key] = None
        size = _number(item.get("width")), _number(item.get("height"))
        picture = names.named(item["file_name"])
        if isinstance(picture, str):
            found.leave_out(f"{where}, image {number}: {picture}")
        elif size[0] is None or size[1] is None or size[0] <= 0 or size[1] <= 0:
            found.leave_out(f"{where}, image {number}: its width or its height is missing.")
        else:
            pictures[key], found.sizes[picture] = picture, (size[0], size[1])
    return pictures


def _classes(items: list[Any], where: str, found: Found) -> dict[int | str, str]:
    classes = {}
    for number, item in enumerate(items, start=1):
        key = _key(item.get("id")) if isinstance(item, dict) else None
        name = clean_class_name(item["name"]) if key is not None and isinstance(item.get("name"), str) else ""
        if key is None or not name:
            found.leave_out(f"{where}, category {number}: it has no id or no name.")
        else:
            classes[key] = name
    return classes


def _box(
    item: Any, pictures: dict[int | str, Entry | None], classes: dict[int | str, str], found: Found
) -> tuple[Entry, MarkedBox] | str:
    """The picture and its box; or why there is none, as a sentence, which is empty where it was said before."""
    if not isinstance(item, dict):
        return "it is no object."
    image, category = _key(item.get("image_id")), _key(item.get("category_id"))
    if image is None or image not in pictures:
        return f"there is no image with the id {short_repr(item.get('image_id'))}."
    picture = pictures[image]
    if picture is None:
        return ""
    if category is None or category not in classes:
        return f"there is no category with the id {short_repr(item.get('category_id'))}."
    if item.get("iscrowd") == 1:
        return "it is a crowd, not an object."
    bbox = item.get("bbox")
    numbers = list(map(_number, bbox)) if isinstance(bbox, list) and len(bbox) == 4 else [None]
    if None in numbers:
        return f"its bbox is {short_repr(bbox)}, not four numbers."
    left, top, wide, high = (number or 0.0 for number in numbers)
    width, height = found.sizes[picture]
    box = clipped(classes[category], left / width, top / height, (left + wide) / width, (top + high) / height)
    return "its box has no area in the picture." if box is None else (picture, box)


def _number(value: Any) -> float | None:
    # Compared first: a whole number may be too large for a float.
    return float(value) if type(value) in (int, float) and -1e6 <= value <= 1e6 else None
