"""The only entry for pictures from outside: a file's bytes become a safe, upright RGB picture, or an UploadError.

A PNG can also be opened as a mask, whose pixels are numbers or colours that stand for something.

They are decoded in a separate process, started with the first picture: there, memory and processor time are limited
whatever a file contains, and if a decoder crashes, the server keeps running. The process opens one picture at a time
for everybody, so that large ones never add up; a photo takes a tenth of a second.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer import log
from visualizer.errors import UserError
from visualizer.images.process import PictureProcess, ProcessEnded
from visualizer.limits import limits

FORMATS_IN_WORDS = "JPEG, PNG, WebP, GIF, TIFF or BMP"
MAX_SIDE = 1024  # pixels; no network here has an input of more than a quarter of it

_process = PictureProcess()


class UploadError(UserError):
    """A file cannot be used as a picture.

    Attributes:
        pixels: The number that the header declares, if that many were about to be decoded; else 0.
    """

    pixels = 0


class SlowPictureError(UploadError):
    """A picture takes more processor time than any picture of its size should."""


@dataclass(frozen=True)
class OpenedImage:
    """A picture and its cost.

    Attributes:
        picture: (H, W, 3) uint8, at most 1024 pixels on the longer side.
        pixels: The number in the file, before the picture was reduced.
    """

    picture: np.ndarray
    pixels: int


@dataclass(frozen=True, eq=False)
class OpenedMask:
    """A mask and its cost.

    Attributes:
        places: (H, W) uint8, at most 1024 pixels on the longer side: for each pixel its place in `values`.
        values: The different numbers, or colours such as "#ff0000", at most 256.
        pixels: The number in the file, before the mask was reduced.
    """

    places: np.ndarray
    values: tuple[int | str, ...]
    pixels: int


def read_image(data: bytes, name: str = "") -> np.ndarray:
    """The picture in a file, upright and in RGB, reduced to at most 1024 pixels on its longer side.

    The format is decided by the file's bytes, not by its name. Of an animation the first frame is used, of a TIFF the
    first page; transparent parts become white; 16-bit grey is divided by 257; values without a fixed range (32-bit,
    floating point) are stretched from the smallest to the largest; CMYK is converted without its colour profile. A
    large JPEG is decoded at a half, a quarter or an eighth of its size if that is still large enough, which saves most
    of the work.

    Args:
        data: The file: JPEG, PNG, WebP, GIF, TIFF or BMP, of at most `Limits.upload_mb`. Its header must declare at
            most `Limits.megapixels` and `Limits.opening_mib`.
        name: The file's name, for error messages.

    Returns:
        (H, W, 3) uint8.

    Raises:
        UploadError: The file is empty, too large, of another kind or damaged, or takes too long. Nothing else is
        raised.
    """
    return open_image(data, name).picture


def open_image(data: bytes, name: str = "") -> OpenedImage:
    """The same as `read_image`, with the cost."""
    answer, body = _opened("picture", data, name)
    picture = np.frombuffer(body, dtype=np.uint8).reshape(answer["height"], answer["width"], 3)
    return OpenedImage(picture, answer["pixels"])


def open_mask(data: bytes, name: str = "") -> OpenedMask:
    """The mask in a PNG, within the same limits; each pixel of a reduced one is that of the nearest place.

    A PNG with a palette or in grey has numbers, another one colours; half transparent and more is 0 or black.

    Raises:
        UploadError: As in `read_image`, or it is no PNG, or it has over 256 numbers or colours.
    """
    answer, body = _opened("mask", data, name)
    places = np.frombuffer(body, dtype=np.uint8).reshape(answer["height"], answer["width"])
    return OpenedMask(places, tuple(answer["values"]), answer["pixels"])


def is_opening() -> bool:
    """Whether a picture is being opened now, so that others have to wait."""
    return _process.is_busy


def _opened(kind: str, data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    with log.refusals(kind, len(data), UploadError, log_why=True):
        return _asked(kind, data, _display_name(name))


def _asked(kind: str, data: bytes, file: str) -> tuple[dict[str, Any], bytes]:
    """The head and the body of the process's answer to that kind of request."""
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
        head = {"kind": kind, "file": file, "pixels": bounds.pixels, "memory": bounds.opening_bytes}
        answer, body = _process.ask(head, data)
    except ProcessEnded as ended:
        if ended.timed_out:
            raise SlowPictureError(
                f"{file} takes too long to open.", "It is built in a strange way.", "Save it again."
            ) from None
        log.event("picture-process-ended", warning=True, code=ended.code, size=len(data))
        raise UploadError(f"{file} is damaged.", "The program that opens it failed.", "Save it again.") from None
    if "what" in answer:
        refused = UploadError(answer["what"], answer["why"], answer["remedy"])
        refused.pixels = answer["pixels"]
        raise refused
    return answer, body


def _display_name(name: str) -> str:
    """How a sentence refers to the file, without characters that have a meaning in Markdown or HTML."""
    safe = re.sub(r"[^\w .,+()-]", "", name)[:60].strip()
    return f"The file “{safe}”" if safe else "The file"
