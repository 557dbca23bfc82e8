"""People's own pictures: read from a ZIP or from single files, and made square.

A ZIP has a folder for each class, or pictures with marks: a table, masks, or boxes in COCO's, Pascal VOC's or YOLO's
format (`marks.recognized`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from PIL import Image

from visualizer import log
from visualizer.data.class_names import clean_class_name
from visualizer.data.marks.found import Found
from visualizer.data.marks.marks import NO_MARKS, Kind, Marks
from visualizer.data.marks.masks import marked_mask
from visualizer.data.marks.recognized import marks_in, pictures_in
from visualizer.data.marks.text import shown
from visualizer.data.own_zip import Archive, Entry, zip_error
from visualizer.data.prepare import center_crop
from visualizer.errors import UserError
from visualizer.images import SlowPictureError, UploadError, open_image, open_mask
from visualizer.limits import limits
from visualizer.words import counted

Fit = Literal["crop", "letterbox"]

FITS: dict[Fit, str] = {"crop": "Crop to the middle", "letterbox": "Whole, with black bars"}
SIZES = (32, 48, 64, 96)
MAX_CLASSES = 20
MIN_PER_CLASS = 6  # pictures, so that each of the training, validation and test splits gets one
MAX_FOLDERS = 100
# One process opens everybody's pictures, so all files together may take at most as long as this many of the largest.
_MAX_LARGEST_PICTURES = 100
_MAX_SLOW = 3  # files that take too long to open
_STORED_SIDE = 128  # pixels; more than the largest of SIZES, so that the size can be chosen later


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
        marks: What is marked in it.
        kind: What the files of its ZIP say of pictures.
        more: If it stands for entries that were left out without a sentence for each: how many.
    """

    name: str
    class_name: str
    picture: np.ndarray | None
    problem: str
    share: float
    pixels: int = 0
    is_slow: bool = False
    marks: Marks = NO_MARKS
    kind: Kind = "classes"
    more: int = 0


def read_zip(data: bytes) -> Iterator[PictureFile]:
    """Read the pictures in a ZIP one by one, as it takes long, with their classes or with what is marked in them.

    Its folders are classes, unless annotation files mark its pictures.

    An entry of an annotation file that is left out is a file without a picture, with the problem.

    Raises:
        UserError: It is not a ZIP, is empty or too large, has neither folders with pictures nor annotations, has
            annotations of which none can be used or in two formats, or takes too long to open.
    """
    with log.refusals("zip", len(data), UserError, log_why=True):
        archive = Archive(data)
        found = marks_in(archive)
        yield from _limited((_class_folders if found.kind == "classes" else _marked)(archive, found))


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


def _class_folders(archive: Archive, found: Found) -> Iterator[PictureFile]:
    files = [entry for entry in archive.entries if entry.folders and clean_class_name(entry.folders[-1])]
    files = [entry for entry in files if entry not in found.told]
    if not files:
        raise zip_error(
            "No file in it lies in a folder, and none of its files marks pictures.",
            "Put the pictures of each class into a folder of its name.",
        )
    if len({entry.folders[-1] for entry in files}) > MAX_FOLDERS:
        raise zip_error(f"It has over {MAX_FOLDERS} folders.", f"Leave all but {MAX_CLASSES} classes out.")
    yield from _left_out(found, len(files))
    for place, entry in enumerate(files, start=1):
        yield read_file(archive.unpack(entry), entry.name, entry.folders[-1], place / len(files))


def _left_out(found: Found, count: int, also: Sequence[str] = ()) -> Iterator[PictureFile]:
    """The sentences about what was left out, before the first of so many files is read."""
    for problem in (*found.problems, *also):
        yield PictureFile("", "", None, problem, 1 / count, kind=found.kind)
    if found.more_problems:
        problem = f"… and {found.more_problems:,} more."
        yield PictureFile("", "", None, problem, 1 / count, kind=found.kind, more=found.more_problems)


def _marked(archive: Archive, found: Found) -> Iterator[PictureFile]:
    pictures = pictures_in(archive, found)
    yield from _left_out(found, len(pictures), found.passed_over)
    for place, entry in enumerate(pictures, start=1):
        share = place / len(pictures)
        if entry in found:
            yield _with_marks(read_file(archive.unpack(entry), entry.name, "", share), entry, archive, found)
        else:
            problem = f"{shown(entry.name)} is left out: {found.format} in the ZIP says nothing of it."
            yield PictureFile(entry.name, "", None, problem, share, kind=found.kind)


