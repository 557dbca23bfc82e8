"""The data sets there are, and who may have which. Cheap to import: one is read or drawn when it is first asked for.

A name is no key: names travel, in a saved network and in a link. So whoever asks for a data set of somebody's own says
which ones their workspace has (`own`), and any other is refused as one that is not there. Whoever names none gets those
for everybody alone.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache, partial

from visualizer.data import digits, shapes
from visualizer.data.dataset import Dataset
from visualizer.data.drawing import AS_IT_IS, LIKE_THE_DIGITS, DrawnAs
from visualizer.data.openml import OFFERS, SIDE, is_fetched, load_fetched, not_fetched
from visualizer.data.own_dataset import is_own, load_own, not_here, own_classes, own_shape, title_of
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


def is_known(name: str, own: Collection[str] = ()) -> bool:
    """Whether a workspace that has these data sets of its own can open the one of that name."""
    try:
        dataset_entry(name, own)
    except UserError:
        return False
    return True


def dataset_entry(name: str, own: Collection[str] = ()) -> DatasetEntry:
    """What is known of a data set before it is made, for a workspace that has the ones in `own` of its own.

    Raises:
        UserError: There is none of that name, or it is somebody else's.
    """
    if name in DATASETS:
        return DATASETS[name]
    if name in _FETCHED:
        if not is_fetched(name):
            raise not_fetched(name)
        return _FETCHED[name]
    if is_own(name):
        if name not in own:
            raise not_here()
        classes = own_classes(name)
        return DatasetEntry(title_of(classes), len(classes), own_shape(name), lambda: load_own(name))
    raise UserError(f"There is no data set “{name[:40]}”.", remedy=f"Choose one of these: {', '.join(DATASETS)}.")


def load_dataset(name: str, own: Collection[str] = ()) -> Dataset:
    """The data set of that name; made once in a process, then shared. Its arrays are read-only.

    Args:
        name: What it is called.
        own: The data sets of its own that the workspace has for which it is opened.

    Raises:
        UserError: There is no data set of that name, or it is somebody else's.
    """
    if is_own(name) and name not in own:
        raise not_here()
    return _made(name)


def load_dataset_of_run(name: str) -> Dataset:
    """The data set that a run is trained on. Whose it is was asked when the run was made (`training.check`).

    Raises:
        UserError: It is no longer kept.
    """
    return _made(name)


def title_of_run(name: str) -> str:
    """What the data set of a run is called; it may be kept no longer."""
    try:
        return dataset_entry(name, (name,)).title
    except UserError:
        return "pictures that are no longer here"


def forget_loaded() -> None:
    """Make every data set anew when it is next asked for."""
    _made.cache_clear()


@lru_cache(maxsize=MAX_LOADED)
def _made(name: str) -> Dataset:
    dataset = dataset_entry(name, (name,)).make()
    for array in (dataset.pictures, dataset.labels, dataset.train, dataset.validation, dataset.test):
        array.flags.writeable = False
    return dataset


def drawn_as(name: str) -> DrawnAs:
    """How a drawing becomes like the pictures of that data set, which may be none of ours: then it stays as it is."""
    entry = (DATASETS | _FETCHED).get(name)
    return entry.drawn_as if entry else AS_IT_IS
