"""Mark one's own pictures in the app: drag boxes, or paint masks; and save what was marked."""

from functools import partial

import numpy as np
import streamlit as st

from visualizer.data.class_names import MAX_NAME_LENGTH, clean_class_name
from visualizer.data.marks.marks import MAX_BOXES, MarkedMask, OwnPicture, classes_of
from visualizer.data.marks.written import MarkFormat, zipped_marks
from visualizer.data.own_pictures import MAX_CLASSES
from visualizer.errors import UserError
from visualizer.ui.kit import bound
from visualizer.ui.kit.download import download
from visualizer.ui.kit.grey import grey_where
from visualizer.ui.kit.text import escaped
from visualizer.ui.pictures.mark_canvas import SentMark, boxed, mark_canvas
from visualizer.ui.pictures.state import OwnPictures
from visualizer.ui.state.session import Session
from visualizer.words import counted

BACKGROUND = "background"
_BRUSHES = {2: "Fine", 6: "Medium", 14: "Broad"}  # pixels of the picture
_FORMATS: dict[MarkFormat, str] = {"yolo": "YOLO", "coco": "COCO", "masks": "masks as PNG"}


def marking_part(owner: Session, own: OwnPictures) -> None:
    """Draw the picture to mark with its tools, and the buttons that save all marks as a ZIP."""
    _know_names(own)
    with st.expander(":material/ink_pen: **Mark the pictures**", expanded=not own.used, key="own-marking"):
        _which(own)
        canvas, tools = st.columns([3, 2])
        with tools:
            _class(own)
            brush = 6
            if own.kind == "mask":
                brush = st.segmented_control(
                    "Brush", list(_BRUSHES), default=6, required=True, format_func=_BRUSHES.__getitem__, key="own-brush"
                )
            _fields(owner, own)
            _list(own)
        with canvas:
            picture = own.pictures[own.marking]
            mark_canvas(owner, own, _mask(own, picture), brush or 6, partial(_take, own), "own-mark")
    if own.used:
        _save(own)


def _know_names(own: OwnPictures) -> None:
    """Offer all classes of the pictures, with that of the picture at first."""
    for name in (*classes_of(own.pictures, "classes"), *classes_of(own.pictures, own.kind)):
        if name not in own.names:
            own.names.append(name)
    if not own.names:
        own.names.append("object")
    may_be_background = own.kind == "mask" and own.marking_with == BACKGROUND
    if own.marking_with not in own.names and not may_be_background:
        own.marking_with = own.pictures[own.marking].class_name or own.names[0]


def _take(own: OwnPictures, mark: SentMark) -> None:
    """Add what was drawn. Raises UserError where it cannot be added."""
    if mark.mask is not None:
        own.mark(mark.picture, mask=MarkedMask(tuple(own.names), mark.mask))
    elif mark.box is not None:
        _add_box(own, mark.picture, own.names[mark.label - 1], mark.box)


def _add_box(own: OwnPictures, place: int, name: str, box: tuple[float, float, float, float]) -> None:
    picture = own.pictures[place]
    if len(picture.marks.boxes) == MAX_BOXES:
        raise UserError(f"This picture has {MAX_BOXES} boxes.", "It can have no more.", "Remove one of them first.")
    own.mark(place, boxes=(*picture.marks.boxes, boxed(picture, name, box)))


def _mask(own: OwnPictures, picture: OwnPicture) -> np.ndarray:
    """The picture's mask by the numbers of `own.names`; all background where it has none."""
    if picture.marks.mask is None:
        return np.zeros(picture.picture.shape[:2], np.uint8)
    return picture.marks.mask.numbered(tuple(own.names))


def _which(own: OwnPictures) -> None:
    def go(place: int) -> None:
        own.marking = place % own.count
        if own.kind == "boxes" and own.pictures[own.marking].class_name:
            own.marking_with = own.pictures[own.marking].class_name

    def go_to_unmarked() -> None:
        order = [*range(own.marking + 1, own.count), *range(own.marking + 1)]
        go(next((place for place in order if not own.pictures[place].has(own.kind)), own.marking))

    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        bound.number(
            f"Picture 1 to {own.count:,}",
            own.marking + 1,
            lambda number: go(number - 1),
            "own-marking-number",
            1,
            own.count,
            width=150,
        )
        st.button("Next", key="own-marking-next", icon=":material/arrow_forward:", on_click=lambda: go(own.marking + 1))
        left = own.count - len(own.used)
        if left:
            st.button(f"Next of {left:,} unmarked", key="own-marking-unmarked", on_click=go_to_unmarked)
        st.button(
            "Remove this picture",
            key="own-marking-remove",
            icon=":material/close:",
            on_click=own.remove_one,
            args=(own.marking,),
        )


