"""Whether the network in Build and the data set of the next run fit together, and what makes them fit in one click."""

import streamlit as st

from visualizer.architecture.architecture import Architecture, ArchitectureReport, summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.shapes import describe_shape, is_maps
from visualizer.data.catalog import DatasetEntry, shared_datasets
from visualizer.data.own_dataset import is_own
from visualizer.ui.kit.links import page
from visualizer.ui.kit.text import escaped
from visualizer.ui.parts.fix_buttons import fix_buttons
from visualizer.ui.parts.passed_bound import show_passed_bound
from visualizer.ui.state.dataset_names import chosen_dataset, goal_of, trained_shape
from visualizer.ui.state.session import Session
from visualizer.words import counted

_CHANNELS = {1: "in grey", 3: "in colour"}


def hindrance(owner: Session, report: ArchitectureReport) -> str:
    """Why a run of the network in Build cannot start, in a short sentence; empty if it can.

    `report` is of that network and the goal of the chosen task and data set.
    """
    if report.passed_bound(owner.settings.batch_size) is not None:
        return "The network in Build is too large for this server."
    return "" if report.fits else "The network in Build does not fit yet."


def show_hindrance(owner: Session, report: ArchitectureReport) -> None:
    """Draw what prevents a run, with a fix."""
    if report.passed_bound(owner.settings.batch_size) is not None:
        show_passed_bound(owner, report)
        return
    for index, (card, row) in enumerate(zip(owner.history.present.ids, report.layers, strict=True)):
        if row.problem:
            with st.container(border=True, key="hindrance"):
                st.markdown(f":material/build: **Layer {index + 1}, {row.layer.summary()}.** {row.problem}")
                with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                    fix_buttons(owner, card, row.problem, "hindrance-fix")
                    st.page_link(page("build"), label="Show it in Build", icon=":material/layers:")
            return
    if report.problem:
        with st.container(border=True, key="hindrance"):
            st.markdown(f":material/build: {report.problem}")
            st.page_link(page("build"), label="Add layers in Build", icon=":material/layers:")


def fit_offer(owner: Session, place: str) -> None:
    """Say how the chosen data set differs from what the network was made for, and offer fixes.

    Nothing is drawn if they fit. `place` makes the keys of the buttons unique on the page.
    """
    architecture, dataset, shape = owner.architecture, chosen_dataset(owner), trained_shape(owner)
    proposed = _proposed(owner, architecture, dataset, shape)
    others = [
        (name, entry)
        for name, entry in shared_datasets().items()
        # Users who have collected pictures of their own want to train on those.
        if entry.shape == shape != dataset.shape and not is_own(owner.settings.dataset)
    ]
    if words := _misfit(shape, dataset):
        st.markdown(f":material/info: {words}")
    with st.container(horizontal=True, gap="xsmall"):
        if proposed != architecture:
            st.button(
                f"Fit the network: {_difference(proposed, architecture)}",
                key=f"fit-network-{place}",
                icon=":material/build:",
                wrap=True,
                on_click=owner.open_architecture,
                args=(proposed,),
            )
        for name, entry in others:
            st.button(
                f"Train on {entry.title} ({describe_pictures(entry.shape)})",
                key=f"fit-dataset-{place}-{name}",
                icon=":material/dataset:",
                wrap=True,
                on_click=owner.choose_dataset,
                args=(name,),
            )


def fits_dataset(owner: Session) -> bool:
    """Whether the network in Build can be trained on the chosen data set."""
    architecture = owner.architecture
    return summarize(architecture, goal_of(owner, architecture.input_shape)).fits


def describe_pictures(shape: tuple[int, int, int]) -> str:
    """Pictures of that shape (C, H, W), such as "64 × 64 in colour"."""
    channels, height, width = shape
    return f"{height} × {width} {_CHANNELS[channels]}"


def _proposed(
    owner: Session, architecture: Architecture, dataset: DatasetEntry, trained: tuple[int, int, int]
) -> Architecture:
    """The network adapted to the task and the data set; unchanged if nothing can be proposed."""
    own = architecture.input_shape
    # Where the input is something else than a picture, it says nothing about the data set.
    for shape in (dataset.shape, own) if trained == own else (own,):
        if (adapted := fitted(architecture, shape, goal_of(owner, shape))) is not None:
            return adapted
    return architecture


def _misfit(shape: tuple[int, int, int], dataset: DatasetEntry) -> str:
    """How the data set's pictures are changed to the shape in which the network takes them; empty if they have it."""
    channels, height, width = dataset.shape
    wanted, *size = shape
    if (wanted, *size) == dataset.shape:
        return ""
    sentences = [
        f"The pictures of **{escaped(dataset.title)}** are {describe_pictures(dataset.shape)}; the network in Build "
        f"expects {describe_pictures(shape)}."
    ]
    if size != [height, width]:
        larger = size[0] * size[1] > height * width
        enlarged, reduced = "Each is enlarged, which adds no detail.", "Each is reduced, which loses detail."
        sentences.append(enlarged if larger else reduced)
    if wanted != channels:
        sentences.append("Each becomes grey." if wanted == 1 else "Each gets the same grey in red, green and blue.")
    return " ".join(sentences)


def _difference(proposed: Architecture, architecture: Architecture) -> str:
    parts = []
    if proposed.input_shape != architecture.input_shape:
        parts.append(f"input {describe_pictures(proposed.input_shape)}")
    if proposed.layers != architecture.layers:
        output = summarize(proposed).layers[-1].output_shape or ()
        parts.append(f"output {describe_shape(output)}" if is_maps(output) else counted(output[0], "output"))
    return ", ".join(parts)
