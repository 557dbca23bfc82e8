"""The menu of random changes to training pictures, with a preview of one picture."""

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.gallery import changed_gallery
from visualizer.training.settings import AUGMENTATIONS, SETTING_SPECS, SETTINGS, TrainingSettings
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.setting_field import setting_field
from visualizer.ui.state.dataset_names import own_names
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
    settings = replace(TrainingSettings(dataset=owner.settings.dataset), **changes)
    dataset = load_dataset(settings.dataset, own_names(owner, settings.dataset))
    pixels = dataset.pictures[owner.probe_index : owner.probe_index + 1]
    tiles = _changed(settings, pixels, owner.architecture.input_shape)
    show(changed_gallery(tiles, columns=_TILES, width=min(_WIDTH, column_width() - _BORDERS)), "augmented")


@st.cache_data(max_entries=64, show_spinner=False)
def _changed(settings: TrainingSettings, pixels: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray:
    """The picture as it is and as training would see it: (1 + SHOWN, H, W, C) uint8."""
    from visualizer.training.loop.augmentation import preview

    picture = prepare(pixels, input_shape)[0]
    tiles = np.concatenate([picture[None], preview(picture, settings, SHOWN)])
    return np.rint(255 * tiles).astype(np.uint8).transpose(0, 2, 3, 1)
