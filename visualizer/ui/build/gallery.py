"""Build's gallery: the networks to start from, small ones and those that made history."""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import streamlit as st

from visualizer.architecture.architecture import Architecture, ArchitectureReport, summarize
from visualizer.architecture.gallery.catalog import GALLERY, STARTERS
from visualizer.architecture.gallery.entry import GalleryEntry
from visualizer.architecture.presets import empty
from visualizer.data.catalog import dataset_entry, dataset_title, is_known
from visualizer.figures.silhouette import silhouette
from visualizer.tasks.classification import Classification
from visualizer.tasks.task import Task, TaskPreset, task_types
from visualizer.training.settings import TrainingSettings, preset_settings
from visualizer.ui.kit.component import component
from visualizer.ui.kit.quantities import count
from visualizer.ui.state.dataset_names import chosen_dataset
from visualizer.ui.state.session import Session

_ACROSS = 4  # cards beside each other
_OTHER_TASKS = tuple(kind for kind in task_types().values() if kind is not Classification)


class _Starter(NamedTuple):
    """A small network: what its card says, what its button says, and what is opened, for a task with such settings.

    `icon` stands before the name, `about_network` in small letters where `sentence` is not about the network.
    """

    name: str
    sentence: str
    label: str
    architecture: Architecture
    settings: TrainingSettings | None = None
    icon: str = ""
    about_network: str = ""


def gallery_button(owner: Session) -> None:
    """Draw the button that opens the gallery."""
    if st.button("Start from the gallery", key="gallery", icon=":material/museum:"):
        _gallery(owner)


@st.dialog("Networks to start from", width="large", icon=":material/museum:")
def _gallery(owner: Session) -> None:
    st.markdown("The network that you open takes the place of yours. “Undo” brings yours back.")
    st.caption(
        "Each picture is computed from the network: a bar for the input (grey) and for each layer with weights. The "
        "larger the maps, the higher the bar; the more there are, the stronger its colour."
    )
    st.header("Small networks")
    cards = [
        _Starter(preset.name, preset.description, f"Open {preset.name}", preset.architecture) for preset in STARTERS
    ]
    nothing = empty(chosen_dataset(owner).shape)
    cards.append(_Starter("Nothing", "An input and no layers yet.", "Start from nothing", nothing))
    _starters(owner, cards, 0)
    st.header("More than classes")
    st.markdown("Each of these learns something else about a picture. Its data set and settings come with it.")
    presets = [_preset(kind, preset) for kind in _OTHER_TASKS for preset in (kind.preset(), *kind.more_presets())]
    _starters(owner, presets, len(cards))
    st.header("Networks that made history")
    st.markdown("Open one as its authors published it, or a small one with the same idea that can be trained here.")
    for number, entry in enumerate(GALLERY):
        _entry(owner, number, entry)


def _preset(kind: type[Task], preset: TaskPreset) -> _Starter:
    label, settings = f"Open {preset.architecture.name}", preset_settings(kind(), preset)
    name = f"{kind.title}: {preset.variant}" if preset.variant else kind.title
    return _Starter(name, kind.explanation, label, preset.architecture, settings, kind.icon, preset.sentence)


def _starters(owner: Session, cards: list[_Starter], first: int) -> None:
    for row in range(0, len(cards), _ACROSS):
        columns = st.columns(_ACROSS, gap="small")
        for place, (column, card) in enumerate(zip(columns, cards[row : row + _ACROSS], strict=False)):
            with column:
                _starter(owner, first + row + place, card)


def _starter(owner: Session, place: int, card: _Starter) -> None:
    report = summarize(card.architecture)
    with st.container(border=True, key=f"starter-{place}", gap="small", height="stretch"):
        _picture(report, card.name, f"starter-{place}")
        st.markdown(f"{card.icon} **{card.name}**".strip())
        st.markdown(card.sentence)
        st.caption(f"{card.about_network} {_counts(report)}.".strip())
        _open_button(owner, card.label, f"starter-open-{place}", card.architecture, card.settings)


def _entry(owner: Session, number: int, entry: GalleryEntry) -> None:
    architecture, report, small = _made(number)
    with st.container(border=True, key=f"gallery-{number}", gap="small"):
        picture_column, words = st.columns([2, 3], gap="medium")
        with picture_column:
            _picture(report, entry.name, f"gallery-{number}")
        with words:
            st.markdown(f"**{entry.name}**, {entry.year}")
            st.markdown(entry.idea)
            st.caption(f"{_counts(report)}. [{entry.paper}]({entry.link})")
            if entry.differs:
                st.caption(f"Different from the paper: {entry.differs}")
            if report.passed_bound():
                st.caption("It is too large to be trained on this server. It can be drawn and taken apart.")
        small_key, title = f"gallery-small-{number}", dataset_title(entry.small_dataset)
        settings = replace(_of_classes(owner.settings), dataset=entry.small_dataset)
        with st.container(horizontal=True, gap="xsmall"):
            if small == architecture:
                _open_button(owner, f"Open {entry.name} for {title}", small_key, small, settings)
                return
            _open_button(owner, f"Open {entry.name}", f"gallery-open-{number}", architecture)
            _open_button(owner, f"Open a small one for {title}", small_key, small, settings)


def _picture(report: ArchitectureReport, name: str, key: str) -> None:
    picture = silhouette(report)
    component("silhouette")(key=f"silhouette-{key}", data={"svg": picture.svg, "alt": f"{name}. {picture.text}"})


def _counts(report: ArchitectureReport) -> str:
    parameters, work = count(report.parameters + report.kept), count(report.multiply_adds)
    return f"{parameters} parameters, {work} multiply-adds for one picture"


def _open_button(
    owner: Session, label: str, key: str, network: Architecture, settings: TrainingSettings | None = None
) -> None:
    """A button that puts a network into Build, and its settings into Train; None where it is for any classes."""
    if st.button(label, key=key, icon=":material/layers:", on_click=_open, args=(owner, network, settings)):
        st.rerun()  # which closes the dialog


def _open(owner: Session, network: Architecture, settings: TrainingSettings | None) -> None:
    wanted = settings or _of_classes(owner.settings)
    if wanted == owner.settings:
        owner.open_architecture(network)
    else:
        owner.open_with_settings(network, wanted)


def _of_classes(settings: TrainingSettings) -> TrainingSettings:
    """The settings, for classification; on the digits where the chosen data set has no class for a picture."""
    if isinstance(settings.task, Classification):
        return settings
    changed = replace(settings, task=Classification(), loss=TrainingSettings.loss)
    fits = not is_known(settings.dataset) or Classification.fits(dataset_entry(settings.dataset).annotations)
    return changed if fits else replace(changed, dataset=TrainingSettings.dataset)


@cache
def _made(number: int) -> tuple[Architecture, ArchitectureReport, Architecture]:
    """The network, what is known of it, and the small one."""
    architecture = GALLERY[number].make()
    return architecture, summarize(architecture), GALLERY[number].make_small()
