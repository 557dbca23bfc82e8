"""The pictures that a tab collects for a data set of its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from visualizer.data.marks.marks import Kind, OwnPicture
    from visualizer.data.own_pictures import Fit, PictureFile


@dataclass(frozen=True)
class Files:
    """Files that wait to be read.

    Attributes:
        number: How many times files were given before them.
        zip: A ZIP of class folders or of marked pictures, or None.
        files: Name and bytes of each, unless it is a ZIP.
        class_name: The class that `files` belong to.
    """

    number: int
    zip: bytes | None
    files: tuple[tuple[str, bytes], ...]
    class_name: str


@dataclass
class OwnPictures:
    """The pictures that somebody collects for a data set.

    Attributes:
        pictures: All that were read.
        kind: What is to be learnt of them: only those are used that have it.
        broken: A sentence for each file that was left out, and for each line of an annotation file.
        broken_more: How many more were left out, of which no sentence is kept.
        waiting: Files that are being read, or None.
        given: How many times files were given.
        size: Pixels of each side of the resized pictures.
        fit: How pictures become square.
        used_as: The data set made of exactly these, or None.
        marking: The picture that is being marked, an index into `pictures`.
        names: The classes to mark with. New ones are appended, since masks that are on their way mean them by number.
        marking_with: The class that the next mark gets; empty for the background.
        marks_taken: The number of the newest mark that was received from the browser.
    """

    pictures: "list[OwnPicture]" = field(default_factory=list)
    kind: "Kind" = "classes"
    broken: list[str] = field(default_factory=list)
    broken_more: int = 0
    waiting: Files | None = None
    given: int = 0
    size: int = 32
    fit: "Fit" = "crop"
    used_as: str | None = None
    marking: int = 0
    names: list[str] = field(default_factory=list)
    marking_with: str = ""
    marks_taken: int = 0

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self.pictures)

    @property
    def used(self) -> "list[OwnPicture]":
        """Those of the pictures that have what is to be learnt."""
        return [picture for picture in self.pictures if picture.has(self.kind)]

    @property
    def by_class(self) -> "dict[str, list[np.ndarray]]":
        """(H, W, 3) uint8 pictures by their class, without those that have none."""
        found: defaultdict[str, list[np.ndarray]] = defaultdict(list)
        for picture in self.pictures:
            if picture.class_name:
                found[picture.class_name].append(picture.picture)
        return dict(found)

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(picture.nbytes for picture in self.pictures)

    def give(self, files: Files) -> None:
        """Read these next."""
        self.waiting = files
        self.given += 1

    def take(self, files: "Sequence[PictureFile]") -> None:
        """Add what was read. If it has marks, these are what is to be learnt from now on."""
        from visualizer.data.marks.marks import OwnPicture

        self.waiting, self.used_as = None, None
        for file in files:
            if file.more:
                self.broken_more += file.more
            elif file.picture is None:
                self.broken.append(file.problem)
            else:
                self.pictures.append(OwnPicture(file.name, file.class_name, file.picture, file.marks))
                if file.kind not in ("classes", self.kind):
                    self.learn(file.kind)

    def learn(self, kind: "Kind") -> None:
        """Let this be learnt of the pictures; marks need more pixels than classes, and nothing of them is cut off."""
        if self.kind == "classes" and kind != "classes":
            self.size, self.fit = 64, "letterbox"
        self.kind, self.used_as = kind, None

    def remove(self, name: str) -> None:
        """Forget the pictures of a class."""
        self.marking = 0
        self.pictures = [picture for picture in self.pictures if picture.class_name != name]
        self.used_as = None

    def remove_all(self) -> None:
        """Forget all pictures, and what was left out."""
        self.pictures, self.broken, self.kind, self.used_as = [], [], "classes", None
        self.broken_more = 0
        self.marking, self.names, self.marking_with = 0, [], ""

    def remove_one(self, place: int) -> None:
        """Forget one picture."""
        del self.pictures[place : place + 1]
        self.marking, self.used_as = max(min(place, self.count - 1), 0), None

    def mark(self, place: int, **marks: Any) -> None:
        """Change what is marked in one picture; see `OwnPicture.with_marks`."""
        self.pictures[place] = self.pictures[place].with_marks(**marks)
        self.used_as = None

    def add_name(self, name: str) -> None:
        """Mark with this class from now on."""
        if name not in self.names:
            self.names.append(name)
        self.marking_with = name

    def shape(self, size: int, fit: "Fit") -> None:
        """Resize the pictures to squares of this size, in this way."""
        self.size, self.fit, self.used_as = size, fit, None
