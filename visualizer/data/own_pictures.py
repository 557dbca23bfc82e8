"""People's own pictures: read from a ZIP of class folders or from single files, and made square.

Nothing from a ZIP is written to disk under a name from inside it, and no more is unpacked than the limits allow,
whatever its headers say.
"""

import io
import lzma
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from visualizer import log
from visualizer.data.prepare import center_crop
from visualizer.errors import UserError
from visualizer.images import SlowPictureError, UploadError, open_image
from visualizer.limits import limits
from visualizer.words import counted

Fit = Literal["crop", "letterbox"]

FITS: dict[Fit, str] = {"crop": "Crop to the middle", "letterbox": "Whole, with black bars"}
SIZES = (32, 48, 64, 96)
MAX_CLASSES = 20
MAX_NAME_LENGTH = 30
MIN_PER_CLASS = 6  # pictures, so that each of the training, validation and test splits gets one
MAX_FOLDERS = 100
_MAX_ENTRIES = 10_000
# For a ZIP's list of entries, which zipfile first reads completely: a name of 250 letters per entry.
_MAX_LIST_BYTES = 300 * _MAX_ENTRIES
# How much larger than the ZIP its content may be: pictures in the formats that can be opened hardly shrink.
_MAX_RATIO = 20
_FREE_BYTES = 50_000_000  # unpacked size up to which the ratio does not matter: small drawings shrink to almost nothing
# One process opens everybody's pictures, so all files together may take at most as long as this many of the largest.
_MAX_LARGEST_PICTURES = 100
_MAX_SLOW = 3  # files that take too long to open
_STORED_SIDE = 128  # pixels; more than the largest of SIZES, so that the size can be chosen later


_IS_UTF8, _UNIX, _UNICODE_PATH = 0x800, 3, 0x7075  # of an entry: a flag, a system, an extra field
# Exceptions of an entry's decoder, in addition to those of zipfile itself.
_DECODER_ERRORS = (zlib.error, lzma.LZMAError, struct.error)


@dataclass(frozen=True)
class PictureFile:
    """One file that was read.

    Attributes:
        name: The name to show.
        class_name: The class that it belongs to.
        picture: (H, W, 3) uint8, at most 128 pixels on the longer side; None if it could not be read.
        problem: Why it could not be read, as a sentence; else empty.
        share: The share of all files that has been read so far, from 0 to 1.
        pixels: The number of pixels that were decoded, before the picture was reduced.
        is_slow: Whether it took too long to open.
    """

    name: str
    class_name: str
    picture: np.ndarray | None
    problem: str
    share: float
    pixels: int = 0
    is_slow: bool = False


def read_zip(data: bytes) -> Iterator[PictureFile]:
    """Read the pictures in a ZIP, each from a folder that is named after its class, one by one, as it takes long.

    Raises:
        UserError: It is not a ZIP, is empty or too large, has no folders with pictures, or takes too long to open.
    """
    with log.refusals("zip", len(data), UserError, log_why=True):
        yield from _limited(_entries(data))


def read_files(files: Sequence[tuple[str, bytes]], class_name: str) -> Iterator[PictureFile]:
    """Read pictures of one class from pairs of name and content. Raises UserError if they take too long to open."""
    yield from _limited(
        read_file(data, name, class_name, (place + 1) / len(files)) for place, (name, data) in enumerate(files)
    )


def _limited(files: Iterable[PictureFile]) -> Iterator[PictureFile]:
    """These files, until all of them together have more pixels, or take more time, than is allowed."""
    most = _MAX_LARGEST_PICTURES * limits().pixels
    pixels = slow = 0
    for file in files:
        pixels, slow = pixels + file.pixels, slow + file.is_slow
        if pixels > most or slow > _MAX_SLOW:
            raise UserError(
                "These pictures take too long to open.",
                f"Together they have over {most / 1e6:,.0f} megapixels."
                if pixels > most
                else "Many of them are built in a strange way.",
                "Make them smaller.",
            )
        yield file


def _entries(data: bytes) -> Iterator[PictureFile]:
    if len(data) > limits().zip_bytes:
        raise _zip_error(f"It has over {limits().zip_mb:,} MB.", "Make the pictures smaller.")
    try:
        file = _LimitedBytes(data)
        archive = zipfile.ZipFile(file)
        file.most = len(data)
        files = [info for info in archive.infolist() if _is_wanted(info)]
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise _zip_error("It is not a ZIP file, or it is damaged.") from error
    if len(files) > _MAX_ENTRIES:
        raise _zip_error(f"It has over {_MAX_ENTRIES:,} files.", "Leave some out.")
    if not files:
        raise _zip_error("No file in it lies in a folder.", "Put the pictures of each class into a folder of its name.")
    if len({_parts(info)[-2] for info in files}) > MAX_FOLDERS:
        raise _zip_error(f"It has over {MAX_FOLDERS} folders.", f"Leave all but {MAX_CLASSES} classes out.")
    unpacked = 0
    for place, info in enumerate(files, start=1):
        *_, folder, name = _parts(info)
        content = _unpacked(archive, info)
        unpacked += len(content or b"")
        if unpacked > max(_MAX_RATIO * len(data), _FREE_BYTES):
            raise _zip_error("It unpacks into far more data than pictures have.", "Pack the pictures anew.")
        yield read_file(content, name, folder, place / len(files))


