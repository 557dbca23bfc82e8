"""Components of our own: HTML, CSS and JavaScript in assets/, under one name."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from visualizer.ui.kit.links import ASSETS

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


@st.cache_resource(max_entries=32, show_spinner=False)
def component(name: str) -> "ComponentRenderer":
    """The component in assets/NAME.html, .css and .js, as far as there are such files; read once."""
    files = {kind: ASSETS / f"{name}.{kind}" for kind in ("html", "css", "js")}
    texts = {kind: file.read_text(encoding="utf-8") for kind, file in files.items() if file.exists()}
    return st.components.v2.component(f"cnn_visualizer.{name}", **texts)  # type: ignore[arg-type]


def sent_by(key: str, name: str) -> Any:
    """What the component under `key` told as `name`; None where it told nothing.

    For its callbacks: a message may come when the page has put the component away, and Streamlit then knows the
    callback, but not the key any more. Anybody can send anything.
    """
    return getattr(st.session_state.get(key), name, None)
