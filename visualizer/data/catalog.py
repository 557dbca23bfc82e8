"""The data sets there are. Cheap to import: a data set is read or drawn when it is first asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from visualizer.data import digits, shapes
from visualizer.data.dataset import Dataset
from visualizer.data.drawing import AS_IT_IS, LIKE_THE_DIGITS, DrawnAs
from visualizer.data.openml import OFFERS, SIDE, is_fetched, load_fetched, not_fetched
from visualizer.data.own_dataset import is_own, load_own, own_classes, own_shape, title_of
from visualizer.errors import UserError


@dataclass(frozen=True)
class DatasetEntry:
    """What a form needs to know of a data set before it is made.

    Attributes:
        title: Its name for people.
        classes: How many classes it has.
        shape: (C, H, W) of its pictures.
        make: Makes it; takes from a moment up to seconds.
        drawn_as: How a drawing becomes like its pictures.
    """

    title: str
    classes: int
    shape: tuple[int, int, int]
    make: Callable[[], Dataset]
    drawn_as: DrawnAs = AS_IT_IS


DATASETS: dict[str, DatasetEntry] = {
    "digits": DatasetEntry(
        digits.TITLE, len(digits.CLASS_NAMES), (1, digits.SIZE, digits.SIZE), digits.make_digits, LIKE_THE_DIGITS
    ),
    "shapes": DatasetEntry(shapes.TITLE, len(shapes.CLASS_NAMES), (3, shapes.SIZE, shapes.SIZE), shapes.make_shapes),
}


_FETCHED: dict[str, DatasetEntry] = {
    name: DatasetEntry(
        offer.title, len(offer.class_names), (1, SIDE, SIDE), partial(load_fetched, name), offer.drawn_as
    )
    for name, offer in OFFERS.items()
}

MAX_LOADED = 8  # data sets that a process keeps


def for_everybody() -> dict[str, DatasetEntry]:
    """The data sets that everybody on this server can choose: those of the app, and those that were fetched."""
    return DATASETS | {name: entry for name, entry in _FETCHED.items() if is_fetched(name)}


def is_known(name: str) -> bool:
    """Whether there is a data set of that name on this server."""
    try:
        dataset_entry(name)
    except UserError:
        return False
    return True


def dataset_entry(name: str) -> DatasetEntry:
    """What is known of a data set before it is made. Raises UserError where there is none of that name."""
    if name in DATASETS:
        return DATASETS[name]
    if name in _FETCHED:
        if not is_fetched(name):
            raise not_fetched(name)
        return _FETCHED[name]
    if is_own(name):
        classes = own_classes(name)
        return DatasetEntry(title_of(classes), len(classes), own_shape(name), lambda: load_own(name))
    raise UserError(f"There is no data set “{name[:40]}”", f"there are {', '.join(DATASETS)}", "Choose one of these")


@lru_cache(maxsize=MAX_LOADED)
def load_dataset(name: str) -> Dataset:
    """The data set of that name; made once in a process, then shared. Its arrays are read-only.

    Raises:
        UserError: There is no data set of that name.
    """
    dataset = dataset_entry(name).make()
    for array in (dataset.pictures, dataset.labels, dataset.train, dataset.validation, dataset.test):
        array.flags.writeable = False
    return dataset


def drawn_as(name: str) -> DrawnAs:
    """How a drawing becomes like the pictures of that data set, which may be none of ours: then it stays as it is."""
    entry = (DATASETS | _FETCHED).get(name)
    return entry.drawn_as if entry else AS_IT_IS