def read_file(data: bytes | None, name: str, class_name: str, share: float = 1.0) -> PictureFile:
    """Read one file as a picture of that class; `data` is None if it could not be unpacked."""
    picture, problem, pixels, is_slow = None, "", 0, False
    try:
        if data is None:
            raise UploadError(
                f"{name} could not be unpacked.", "The ZIP is damaged, or it has a password.", "Pack it anew."
            )
        opened = open_image(data, name)
        picture, pixels = opened.picture, opened.pixels
        if max(picture.shape) > _STORED_SIDE:
            picture = _resized(picture, _STORED_SIDE)
    except UploadError as error:
        problem, pixels, is_slow = str(error), error.pixels, isinstance(error, SlowPictureError)
    return PictureFile(name, clean_class_name(class_name), picture, problem, share, pixels, is_slow)


def clean_class_name(name: str) -> str:
    """A class name without unprintable characters, in the composed Unicode form (NFC), at most 30 characters."""
    name = unicodedata.normalize("NFC", name)  # some systems write an accent as a separate character
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:MAX_NAME_LENGTH]


def fit_to_square(picture: np.ndarray, size: int, fit: Fit) -> np.ndarray:
    """A picture as a square; each new pixel is the mean of the pixels that it covers.

    Args:
        picture: (H, W, 3) uint8.
        size: Height and width of the square, in pixels.
        fit: Whether to cut the longer side ("crop") or to fill the shorter one with black ("letterbox").

    Returns:
        (size, size, 3) uint8.
    """
    if fit == "crop":
        return _resized(center_crop(picture, 1.0), size)
    resized = _resized(picture, size)
    height, width = resized.shape[:2]
    canvas = np.zeros((size, size, 3), dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = resized
    return canvas


def check_dataset(pictures: Mapping[str, Sequence[np.ndarray]]) -> None:
    """Raise UserError unless these pictures, by class, can become a data set."""
    if len(pictures) < 2:
        raise _incomplete_dataset("They have fewer than 2 classes.", "Add pictures of another class.")
    if len(pictures) > MAX_CLASSES:
        raise _incomplete_dataset(
            f"They have {len(pictures)} classes; at most {MAX_CLASSES} can be told apart.", "Remove some."
        )
    small = [name for name, of_class in pictures.items() if len(of_class) < MIN_PER_CLASS]
    if small:
        raise _incomplete_dataset(
            f"“{small[0]}” has {counted(len(pictures[small[0]]), 'picture')}; at least {MIN_PER_CLASS} are needed to "
            "split them into training, validation and test pictures.",
            "Add pictures to it.",
        )


def _incomplete_dataset(why: str, remedy: str) -> UserError:
    return UserError("These pictures are no data set yet.", why, remedy)


def _zip_error(why: str, remedy: str = "Choose another file.") -> UserError:
    return UserError("The ZIP file cannot be used.", why, remedy)


class _LimitedBytes(io.BytesIO):
    """A ZIP's bytes, of which at most `most` can be read at once.

    zipfile reads the list of entries in one piece and creates an object for each; the header can claim any length.
    """

    most = _MAX_LIST_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if len(data) > self.most:
            raise zipfile.BadZipFile("its list of entries is too long")
        return data


def _parts(info: zipfile.ZipInfo) -> list[str]:
    """The folders and the file in an entry's name, without "." and ".."; none of them is ever opened."""
    parts = _name(info).replace("\\", "/").split("/")
    return [part for part in parts if part.strip() not in ("", ".", "..")]


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name, in the encoding in which it was written.

    zipfile decodes every name as cp437, the encoding of the first PCs, unless it is flagged as UTF-8. Many programs
    write UTF-8 without the flag, some write it in an extra field, and old programs on Unix use a Western European
    encoding. Source: APPNOTE.TXT 6.3.10, 4.4.2 (the system), 4.6.9 (the field with the name in UTF-8) and appendix D.
    """
    try:
        written = info.filename.encode("cp437")
    except UnicodeEncodeError:  # it was flagged
        return info.filename
    if written.isascii() or info.flag_bits & _IS_UTF8:
        return info.filename
    name = _unicode_name(info.extra, written)
    if name is not None:
        return name
    for encoding in ("utf-8", "cp1252") if info.create_system == _UNIX else ("utf-8",):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            pass
    return info.filename


def _unicode_name(extra: bytes, written: bytes) -> str | None:
    """The UTF-8 name in an entry's extra fields, if its checksum belongs to the written name."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1) == (zlib.crc32(written),):
            return field[5:].decode("utf-8", errors="replace")
    return None


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file in a class folder, and neither a hidden file nor a link."""
    parts = _parts(info)
    hidden = any(part.startswith((".", "__MACOSX")) or part in ("Thumbs.db", "desktop.ini") for part in parts)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    # Python's is_dir fails for a file without a name.
    is_file = info.filename != "" and not info.is_dir()
    return is_file and not is_link and not hidden and len(parts) >= 2 and bool(clean_class_name(parts[-2]))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """An entry's bytes, at most one more than a picture may have; None if it is damaged or has a password."""
    try:
        with archive.open(info) as file:
            return file.read(limits().upload_bytes + 1)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        MemoryError,
        *_DECODER_ERRORS,
    ):
        return None


def _resized(picture: np.ndarray, longer_side: int) -> np.ndarray:
    """The picture with that many pixels on its longer side, each the mean of the pixels that it covers."""
    height, width = picture.shape[:2]
    scale = longer_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