def _class(own: OwnPictures) -> None:
    def choose(name: str) -> None:
        own.marking_with = name

    def add() -> None:
        name = clean_class_name(str(st.session_state["own-new-class"] or ""))
        st.session_state["own-new-class"] = ""
        if name.casefold() == BACKGROUND:
            own.marking_with = BACKGROUND
        elif name and (len(own.names) < MAX_CLASSES or name in own.names):
            own.add_name(name)

    options = {name: escaped(name) for name in own.names}
    if own.kind == "mask":
        options[BACKGROUND] = f"{BACKGROUND} (erase)"
    bound.choice(
        "Class of the next mark", own.marking_with, choose, "own-marking-class", options, st.pills, required=True
    )
    full = f"{MAX_CLASSES} classes are the most." if len(own.names) >= MAX_CLASSES else ""
    with grey_where(full) as grey:
        st.text_input(
            "New class", key="own-new-class", max_chars=MAX_NAME_LENGTH, placeholder="mug", on_change=add, **grey
        )


def _fields(owner: Session, own: OwnPictures) -> None:
    """The same with numbers, for the keyboard."""
    height, width = own.pictures[own.marking].picture.shape[:2]
    place = own.marking

    def add() -> None:
        left, top, wide, high = (float(st.session_state[f"own-field-{name}"] or 0) for name in names)
        owner.attempt(lambda: put((left / width, top / height, wide / width, high / height)))

    def put(box: tuple[float, float, float, float]) -> None:
        picture = own.pictures[place]
        if own.kind == "boxes":
            _add_box(own, place, own.marking_with, box)
            return
        inside = boxed(picture, own.marking_with, box)
        values = _mask(own, picture).copy()
        rows = slice(round(inside.top * height), round((inside.top + inside.height) * height))
        columns = slice(round(inside.left * width), round((inside.left + inside.width) * width))
        values[rows, columns] = own.names.index(own.marking_with) + 1 if own.marking_with in own.names else 0
        own.mark(place, mask=MarkedMask(tuple(own.names), values))

    names = {"x": width, "y": height, "width": width, "height": height}
    with st.popover("With numbers instead", icon=":material/keyboard:"):
        st.caption(f"In pixels of this picture, {width} × {height}; x and y are the upper left corner.")
        with st.container(horizontal=True, gap="xsmall"):
            for name, most in names.items():
                st.number_input(name, 0, most, key=f"own-field-{name}", width=100, persist_state="session")
        words = "Add this box" if own.kind == "boxes" else "Fill this rectangle"
        st.button(words, key="own-field-add", icon=":material/add:", on_click=add)


def _list(own: OwnPictures) -> None:
    """The marks of this picture, each with a button that removes it."""
    picture, place = own.pictures[own.marking], own.marking
    height, width = picture.picture.shape[:2]

    def without(number: int) -> None:
        boxes = own.pictures[place].marks.boxes
        own.mark(place, boxes=(*boxes[:number], *boxes[number + 1 :]))

    if own.kind == "mask":
        if picture.has("mask"):
            st.button(
                "Clear the mask",
                key="own-mask-clear",
                icon=":material/close:",
                on_click=own.mark,
                args=(place,),
                kwargs={"mask": None},
            )
        return
    for number, box in enumerate(picture.marks.boxes):
        where = f"{box.left * width:.0f}, {box.top * height:.0f}, {box.width * width:.0f} × {box.height * height:.0f}"
        st.button(
            f"**{escaped(box.class_name)}** {where}",
            key=f"own-box-{number}",
            icon=":material/close:",
            help="Remove this box.",
            on_click=without,
            args=(number,),
        )


def _save(own: OwnPictures) -> None:
    formats: tuple[MarkFormat, ...] = ("yolo", "coco") if own.kind == "boxes" else ("masks",)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(
            f"Save these {counted(len(own.used), 'picture')} with their marks, to add them again:", width="content"
        )
        for each in formats:
            download(
                f"ZIP ({_FORMATS[each]})",
                partial(_zip, own, each),
                f"marked-{each}.zip",
                "application/zip",
                f"own-save-{each}",
            )


def _zip(own: OwnPictures, mark_format: MarkFormat) -> bytes:
    # It is called on the click, outside of any session.
    return zipped_marks(own.pictures, mark_format)
