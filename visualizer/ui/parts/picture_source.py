"""The picture that Look inside shows: from the data set, drawn, a bundled photo, an upload or the camera."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Answer, Classes
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import drawing_preparation
from visualizer.data.dataset import Dataset
from visualizer.data.photos import PHOTOS, bundled_photo
from visualizer.data.prepare import prepare, prepare_photo
from visualizer.errors import UserError
from visualizer.images import FORMATS_IN_WORDS
from visualizer.limits import limits
from visualizer.tasks.task import Task
from visualizer.ui.kit import bound
from visualizer.ui.kit.pick import pick, select
from visualizer.ui.parts.dataset_view import choose_test_picture, opened_dataset, pictures_of_class
from visualizer.ui.parts.draw import canvas
from visualizer.ui.parts.opened_picture import PICTURE_TYPES, PictureFile, SuppliedPicture, opened_picture
from visualizer.ui.state.session import Session, show_message

_SOURCES = {
    "dataset": ":material/dataset: Data set",
    "draw": ":material/draw: Draw",
    "photo": ":material/photo_library: Photo",
    "upload": ":material/upload: Upload",
    "camera": ":material/photo_camera: Camera",
}
_SOURCE, _SOURCE_OF_PHOTOS, _PHOTO = "picture-source", "picture-source-of-photos", "photo"


@dataclass(frozen=True)
class ChosenPicture:
    """A picture as the network sees it.

    Attributes:
        pixels: (C, H, W) float32, the network's input shape; in [0, 1] unless the task adds noise.
        truth: The right answer, or None if unknown.
        annotations: Of what the network was made for: the names of its classes and quantities.
        drawn: Whether it is a drawing, which may change at any moment.
        origin: Its data set and its index there, or the name of a bundled photo; None for the user's own.
    """

    pixels: np.ndarray
    truth: Answer | None
    annotations: Annotations
    drawn: bool = False
    origin: tuple[str, int] | str | None = None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes that the network was made for."""
        return self.annotations.class_names

    @property
    def label(self) -> int | None:
        """The picture's true class in `class_names`, or None if unknown."""
        return self.truth.best if isinstance(self.truth, Classes) else None


def picture_source(class_names: tuple[str, ...]) -> str:
    """Draw the choice of where the picture comes from, and return it. `class_names` is as `chosen_picture` takes it."""
    if not class_names:
        return pick("Picture from", _SOURCES, _SOURCE)
    sources = {name: title for name, title in _SOURCES.items() if name != "dataset"}
    return pick("Picture from", sources, _SOURCE_OF_PHOTOS, default="photo")


def chosen_picture(
    owner: Session,
    dataset_name: str,
    input_shape: tuple[int, int, int],
    class_names: tuple[str, ...],
    source: str,
    answer: Callable[[ChosenPicture | None], None],
    task: Task,
) -> ChosenPicture | None:
    """Draw the choice of a picture and return it; None until there is one.

    Args:
        owner: The session.
        dataset_name: The data set that the network learns from.
        input_shape: (C, H, W) of the network's input.
        class_names: The network's classes if its data set is not one of the app's, and so not offered; else empty.
        source: What `picture_source` returned.
        answer: Draws what must follow at once. It is called with the picture in each run, and also in between while
            a user draws, without the rest of the page: it must draw into containers made outside this function.
        task: What the network was trained for.
    """
    annotations = Annotations(class_names) if class_names else task.about(opened_dataset(dataset_name).annotations)
    if source == "draw":
        return _drawn(owner, dataset_name, input_shape, annotations, answer, task)
    if source == "dataset":
        given: ChosenPicture | None = _from_dataset(dataset_name, input_shape, task)
    elif source == "photo":
        name = pick("Photo", PHOTOS, _PHOTO)
        pixels = task.input_of(prepare_photo(bundled_photo(name), input_shape)[0][None])[0]
        given = ChosenPicture(pixels, None, annotations, origin=name)
    else:
        original = _own_photo(owner, source)
        given = None
        if original is not None:
            pixels = task.input_of(prepare_photo(original, input_shape)[0][None])[0]
            given = ChosenPicture(pixels, None, annotations)
    answer(given)
    return given


