"""The small input picture of the pages on convolution and pooling: bundled, drawn by hand, or uploaded."""

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset, shared_datasets
from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.data.prepare import prepare, prepare_photo
from visualizer.errors import UserError
from visualizer.images import FORMATS_IN_WORDS
from visualizer.limits import limits
from visualizer.ui.kit import bound
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.parts.opened_picture import PICTURE_TYPES, PictureFile, opened_picture

SIZES = (8, 16, 24, 32, 48)
DRAWING_SIZE = 16
LARGE_SIZE = 112  # pixels of the finer picture whose whole feature map is shown

_KEY = "concept-pictures"


def _first_drawing() -> np.ndarray:
    """A 7, so that there is something to filter before anything is drawn."""
    drawing = np.zeros((DRAWING_SIZE, DRAWING_SIZE), dtype=np.float32)
    drawing[3:5, 4:12] = 1
    for row in range(5, 13):
        drawing[row, 13 - row // 2 - 1 : 13 - row // 2 + 1] = 1
    return drawing


@dataclass
class _OwnPictures:
    """The pictures that were drawn and uploaded in this tab."""

    drawing: np.ndarray = field(default_factory=_first_drawing)
    file: PictureFile | None = None
    upload: np.ndarray | None = None
    upload_name: str = ""


@dataclass(frozen=True)
class SmallPicture:
    """A picture small enough to point at each of its pixels.

    Attributes:
        values: (C, n, n) float32 in [0, 1], rounded to hundredths, so that the arithmetic on the screen is exact.
        large: (C, m, m) float32 in [0, 1], the same picture in more detail where there is any; otherwise `values`.
        title: Its name.
        note: Its size and how it was resized, such as "reduced to 32 × 32".
        drawable: Whether the user can draw on it.
    """

    values: np.ndarray
    large: np.ndarray
    title: str
    note: str
    drawable: bool = False


def _own_pictures() -> _OwnPictures:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _OwnPictures()
    own_pictures: _OwnPictures = st.session_state[_KEY]
    return own_pictures


def save_drawing(pixels: np.ndarray) -> None:
    """Save a drawing: all pixels row by row, (256,), 0 or 1."""
    _own_pictures().drawing = np.clip(pixels, 0, 1).reshape(DRAWING_SIZE, DRAWING_SIZE)


def choose_picture(channels: int, key: str, sizes: tuple[int, ...] = SIZES) -> SmallPicture | None:
    """Draw the choice of a picture and of its size; return the picture, or None until there is one.

    Args:
        channels: 1 (grey) or 3 (red, green, blue).
        key: The prefix of the widgets' keys.
        sizes: Heights and widths to choose from, in pixels; by default 32 is chosen if it is one of them.
    """
    own_pictures = _own_pictures()
    sources = {
        **{f"photo-{name}": title.split(" (")[0] for name, title in PHOTOS.items()},
        **{f"dataset-{name}": entry.title for name, entry in shared_datasets().items()},
        "draw": "Draw it yourself",
        "upload": "Upload a picture",
    }
    source = select("Picture", sources, f"{key}-picture")
    if source == "draw":
        st.caption("Draw on the picture itself: with the mouse, a finger, or the arrow keys and the space bar.")
        values = np.repeat(own_pictures.drawing[np.newaxis], channels, axis=0)
        return SmallPicture(values, values, "Your drawing", f"{DRAWING_SIZE} × {DRAWING_SIZE}", drawable=True)
    size = pick(
        "Pixels, height and width",
        {size: str(size) for size in sizes},
        f"{key}-size-{sizes[-1]}",
        default=32 if 32 in sizes else sizes[-1],
        help="Pictures are resized to this, so that each pixel is large enough to point at; their values are rounded "
        "to hundredths.",
    )
    shape, large = (channels, size, size), (channels, LARGE_SIZE, LARGE_SIZE)
    kind, _, name = source.partition("-")
    if kind == "dataset":
        dataset = load_dataset(name)
        picture = dataset.pictures[dataset.test[:1]]
        note = _note(picture.shape[1:3], size)
        return SmallPicture(_rounded(prepare(picture, shape)[0]), prepare(picture, large)[0], sources[source], note)
    if kind == "photo":
        photo, title = bundled_photo(name), sources[source]
    else:
        bound.upload(
            f"{FORMATS_IN_WORDS}, at most {limits().upload_mb:,} MB",
            _save_upload,
            f"{key}-file",
            type=PICTURE_TYPES,
            max_upload_size=limits().upload_mb,
        )
        if own_pictures.file is not None:
            _open_upload(own_pictures, own_pictures.file, f"{key}-picture-file")
        if own_pictures.upload is None:
            return None
        photo, title = own_pictures.upload, own_pictures.upload_name
    note = _note(photo.shape[:2], size)
    return SmallPicture(_rounded(prepare_photo(photo, shape)[0]), prepare_photo(photo, large)[0], title, note)


def _rounded(values: np.ndarray) -> np.ndarray:
    hundredths: np.ndarray = np.round(values, 2)
    return hundredths


def _note(original: tuple[int, ...], size: int) -> str:
    change = "reduced to " if min(original) > size else "enlarged to " if min(original) < size else ""
    return f"{change}{size} × {size}"


def _save_upload(data: bytes, name: str) -> None:
    _own_pictures().file = PictureFile(data, name)


def _open_upload(own_pictures: _OwnPictures, file: PictureFile, key: str) -> None:
    picture = opened_picture(file, key)
    if picture is None:
        return
    own_pictures.file = None
    if isinstance(picture, UserError):
        st.error(markdown_safe(picture), icon=":material/error:")
    else:
        own_pictures.upload, own_pictures.upload_name = picture, file.name
