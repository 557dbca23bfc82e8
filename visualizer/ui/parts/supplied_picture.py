"""The picture that a tab was given: an uploaded photo, or a drawing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.ui.parts.opened_picture import PictureFile

if TYPE_CHECKING:
    import numpy as np


@dataclass
class SuppliedPicture:
    """It is kept while another picture is shown.

    Attributes:
        photo_file: The last file, while it is being opened.
        photo: The last photo, (H, W, 3) uint8, or None.
        drawing: What was drawn, (64, 64) uint8, 0 (paper) to 255 (ink), or None.
    """

    photo_file: PictureFile | None = None
    photo: "np.ndarray | None" = None
    drawing: "np.ndarray | None" = None

    def draw(self, drawing: "np.ndarray") -> None:
        """Take this drawing, (64, 64) uint8; an empty one is none."""
        self.drawing = drawing if drawing.any() else None
