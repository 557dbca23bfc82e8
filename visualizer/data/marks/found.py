"""What the files of a ZIP say about its pictures, and how a file's name leads to its picture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from visualizer.data.marks.marks import MAX_BOXES, Kind, MarkedBox, Measured
from visualizer.data.own_zip import Entry
from visualizer.errors import short_repr

# Folders whose names say what is in them, and nothing about which picture it belongs to.
ROLES = frozenset(
    (
        *("images", "imgs", "pictures", "photos", "jpegimages", "data"),
        *("labels", "masks", "mask", "annotations", "annotation", "segmentationclass"),
    )
)
# Folders whose names say what their pictures are for, with or without a year, as in "val2017".
_SPLITS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing"))
_MAX_PROBLEMS = 1_000


@dataclass
class Found:
    """What annotation files say.

    Attributes:
        format: How a sentence calls them, such as "COCO JSON".
        kind: What they mark.
        boxes, numbers: By picture.
        masks: The file with the mask of each picture.
        mask_names: The class of a number or a colour of masks.
        sizes: Width and height of a picture, in pixels, where the files say it.
        problems: A sentence for each of the first 1,000 entries that were left out, which names file and line.
        more_problems: How many entries were left out after these.
        passed_over: A sentence for each file, up to 1,000, that was hardly meant as such a file, as a readme.
        told: Files that must not be told of again where folders are classes.
    """

    format: str
    kind: Kind
    boxes: dict[Entry, tuple[MarkedBox, ...]] = field(default_factory=dict)
    numbers: dict[Entry, tuple[Measured, ...]] = field(default_factory=dict)
    masks: dict[Entry, Entry] = field(default_factory=dict)
    mask_names: dict[int | str, str] = field(default_factory=dict)
    sizes: dict[Entry, tuple[float, float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    more_problems: int = 0
    passed_over: list[str] = field(default_factory=list)
    told: set[Entry] = field(default_factory=set)

    def leave_out(self, problem: str) -> None:
        """Note that an entry was left out, and why."""
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more_problems += 1

    def pass_over(self, why: str) -> None:
        """Note that a file was not read since it is hardly meant as one of this format."""
        if len(self.passed_over) < _MAX_PROBLEMS:
            self.passed_over.append(why)

    def kept_boxes(self, read: Iterable[tuple[int, MarkedBox | str]], where: str) -> tuple[MarkedBox, ...]:
        """The boxes of one picture that the file `where` has, as far as they can be kept; the others are left out.

        `read` are its lines by their numbers: each a box, or why there is none, as a sentence.
        """
        boxes: list[MarkedBox] = []
        for line, box in read:
            if isinstance(box, str):
                self.leave_out(f"{where}, line {line}: {box}")
            elif len(boxes) == MAX_BOXES:
                self.leave_out(f"{where}, line {line}: the picture has over {MAX_BOXES} boxes.")
            else:
                boxes.append(box)
        return tuple(boxes)

    def add_boxes(self, picture: Entry, boxes: tuple[MarkedBox, ...], where: str) -> None:
        """Note the boxes of a picture that the file `where` has."""
        if picture in self.boxes:
            self.leave_out(f"{where}: {short_repr(picture.name)} has boxes in another file, which count.")
        else:
            self.boxes[picture] = boxes

    def __bool__(self) -> bool:
        """Whether they mark any picture."""
        return bool(self.boxes or self.numbers or self.masks)

    def __contains__(self, picture: Entry) -> bool:
        """Whether they mark that picture."""
        return picture in self.boxes or picture in self.numbers or picture in self.masks


class PictureNames:
    """Finds the picture that an annotation file means.

    Args:
        pictures: All pictures of the ZIP.
    """

    def __init__(self, pictures: Sequence[Entry]) -> None:
        self._by_name: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[Entry]] = defaultdict(list)
        for picture in pictures:
            self._by_name[picture.name.casefold()].append(picture)
            self._by_stem[picture.stem.casefold()].append(picture)

    def named(self, path: str) -> Entry | str:
        """The picture with that name, which may begin with folders; or why there is none, as a sentence."""
        *folders, name = [part for part in path.replace("\\", "/").split("/") if part] or [""]
        found = self._by_name.get(name.strip().casefold(), [])
        return _the_one(found, tuple(folders), name)

    def knows(self, path: str) -> bool:
        """Whether any picture has that name, whichever folders it begins with."""
        return path.replace("\\", "/").rpartition("/")[2].strip().casefold() in self._by_name

    def beside(self, entry: Entry) -> Entry | str:
        """The picture whose name is the same but for its ending; or why there is none, as a sentence."""
        return _the_one(self._by_stem.get(entry.stem.casefold(), []), entry.folders, entry.stem)


def _the_one(found: list[Entry], folders: tuple[str, ...], name: str) -> Entry | str:
    """Of several pictures of one name the one in folders of the same names, or of the same last names."""
    if len(found) > 1:
        wanted = _telling(folders)
        same = [entry for entry in found if _telling(entry.folders) == wanted]
        ends = [entry for entry in found if wanted and _telling(entry.folders)[-len(wanted) :] == wanted]
        found = same or ends
        if len(found) != 1:
            return f"several pictures have the name {short_repr(name)}."
    return found[0] if found else f"there is no picture {short_repr(name)} in the ZIP."


def is_class_folder(name: str) -> bool:
    """Whether a folder's name may be that of a class: it says neither what its pictures are nor which split."""
    return name.casefold().rstrip("0123456789") not in ROLES | _SPLITS


def _telling(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(folder for folder in map(str.casefold, folders) if folder not in ROLES)
