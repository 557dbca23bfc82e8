"""Build's gallery: networks that made history, to open as published or as a small one that trains here."""

from collections.abc import Callable
from functools import cache

import streamlit as st

from visualizer.architecture.architecture import Architecture, ArchitectureReport, summarize
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.gallery.entry import GalleryEntry
from visualizer.data.catalog import dataset_title
from visualizer.figures.silhouette import silhouette
from visualizer.ui.kit.quantities import count
from visualizer.ui.state.session import Session


def gallery_button(owner: Session) -> None:
    """Draw the button that opens the gallery."""
    if st.button("Gallery", key="gallery", icon=":material/museum:"):
        _gallery(owner)


@st.dialog("Networks that made history", width="large", icon=":material/museum:")
def _gallery(owner: Session) -> None:
    st.markdown(
        "Open one as its authors published it, or a small one with the same idea that learns here in about two "
        "minutes. “Undo” brings back your network."
    )
    st.caption(
        "Each picture is computed from the network: a bar for the input (grey) and for each layer with weights. Its "
        "height stands for the size of the maps, its darkness for how many there are."
    )
    for number, entry in enumerate(GALLERY):
        _entry(owner, number, entry)


def _entry(owner: Session, number: int, entry: GalleryEntry) -> None:
    architecture, report = _made(number)
    with st.container(border=True, key=f"gallery-{number}", gap="small"):
        st.markdown(f"**{entry.name}**, {entry.year}")
        picture = silhouette(report)
        st.image(picture.svg, alt=picture.text, width="stretch")
        st.markdown(entry.idea)
        st.caption(
            f"{count(report.parameters + report.kept)} parameters, {count(report.multiply_adds)} multiply-adds for one "
            f"picture. [{entry.paper}]({entry.link})"
        )
        if entry.differs:
            st.caption(f"Different from the paper: {entry.differs}")
        with st.container(horizontal=True, gap="xsmall"):
            _open_button(owner, f"Open {entry.name}", f"gallery-open-{number}", lambda: architecture, "")
            title = dataset_title(entry.small_dataset)
            _open_button(
                owner,
                f"Open a small one for {title}",
                f"gallery-small-{number}",
                entry.make_small,
                entry.small_dataset,
            )


def _open_button(owner: Session, label: str, key: str, make: Callable[[], Architecture], dataset: str) -> None:
    """A button that puts a network into Build, and chooses the data set that it is for, if it is for one."""
    if st.button(label, key=key, icon=":material/layers:", type="secondary" if dataset else "primary"):
        owner.open_architecture(make())
        if dataset:
            owner.choose_dataset(dataset)
        st.rerun()


@cache
def _made(number: int) -> tuple[Architecture, ArchitectureReport]:
    architecture = GALLERY[number].make()
    return architecture, summarize(architecture)
