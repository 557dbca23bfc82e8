"""The stage on top of Look inside: the whole network at work on the chosen picture."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from visualizer.architecture.answer import Classes
from visualizer.data.prepare import prepare
from visualizer.ui.look.layer_choice import open_layer
from visualizer.ui.look.layer_view import layer_key
from visualizer.ui.parts.dataset_view import examples, opened_dataset
from visualizer.ui.parts.picture_source import ChosenPicture
from visualizer.ui.parts.stage import StagePicture, is_staged, stage
from visualizer.ui.state.models import OpenedNetwork

if TYPE_CHECKING:
    from visualizer.inspection.probe import Probe

_LED_TO = "Its answer is drawn below, under “The picture and the answer”."
_NOT_HERE = (
    "This network is too large for the browser, or has a layer that only the server can compute: "
    "below, the server shows every layer."
)
_STRIP_BYTES = 300_000  # of all pictures of the strip


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
    views = () if probed is None else probed.layers

    def open_below(index: int) -> None:
        st.session_state["look-parts"] = "Layers"
        if views:
            open_layer(views, layer_key(views), index)

    stage(
        "stage",
        opened.key,
        network,
        StagePicture("the picture", given.pixels, given.label),
        class_names=given.class_names if of_classes else (),
        answers=network.answer_kind if of_classes else None,
        strip=_strip(opened) if isinstance(given.origin, tuple) else (),
        on_layer=open_below if views else None,
        led_to=_LED_TO,
    )


def shows_classes(opened: OpenedNetwork) -> bool:
    """Whether the stage itself shows the answer."""
    return opened.network.answering is None and opened.task.answer_type is Classes


def _strip(opened: OpenedNetwork) -> list[StagePicture]:
    """One test picture of each class, or fewer where they are large."""
    dataset = opened_dataset(opened.dataset)
    most = max(_STRIP_BYTES // (4 * int(np.prod(opened.network.input_shape))), 1)
    indices = examples(dataset, dataset.test, 1)[:most]
    pixels = opened.task.input_of(prepare(dataset.pictures[indices], opened.network.input_shape))
    labels = dataset.labels[indices]
    return [
        StagePicture(dataset.class_names[label], picture, int(label))
        for label, picture in zip(labels.tolist(), pixels, strict=True)
    ]
