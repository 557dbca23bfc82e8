"""The parts of the Home page: the ready-made network at work on one digit, and cards that lead to the other pages."""

from pathlib import Path

import streamlit as st

from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.ui.kit.glossary import explained
from visualizer.ui.parts.dataset_view import examples
from visualizer.ui.parts.stage import StagePicture, stage
from visualizer.ui.state.models import bundled_network

_FIRST = 3  # the digit that the page opens with
_PER_DIGIT = 2


def network_at_work() -> None:
    """Draw the network, digits to choose from, and a paper to draw another one."""
    dataset = load_dataset("digits")
    network = bundled_network()
    indices = examples(dataset, dataset.test, _PER_DIGIT)
    labels = dataset.labels[indices].tolist()
    strip = [
        StagePicture(dataset.class_names[label], pixels, label)
        for label, pixels in zip(labels, prepare(dataset.pictures[indices], network.input_shape), strict=True)
    ]
    stage(
        "home-stage",
        ("bundled",),
        network,
        strip[labels.index(_FIRST)],
        class_names=dataset.class_names,
        answers=network.answer_kind,
        strip=strip,
        drawing="digits",
        height=0.52,
    )


def page_card(page: Path, title: str, icon: str, text: str) -> None:
    """Draw a bordered card with a link to `page` and one line about it."""
    with st.container(border=True, gap="xsmall"):
        st.page_link(page, label=f"**{title}**", icon=icon)
        st.caption(explained(text))
