"""A series of camera pictures with one click: show the camera an object, and turn it while they are taken."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from visualizer.errors import UserError
from visualizer.ui.kit.component import component, sent_by
from visualizer.ui.state.session import Session

COUNT = 30
SIDE = 128  # pixels
MAX_LETTERS = 100_000  # of one picture in base64; a JPEG of that size has some 10,000


def camera_series(owner: Session, on_pictures: Callable[[list[bytes]], None], key: str, *, why_not: str = "") -> None:
    """Draw the camera with its button.

    Args:
        owner: The session, which shows a message if a series cannot be read.
        on_pictures: Called with the files of a series, which may be anything: read them as uploads are read.
        key: Unique on the page.
        why_not: Why no pictures can be taken yet, as a sentence; empty where they can.
    """

    def receive() -> None:
        sent = sent_by(key, "pictures")
        # None unless the trigger fired.
        if sent is not None:
            owner.attempt(lambda: on_pictures(read_series(sent)))

    component("camera_series")(key=key, data={"count": COUNT, "side": SIDE, "why": why_not}, on_pictures_change=receive)


def read_series(sent: Any) -> list[bytes]:
    """The files in what a browser sent. Raises UserError where it is no list of at most 30 short base64 texts."""
    try:
        if not isinstance(sent, list) or not 0 < len(sent) <= COUNT:
            raise ValueError("no series")
        if any(not isinstance(text, str) or len(text) > MAX_LETTERS for text in sent):
            raise ValueError("no text, or too long")
        return [base64.b64decode(text, validate=True) for text in sent]
    except (ValueError, binascii.Error) as error:
        why = "The browser did not send a series of pictures."
        raise UserError("The camera's pictures could not be read.", why, "Try again.") from error
