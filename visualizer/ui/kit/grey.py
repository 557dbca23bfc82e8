"""Buttons that may be grey, with a sentence beside them that says why, for touch and keyboard too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import streamlit as st

from visualizer.ui.kit.text import markdown_safe


class Grey(TypedDict):
    """Keyword arguments for a widget that may be grey."""

    disabled: bool


NOT_GREY = Grey(disabled=False)


@contextmanager
def grey_where(reason: str) -> Iterator[Grey]:
    """Yield keyword arguments that grey out the widgets inside if there is a reason, which is drawn after them.

    Leave out a button that makes no sense at the moment. A grey one is worth pressing, and can be pressed after
    doing what the reason says.
    """
    yield Grey(disabled=bool(reason))
    if reason:
        st.caption(markdown_safe(reason), width="content")
