"""The form of the next run's settings, and the one setting that can change while a run goes on."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from visualizer.tasks.task import Task, task_types
from visualizer.training.settings import AUGMENTATIONS, BATCH_SIZES, LEARNING_RATE, SETTINGS
from visualizer.ui.kit import bound
from visualizer.ui.kit.setting_field import setting_field
from visualizer.ui.parts.network_link import link_popover
from visualizer.ui.state.dataset_names import dataset_titles
from visualizer.ui.state.session import Session
from visualizer.ui.train.augmentation import augmentation_menu, describe_augmentation

# 1, 2 and 5 times each power of ten: the steps by which learning rates are compared.
LEARNING_RATES = {
    rate: f"{rate:g}" for rate in (digit * 10.0**power for power in range(-5, 2) for digit in (1, 2, 5)) if rate <= 10
}
_WIDTH = 150  # pixels: two beside each other on a phone


def settings_form(owner: Session) -> None:
    """Draw the settings of the next run."""
    settings = owner.settings

    def put(changes: dict[str, Any]) -> None:
        owner.set_training(**changes)

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kinds = task_types()
        bound.choice(
            "Task",
            type(settings.task).__name__,
            lambda name: owner.choose_task(kinds[name]()),
            "task",
            {name: kind.title for name, kind in kinds.items()},
            width=_WIDTH,
            help=_about_tasks(kinds.values()),
        )
        bound.choice(
            "Data set", settings.dataset, owner.choose_dataset, "train-dataset", dataset_titles(owner), width=190
        )
        for setting in settings.task.settings():
            setting_field(
                settings.task,
                setting,
                f"task-{setting.name.replace('_', '-')}",
                lambda changes: owner.choose_task(replace(settings.task, **changes)),
                number_width=_WIDTH,
                choice_width=_WIDTH,
            )
        for setting in SETTINGS:
            key = setting.name.replace("_", "-")
            if setting.name in AUGMENTATIONS or not setting.counts_in(settings):
                continue
            if setting.name == "learning_rate":
                learning_rate(settings.learning_rate, lambda rate: put({"learning_rate": rate}), key)
            elif setting.name == "loss":
                losses = {name: loss.title for name, loss in settings.task.losses.items()}
                bound.choice(
                    setting.spec.label,
                    settings.loss,
                    lambda loss: put({"loss": loss}),
                    key,
                    losses,
                    width=_WIDTH,
                    help=setting.spec.help,
                )
            elif setting.name == "batch_size":
                bound.choice(
                    setting.spec.label,
                    settings.batch_size,
                    lambda size: put({"batch_size": size}),
                    key,
                    {size: str(size) for size in sorted({*BATCH_SIZES, settings.batch_size})},
                    width=_WIDTH,
                    help=setting.spec.help,
                )
            else:
                setting_field(settings, setting, key, put, number_width=_WIDTH, choice_width=_WIDTH)
        augmentation_menu(owner)
        link_popover(owner)
    if changed := describe_augmentation(settings):
        st.caption(f"Training pictures are changed at random: {changed}.")


def _about_tasks(kinds: Iterable[type[Task]]) -> str:
    """What each task is about, as a list, and what else its choice may change."""
    rows = "".join(f"\n- {kind.icon} **{kind.title}**: {kind.explanation}" for kind in kinds)
    return (
        f"What the network learns to answer:\n{rows}\n\nAnother task may need another data set and other last layers."
    )


def learning_rate(value: float, on_change: Callable[[float], None], key: str) -> None:
    """A slider over learning rates in steps of 1, 2, 5; other values are shown too."""
    options = dict(sorted((LEARNING_RATES | {value: f"{value:g}"}).items()))
    bound.choice(LEARNING_RATE.label, value, on_change, key, options, widget=st.select_slider, help=LEARNING_RATE.help)
