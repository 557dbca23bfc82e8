"""Data sets of people's own pictures, each a file in the workspace."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from visualizer.data.annotations import Annotations, Quantity
from visualizer.data.dataset import NO_OBJECT, Dataset
from visualizer.data.marked_arrays import arrays_of
from visualizer.data.marks.marks import Kind, OwnPicture
from visualizer.data.own_pictures import MIN_PER_CLASS, Fit, check_dataset, fit_to_square
from visualizer.data.splits import stratified_split
from visualizer.errors import UserError
from visualizer.limits import MIB, limits
from visualizer.words import listed
from visualizer.workspace import DamagedFileError, reading_safetensors, save_atomically, saving, set_aside, workspace

_PREFIX = "own-"
_NAME = re.compile(r"own-[0-9a-f]{16}")
_SPLIT_SEED = 0
_MARKS = frozenset(("numbers", "boxes", "masks"))  # arrays that only some data sets have


def is_own(name: str) -> bool:
    """Whether this is the name of such a data set, whether it exists or not."""
    return _NAME.fullmatch(name) is not None


def own_names_in(text: str) -> list[str]:
    """All names of such data sets in a text."""
    return _NAME.findall(text)


def save_own(pictures: Mapping[str, Sequence[np.ndarray]], size: int, fit: Fit) -> str:
    """Store these pictures, in one size, as a data set.

    Args:
        pictures: (H, W, 3) uint8 pictures by class.
        size: Height and width of the stored pictures, in pixels.
        fit: How the pictures become squares.

    Returns:
        The name of the data set; the same pictures get the same name.

    Raises:
        UserError: There are too few pictures or too many classes, or there is no room for them.
    """
    check_dataset(pictures)
    names = sorted(pictures)
    squares = np.stack([fit_to_square(picture, size, fit) for name in names for picture in pictures[name]])
    labels = np.repeat(np.arange(len(names)), [len(pictures[name]) for name in names])
    return _save({"pictures": squares, "labels": labels}, {"classes": json.dumps(names)})


def save_marked(pictures: Sequence[OwnPicture], kind: Kind, size: int, fit: Fit) -> str:
    """Store these pictures with what is marked in them, "boxes", "mask" or "numbers", as a data set.

    Other arguments, the result and errors as in `save_own`; see `marked_arrays.arrays_of` for what is left out.
    """
    made = arrays_of(pictures, kind, size, fit)
    marks = {"numbers": made.numbers, "boxes": made.boxes, "masks": made.masks}
    arrays = {"pictures": made.pictures, "labels": made.labels}
    arrays |= {name: array for name, array in marks.items() if array is not None}
    metadata = {"classes": json.dumps(made.class_names)}
    if made.quantities:
        metadata["quantities"] = json.dumps([[each.name, each.unit, each.low, each.high] for each in made.quantities])
    return _save(arrays, metadata)


def _save(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> str:
    digest = hashlib.sha256("".join(metadata.values()).encode())
    for array in arrays.values():
        digest.update(array.tobytes())
    name = _PREFIX + digest.hexdigest()[:16]
    path = _path(name)
    _check_room(sum(array.nbytes for array in arrays.values()), path)
    with saving():
        path.parent.mkdir(parents=True, exist_ok=True)
        save_atomically(path, arrays, metadata)
    return name


def _check_room(size: int, path: Path) -> None:
    used = sum(file.stat().st_size for file in _files() if file != path)
    most = limits().datasets_bytes
    if used + size > most:
        raise UserError(
            "There is no room for these pictures on this server.",
            f"Together, the data sets of all people may take {most / MIB:,.0f} MiB.",
            "Choose a smaller size or fewer pictures, or ask whoever runs the server to make room.",
        )


def _files() -> list[Path]:
    return list((workspace() / "datasets").glob(f"{_PREFIX}*.safetensors"))


def own_dataset_marks() -> dict[str, int]:
    """The stored data sets by name, each with the time at which its file was last written, in nanoseconds."""
    marks = {}
    for file in _files():
        with suppress(FileNotFoundError):
            marks[file.stem] = file.stat().st_mtime_ns
    return marks


def remove_own(name: str) -> None:
    """Delete the data set of that name."""
    if is_own(name):
        _path(name).unlink(missing_ok=True)


def own_annotations_and_shape(name: str) -> tuple[Annotations, tuple[int, int, int]]:
    """What the data set's pictures come with, and their (3, H, W). Raises UserError if missing or damaged."""
    with _opened(name) as file:
        classes = _classes(file)  # first: safetensors does not say of a missing tensor that the file is damaged
        _, height, width, channels = file.get_slice("pictures").get_shape()
        parts = set(file.keys())
        most = file.get_slice("boxes").get_shape()[1] if "boxes" in parts else 0
        annotations = Annotations(classes, _MARKS.isdisjoint(parts), _quantities(file), most, "masks" in parts)
        return annotations, (channels, height, width)


