"""The first card of Build: the picture that comes in, the data set, and the network's name."""

from dataclasses import replace

import streamlit as st

from visualizer.architecture.architecture import MAX_NAME_LENGTH
from visualizer.architecture.shapes import describe_shape
from visualizer.architecture.span import PICTURE
from visualizer.limits import limits
from visualizer.tasks.classification import Classification
from visualizer.ui.build.add_layer import NewPlace
from visualizer.ui.build.layer_card import ADD_BELOW, SPACE, branch, branch_words, card_header, card_menu
from visualizer.ui.build.state import BuildState
from visualizer.ui.kit import bound
from visualizer.ui.kit.text import escaped
from visualizer.ui.state.dataset_names import chosen_dataset, dataset_titles
from visualizer.ui.state.session import Session
from visualizer.words import uncapitalized

_CARD = -1  # layers' cards count from 0
_CHANNELS = {1: "1 (grey)", 3: "3 (red, green, blue)"}


def input_card(owner: Session) -> None:
    """Draw the input's card; a change on it changes the owner's network or data set."""
    architecture = owner.architecture
    dataset, task = chosen_dataset(owner), owner.settings.task
    learnt = f"{dataset.classes} classes" if isinstance(task, Classification) else uncapitalized(task.title)
    label = SPACE.join(
        [
            ":material/image:",
            f"**Input{SPACE}{escaped(architecture.name)}**",
            describe_shape(architecture.input_shape),
            f":gray[{escaped(dataset.title)}, {escaped(learnt)}]",
        ]
    )

    def act(action: str) -> None:
        if action == "add":
            owner.page_state(BuildState).adding = NewPlace(0, "Add a layer below the input")
        else:
            branch(owner, PICTURE)

    with st.container(border=True, gap="small", key="card-input"):
        with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
            opened = card_header(owner, _CARD, label)
            options = {"add": ADD_BELOW, "branch": branch_words(owner.history.present, PICTURE)}
            card_menu("Menu of the input", options, act, "bare-action-input")
        if opened:
            _form(owner)


def _form(owner: Session) -> None:
    architecture = owner.architecture
    channels, height, width = architecture.input_shape

    def set_input(channels: int, height: int, width: int) -> None:
        shape = (channels, height, width)
        owner.attempt(lambda: owner.open_architecture(replace(architecture, input_shape=shape)))

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        bound.text("Name", architecture.name, owner.rename, "name", width=200, max_chars=MAX_NAME_LENGTH)
        bound.choice(
            "Data set",
            owner.settings.dataset,
            owner.choose_dataset,
            "dataset",
            dataset_titles(owner),
            width=200,
            help="What the network is trained on. It sets the number of classes. Pictures are resized to the input.",
        )
        # A file may hold a larger input than can be trained here: the field shows it unchanged.
        most = max(limits().input_side, height, width)
        bound.number("Height", height, lambda new: set_input(channels, new, width), "height", 1, most, width=128)
        bound.number("Width", width, lambda new: set_input(channels, height, new), "width", 1, most, width=128)
        bound.choice("Channels", channels, lambda new: set_input(new, height, width), "channels", _CHANNELS, width=176)
