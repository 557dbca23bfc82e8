"""The one door for pictures from outside: a file's bytes become a safe, upright RGB picture, or an UploadError.

They are decoded in a process of its own, which this one starts with the first picture: what a file may take of memory
and of the processor is bounded there whatever is in it, and where a decoder breaks, the server goes on. It opens one
picture at a time for everybody, so that large ones never add up; a photo takes a tenth of a second.
"""

import re
from dataclasses import dataclass

import numpy as np

from visualizer import log
from visualizer.errors import UserError
from visualizer.images.process import PictureProcess, ProcessEnded
from visualizer.limits import limits

FORMATS_IN_WORDS = "JPEG, PNG, WebP, GIF, TIFF or BMP"
MAX_SIDE = 1024  # pixels; no network here takes in more than a quarter of it

_process = PictureProcess()


class UploadError(UserError):
    """A file cannot be used as a picture.

    Attributes:
        pixels: How many it says that it has, where that many were about to be decoded.
    """

    pixels = 0


class SlowPictureError(UploadError):
    """It would keep a processor busy for longer than any picture of its size should."""


@dataclass(frozen=True)
class Opened:
    """A picture and what it took.

    Attributes:
        picture: (H, W, 3) uint8, at most 1024 pixels on the longer side.
        pixels: Those of the file, before it was reduced.
    """

    picture: np.ndarray
    pixels: int


def read_image(data: bytes, name: str = "") -> np.ndarray:
    """The picture in a file, upright and in RGB, reduced to at most 1024 pixels on its longer side.

    What the file is, its bytes decide, not its name. The first frame of an animation or page of a TIFF is taken;
    transparent parts lie on white; 16-bit grey is divided by 257; values without a fixed range (32-bit, floating
    point) are stretched from the least to the greatest; CMYK is converted without its colour profile. A large JPEG is
    decoded at a half, a quarter or an eighth of its size where that is still large enough, which saves most of the
    work.

    Args:
        data: The file, JPEG, PNG, WebP, GIF, TIFF or BMP, of at most `Limits.upload_mb`, and of at most
            `Limits.megapixels` and `Limits.opening_mib`, which its header tells before anything is decoded.
        name: The file's name, for the sentence of an error.

    Returns:
        (H, W, 3) uint8.

    Raises:
        UploadError: The file is empty, too large, of another kind, damaged, or would take too long. Nothing else is
            raised.
    """
    return open_image(data, name).picture


def open_image(data: bytes, name: str = "") -> Opened:
    """The same as `read_image`, with what it took."""
    with log.refusals("picture", len(data), UploadError, log_why=True):
        return _opened(data, _called(name))


def is_opening() -> bool:
    """Whether a picture is being opened now: the next ones wait for it."""
    return _process.is_busy


def _opened(data: bytes, file: str) -> Opened:
    if not data:
        raise UploadError(f"{file} is empty.", remedy="Choose another file.")
    bounds = limits()
    if len(data) > bounds.upload_bytes:
        raise UploadError(
            f"{file} has {len(data) / 1e6:,.1f} MB.",
            f"At most {bounds.upload_mb:,} MB can be opened.",
            "Choose a smaller one, or save it smaller.",
        )
    try:
        told, body = _process.ask({"file": file, "pixels": bounds.pixels, "memory": bounds.opening_bytes}, data)
    except ProcessEnded as ended:
        if ended.by_time:
            raise SlowPictureError(
                f"{file} takes too long to open.", "It is built in a strange way.", "Save it again."
            ) from None
        log.event("picture-process-ended", warning=True, code=ended.code, size=len(data))
        raise UploadError(f"{file} is damaged.", "The program that opens it failed.", "Save it again.") from None
    if "what" in told:
        refused = UploadError(told["what"], told["why"], told["remedy"])
        refused.pixels = told["pixels"]
        raise refused
    picture = np.frombuffer(body, dtype=np.uint8).reshape(told["height"], told["width"], 3)
    return Opened(picture, told["pixels"])


def _called(name: str) -> str:
    """The file in a sentence; letters that Markdown or HTML would read as more than a name are left out."""
    safe = re.sub(r"[^\w .,+()-]", "", name)[:60].strip()
    return f"The file “{safe}”" if safe else "The file"
