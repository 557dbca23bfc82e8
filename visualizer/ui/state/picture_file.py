"""A picture file that somebody gave."""

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class PictureFile:
    """The file of one upload, or of one camera picture."""

    data: bytes = field(repr=False)
    name: str
