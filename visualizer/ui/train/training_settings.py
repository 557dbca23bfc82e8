"""The form of the next run's settings, and the one setting that can change while a run goes on."""

from collections.abc import Callable

import streamlit as st

from visualizer.architecture.initialization import INITIALIZATIONS
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.training.settings import BATCH_SIZES, LOSSES
from visualizer.ui.kit import bound
from visualizer.ui.parts.network_link import link_popover
from visualizer.ui.state.dataset_names import dataset_titles
from visualizer.ui.state.session import Session
from visualizer.ui.train.augmentation import augmentation_menu, augmentation_words

# 1, 2 and 5 times each power of ten: the steps by which learning rates are compared.
LEARNING_RATES = {
    rate: f"{rate:g}" for rate in (digit * 10.0**power for power in range(-5, 2) for digit in (1, 2, 5)) if rate <= 10
}
_WIDTH = 150  # pixels: two beside each other on a phone


def settings_form(owner: Session) -> None:
    """Draw the settings of the next run."""
    settings = owner.settings

    def put(name: str) -> Callable[[object], None]:
        return lambda value: owner.set_training(**{name: value})

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        bound.choice(
            "Data set", settings.dataset, owner.choose_dataset, "train-dataset", dataset_titles(owner), width=190
        )
        bound.choice(
            "Loss",
            settings.loss,
            put("loss"),
            "loss",
            LOSSES,
            width=_WIDTH,
            help="What training makes small. Cross-entropy looks at the probability of the right class; mean squared "
            "error compares all outputs with 1 for the right class and 0 for the others.",
        )
        bound.choice(
            "Optimiser",
            settings.optimizer,
            put("optimizer"),
            "optimizer",
            {name: optimizer.title for name, optimizer in OPTIMIZERS.items()},
            width=_WIDTH,
            help="How a gradient becomes a change of the weights.",
        )
        learning_rate(settings.learning_rate, put("learning_rate"), "learning-rate")
        if settings.optimizer == "sgd":
            bound.number("Momentum", settings.momentum, put("momentum"), "momentum", 0.0, 0.99, step=0.05, width=_WIDTH)
        bound.number("Epochs", settings.epochs, put("epochs"), "epochs", 1, 1000, width=_WIDTH)
        bound.choice(
            "Batch size",
            settings.batch_size,
            put("batch_size"),
            "batch-size",
            {size: str(size) for size in sorted({*BATCH_SIZES, settings.batch_size})},
            width=_WIDTH,
            help="How many pictures each step looks at.",
        )
        bound.choice(
            "Weights start as",
            settings.initialization,
            put("initialization"),
            "init",
            INITIALIZATIONS,
            width=_WIDTH,
            help="Glorot uniform is Keras's default, He normal was made for ReLU, PyTorch's own is uniform within "
            "±1/√inputs. From all zeros every filter stays the same: try it once.",
        )
        bound.number(
            "Seed",
            settings.seed,
            put("seed"),
            "seed",
            0,
            2**31 - 1,
            width=_WIDTH,
            help="Fixes every random choice: the same seed gives the same curve.",
        )
        augmentation_menu(owner)
        link_popover(owner)
    if changed := augmentation_words(settings):
        st.caption(f"Training pictures are changed at random: {changed}.")


def learning_rate(value: float, on_change: Callable[[float], None], key: str) -> None:
    """A slider over learning rates in steps of 1, 2, 5; a value between them is shown as it is."""
    options = dict(sorted((LEARNING_RATES | {value: f"{value:g}"}).items()))
    bound.choice(
        "Learning rate",
        value,
        on_change,
        key,
        options,
        widget=st.select_slider,
        help="How far one step goes. It can be changed while the network trains.",
    )
