"""Buttons that may be grey: then a sentence beside them says why, where a phone and a keyboard find it too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import streamlit as st

from visualizer.ui.kit.text import markdown_safe


class Grey(TypedDict):
    """What a widget is given that may be grey."""

    disabled: bool


NOT_GREY = Grey(disabled=False)


@contextmanager
def grey_where(reason: str) -> Iterator[Grey]:
    """Inside, each widget that is given `**` what comes out is grey where there is a reason, drawn after them.

    A button that makes no sense at the moment is left out instead: grey is what somebody wants to press, and could
    after doing what the reason says.
    """
    yield Grey(disabled=bool(reason))
    if reason:
        st.caption(markdown_safe(reason), width="content")