def _own_photo(owner: Session, source: str) -> np.ndarray | None:
    """Draw the upload or the camera and return its last photo, (H, W, 3) uint8; None until there is one."""
    supplied = owner.page_state(SuppliedPicture)

    def take(data: bytes, name: str) -> None:
        supplied.photo_file = PictureFile(data, name)

    if source == "upload":
        bound.upload(
            f"A picture ({FORMATS_IN_WORDS}, at most {limits().upload_mb:,} MB)",
            take,
            "picture-file",
            type=PICTURE_TYPES,
            max_upload_size=limits().upload_mb,
        )
    else:
        bound.camera("Take a picture", take, "camera-picture")
    if supplied.photo_file is not None:
        _open(owner, supplied.photo_file)
    return supplied.photo


def _open(owner: Session, file: PictureFile) -> None:
    picture = opened_picture(file, "photo-file")
    if picture is None:
        return
    supplied = owner.page_state(SuppliedPicture)
    supplied.photo_file = None
    if isinstance(picture, UserError):
        owner.message = str(picture)
    else:
        supplied.photo = picture


@st.fragment
def _drawn(
    owner: Session,
    dataset_name: str,
    input_shape: tuple[int, int, int],
    annotations: Annotations,
    answer: Callable[[ChosenPicture | None], None],
    task: Task,
) -> ChosenPicture | None:
    """The canvas and what is drawn on it; a fragment, so that the answer can follow the pen."""
    preparation = drawing_preparation(dataset_name)
    canvas(owner, "drawing")
    show_message(owner)
    given = None
    drawing = owner.page_state(SuppliedPicture).drawing
    if drawing is not None:
        pixels = task.input_of(prepare(preparation.prepare(drawing)[None], input_shape))[0]
        given = ChosenPicture(pixels, None, annotations, drawn=True)
    answer(given)
    st.caption(preparation.description)
    return given


def choose_picture(dataset: Dataset, index: int) -> None:
    """Choose this picture of the test split, by its index in `Dataset.pictures`, from now on."""
    label = int(dataset.labels[index])
    st.session_state[_SOURCE] = "dataset"
    st.session_state[f"picture-class-{dataset.name}"] = label
    place = int(np.flatnonzero(pictures_of_class(dataset, label) == index)[0])
    st.session_state[f"picture-number-{dataset.name}"] = place + 1


def choose_photo(name: str) -> None:
    """Choose this bundled photo from now on, whichever network looks at it."""
    st.session_state[_SOURCE] = st.session_state[_SOURCE_OF_PHOTOS] = "photo"
    st.session_state[_PHOTO] = name


def is_picture_chosen() -> bool:
    """Whether a picture was chosen in this tab, here or for this page by another one."""
    return _SOURCE in st.session_state or _SOURCE_OF_PHOTOS in st.session_state


def _from_dataset(name: str, input_shape: tuple[int, int, int], task: Task) -> ChosenPicture:
    dataset = opened_dataset(name)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        # Of a rare class of somebody's own pictures, none may be in the test split.
        present = np.unique(dataset.labels[dataset.test]).tolist()
        label = select(
            "Class", {each: dataset.class_names[each] for each in present}, f"picture-class-{name}", width=150
        )
        words = "From the test split: the network was never trained on it."
        key = f"picture-number-{name}"
        index = choose_test_picture(dataset, label, key, persist_state="session", width=130, help=words)
    pixels = task.input_of(prepare(dataset.pictures[index][None], input_shape))[0]
    truth = task.truth(dataset, index) if task.fits(dataset.annotations) else None
    return ChosenPicture(pixels, truth, task.about(dataset.annotations), origin=(name, index))
