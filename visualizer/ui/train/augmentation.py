"""The menu of random changes to training pictures, with a preview of one picture."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from visualizer.data.annotations import Annotations
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.answers.figures import figures_of
from visualizer.figures.gallery import changed_gallery
from visualizer.tasks.task import Task
from visualizer.training.settings import AUGMENTATIONS, SETTING_SPECS, SETTINGS, TrainingSettings
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.setting_field import setting_field
from visualizer.ui.state.dataset_names import own_names, trained_shape
from visualizer.ui.state.session import Session
from visualizer.ui.state.viewport import column_width

SHOWN = 8
_WIDTH = 560  # pixels of the menu
_NUMBER = 164
_BORDERS = 40
_TILES = 5  # in a row at most


def augmentation_menu(owner: Session) -> None:
    """Draw the button with the settings and a preview behind it."""
    with st.popover("Augmentation", icon=":material/auto_fix_high:", key="augmentation", on_change="rerun") as menu:
        if menu.open:
            st.markdown("**Augmentation** changes every training picture at random, differently in each epoch.")
            _preview(owner)
            _controls(owner)
            st.caption("Validation and test pictures are never changed.")


def describe_augmentation(settings: TrainingSettings) -> str:
    """The labels of the active changes; empty if there are none."""
    return ", ".join(SETTING_SPECS[name].label for name in AUGMENTATIONS if getattr(settings, name))


def _controls(owner: Session) -> None:
    def put(changes: dict[str, Any]) -> None:
        owner.set_training(**changes)

    with st.container(horizontal=True, gap="small", width=_WIDTH):
        for setting in SETTINGS:
            if setting.name in AUGMENTATIONS:
                key = f"augment-{setting.name}"
                setting_field(owner.settings, setting, key, put, number_width=_NUMBER, choice_width=_NUMBER)


def _preview(owner: Session) -> None:
    # The preview changes with these settings alone.
    changes = {name: getattr(owner.settings, name) for name in (*AUGMENTATIONS, "seed")}
    task = owner.settings.task
    of_task = TrainingSettings(dataset=owner.settings.dataset, task=task, loss=owner.settings.loss)
    settings = replace(of_task, **changes)
    dataset = load_dataset(settings.dataset, own_names(owner, settings.dataset))
    chosen = np.array([owner.probe_index])
    about = task.about(dataset.annotations)
    masks = dataset.masks[chosen] if task.wants_masks and dataset.masks is not None else None
    tiles, targets = _changed(
        settings, dataset.pictures[chosen], task.targets(dataset, chosen), masks, about, trained_shape(owner)
    )
    marked = _marked(task, tiles, targets, about)
    width = min(_WIDTH, column_width() - _BORDERS)
    show(changed_gallery(tiles, _TILES, marked=marked, width=width), "augmented")
    if marked is not None:
        st.caption("What is to be learnt moves with the picture.")


@st.cache_data(max_entries=64, show_spinner=False)
def _changed(
    settings: TrainingSettings,
    pixels: np.ndarray,
    target: np.ndarray,
    masks: np.ndarray | None,
    about: Annotations,
    shape: tuple[int, int, int],
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The picture in that shape, as it is and as training would see it, with the target of each.

    (1 + SHOWN, H, W, C) uint8.
    """
    from visualizer.training.loop.augmentation import preview

    picture = prepare(pixels, shape)[0]
    mask = None if masks is None else masks[0]
    changed, targets = preview(picture, target[0], settings, about, SHOWN, mask)
    tiles = np.concatenate([picture[None], changed])
    return np.rint(255 * tiles).astype(np.uint8).transpose(0, 2, 3, 1), [target[0], *targets]


def _marked(task: Task, tiles: np.ndarray, targets: list[np.ndarray], about: Annotations) -> np.ndarray | None:
    """The pictures with what is to be learnt drawn on them, (1 + SHOWN, H', W', 3); None where nothing can be drawn."""
    drawn = []
    for picture, target in zip(tiles, targets, strict=True):
        truth = task.marked(target, about)
        marked = picture if truth is None else figures_of(type(truth)).marked(picture, truth, about)
        if marked is picture:
            return None
        drawn.append(marked)
    return np.stack(drawn)
