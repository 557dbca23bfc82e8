"""Make a data set of your own pictures: from a ZIP, or class by class."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import streamlit as st

from visualizer.data.class_names import MAX_NAME_LENGTH, clean_class_name
from visualizer.data.marked_arrays import MIN_PICTURES, fitted, learnable_numbers, usable
from visualizer.data.marks.marks import Kind, OwnPicture, classes_of
from visualizer.data.own_dataset import save_marked, save_own
from visualizer.data.own_pictures import (
    FITS,
    SIZES,
    PictureFile,
    fit_to_square,
    read_files,
    read_zip,
)
from visualizer.errors import UserError
from visualizer.figures.gallery import gallery
from visualizer.figures.own_marks import marked_gallery
from visualizer.limits import limits
from visualizer.ui.kit import bound
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.grey import grey_where
from visualizer.ui.kit.job import Progress, Steps
from visualizer.ui.kit.text import escaped
from visualizer.ui.parts.fit_network import fit_offer, fits_dataset
from visualizer.ui.parts.opened_picture import PICTURE_TYPES
from visualizer.ui.pictures.camera_series import camera_series
from visualizer.ui.pictures.marking import marking_part
from visualizer.ui.pictures.state import Files, OwnPictures
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width, is_narrow
from visualizer.ui.state.work import forget, work
from visualizer.words import counted

SHOWN_OF_A_CLASS = 5
SHOWN_MARKED = 10
SHOWN_BROKEN = 50
KINDS: dict[Kind, str] = {"classes": "Their class", "boxes": "Boxes", "mask": "Masks", "numbers": "Numbers"}
_COLUMNS = 10
_JOB = "own-pictures"
# One person's files at a time, since they are unpacked in memory. A separate process decodes them.
_FILES = ThreadPoolExecutor(1, "files")

_FORMATS = """
Whatever lies in the ZIP is recognised by itself; one kind at a time.

- **A class for each picture**: `cup/1.jpg`, `cup/2.jpg`, `pen/1.jpg`, …
- **Numbers**: the pictures and a table as CSV, such as

      file,length (cm),width (cm)
      1.jpg,12.5,3

- **Masks**: `images/1.jpg` and `masks/1.png`, a PNG in which each number or colour is a class and 0 or black the
  background. The names stand in `classes.txt`, one on each line (`cup`), or with a colour (`cup #ff0000`).
- **Boxes**: COCO (one JSON file), Pascal VOC (an XML file for each picture) or YOLO (a text file for each picture, with
  names in `classes.txt` or `data.yaml`).
