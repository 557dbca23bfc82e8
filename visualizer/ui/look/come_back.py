"""Coming back to where somebody was in Look inside: step by step on a tab's first look, as far as it still exists."""

from collections.abc import Collection

import streamlit as st

from visualizer.data.catalog import is_known
from visualizer.data.photos import PHOTOS
from visualizer.ui.look.inspected import Inspected
from visualizer.ui.look.layer_choice import open_layer
from visualizer.ui.look.layer_view import layer_key
from visualizer.ui.look.named_network import ask_again
from visualizer.ui.look.state import LookState
from visualizer.ui.parts.dataset_view import opened_dataset
from visualizer.ui.parts.picture_source import choose_photo, choose_picture, is_picture_chosen
from visualizer.ui.state.dataset_names import own_names
from visualizer.ui.state.look_place import LookPlace
from visualizer.ui.state.session import Session


def come_back_to_network(owner: Session, choices: Collection[str]) -> None:
    """Choose the network of the kept place, if it is one of the choices. Call it before the choice is drawn."""
    place = _once(owner, "network")
    if place is None or place.network not in choices:
        return
    st.session_state["network-choice"] = place.network
    if place.network == "named" and place.asked is not None:
        ask_again(owner, place.asked)


def come_back_to_picture(owner: Session) -> None:
    """Choose the picture of the kept place, if it still exists. Call it before the choice is drawn.

    A picture that another page has just chosen stays.
    """
    place = _once(owner, "picture")
    if place is None or place.picture is None or is_picture_chosen():
        return
    if isinstance(place.picture, str):
        if place.picture in PHOTOS:
            choose_photo(place.picture)
        return
    name, index = place.picture
    if is_known(name, own_names(owner, name)) and index in (dataset := opened_dataset(name)).test:
        choose_picture(dataset, index)


def come_back_to_number(owner: Session, inspected: Inspected, network: str) -> None:
    """Open the tab, the layer and the number of the kept place. Call it before the tabs are drawn.

    Another network than the one of that place has nothing of it but the tab. Whether the number exists is checked
    whenever one is explained.
    """
    from visualizer.inspection.steps import Spot

    place = _once(owner, "number")
    if place is None:
        return
    if place.tab:
        st.session_state["look-parts"] = place.tab
    views = inspected.probe.layers
    if network == place.network and place.layer < len(views):
        open_layer(views, layer_key(views), place.layer)
        owner.page_state(LookState).explain_pixel(tuple(Spot(*spot) for spot in place.path), place.page)


def stay_in_tab(titles: Collection[str]) -> None:
    """Keep the open tab where it asks why of another kind of answer: this kind's question, the last, is asked instead.

    A title that no tab ever had is forgotten.
    """
    asked, (*_, why) = st.session_state.get("look-parts"), titles
    if asked is None or asked in titles:
        return
    del st.session_state["look-parts"]
    if asked.startswith("Why "):
        st.session_state["look-parts"] = why


def _once(owner: Session, step: str) -> LookPlace | None:
    """The kept place, the first time that this tab takes this step; a page may be interrupted between two steps."""
    state = owner.page_state(LookState)
    if state.kept is None:
        state.kept = owner.look
    if step in state.came_back:
        return None
    state.came_back.add(step)
    return state.kept
