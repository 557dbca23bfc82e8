"""A link that opens a network with its training settings: made here, and read from the address of the Build page."""

from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

import streamlit as st

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.editing import Draft
from visualizer.data.catalog import is_known
from visualizer.data.openml import OPENML_DATASETS
from visualizer.errors import UserError
from visualizer.training.link import LinkedNetwork, link_text, read_link
from visualizer.training.settings import TrainingSettings
from visualizer.ui.kit.component import component
from visualizer.ui.kit.glossary import explained
from visualizer.ui.kit.text import escaped, markdown_safe
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.session import Session
from visualizer.words import counted

PARAMETER = "network"
_PATH = "build"
_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


@dataclass
class Arrival:
    """What the last link opened in this tab, or why it opened nothing.

    Attributes:
        sentence: The message; shown until the network in Build changes.
        refused: True if nothing was opened.
        draft: The draft in Build since then; None if no link was opened.
    """

    sentence: str = ""
    refused: bool = False
    draft: Draft | None = None

    def show(self, sentence: str, draft: Draft, *, refused: bool) -> None:
        """Show that sentence as long as this is the draft in Build."""
        self.sentence, self.draft, self.refused = sentence, draft, refused


def link_popover(owner: Session) -> None:
    """Draw a button that shows a link to the network in Build and the settings of the next run."""
    with st.popover("Link", icon=":material/link:", key="link"):
        st.markdown("Anyone who opens this link gets **your network and your training settings**, to change freely.")
        try:
            text = link_text(LinkedNetwork(owner.architecture, owner.settings))
        except UserError as error:
            st.error(markdown_safe(error), icon=":material/error:")
            return
        # st.code has a copy button, but only shows it on hover: never on a phone.
        component("copy_link")(
            key="copy-link", data={"link": _address(text), "name": "The link", "button": "Copy the link"}
        )
        notes = [explained("It contains no trained weights: the network starts learning from scratch.", "weight")]
        if not st.context.url:
            notes.append("Put the address of this app before it.")
        elif is_this_computer():
            notes.append(
                "**This address works on this computer only.** For others, open the app by its address in the network "
                "(such as `http://192.168.0.7:8501`), and copy the link there."
            )
        st.caption(" ".join(notes))


def is_this_computer() -> bool:
    """Whether the page's address works on this computer only."""
    return urlsplit(st.context.url or "").hostname in _THIS_COMPUTER


def _address(text: str) -> str:
    # The app may have a path of its own. The page's address contains it, and ends in the name of the page.
    return f"{urljoin(st.context.url or '/', _PATH)}?{PARAMETER}={text}"


def open_link(owner: Session) -> None:
    """Open the network in the page's address, if there is one, once."""
    text = st.query_params.get(PARAMETER)
    if text is not None:
        # If it stayed, every reload would open it again and undo later changes.
        del st.query_params[PARAMETER]
        _open(owner, text)


def show_arrival(owner: Session) -> None:
    """Show what a link opened, or why it opened nothing, until the network changes."""
    arrival = owner.page_state(Arrival)
    if owner.history.present is arrival.draft:
        box, icon = (st.error, ":material/link_off:") if arrival.refused else (st.info, ":material/link:")
        box(arrival.sentence, icon=icon)


def _open(owner: Session, text: str) -> None:
    try:
        linked = read_link(text)
    except UserError as error:
        owner.page_state(Arrival).show(markdown_safe(error), owner.history.present, refused=True)
        return
    settings, kept = linked.settings, ""
    # Own data sets count too: a link usually opens in a new workspace, but may be pasted into an existing tab.
    if not is_known(settings.dataset, own_names(owner, settings.dataset)):
        kept = _why_kept(settings.dataset)
        settings = replace(settings, dataset=owner.settings.dataset)
    open_linked(
        owner,
        linked.architecture,
        settings,
        f"Opened from a link: **{escaped(linked.architecture.name) or 'a network'}** with "
        f"{counted(len(linked.architecture.layers), 'layer')} and its training settings.{kept} "
        "“Undo” brings back what was here before.",
    )


def open_linked(owner: Session, architecture: Architecture, settings: TrainingSettings, sentence: str) -> None:
    """Open a link's network in Build and its settings in Train, undoably, and show `sentence` about it."""
    owner.open_with_settings(architecture, settings)
    owner.page_state(Arrival).show(sentence, owner.history.present, refused=False)


def _why_kept(dataset: str) -> str:
    if dataset not in OPENML_DATASETS:
        return " A link cannot include its pictures, so the data set stays as it was."
    title = OPENML_DATASETS[dataset].title
    return (
        f" It is meant to be trained on {title}, which is not on this server yet, so the data set stays as it was: "
        f"fetch {title} on the Train page, then choose it there."
    )