"""


def own_pictures_part(owner: Session) -> None:
    """Draw the ways to add pictures, the pictures so far, and the button that makes a data set of them."""
    own = owner.page_state(OwnPictures)
    st.markdown(
        "Add at least two classes, such as **cup** and **pen**, with at least 6 pictures each; 30 are better. "
        "Or add pictures with boxes, masks or numbers; boxes and masks can also be drawn here."
    )
    with st.popover("Which ZIP files are understood?", icon=":material/help:"):
        st.markdown(_FORMATS)
    # Drawn even while files are read, so that the camera stays on.
    _give(owner, own)
    if own.waiting is not None:
        _read(own, own.waiting)
    if own.pictures:
        _kind(own)
        if own.kind == "classes":
            _classes(own)
        else:
            _marked(own)
            if own.kind != "numbers" and own.pictures:
                marking_part(owner, own)
        if own.used:
            used = own.used if own.kind == "classes" else usable(own.pictures, own.kind, own.size, own.fit)
            _shape(own, used)
            _use(owner, used)
    if own.broken:
        count = len(own.broken) + own.broken_more
        with st.expander(f"Left out: {count:,}", key="own-broken"):
            for sentence in own.broken[:SHOWN_BROKEN]:
                st.markdown(f"- {escaped(sentence)}")
            if count > SHOWN_BROKEN:
                st.markdown(f"- … and {count - SHOWN_BROKEN:,} more")


def _give(owner: Session, own: OwnPictures) -> None:
    zipped, by_class = st.columns(2)
    with zipped:
        bound.upload(
            "A ZIP with a folder of pictures for each class, or of pictures with marks",
            lambda data, name: own.give(Files(own.given, data, (), "")),
            f"own-zip-{own.given}",
            type="zip",
            max_upload_size=limits().zip_mb,
        )
    with by_class:
        st.text_input("Or name a class …", key="own-class", max_chars=MAX_NAME_LENGTH, placeholder="cup")
        name = clean_class_name(str(st.session_state["own-class"] or ""))
        no_name = "" if name else "Name the class first, then add its pictures."
        with grey_where(no_name) as grey:
            bound.uploads(
                "… and add its pictures",
                lambda files: own.give(Files(own.given, None, tuple(files), name)),
                f"own-files-{own.given}",
                type=PICTURE_TYPES,
                max_upload_size=limits().upload_mb,
                **grey,
            )
        st.caption("… or show it to the camera and turn it while 30 pictures are taken:")
        camera_series(
            owner,
            lambda pictures: own.give(
                Files(own.given, None, tuple(("camera.jpg", picture) for picture in pictures), name)
            ),
            "own-camera",
            why_not="" if name else "Name the class first.",
        )


def _read(own: OwnPictures, files: Files) -> None:
    def discard() -> None:
        own.waiting = None
        forget(_JOB)

    read = work(
        _JOB,
        files.number,
        partial(_reading, files, own.count, own.bytes),
        button="Read them",
        at_once=True,
        executor=_FILES,
    )
    if read is not None:
        own.take(read)
        forget(_JOB)  # which holds the files
        st.rerun()
    st.button("Discard these files", key="own-forget", icon=":material/close:", on_click=discard)


def _reading(files: Files, count: int, size: int) -> Steps[list[PictureFile]]:
    """Read files; `count` pictures with `size` bytes are there already."""
    read: list[PictureFile] = []
    bounds = limits()
    entries = read_zip(files.zip) if files.zip is not None else read_files(files.files, files.class_name)
    for file in entries:
        read.append(file)
        if file.picture is not None:
            picture = OwnPicture(file.name, file.class_name, file.picture, file.marks)
            count, size = count + 1, size + picture.nbytes
        if count > bounds.dataset_pictures:
            raise UserError(
                "There are too many pictures.",
                f"A data set can have at most {bounds.dataset_pictures:,}.",
                "Leave some out.",
            )
        if size > bounds.dataset_bytes:
            raise UserError(
                f"These {count:,} pictures take too much memory.",
                f"A data set can have at most {bounds.dataset_mib:,} MiB.",
                "Leave some out.",
            )
        yield Progress(file.share, f"{len(read):,} files read")
    return read


def _kind(own: OwnPictures) -> None:
    """The choice of what is learnt, where there is one."""
    has_class = any(picture.has("classes") for picture in own.pictures)
    has_numbers = any(picture.has("numbers") for picture in own.pictures)
    offered = {
        kind: words
        for kind, words in KINDS.items()
        if kind == own.kind or (has_class if kind == "classes" else has_numbers if kind == "numbers" else True)
    }
    bound.choice("What is to be learnt", own.kind, own.learn, "own-kind", offered, st.segmented_control, required=True)


def _marked(own: OwnPictures) -> None:
    """How many pictures have such marks, and of what."""
    used = own.used
    marks = {"boxes": "boxes", "mask": "a mask", "numbers": "numbers"}[own.kind]
    words = f"**{len(used):,} of {counted(own.count, 'picture')}** {'has' if len(used) == 1 else 'have'} {marks}"
    names = list(classes_of(used, own.kind))
    if own.kind == "numbers" and used:
        names = [_quantity(each.name, each.unit) for each in used[0].marks.numbers]
    about = f": {', '.join(map(escaped, names))}." if names else "."
    least = f" At least {MIN_PICTURES} are needed." if len(used) < MIN_PICTURES else ""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(words + about + least, width="content")
        st.button("Remove all pictures", key="own-remove-all", icon=":material/close:", on_click=own.remove_all)
    if own.kind == "numbers" and len(used) >= MIN_PICTURES:
        learnt = learnable_numbers(used)
        all_names = {(each.name, each.unit): None for picture in used for each in picture.marks.numbers}
        lost = [_quantity(*each) for each in all_names if each not in learnt]
        if lost:
            st.caption(
                "A network cannot learn what is the same in all pictures, or is not known of some of them. Left out: "
                f"{escaped(', '.join(lost))}."
            )


def _quantity(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _classes(own: OwnPictures) -> None:
    with st.container(horizontal=True, gap="small"):
        for name, pictures in own.by_class.items():
            share = len(pictures) / own.count
            st.button(
                f"**{escaped(name)}** {len(pictures):,} ({share:.0%})",
                key=f"own-remove-{name}",
                icon=":material/close:",
                help="Remove this class.",
                on_click=own.remove,
                args=(name,),
            )


def _shape(own: OwnPictures, used: Sequence[OwnPicture]) -> None:
    """How pictures become squares, and some of those that can be used as such."""
    with st.container(horizontal=True, gap="medium"):
        bound.choice(
            "Size",
            own.size,
            lambda size: own.shape(size, own.fit),
            "own-size",
            {size: f"{size} × {size}" for size in SIZES},
            st.segmented_control,
            required=True,
        )
        bound.choice(
            "Not square?",
            own.fit,
            lambda fit: own.shape(own.size, fit),
            "own-fit",
            FITS,
            st.segmented_control,
            required=True,
        )
    if own.kind != "classes":
        squares = [fitted(picture, own.size, own.fit) for picture in used[:SHOWN_MARKED]]
        if squares:
            classes = classes_of(own.used, own.kind)
            show(marked_gallery(squares, own.kind, classes, column_width() - 40), "own-gallery")
        if lost := len(own.used) - len(used):
            st.caption(f"The crop leaves no mark of {counted(lost, 'picture')}, which cannot be used.")
        return
    examples = [(name, picture) for name, pictures in own.by_class.items() for picture in pictures[:SHOWN_OF_A_CLASS]]
    tiles = np.stack([fit_to_square(picture, own.size, own.fit) for _, picture in examples])
    columns = _COLUMNS // 2 if is_narrow() else _COLUMNS
    show(gallery(tiles, [name for name, _ in examples], columns, width=column_width() - 40), "own-gallery")


def _use(owner: Session, used: Sequence[OwnPicture]) -> None:
    own = owner.page_state(OwnPictures)

    def save_and_use() -> None:
        if own.kind == "classes":
            own.used_as = save_own(own.by_class, own.size, own.fit)
        else:
            own.used_as = save_marked(own.pictures, own.kind, own.size, own.fit)
        owner.use_own(own.used_as)

    def use() -> None:
        owner.attempt(save_and_use)

    count = counted(len(used), "picture")
    if own.used_as is None or own.used_as != owner.settings.dataset:
        st.button(f"Use these {count}", key="own-use", type="primary", icon=":material/check:", on_click=use)
        return
    st.success(
        f"The next run will train on these {count}."
        + (" Start it at the top of this page." if fits_dataset(owner) else ""),
        icon=":material/check_circle:",
    )
    if not fits_dataset(owner):
        needed = "what this task needs"
        if own.kind == "classes":
            needed = f"{len(own.by_class)} numbers, one per class"
        st.markdown(f":material/build: The network in Build does not yet output {needed}.")
    fit_offer(owner, "own")
