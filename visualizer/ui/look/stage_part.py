"""The stage on top of Look inside: the whole network at work on the chosen picture."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.data.prepare import prepare
from visualizer.ui.look.layer_choice import open_layer
from visualizer.ui.look.layer_view import layer_key
from visualizer.ui.look.state import LookState
from visualizer.ui.parts.dataset_view import examples, opened_dataset
from visualizer.ui.parts.picture_source import ChosenPicture, choose_picture
from visualizer.ui.parts.stage import StagePicture, is_staged, stage
from visualizer.ui.state.models import OpenedNetwork
from visualizer.ui.state.session import Session, session

if TYPE_CHECKING:
    from visualizer.inspection.probe import LayerView, Probe

_LED_TO = "Its answer is drawn below, under “The picture and the answer”."
_NO_CLASSES = "This network does not end in one number for each class."
_NOT_HERE = (
    "This network is too large for the browser, or has a layer that only the server can compute: "
    "below, the server shows every layer."
)
_STRIP_NUMBERS = 150_000  # of all pictures of the strip; most travel as one byte each


def stage_part(opened: OpenedNetwork, given: ChosenPicture, probed: "Probe | None") -> None:
    """Draw the stage for a picture; a click on a layer's title opens that layer below.

    Args:
        opened: The network.
        given: The picture.
        probed: Every layer on that picture; None while one draws.
    """
    if not is_staged(opened.key, opened.network):
        st.caption(_NOT_HERE)
        return
    network, of_classes = opened.network, shows_classes(opened)
    indices, strip = _strip(opened) if isinstance(given.origin, tuple) else ([], [])
    stage(
        "stage",
        opened.key,
        network,
        StagePicture("the picture", given.pixels, given.label),
        class_names=given.class_names if of_classes else (),
        answers=network.answer_kind if of_classes else None,
        strip=strip,
        on_layer=None if probed is None else partial(_ask_for_layer, session().page_state(LookState)),
        on_picture=partial(_choose, opened.dataset, indices) if strip else None,
        led_to=_NO_CLASSES if of_classes else _LED_TO,
    )


def open_asked_layer(owner: Session, views: "Sequence[LayerView]") -> None:
    """Let the layer that was asked for on the stage be the open one. Call it before the tabs are drawn."""
    state = owner.page_state(LookState)
    if state.asked_layer is not None and state.asked_layer < len(views):
        st.session_state["look-parts"] = "Layers"
        open_layer(views, layer_key(views), state.asked_layer)
    state.asked_layer = None


def _ask_for_layer(state: LookState, index: int) -> None:
    state.asked_layer = index


def _choose(dataset: str, indices: list[int], place: int) -> None:
    choose_picture(opened_dataset(dataset), indices[place])


def shows_classes(opened: OpenedNetwork) -> bool:
    """Whether the stage itself shows the answer."""
    return opened.network.answering is None and opened.task.answer_type is Classes


def _strip(opened: OpenedNetwork) -> tuple[list[int], list[StagePicture]]:
    """One test picture of each class, or fewer where they are large; and their indices in the data set."""
    dataset = opened_dataset(opened.dataset)
    most = max(_STRIP_NUMBERS // int(np.prod(opened.network.input_shape)), 1)
    indices = examples(dataset, dataset.test, 1)[:most]
    pixels = opened.task.input_of(prepare(dataset.pictures[indices], opened.network.input_shape))
    labels = dataset.labels[indices].tolist()
    named = [
        StagePicture(dataset.class_names[label], picture, label) for label, picture in zip(labels, pixels, strict=True)
    ]
    return indices.tolist(), named
