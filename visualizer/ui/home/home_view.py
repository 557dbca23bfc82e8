"""The parts of the Home page: a ready-made network at work on one picture, and cards that lead to the other pages."""

from pathlib import Path

import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick
from visualizer.ui.parts.dataset_view import examples
from visualizer.ui.parts.stage import StagePicture, stage
from visualizer.ui.state.models import READY_NETWORKS, NetworkChoice, bundled_network

# How each network is offered, the class of the picture that it opens with, pictures of each class, and how one draws.
_OFFERED: dict[NetworkChoice, tuple[str, int, int, str]] = {
    "bundled": ("Digits", 3, 2, "digits"),
    "colours": ("Colours", 1, 1, ""),
}


def choose_network() -> NetworkChoice:
    """Draw the choice of a ready-made network."""
    titles = {choice: title for choice, (title, *_) in _OFFERED.items()}
    return pick("Network", titles, "home-network", label_visibility="collapsed", width="content")


def network_at_work(choice: NetworkChoice) -> None:
    """Draw the network, pictures to choose from, and, where one can draw for it, a paper."""
    ready = READY_NETWORKS[choice]
    _, first, per_class, drawing = _OFFERED[choice]
    dataset, network = load_dataset(ready.dataset), bundled_network(ready.name)
    indices = examples(dataset, dataset.test, per_class)
    labels = dataset.labels[indices].tolist()
    strip = [
        StagePicture(dataset.class_names[label], pixels, label)
        for label, pixels in zip(labels, prepare(dataset.pictures[indices], network.input_shape), strict=True)
    ]
    stage(
        "home-stage",
        (choice,),
        network,
        strip[labels.index(first)],
        class_names=dataset.class_names,
        answers=network.answer_kind,
        strip=strip,
        drawing=drawing,
        height=0.52,
    )


def page_card(page: Path, title: str, icon: str, text: str) -> None:
    """Draw a bordered card with a link to `page` and one line about it."""
    with st.container(border=True, gap="xsmall"):
        st.page_link(page, label=f"**{title}**", icon=icon)
        st.caption(explained(text))
