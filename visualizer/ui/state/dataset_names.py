"""The data sets that a session can choose and open: those for everybody, and its workspace's own."""

import json
from contextlib import suppress

from visualizer.architecture.architecture import summarize
from visualizer.architecture.goal import OutputGoal
from visualizer.data.catalog import DatasetEntry, dataset_entry, is_known, shared_datasets
from visualizer.data.own_dataset import is_own
from visualizer.errors import UserError
from visualizer.training.settings import TrainingSettings
from visualizer.ui.state.server import workspaces
from visualizer.ui.state.session import Session


def own_names(owner: Session, wanted: str) -> tuple[str, ...]:
    """The data sets of its own that this workspace has.

    A wanted one that is unknown to this tab is looked up on the disk: another tab may have made it.
    """
    if is_own(wanted) and wanted not in owner.own_datasets and wanted in _kept(owner):
        owner.own_datasets = (*owner.own_datasets, wanted)
    return owner.own_datasets


def _kept(owner: Session) -> list[object]:
    with suppress(ValueError):
        names = json.loads(workspaces().value(owner.workspace_id, "datasets") or "[]")
        return names if isinstance(names, list) else []
    return []


def chosen_dataset(owner: Session) -> DatasetEntry:
    """The entry of the data set of the next run. If it no longer exists, another one is chosen, with a message."""
    try:
        return dataset_entry(owner.settings.dataset, own_names(owner, owner.settings.dataset))
    except UserError as error:
        owner.choose_dataset(TrainingSettings.dataset)
        entry = dataset_entry(owner.settings.dataset)
        owner.message = f"{error} Until then, the data set is “{entry.title}”."
        return entry


def goal_of(owner: Session, input_shape: tuple[int, int, int]) -> OutputGoal:
    """What a network for pictures of that shape (C, H, W) must output to learn the next run's task."""
    task = owner.settings.task
    return task.goal(task.about(chosen_dataset(owner).annotations), input_shape)


def trained_shape(owner: Session) -> tuple[int, int, int]:
    """(C, H, W) of the pictures that the network in Build would be trained on; of its input where it does not fit."""
    architecture = owner.architecture
    fits = summarize(architecture, goal_of(owner, architecture.input_shape)).fits
    return owner.settings.task.picture_shape(architecture) if fits else architecture.input_shape


def dataset_titles(owner: Session) -> dict[str, str]:
    """Their titles by name: those for everybody, and the workspace's own that still exist."""
    shared = shared_datasets()
    own = own_names(owner, owner.settings.dataset)
    still_kept = [name for name in own if is_known(name, own)]
    return {name: dataset_entry(name, own).title for name in (*shared, *dict.fromkeys(still_kept))}
