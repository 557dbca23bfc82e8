"""The pictures that a tab collects for a data set of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from visualizer.data.own_pictures import Fit, PictureFile


@dataclass(frozen=True)
class Files:
    """Files that wait to be read.

    Attributes:
        number: How many times files were given before them.
        zip: A ZIP of class folders, or None.
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
        pictures: (H, W, 3) uint8 pictures by class.
        broken: A sentence for each file that was left out.
        waiting: Files that are being read, or None.
        given: How many times files were given.
        size: Pixels of each side of the resized pictures.
        fit: How pictures become square.
        used_as: The data set made of exactly these, or None.
    """

    pictures: "dict[str, list[np.ndarray]]" = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    waiting: Files | None = None
    given: int = 0
    size: int = 32
    fit: "Fit" = "crop"
    used_as: str | None = None

    @property
    def count(self) -> int:
        """How many pictures there are in all classes."""
        return sum(map(len, self.pictures.values()))

    @property
    def bytes(self) -> int:
        """How much memory they take."""
        return sum(picture.nbytes for pictures in self.pictures.values() for picture in pictures)

    def give(self, files: Files) -> None:
        """Read these next."""
        self.waiting = files
        self.given += 1

    def take(self, files: "Sequence[PictureFile]") -> None:
        """Add what was read."""
        self.waiting, self.used_as = None, None
        for file in files:
            if file.picture is None:
                self.broken.append(file.problem)
            else:
                self.pictures.setdefault(file.class_name, []).append(file.picture)

    def remove(self, name: str) -> None:
        """Forget a class."""
        self.pictures.pop(name, None)
        self.used_as = None

    def shape(self, size: int, fit: "Fit") -> None:
        """Resize the pictures to squares of this size, in this way."""
        self.size, self.fit, self.used_as = size, fit, None
