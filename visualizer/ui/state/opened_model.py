"""A network with its weights, from an uploaded file."""

import hashlib
import json
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.model_file import load_model, load_notes
from visualizer.data.catalog import dataset_entry, is_known
from visualizer.data.own_dataset import is_own
from visualizer.errors import UserError
from visualizer.source_code.files.reading import FileReading
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import Task, task_from_dict

if TYPE_CHECKING:
    import numpy as np

NOTE_DATASET = "dataset"
# Whether its loss applied the softmax: "yes" or "no".
NOTE_SOFTMAX_IN_LOSS = "softmax_in_loss"
# What it was trained for, as JSON; files of before there were tasks have none, and are of classification.
NOTE_TASK = "task"
_NOT_ALONG = (
    "It was trained on someone’s own pictures. The file does not include them: they open only in the workspace that "
    "has them. The network therefore sees pictures of the data set chosen here, and its classes may differ."
)


@dataclass(frozen=True)
class OpenedModel:
    """A network with its weights, as it came from a file.

    Attributes:
        digest: A hash of the bytes of the file.
        architecture: The network.
        weights: Arrays by the names of the network's state dict.
        dataset: The data set that it was trained on; None if this workspace cannot open it.
        softmax_in_loss: Whether its loss applied the softmax; None if the file does not say so.
        note: A note about a data set that was not included; else empty.
        task: What it was trained for.
        notes: What the file says that is not so here, where another program wrote it.
    """

    digest: str
    architecture: Architecture
    weights: "dict[str, np.ndarray]"
    dataset: str | None
    softmax_in_loss: bool | None = None
    note: str = ""
    task: Task = Classification()
    notes: tuple[str, ...] = ()


def of_another_program(data: bytes, reading: FileReading) -> OpenedModel | None:
    """The network of another program's file, which does not say what it was trained on; None if it has no weights."""
    if reading.weights is None:
        return None
    notes = tuple(note.sentence for note in reading.notes)
    return OpenedModel(hashlib.sha256(data).hexdigest(), reading.architecture, reading.weights, None, notes=notes)


def read_model(data: bytes, own: Callable[[str], Collection[str]] = lambda wanted: ()) -> OpenedModel:
    """Read an uploaded file. Raises UserError.

    The file names the data set that the network was trained on, but the name gives no access: the file never
    includes a workspace's own pictures.

    Args:
        data: The file's bytes.
        own: Given the name of the wanted data set, returns the own data sets of the workspace.
    """
    architecture, weights = load_model(data)
    notes = load_notes(data)
    named = notes.get(NOTE_DATASET, "")
    dataset = named if named and is_known(named, own(named)) else None
    task: Task = Classification()
    if NOTE_TASK in notes:
        with suppress(UserError, ValueError, RecursionError):  # by a later version, or damaged: then of classes
            task = task_from_dict(json.loads(notes[NOTE_TASK]))
    if dataset is not None and not task.fits(dataset_entry(dataset, own(dataset)).annotations):
        dataset = None
    return OpenedModel(
        hashlib.sha256(data).hexdigest(),
        architecture,
        weights,
        dataset,
        {"yes": True, "no": False}.get(notes.get(NOTE_SOFTMAX_IN_LOSS, "")),
        _NOT_ALONG if dataset is None and is_own(named) else "",
        task,
    )
