"""Build's list of all layer types, from which one is added to the network."""

import streamlit as st

from visualizer.architecture.layer import Layer, grouped_layer_types
from visualizer.ui.kit.text import markdown_safe
from visualizer.ui.state.session import Session


def add_layer_button(owner: Session, position: int, label: str, key: str, *, block: int | None = None) -> None:
    """Draw the button that opens the list; the chosen type is added with its default settings.

    Args:
        owner: The session whose network it is added to.
        position: Before which layer; the end is the number of layers.
        label: What the button says, and the heading of the list.
        key: Unique on the page; where it begins with "bare-", the button shows its plus alone.
        block: The number of the block that it is added to where that begins or ends there.
    """
    if st.button(label, key=key, icon=":material/add:", type="tertiary" if key.startswith("bare-") else "secondary"):
        st.dialog(label, width="medium", icon=":material/add:")(_types)(owner, position, block)


def _types(owner: Session, position: int, block: int | None) -> None:
    for number, (group, types) in enumerate(grouped_layer_types().items()):
        with st.container(gap="xxsmall", key=f"layer-group-{number}"):
            st.markdown(f"**{markdown_safe(group)}**")
            with st.container(horizontal=True, gap="xsmall"):
                for name, layer_type in types.items():
                    _type_button(owner, name, layer_type, position, block)


def _type_button(owner: Session, name: str, layer_type: type[Layer], position: int, block: int | None) -> None:
    def add() -> None:
        owner.edit(lambda draft: draft.insert(position, layer_type(), block))

    about, icon = layer_type.explanation, layer_type.icon
    if st.button(layer_type.title, key=f"add-{name}", icon=icon, help=about, on_click=add):
        st.rerun()  # closes the list
