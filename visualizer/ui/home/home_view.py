"""The parts of the Home page: the ready-made network at work on one digit, and cards that lead to the other pages."""

from pathlib import Path

import streamlit as st

from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.overview import NamedMaps, overview
from visualizer.tasks.classification import Classification
from visualizer.ui.kit.answer import show_answer
from visualizer.ui.kit.charts import show
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.pick import pick
from visualizer.ui.parts.dataset_view import choose_test_picture
from visualizer.ui.state.models import bundled_network, probe_picture
from visualizer.ui.state.viewport import column_width, is_narrow

_MAPS_SHARE = 0.77  # of the page's width; the rest is for the answer


def digit_picker() -> int:
    """Draw the choice of a digit, and of one of its pictures; return the picture's index in the data set."""
    dataset = load_dataset("digits")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        digits = {digit: str(digit) for digit in range(10)}
        label = pick("Digit to show", digits, "home-digit", default=3, widget=st.pills)
        words = "From the test split: the network was never trained on these pictures."
        return choose_test_picture(dataset, label, f"home-number-{label}", width=140, help=words)


def network_at_work(index: int) -> None:
    """Draw the digit, the feature maps of each layer, and the answer."""
    dataset = load_dataset("digits")
    network = bundled_network()
    picture = prepare(dataset.pictures[index][None], network.architecture.input_shape)[0]
    probed = probe_picture(("bundled",), network, picture)
    maps, answer = st.columns([_MAPS_SHARE, 1 - _MAPS_SHARE])
    with maps:
        blocks = [
            NamedMaps(view.layer.title, describe_shape(view.output.shape), view.output)
            for view in probed.layers
            if is_maps(view.output.shape)
        ]
        width = column_width(_MAPS_SHARE)
        show(
            overview(
                NamedMaps("Picture", describe_shape(picture.shape), picture), blocks, width=width, stacked=is_narrow()
            ),
            "overview",
        )
    with answer:
        st.markdown("**Its answer**")
        assert probed.answer is not None
        truth = Classification().truth(dataset, index)
        show_answer(probed.answer, dataset.annotations, "home-answer", truth=truth)


def page_card(page: Path, title: str, icon: str, text: str) -> None:
    """Draw a bordered card with a link to `page` and one line about it."""
    with st.container(border=True, gap="xsmall"):
        st.page_link(page, label=f"**{title}**", icon=icon)
        st.caption(explained(text))
