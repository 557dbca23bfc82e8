"""Choices that a page keeps for itself, even while other pages are open."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


def pick(
    label: str,
    options: Mapping[T, str],
    key: str,
    *,
    default: T | None = None,
    widget: Callable[..., Any] = st.segmented_control,
    **arguments: Any,
) -> T:
    """Draw the choice of one of `options` (value to words), and return it; the first one unless `default` is given.

    `widget` may also be st.pills. Other keyword arguments go to it.
    """
    first = next(iter(options)) if default is None else default
    chosen: T | None = widget(
        label,
        list(options),
        default=None if key in st.session_state else first,  # Streamlit warns of a default beside a value that is set
        required=True,
        format_func=options.__getitem__,
        key=key,
        persist_state="session",
        **arguments,
    )
    # A browser may send anything: what is no option leaves nothing chosen.
    return first if chosen is None else chosen


def select(label: str, options: Mapping[T, str], key: str, *, default: T | None = None, **arguments: Any) -> T:
    """The same as a menu, for many or long options. Other keyword arguments go to st.selectbox."""
    chosen: T = st.selectbox(
        label,
        list(options),
        index=0 if default is None or key in st.session_state else list(options).index(default),
        # What was chosen before may no longer be an option.
        format_func=lambda option: options.get(option, str(option)),
        key=key,
        persist_state="session",
        **arguments,
    )
    return chosen


def pick_page(count: int, per_page: int, key: str) -> slice:
    """Draw the choice of a page if there are several, and return which of `count` items it shows."""
    pages, page = -(-count // per_page), 1
    if pages > 1:
        page = st.pagination(pages, key=key, persist_state="session")
    return slice((page - 1) * per_page, page * per_page)