def load_own(name: str) -> Dataset:
    """The data set of that name. Raises UserError if it is missing or damaged."""
    with _opened(name) as file:
        arrays = {part: file.get_tensor(part) for part in file.keys()}  # noqa: SIM118 (not a mapping)
        classes, quantities = _classes(file), _quantities(file)
        pictures, labels = arrays["pictures"], arrays["labels"]
        numbers, boxes, masks = (arrays.get(part) for part in ("numbers", "boxes", "masks"))
        fits = (
            pictures.ndim == 4
            and labels.shape == pictures.shape[:1]
            and set(labels) <= set(range(len(classes)))
            and (None if numbers is None else numbers.shape)
            == ((len(pictures), len(quantities)) if quantities else None)
            and (boxes is None or _fits(boxes, (len(pictures), *boxes.shape[1:2], 5), boxes[..., 0], len(classes) - 1))
            and (masks is None or _fits(masks, pictures.shape[:3], masks, len(classes)))
        )
        if not fits:
            raise ValueError("its parts do not fit together")
    # Where some class has few pictures, no split can have its share of each.
    common = np.bincount(labels)[np.unique(labels)].min() >= MIN_PER_CLASS
    train, validation, test = stratified_split(labels if common else np.zeros_like(labels), _SPLIT_SEED)
    annotations = Annotations(classes, not _MARKS & arrays.keys(), quantities, 0 if boxes is None else boxes.shape[1])
    return Dataset(
        name=name,
        title=own_title(annotations),
        description=_description(annotations, pictures),
        class_names=classes,
        pictures=pictures,
        labels=labels,
        train=train,
        validation=validation,
        test=test,
        one_class=annotations.one_class,
        quantities=quantities,
        numbers=numbers,
        boxes=boxes,
        masks=masks,
    )


def own_title(annotations: Annotations) -> str:
    """The title of a data set with such pictures: what is measured in them, or their classes."""
    names = [quantity.name for quantity in annotations.quantities] or annotations.class_names
    return f"Mine: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"


def _description(annotations: Annotations, pictures: np.ndarray) -> str:
    size = pictures.shape[1]
    what = ""
    if annotations.quantities:
        what = f" Of each is known: {listed(quantity.label for quantity in annotations.quantities)}."
    elif not annotations.one_class:
        mark = "the class of every pixel" if not annotations.most_objects else "a box around every object"
        what = f" Each comes with {mark}. Pictures are listed here by the class of their largest object."
    return (
        f"{len(pictures):,} pictures of your own, {size} × {size} pixels in colour.{what} With few pictures, a single "
        f"one in the validation split changes {'the accuracy' if annotations.one_class else 'the result'} a lot."
    )


def _fits(array: np.ndarray, shape: tuple[int, ...], classes: np.ndarray, highest: int) -> bool:
    """Whether an array has that shape, and all its classes exist."""
    return array.shape == shape and classes.min() >= NO_OBJECT and classes.max() <= highest


def _path(name: str) -> Path:
    return workspace() / "datasets" / f"{name}.safetensors"


def not_available() -> UserError:
    """The error for a data set that is not stored or belongs to somebody else; it does not say which."""
    return UserError(
        "This data set is not, or no longer, in this workspace.",
        "Your own pictures can be used only in the workspace where you added them, and only for a while.",
        "Add the pictures again, or choose another data set.",
    )


def _quantities(file: Any) -> tuple[Quantity, ...]:
    stored = json.loads(file.metadata().get("quantities", "[]"))
    return tuple(Quantity(str(name), str(unit), float(low), float(high)) for name, unit, low, high in stored)


def _classes(file: Any) -> tuple[str, ...]:
    return tuple(map(str, json.loads(file.metadata()["classes"])))


@contextmanager
def _opened(name: str) -> Iterator[Any]:
    """The open file of that data set; a damaged file is set aside, so that nothing overwrites it."""
    # The name becomes part of a path, and may come from a link.
    if not is_own(name):
        raise not_available()
    path = _path(name)
    try:
        with reading_safetensors(path), safe_open(path, framework="numpy") as file:
            yield file
    except FileNotFoundError as error:
        raise not_available() from error
    except DamagedFileError as error:
        with saving():
            set_aside(path, str(error))
        raise UserError(
            "The file of this data set is damaged.",
            "It cannot be read any more, and the server has put it aside.",
            "Add the pictures again, or ask whoever runs the server for a backup.",
        ) from error