def _with_marks(file: PictureFile, entry: Entry, archive: Archive, found: Found) -> PictureFile:
    """The file with what was found of it; without its picture, and with the problem, where that does not fit to it."""
    file = replace(file, kind=found.kind)
    if file.picture is None:
        return file
    height, width = file.picture.shape[:2]
    if entry in found.sizes:
        said_width, said_height = found.sizes[entry]
        if abs(said_width * height - said_height * width) > 1.5 * max(said_width, said_height, height, width):
            problem = f"{shown(entry.name)} is left out: its boxes are for a picture of another shape, "
            return replace(file, picture=None, problem=f"{problem}{said_width:g} × {said_height:g} pixels.")
    if entry not in found.masks:
        marks = Marks(found.boxes.get(entry, ()), None, found.numbers.get(entry, ()))
        return replace(file, marks=marks)
    name = shown(found.masks[entry].name)
    try:
        opened = open_mask(_content(archive.unpack(found.masks[entry]), name), name)
    except UploadError as error:
        pixels, is_slow = file.pixels + error.pixels, isinstance(error, SlowPictureError)
        return replace(file, picture=None, problem=f"The mask of {name}: {error}", pixels=pixels, is_slow=is_slow)
    file = replace(file, pixels=file.pixels + opened.pixels)
    mask = marked_mask(opened, found.mask_names, (height, width))
    if isinstance(mask, str) or not mask.values.any():
        why = mask if isinstance(mask, str) else "it is all background."
        return replace(file, picture=None, problem=f"The mask of {name} is left out: {why}")
    return replace(file, marks=Marks(mask=mask))


def _content(data: bytes | None, name: str) -> bytes:
    if data is None:
        raise UploadError(
            f"{name} could not be unpacked.", "The ZIP is damaged, or it has a password.", "Pack it anew."
        )
    return data


def read_file(data: bytes | None, name: str, class_name: str, share: float = 1.0) -> PictureFile:
    """Read one file as a picture of that class; `data` is None if it could not be unpacked."""
    picture, problem, pixels, is_slow = None, "", 0, False
    try:
        opened = open_image(_content(data, name), name)
        picture, pixels = opened.picture, opened.pixels
        if max(picture.shape) > _STORED_SIDE:
            picture = _resized(picture, _STORED_SIDE)
    except UploadError as error:
        problem, pixels, is_slow = str(error), error.pixels, isinstance(error, SlowPictureError)
    return PictureFile(name, clean_class_name(class_name), picture, problem, share, pixels, is_slow)


def fit_to_square(picture: np.ndarray, size: int, fit: Fit) -> np.ndarray:
    """A picture as a square; each new pixel is the mean of the pixels that it covers.

    Args:
        picture: (H, W, 3) uint8, or a mask, (H, W) uint8: of that each new pixel is the nearest one.
        size: Height and width of the square, in pixels.
        fit: Whether to cut the longer side ("crop") or to fill the shorter one with black ("letterbox").

    Returns:
        (size, size, 3) or (size, size) uint8.
    """
    if fit == "crop":
        return _resized(center_crop(picture, 1.0), size)
    resized = _resized(picture, size)
    height, width = resized.shape[:2]
    canvas = np.zeros((size, size, *picture.shape[2:]), dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = resized
    return canvas


def place_in_square(height: int, width: int, size: int, fit: Fit) -> tuple[float, float, float, float]:
    """Where `fit_to_square` puts a picture: the left and upper edge, width and height, as shares of the square.

    A picture that is cropped lies partly outside.
    """
    if fit == "crop":
        side = min(height, width)
        left, top = (width - side) // 2, (height - side) // 2
        return -left / side, -top / side, width / side, height / side
    new_width, new_height = _new_size(height, width, size)
    left, top = (size - new_width) // 2, (size - new_height) // 2
    return left / size, top / size, new_width / size, new_height / size


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


def _resized(picture: np.ndarray, longer_side: int) -> np.ndarray:
    """With that many pixels on the longer side, each the mean of those that it covers, or in a mask the nearest one."""
    resampling = Image.Resampling.BOX if picture.ndim == 3 else Image.Resampling.NEAREST
    size = _new_size(picture.shape[0], picture.shape[1], longer_side)
    return np.asarray(Image.fromarray(picture).resize(size, resampling))


def _new_size(height: int, width: int, longer_side: int) -> tuple[int, int]:
    """Width and height of a picture with that many pixels on its longer side."""
    scale = longer_side / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))
