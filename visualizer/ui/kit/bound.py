"""Widgets that show a value owned elsewhere, and report a new one before the page reruns.

The owner is the single source of truth: each run writes its value into the widget, so that undo or a
preset moves the widgets too. Other keyword arguments go to the Streamlit widget.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


def _bind(key: str, value: Any, on_change: Callable[[Any], None]) -> Callable[[], None]:
    st.session_state[key] = value

    def changed() -> None:
        new = st.session_state[key]
        # Emptying a field keeps the old value.
        if new is not None:
            on_change(new)

    return changed


def number(
    label: str, value: float, on_change: Callable[[Any], None], key: str, minimum: float, maximum: float, **widget: Any
) -> None:
    """A number field; whole numbers where `value` is an int."""
    changed = _bind(key, value, on_change)
    kind = type(value)
    st.number_input(label, kind(minimum), kind(maximum), key=key, on_change=changed, **widget)


def slider(
    label: str,
    value: float,
    on_change: Callable[[float], None],
    key: str,
    minimum: float,
    maximum: float,
    step: float,
    **widget: Any,
) -> None:
    """A slider over real numbers."""
    changed = _bind(key, float(value), on_change)
    st.slider(label, float(minimum), float(maximum), step=step, key=key, on_change=changed, **widget)


def choice(
    label: str,
    value: T,
    on_change: Callable[[T], None],
    key: str,
    options: Mapping[T, str],
    widget: Callable[..., Any] = st.selectbox,
    **arguments: Any,
) -> None:
    """One of `options` (value to words), as a select box or as another `widget` such as st.segmented_control."""
    changed = _bind(key, value, on_change)
    widget(label, list(options), format_func=options.__getitem__, key=key, on_change=changed, **arguments)


def choices(
    label: str,
    values: Sequence[T],
    on_change: Callable[[list[T]], None],
    key: str,
    options: Mapping[T, str],
    **widget: Any,
) -> None:
    """Several of `options` (value to words), in the order in which they were chosen."""
    changed = _bind(key, list(values), on_change)
    st.multiselect(label, list(options), format_func=options.__getitem__, key=key, on_change=changed, **widget)


def toggle(label: str, value: bool, on_change: Callable[[bool], None], key: str, **widget: Any) -> None:
    """A switch."""
    changed = _bind(key, value, on_change)
    st.toggle(label, key=key, on_change=changed, **widget)


def text(label: str, value: str, on_change: Callable[[str], None], key: str, **widget: Any) -> None:
    """A line of text."""
    changed = _bind(key, value, on_change)
    st.text_input(label, key=key, on_change=changed, **widget)


def menu(label: str, options: Mapping[T, str], on_choose: Callable[[T], None], key: str, **widget: Any) -> None:
    """A button with a menu of `options` (value to words)."""

    def chosen() -> None:
        option = st.session_state[key]
        # The chosen option may no longer exist.
        if option is not None:
            on_choose(option)

    st.menu_button(label, list(options), format_func=options.__getitem__, key=key, on_click=chosen, **widget)


def upload(label: str, on_file: Callable[[bytes, str], None], key: str, **widget: Any) -> None:
    """A file upload: `on_file(data, name)` is called once for each uploaded file."""
    st.file_uploader(label, key=key, on_change=_receive, args=(key, on_file), **widget)


def uploads(label: str, on_files: Callable[[list[tuple[str, bytes]]], None], key: str, **widget: Any) -> None:
    """An upload of several files at once: `on_files` gets the name and the bytes of each."""

    def received() -> None:
        files = st.session_state[key]
        if files:
            on_files([(file.name, file.getvalue()) for file in files])

    st.file_uploader(label, key=key, on_change=received, accept_multiple_files=True, **widget)


def camera(label: str, on_file: Callable[[bytes, str], None], key: str, **widget: Any) -> None:
    """A camera picture: `on_file(data, name)` is called once for each picture taken."""
    st.camera_input(label, key=key, on_change=_receive, args=(key, on_file), **widget)


def _receive(key: str, on_file: Callable[[bytes, str], None]) -> None:
    file = st.session_state[key]
    # Removing a file is also a change, with None as its value.
    if file is not None:
        on_file(file.getvalue(), file.name)
