"""Which kind of marks the files of a ZIP have, by their content: exactly one, or none."""

from collections.abc import Callable
from functools import partial

from visualizer.data.marks import coco, masks, table, voc, yolo
from visualizer.data.marks.found import Found, PictureNames, is_class_folder
from visualizer.data.marks.text import shown
from visualizer.data.own_zip import Archive, Entry
from visualizer.errors import UserError
from visualizer.words import listed

_PICTURES = frozenset(("jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "bmp"))
_CLASS_LISTS = frozenset(("classes.txt", "obj.names", "predefined_classes.txt"))
_MAX_TEXT_BYTES = 60_000_000  # of all text files together
_MAX_REASONS = 3  # in one message


def pictures_in(archive: Archive, found: Found) -> list[Entry]:
    """The files that are pictures, by their endings, in their order; masks are none."""
    of_masks = set(found.masks.values())
    return [entry for entry in archive.entries if entry.ending in _PICTURES and entry not in of_masks]


def marks_in(archive: Archive) -> Found:
    """What the annotation files of a ZIP say; its kind is "classes" where they mark nothing, so that folders do.

    Raises:
        UserError: It has annotation files of two formats, or has some that mark nothing and no folder is a class.
    """
    pictures = [entry for entry in archive.entries if entry.ending in _PICTURES]
    of_masks = _in_masks(archive, pictures)
    in_texts = _in_texts(archive, PictureNames(pictures_in(archive, of_masks)))
    marked = [each for each in (*in_texts, of_masks) if each]
    if len(marked) > 1:
        raise UserError(
            "This ZIP has annotations in more than one format.",
            f"It has {listed(each.format for each in marked)}.",
            "Leave all but one out, so that it is clear what is to be learnt.",
        )
    if marked:
        return marked[0]
    _check_classes(pictures, [*in_texts, of_masks])
    # What is said of masks is not told: where folders are classes, these are pictures of one, and none is left out.
    classes = Found("", "classes")
    for each in in_texts:
        classes.told |= each.told
        classes.more_problems += each.more_problems
        for problem in each.problems:
            classes.leave_out(problem)
    return classes


def _check_classes(pictures: list[Entry], found: list[Found]) -> None:
    """Raise UserError if files that mark nothing were meant to, since no folder is a class."""
    folders = {entry.folders[-1] for entry in pictures if entry.folders}
    reasons = [problem for each in found for problem in each.problems]
    passed_over = [why for each in found for why in each.passed_over]
    if any(map(is_class_folder, folders)) or not (reasons or (passed_over and not folders)):
        return
    reasons += passed_over
    more = len(reasons) - _MAX_REASONS + sum(each.more_problems for each in found)
    raise UserError(
        "No picture in this ZIP has a class or an annotation.",
        "Its annotation files say nothing that can be used.",  # without their names: it goes into the log
        " ".join(reasons[:_MAX_REASONS])
        + (f" … and {more:,} more." if more > 0 else "")
        + " Correct the files, or put the pictures of each class into a folder of its name.",
    )


def _in_texts(archive: Archive, names: PictureNames) -> list[Found]:
    """What the text files say, by format."""
    tables, of_coco = Found(table.FORMAT, "numbers"), Found(coco.FORMAT, "boxes")
    of_voc, of_yolo = Found(voc.FORMAT, "boxes"), Found(yolo.FORMAT, "boxes")
    classes = _class_names(archive, of_yolo)
    readers: dict[str, tuple[Found, Callable[[Entry, bytes, PictureNames, Found], None]]] = {
        "csv": (tables, table.read_table),
        "json": (of_coco, coco.read_coco),
        "xml": (of_voc, voc.read_voc),
        "txt": (of_yolo, partial(yolo.read_yolo, classes=classes)),
    }
    silent: list[tuple[Found, Entry]] = []
    left = _MAX_TEXT_BYTES
    for entry in archive.entries:
        if entry.ending not in readers or entry.name.casefold() in _CLASS_LISTS:
            continue
        found, read = readers[entry.ending]
        content = archive.unpack(entry)
        if content is None:
            found.leave_out(f"{shown(entry.name)} could not be unpacked: the ZIP is damaged, or it has a password.")
            found.told.add(entry)
            continue
        left -= len(content)
        if left < 0:
            raise UserError(
                "The annotations in this ZIP are too long.",
                f"Together they have over {_MAX_TEXT_BYTES / 1e6:.0f} MB.",
                "Leave some out.",
            )
        before = _said(found)
        read(entry, content, names, found)
        said = _said(found)
        if said == before:
            silent.append((found, entry))
        elif said[:2] != before[:2]:
            found.told.add(entry)
    # Beside others of its kind, a file that marks nothing belongs to a picture without objects.
    for found, entry in silent:
        if not found:
            found.leave_out(f"{shown(entry.name)} marks nothing.")
            found.told.add(entry)
    return [tables, of_coco, of_voc, of_yolo]


def _said(found: Found) -> tuple[int, ...]:
    """How much was found so far: problems that are told first."""
    return len(found.problems), found.more_problems, len(found.boxes), len(found.numbers), len(found.passed_over)


def _in_masks(archive: Archive, pictures: list[Entry]) -> Found:
    """The masks in folders whose names say that they have some."""
    inside = [entry for entry in pictures if entry.ending == "png" and _in_mask_folder(entry)]
    others = set(pictures) - set(inside)
    found = masks.find_masks(inside, PictureNames([entry for entry in pictures if entry in others]))
    # A class may have such a name too; then few of its pictures have the name of another one.
    if 2 * len(found.masks) < len(inside):
        return Found(masks.FORMAT, "mask", problems=found.problems if others else [])
    for entry in archive.entries:
        if entry.name.casefold() in _CLASS_LISTS and not found.mask_names:
            found.mask_names = masks.names_of_masks(archive.unpack(entry) or b"")
    return found


def _in_mask_folder(entry: Entry) -> bool:
    return not masks.MASK_FOLDERS.isdisjoint(map(str.casefold, entry.folders))


def _class_names(archive: Archive, found: Found) -> dict[int, str]:
    """The names of YOLO's classes, by their number, from the first file that has some."""
    left = 2 * yolo.MAX_YAML_BYTES  # of all together, which would else take minutes
    for entry in archive.entries:
        names: dict[int, str] | str = {}
        if entry.name.casefold() in _CLASS_LISTS:
            names = yolo.names_in_list(archive.unpack(entry) or b"")
        elif entry.ending in ("yaml", "yml"):
            data = archive.unpack(entry) or b""
            left -= len(data)
            names = yolo.names_in_yaml(data) if left >= 0 else "is too long together with the YAML files before it."
        if isinstance(names, str):
            found.pass_over(f"{shown(entry.name)} {names}")
        elif names:
            return names
    return {}
