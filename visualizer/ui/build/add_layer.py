"""Build's list of all layer types, from which one is added to the network."""

from dataclasses import dataclass

import streamlit as st

from visualizer.architecture.layer import Layer, grouped_layer_types
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.session import Session


@dataclass(frozen=True)
class NewPlace:
    """Where a layer is to be added.

    Attributes:
        position: Before which layer; the end is the number of layers.
        words: The same in words, the heading of the list.
        block: The number of the block that it is added to where that begins or ends there.
    """

    position: int
    words: str
    block: int | None = None


def choose_layer_type(owner: Session, place: NewPlace) -> None:
    """Open the list, from which the chosen type is added there with its default settings."""
    st.dialog(place.words, width="medium", icon=":material/add:")(_types)(owner, place)


def _types(owner: Session, place: NewPlace) -> None:
    for number, (group, types) in enumerate(grouped_layer_types().items()):
        with st.container(gap="xxsmall", key=f"layer-group-{number}"):
            st.markdown(f"**{markdown_safe(group)}**")
            with st.container(horizontal=True, gap="xsmall"):
                for name, layer_type in types.items():
                    _type_button(owner, name, layer_type, place)


def _type_button(owner: Session, name: str, layer_type: type[Layer], place: NewPlace) -> None:
    def add() -> None:
        owner.edit(lambda draft: draft.insert(place.position, layer_type(), place.block))

    about, icon = layer_type.explanation, layer_type.icon
    if st.button(layer_type.title, key=f"add-{name}", icon=icon, help=about, on_click=add):
        st.rerun()  # closes the list
