"""A series of camera pictures with one click: show the camera an object, and turn it while they are taken."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import streamlit as st

from visualizer.errors import UserError
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.state.session import Session

COUNT = 30
SIDE = 128  # pixels
MAX_NUMBER = 2**31  # of a series
MAX_LETTERS = 100_000  # of one picture in base64; a JPEG of that size has some 10,000


def camera_series(owner: Session, on_pictures: Callable[[list[bytes]], None], key: str, *, why_not: str = "") -> None:
    """Draw the camera with its button.

    Args:
        owner: The session, which shows a message if a series cannot be read.
        on_pictures: Called with the files of a series, which may be anything: read them as uploads are read.
        key: Unique on the page.
        why_not: Why no pictures can be taken yet, as a sentence; empty where they can.
    """

    taken_key = f"{key}-taken"
    taken = st.session_state.get(taken_key, 0)

    def receive() -> None:
        sent = sent_by(key, "series")
        # None unless the trigger fired.
        if sent is not None:
            owner.attempt(lambda: take(*read_series(sent)))

    def take(number: int, pictures: list[bytes]) -> None:
        # The browser sends a series again that seems to be lost.
        if number > st.session_state.get(taken_key, 0):
            st.session_state[taken_key] = number
            on_pictures(pictures)

    data = {"count": COUNT, "side": SIDE, "taken": taken, "why": why_not}
    component("camera_series")(key=key, data=data, on_series_change=receive)


def read_series(sent: Any) -> tuple[int, list[bytes]]:
    """The number of a series and its files, in what a browser sent.

    Raises:
        UserError: It has no whole number, or no list of at most 30 short base64 texts.
    """
    try:
        number, texts = sent["number"], sent["pictures"]
        if type(number) is not int or not 0 < number < MAX_NUMBER:
            raise ValueError("no number")
        if not isinstance(texts, list) or not 0 < len(texts) <= COUNT:
            raise ValueError("no series")
        if any(not isinstance(text, str) or len(text) > MAX_LETTERS for text in texts):
            raise ValueError("no text, or too long")
        return number, [base64.b64decode(text, validate=True) for text in texts]
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        why = "The browser did not send a series of pictures."
        raise UserError("The camera's pictures could not be read.", why, "Try again.") from error
