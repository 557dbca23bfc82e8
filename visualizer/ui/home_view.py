"""The ready-made network at work on one digit, for the Home page."""

import streamlit as st

from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.data.catalog import load_dataset
from visualizer.data.prepare import prepare
from visualizer.figures.maps import map_grid
from visualizer.figures.picture import picture_chart
from visualizer.figures.probabilities import probability_bars
from visualizer.ui.charts import show
from visualizer.ui.models import bundled_network, look

_WIDTH = 190  # pixels: five pictures beside each other on a laptop, two on a phone


def digit_picker() -> int:
    """Draw the choice of a digit, 0 to 9, and "another of it"; the chosen picture's index in the data set."""
    dataset = load_dataset("digits")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        label = st.segmented_control(
            "Digit", range(10), default=3, required=True, key="home-digit", persist_state="session"
        )
        of_class = dataset.test[dataset.labels[dataset.test] == label]
        number = st.number_input(
            f"Which of {len(of_class)}",
            1,
            len(of_class),
            key=f"home-number-{label}",
            width=120,
            help="From the test split: the network was never trained on these pictures.",
        )
    return int(of_class[number - 1])


def network_at_work(index: int) -> None:
    """Draw the digit, the feature maps of each layer, and the class probabilities."""
    dataset = load_dataset("digits")
    network = bundled_network()
    picture = prepare(dataset.pictures[index][None], network.architecture.input_shape)[0]
    seen = look(("bundled",), network, picture)
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        with st.container(width=_WIDTH, gap="xsmall"):
            st.markdown("**Picture**")
            show(picture_chart(picture, ""), "home-picture")
            st.caption(f"{describe_shape(picture.shape)} pixels")
        for view in seen.layers:
            if not is_maps(view.output.shape):
                continue
            with st.container(width=_WIDTH, gap="xsmall"):
                st.markdown(f"**{view.layer.summary()}**")
                show(
                    map_grid(
                        view.output,
                        titles=[str(channel + 1) for channel in range(len(view.output))],
                        columns=4 if len(view.output) > 8 else 2,
                        value_label="activation",
                    ),
                    f"home-maps-{view.index}",
                )
                st.caption(describe_shape(view.output.shape))
        with st.container(width=_WIDTH + 60, gap="xsmall"):
            st.markdown("**Answer**")
            assert seen.probabilities is not None
            show(
                probability_bars(seen.probabilities, dataset.class_names, int(dataset.labels[index])),
                "home-probabilities",
            )
