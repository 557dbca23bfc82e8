"""The available data sets, and who may open which. Cheap to import: a data set is loaded when it is first needed.

A name is not a key: names travel in saved networks and in links. So a caller that opens somebody's own data set passes
the names that belong to the workspace (`own`); any other is refused as if it did not exist. Without `own`, only the
data sets for everybody can be opened.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache, partial

from visualizer.data import colour_shapes, digit_scenes, digits, pointing, scenes, shapes
from visualizer.data.annotations import Annotations
from visualizer.data.dataset import Dataset
from visualizer.data.drawing import DIGITS_PREPARATION, UNCHANGED, DrawingPreparation
from visualizer.data.openml import OPENML_DATASETS, SIDE, is_fetched, load_fetched, not_fetched
from visualizer.data.own_dataset import is_own, load_own, not_available, own_annotations_and_shape, own_title
from visualizer.errors import UserError


@dataclass(frozen=True)
class DatasetEntry:
    """What a form needs to know about a data set before it is loaded.

    Attributes:
        title: The name to show.
        annotations: What each picture comes with.
        shape: (C, H, W) of the pictures.
        load: Loads or generates the data set, which takes up to several seconds.
        drawing_preparation: How a drawing becomes similar to the pictures.
    """

    title: str
    annotations: Annotations
    shape: tuple[int, int, int]
    load: Callable[[], Dataset]
    drawing_preparation: DrawingPreparation = UNCHANGED

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.annotations.class_names)


DATASETS: dict[str, DatasetEntry] = {
    "digits": DatasetEntry(
        digits.TITLE,
        Annotations(digits.CLASS_NAMES),
        (1, digits.SIZE, digits.SIZE),
        digits.make_digits,
        DIGITS_PREPARATION,
    ),
    "shapes": DatasetEntry(shapes.TITLE, shapes.ANNOTATIONS, (3, shapes.SIZE, shapes.SIZE), shapes.make_shapes),
    "colour_shapes": DatasetEntry(
        colour_shapes.TITLE,
        colour_shapes.ANNOTATIONS,
        (3, shapes.SIZE, shapes.SIZE),
        colour_shapes.make_colour_shapes,
    ),
    "pointing": DatasetEntry(
        pointing.TITLE, pointing.ANNOTATIONS, (3, shapes.SIZE, shapes.SIZE), pointing.make_pointing
    ),
    "scenes": DatasetEntry(scenes.TITLE, scenes.ANNOTATIONS, (3, shapes.SIZE, shapes.SIZE), scenes.make_scenes),
    "digit_scenes": DatasetEntry(
        digit_scenes.TITLE,
        digit_scenes.ANNOTATIONS,
        (1, digit_scenes.SIZE, digit_scenes.SIZE),
        digit_scenes.make_digit_scenes,
    ),
}


_FETCHED: dict[str, DatasetEntry] = {
    name: DatasetEntry(
        offer.title,
        Annotations(offer.class_names),
        (1, SIDE, SIDE),
        partial(load_fetched, name),
        offer.drawing_preparation,
    )
    for name, offer in OPENML_DATASETS.items()
}

MAX_LOADED = 8  # data sets that a process holds in memory


def shared_datasets() -> dict[str, DatasetEntry]:
    """The data sets that everybody on this server can choose: the built-in ones, and those that were fetched."""
    return DATASETS | {name: entry for name, entry in _FETCHED.items() if is_fetched(name)}


def is_known(name: str, own: Collection[str] = ()) -> bool:
    """Whether a workspace with these own data sets can open the data set of that name."""
    try:
        dataset_entry(name, own)
    except UserError:
        return False
    return True


def dataset_entry(name: str, own: Collection[str] = ()) -> DatasetEntry:
    """What is known about a data set before it is loaded; `own` are the names of the workspace's own data sets.

    Raises:
        UserError: There is no data set of that name, or it belongs to somebody else.
    """
    if name in DATASETS:
        return DATASETS[name]
    if name in _FETCHED:
        if not is_fetched(name):
            raise not_fetched(name)
        return _FETCHED[name]
    if is_own(name):
        if name not in own:
            raise not_available()
        annotations, shape = own_annotations_and_shape(name)
        return DatasetEntry(own_title(annotations), annotations, shape, lambda: load_own(name))
    raise UserError(f"There is no data set “{name[:40]}”.", remedy=f"Choose one of these: {', '.join(DATASETS)}.")


def load_dataset(name: str, own: Collection[str] = ()) -> Dataset:
    """The data set of that name, loaded once per process and then shared, as `load_dataset_of_run` returns it.

    Arguments and errors as in `dataset_entry`.
    """
    if is_own(name) and name not in own:
        raise not_available()
    return load_dataset_of_run(name)


@lru_cache(maxsize=MAX_LOADED)
def load_dataset_of_run(name: str) -> Dataset:
    """The data set that a run is trained on; its arrays are read-only.

    Its owner was checked when the run was created (`scheduling.check`).

    Raises:
        UserError: The data set is no longer stored.
    """
    dataset = dataset_entry(name, (name,)).load()
    for array in dataset.arrays():
        array.flags.writeable = False
    return dataset


def dataset_title(name: str) -> str:
    """The title of a run's data set, or a substitute if the data set is no longer stored."""
    try:
        return dataset_entry(name, (name,)).title
    except UserError:
        return "pictures that are no longer here"


def drawing_preparation(name: str) -> DrawingPreparation:
    """How a drawing becomes similar to the pictures of that data set; it stays unchanged for an unknown data set."""
    entry = (DATASETS | _FETCHED).get(name)
    return entry.drawing_preparation if entry else UNCHANGED
