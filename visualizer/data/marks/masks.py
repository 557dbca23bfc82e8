"""Masks: a PNG for each picture, in which every number or colour is a class."""

import re

import numpy as np
from PIL import Image

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MarkedMask
from visualizer.data.marks.text import lines_of, shown
from visualizer.data.own_zip import Entry
from visualizer.images import OpenedMask

FORMAT = "a folder of masks"
MASK_FOLDERS = frozenset(("masks", "mask", "labels", "annotations", "segmentationclass"))
BACKGROUNDS = ("background", "_background_")
MAX_IN_A_MASK = 20  # classes

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MAX_BYTES, _MAX_NAMES = 200_000, 1_000  # of a list of names
_BLACK = "#000000"
_BORDER = 255  # by convention the border between objects, where a mask has other numbers too


def find_masks(files: list[Entry], names: PictureNames) -> Found:
    """The picture that each of these masks belongs to: the one whose name is the same but for its ending."""
    found = Found(FORMAT, "mask")
    for file in files:
        picture = names.beside(file)
        if isinstance(picture, str):
            found.leave_out(f"The mask {shown(file.name)}: {picture}")
        elif picture in found.masks:
            found.leave_out(f"The mask {shown(file.name)}: its picture has another one.")
        else:
            found.masks[picture] = file
    return found


def names_of_masks(data: bytes) -> dict[int | str, str]:
    """The names in a text file with one on each line, by the number or the colour that they have in masks.

    Numbers begin at 1; a first line "background" is number 0. A colour stands beside its name, as in "cup #ff0000".
    """
    names: dict[int | str, str] = {}
    lines = [line.strip() for line in (lines_of(data, _MAX_BYTES) or [])[:_MAX_NAMES] if line.strip()]
    first = 0 if lines and lines[0].split()[0].casefold() in BACKGROUNDS else 1
    for number, line in enumerate(lines, start=first):
        colour = _COLOUR.search(line)
        name = clean_class_name(_COLOUR.sub("", line))
        if name and (number or colour):
            names[colour[0].lower() if colour else number] = name
    return names


def marked_mask(opened: OpenedMask, names: dict[int | str, str], size: tuple[int, int]) -> MarkedMask | str:
    """The mask with names for its classes, in the size of its picture; or why it is none, as a sentence.

    The number 0 and black are the background, and so is 255 where there are other numbers. What has no name is called
    by its number or its colour.

    Args:
        opened: The mask as its file has it.
        names: As `names_of_masks` returns it.
        size: Height and width of the picture.
    """
    height, width = opened.places.shape
    if abs(height * size[1] - width * size[0]) > 1.5 * max(*opened.places.shape, *size):
        return f"it has {width} × {height} pixels, which is not the shape of its picture."
    places = np.asarray(Image.fromarray(opened.places).resize(size[::-1], Image.Resampling.NEAREST))
    others = [value for value in opened.values if value not in (0, _BLACK)]
    if _BORDER in others and len(others) > 1:
        others.remove(_BORDER)
    if len(others) > MAX_IN_A_MASK:
        return f"it has {len(others)} classes: each of its colours is one, also those of smooth edges."
    order: dict[str, int] = {}
    numbers = np.zeros(len(opened.values), np.uint8)
    for place, value in enumerate(opened.values):
        if value in others:
            name = names.get(value) or str(value)
            if name.casefold() not in BACKGROUNDS:
                numbers[place] = order.setdefault(name, len(order) + 1)
    return MarkedMask(tuple(order), numbers[places])
