"""Boxes in Pascal VOC's XML, one file for each picture.

Source: Everingham and Winn, The PASCAL Visual Object Classes Challenge 2012 Development Kit, section 4
"""

import math
import re
from xml.parsers import expat

from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.marks.marks import MarkedBox, clipped
from visualizer.data.marks.text import shown
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

FORMAT = "Pascal VOC XML"
_MAX_BYTES = 1_000_000
_MAX_DEPTH = 12
_MAX_LETTERS = 200  # of the text of an element
_MAX_OBJECTS = 1_000
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{0,20})?")
_SIDES = ("xmin", "ymin", "xmax", "ymax")


class _Refused(Exception):
    """The XML has what is not read; the text is the end of a sentence."""


class _OtherXml(_Refused):
    """The XML is hardly meant as an annotation."""


def read_voc(file: Entry, data: bytes, names: PictureNames, found: Found) -> None:
    """Add the boxes of one picture: the one whose name is the same but for its ending, else that in "filename".

    Needs <annotation> with <size> (<width>, <height>) and an <object> (<name>, <bndbox>) for each box. Coordinates are
    those of the first and the last pixel in the box, counted from 1. A document type, and with it any entity, is
    refused.
    """
    where = shown(file.name)
    content = _Reader()
    try:
        content.read(data)
    except _OtherXml as other:
        found.pass_over(f"{where} {other}")
        return
    except _Refused as refused:
        found.leave_out(f"{where} {refused}")
        return
    picture = names.beside(file)
    if isinstance(picture, str) and content.texts.get("filename"):
        picture = names.named(content.texts["filename"])
    if isinstance(picture, str):
        found.leave_out(f"{where}: {picture}")
        return
    width, height = (_number(content.texts.get(name, "")) or 0.0 for name in ("size/width", "size/height"))
    if width <= 0 or height <= 0:
        found.leave_out(f"{where}: it does not say the picture’s width and height.")
        return
    boxes = found.kept_boxes(((line, _box(item, width, height)) for line, item in content.objects), where)
    if boxes:
        found.add_boxes(picture, boxes, where)
        found.sizes[picture] = width, height


def _box(item: dict[str, str], width: float, height: float) -> MarkedBox | str:
    name = clean_class_name(item.get("name", ""))
    if not name:
        return "the object has no name."
    left, top, right, bottom = (_number(item.get(f"bndbox/{side}", "")) for side in _SIDES)
    if left is None or top is None or right is None or bottom is None:
        given = ", ".join(item.get(f"bndbox/{side}", "?") for side in _SIDES)
        return f"its bndbox is {short_repr(given)}, not four numbers."
    box = clipped(name, (left - 1) / width, (top - 1) / height, right / width, bottom / height)
    return "its box has no area in the picture." if box is None else box


def _number(text: str) -> float | None:
    text = text.strip()
    value = float(text) if text.isascii() and _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


class _Reader:
    """Reads the texts of a small XML document by the names of their elements, below the outermost one.

    Attributes:
        texts: Of the elements outside of objects, by their path, such as "size/width"; the first of each path.
        objects: The line that each object begins in, and the same within it.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.objects: list[tuple[int, dict[str, str]]] = []
        self._path: list[str] = []
        self._text = ""

    def read(self, data: bytes) -> None:
        """Read the whole document. Raises _Refused."""
        if len(data) > _MAX_BYTES:
            raise _Refused(f"has over {_MAX_BYTES / 1e6:.0f} MB.")
        parser = self._parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise _Refused(f"is no XML: line {error.lineno} is wrong, or the file ends too early.") from None
        except (LookupError, ValueError):
            raise _Refused("is XML in an unknown encoding.") from None
        finally:
            # It would hold this object, and this object it.
            del self._parser

    def _doctype(self, *_: object) -> None:
        raise _Refused("declares a document type, which is not read here.")

    def _start(self, name: str, _: object) -> None:
        if not self._path and name != "annotation":
            raise _OtherXml("is XML, but not Pascal VOC: it does not begin with <annotation>.")
        self._path.append(name[:_MAX_LETTERS])
        self._text = ""
        if len(self._path) > _MAX_DEPTH:
            raise _Refused("has elements in elements, too deep for Pascal VOC.")
        if self._path[1:] == ["object"]:
            if len(self.objects) == _MAX_OBJECTS:
                raise _Refused(f"has over {_MAX_OBJECTS:,} objects.")
            self.objects.append((self._parser.CurrentLineNumber, {}))

    def _end(self, _: str) -> None:
        inside = self._path[1:]
        if inside[:1] == ["object"]:
            self._keep(self.objects[-1][1], inside[1:])
        else:
            self._keep(self.texts, inside)
        self._path.pop()
        self._text = ""

    def _keep(self, texts: dict[str, str], path: list[str]) -> None:
        if path and len(texts) < 100:
            texts.setdefault("/".join(path), self._text.strip())

    def _characters(self, text: str) -> None:
        self._text = (self._text + text)[:_MAX_LETTERS]
