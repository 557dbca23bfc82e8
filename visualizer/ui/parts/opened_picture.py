"""Open an uploaded picture file, with progress if it takes long."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from visualizer.errors import UserError
from visualizer.images import is_opening, read_image
from visualizer.ui.kit.job import WAITING, Progress, Steps
from visualizer.ui.state.work import forget, work

PICTURE_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "bmp"]
# Until progress is drawn. Most pictures take a tenth of that.
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, eq=False)
class PictureFile:
    """The file of one upload, or of one camera picture."""

    data: bytes = field(repr=False)
    name: str


@dataclass
class SuppliedPicture:
    """A tab's own picture, kept while another one is shown.

    Attributes:
        photo_file: The last file, while it is being opened.
        photo: The last photo, (H, W, 3) uint8, or None.
        drawing: What was drawn, (64, 64) uint8, 0 (paper) to 255 (ink), or None.
    """

    photo_file: PictureFile | None = None
    photo: np.ndarray | None = None
    drawing: np.ndarray | None = None

    def draw(self, drawing: np.ndarray) -> None:
        """Keep this drawing, (64, 64) uint8; an empty one counts as none."""
        self.drawing = drawing if drawing.any() else None


def opened_picture(file: PictureFile, key: str) -> np.ndarray | UserError | None:
    """The picture in a file, (H, W, 3) uint8, or why it cannot be opened; None while it is being opened.

    Meanwhile progress is drawn, with a button to cancel. Drop the file once the result is not None.
    """
    # This work only waits: a separate process opens all pictures, one at a time.
    opened = work(
        key,
        file,
        partial(_opening, file),
        button="Open it",
        icon=":material/image:",
        at_once=True,
        executor=WAITING,
        patience=PATIENCE_SECONDS,
    )
    if opened is not None:
        forget(key)
    return opened


def _opening(file: PictureFile) -> Steps[np.ndarray | UserError]:
    yield Progress(0.0, "Opening it after another one …" if is_opening() else "Opening the picture …")
    try:
        return read_image(file.data, file.name)
    except UserError as error:
        return error
