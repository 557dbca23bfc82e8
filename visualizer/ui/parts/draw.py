"""A black paper to draw on in white, with the mouse, a finger, a pen or the keyboard."""

import base64

import streamlit as st

from visualizer.data.drawing import SIDE, read_drawing
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.parts.opened_picture import SuppliedPicture
from visualizer.ui.state.session import Session


def canvas(owner: Session, key: str) -> None:
    """Draw the paper. The session's drawing follows the pen a few times per second; then only this fragment reruns.

    Once the pen has rested for a moment, the whole page does. Call it in a fragment. The browser keeps the drawing
    and gets back what the server received: what a busy server has lost, the browser sends again.

    Args:
        owner: The session, whose drawing it is.
        key: Unique on the page.
    """

    supplied = owner.page_state(SuppliedPicture)

    def drawn() -> None:
        sent = sent_by(key, "drawing")
        # None unless the trigger fired.
        if sent is not None:
            owner.attempt(lambda: supplied.draw(read_drawing(sent)))

    picture = "" if supplied.drawing is None else base64.b64encode(supplied.drawing.tobytes()).decode()
    result = component("draw")(
        key=key,
        data={"key": key, "side": SIDE, "picture": picture},
        on_drawing_change=drawn,
        on_rested_change=lambda: None,
    )
    if result.rested:
        st.rerun()
