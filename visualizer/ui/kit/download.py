"""A button that saves a file."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def download(
    label: str,
    data: str | bytes | Callable[[], str | bytes],
    name: str,
    mime: str,
    key: str,
    icon: str = ":material/download:",
    **widget: Any,
) -> None:
    """Draw the button. A function that makes `data` is called on the click; the page is not drawn again."""
    st.download_button(label, data, name, mime, key=key, icon=icon, on_click="ignore", **widget)
