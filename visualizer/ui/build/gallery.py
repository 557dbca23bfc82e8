"""Build's gallery: networks that made history, to open as published or as a small one that trains here."""

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
        "Open one as its authors published it, or a small one with the same idea that can be trained here. “Undo” "
        "brings back your network."
    )
    st.caption(
        "Each picture is computed from the network: a bar for the input (grey) and for each layer with weights. The "
        "larger the maps, the higher the bar; the more there are, the stronger its colour."
    )
    for number, entry in enumerate(GALLERY):
        _entry(owner, number, entry)


def _entry(owner: Session, number: int, entry: GalleryEntry) -> None:
    architecture, report, small = _made(number)
    with st.container(border=True, key=f"gallery-{number}", gap="small"):
        picture_column, words = st.columns([2, 3], gap="medium")
        picture = silhouette(report)
        picture_column.image(picture.svg, alt=picture.text, width="stretch")
        with words:
            st.markdown(f"**{entry.name}**, {entry.year}")
            st.markdown(entry.idea)
            st.caption(
                f"{count(report.parameters + report.kept)} parameters, {count(report.multiply_adds)} multiply-adds for "
                f"one picture. [{entry.paper}]({entry.link})"
            )
            if entry.differs:
                st.caption(f"Different from the paper: {entry.differs}")
            if report.passed_bound():
                st.caption("It is too large to be trained on this server. It can be drawn and taken apart.")
        title = dataset_title(entry.small_dataset)
        with st.container(horizontal=True, gap="xsmall"):
            if small == architecture:
                _open_button(owner, f"Open {entry.name} for {title}", number, small, entry.small_dataset)
                return
            _open_button(owner, f"Open {entry.name}", number, architecture)
            _open_button(owner, f"Open a small one for {title}", number, small, entry.small_dataset)


def _open_button(owner: Session, label: str, number: int, network: Architecture, dataset: str = "") -> None:
    """A button that puts a network into Build, and chooses the data set that it is for, if it is for one."""
    key = f"gallery-{'small' if dataset else 'open'}-{number}"
    if st.button(label, key=key, icon=":material/layers:"):
        owner.open_architecture(network)
        if dataset:
            owner.choose_dataset(dataset)
        st.rerun()


@cache
def _made(number: int) -> tuple[Architecture, ArchitectureReport, Architecture]:
    """The network, what is known of it, and the small one."""
    architecture = GALLERY[number].make()
    return architecture, summarize(architecture), GALLERY[number].make_small()
