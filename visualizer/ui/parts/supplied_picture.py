"""The picture that somebody supplied in a tab: a photo of theirs, or a drawing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.ui.parts.opened_picture import PictureFile

if TYPE_CHECKING:
    import numpy as np


@dataclass
class SuppliedPicture:
    """What stays while another picture is looked at.

    Attributes:
        photo_file: The last file, while it becomes a picture.
        photo: The last photo, (H, W, 3) uint8, or None.
        drawing: What was drawn, (64, 64) uint8, 0 (paper) to 255 (ink), or None where nothing is.
    """

    photo_file: PictureFile | None = None
    photo: "np.ndarray | None" = None
    drawing: "np.ndarray | None" = None

    def draw(self, drawing: "np.ndarray") -> None:
        """Take this drawing, (64, 64) uint8; an empty one is none."""
        self.drawing = drawing if drawing.any() else None
