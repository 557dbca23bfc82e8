"""A black paper to draw on in white, with the mouse, a finger, a pen or the keyboard."""

import base64
from typing import TYPE_CHECKING

import streamlit as st

from visualizer.data.drawing import SIDE, read_drawing
from visualizer.ui.links import ASSETS
from visualizer.ui.session import Session

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


@st.cache_resource(show_spinner=False)
def _component() -> "ComponentRenderer":
    texts = {kind: (ASSETS / f"draw.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")}
    return st.components.v2.component("cnn_visualizer.draw", **texts)  # type: ignore[arg-type]


def canvas(owner: Session, key: str) -> None:
    """Draw the paper. The session's drawing follows the pen a few times a second; then only this fragment reruns.

    Once the pen has rested for a moment, the whole page does. Call it in a fragment.

    Args:
        owner: The session, whose drawing it is.
        key: Unique on the page.
    """

    def drawn() -> None:
        sent = st.session_state[key].drawing
        # A trigger that did not fire is None.
        if sent is not None:
            owner.attempt(lambda: owner.give_drawing(read_drawing(sent)))

    picture = "" if owner.drawing is None else base64.b64encode(owner.drawing.tobytes()).decode()
    result = _component()(
        key=key,
        data={"side": SIDE, "picture": picture},
        on_drawing_change=drawn,
        on_rested_change=lambda: None,
    )
    if result.rested:
        st.rerun()
