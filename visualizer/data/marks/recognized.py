"""Which kind of marks the files of a ZIP have, by their content: exactly one, or none."""

from collections.abc import Callable
from functools import partial

from visualizer.data.marks import coco, masks, table, voc, yolo
from visualizer.data.marks.found import Found, PictureNames
from visualizer.data.own_zip import Archive, Entry
from visualizer.errors import UserError
from visualizer.words import listed

_PICTURES = frozenset(("jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "bmp"))
_CLASS_LISTS = frozenset(("classes.txt", "obj.names", "predefined_classes.txt"))
_MAX_TEXT_BYTES = 60_000_000  # of all text files together


def pictures_in(archive: Archive, found: Found) -> list[Entry]:
    """The files that are pictures, by their endings, in their order; masks are none."""
    of_masks = set(found.masks.values())
    return [entry for entry in archive.entries if entry.ending in _PICTURES and entry not in of_masks]


def marks_in(archive: Archive) -> Found | None:
    """What the annotation files of a ZIP say; None if it has none, so that its folders are classes.

    Raises:
        UserError: It has annotation files of two formats, or has some that cannot be used and no folder is a class.
    """
    pictures = [entry for entry in archive.entries if entry.ending in _PICTURES]
    of_masks = _in_masks(archive, pictures)
    found = [*_in_texts(archive, PictureNames(pictures_in(archive, of_masks))), of_masks]
    marked = [each for each in found if each]
    if len(marked) > 1:
        raise UserError(
            "This ZIP has annotations in more than one format.",
            f"It has {listed(each.format for each in marked)}.",
            "Leave all but one out, so that it is clear what is to be learnt.",
        )
    problems = [problem for each in found for problem in each.problems]
    if not marked and problems and not any(entry.folders for entry in pictures):
        raise UserError(
            "No picture in this ZIP has a class or an annotation.",
            "Its annotation files say nothing that can be used.",  # without their names: it goes into the log
            f"{problems[0]} Correct the files, or put the pictures of each class into a folder of its name.",
        )
    return marked[0] if marked else None


def _in_texts(archive: Archive, names: PictureNames) -> list[Found]:
    """What the text files say, by format."""
    tables, of_coco = Found(table.FORMAT, "numbers"), Found(coco.FORMAT, "boxes")
    of_voc, of_yolo = Found(voc.FORMAT, "boxes"), Found(yolo.FORMAT, "boxes")
    classes = _class_names(archive)
    readers: dict[str, tuple[Found, Callable[[Entry, bytes, PictureNames, Found], None]]] = {
        "csv": (tables, table.read_table),
        "json": (of_coco, coco.read_coco),
        "xml": (of_voc, voc.read_voc),
        "txt": (of_yolo, partial(yolo.read_yolo, classes=classes)),
    }
    left = _MAX_TEXT_BYTES
    for entry in archive.entries:
        if entry.ending not in readers or entry.name.casefold() in _CLASS_LISTS:
            continue
        found, read = readers[entry.ending]
        content = archive.unpack(entry)
        if content is None:
            found.leave_out(f"{entry.name} could not be unpacked: the ZIP is damaged, or it has a password.")
            continue
        left -= len(content)
        if left < 0:
            raise UserError(
                "The annotations in this ZIP are too long.",
                f"Together they have over {_MAX_TEXT_BYTES / 1e6:.0f} MB.",
                "Leave some out.",
            )
        read(entry, content, names, found)
    return [tables, of_coco, of_voc, of_yolo]


def _in_masks(archive: Archive, pictures: list[Entry]) -> Found:
    """The masks in folders whose names say that they have some."""
    inside = [entry for entry in pictures if entry.ending == "png" and _in_mask_folder(entry)]
    others = set(pictures) - set(inside)
    found = masks.find_masks(inside, PictureNames([entry for entry in pictures if entry in others]))
    # A class may have such a name too; then few of its pictures have the name of another one.
    if 2 * len(found.masks) < len(inside):
        return Found(masks.FORMAT, "mask")
    for entry in archive.entries:
        if entry.name.casefold() in _CLASS_LISTS and not found.mask_names:
            found.mask_names = masks.names_of_masks(archive.unpack(entry) or b"")
    return found


def _in_mask_folder(entry: Entry) -> bool:
    return not masks.MASK_FOLDERS.isdisjoint(map(str.casefold, entry.folders))


def _class_names(archive: Archive) -> dict[int, str]:
    """The names of YOLO's classes, by their number, from the first file that has some."""
    for entry in archive.entries:
        names: dict[int, str] = {}
        if entry.name.casefold() in _CLASS_LISTS:
            names = yolo.names_in_list(archive.unpack(entry) or b"")
        elif entry.ending in ("yaml", "yml"):
            names = yolo.names_in_yaml(archive.unpack(entry) or b"")
        if names:
            return names
    return {}
