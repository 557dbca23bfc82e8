"""Controls that several concept pages share."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st

Option = TypeVar("Option")


def choose_segment(
    label: str,
    options: Mapping[Option, str],
    default: Option,
    key: str,
    *,
    help: str | None = None,
    show_label: bool = True,
) -> Option:
    """Draw a segmented control of `options` (value to title), always with one chosen; return its value."""
    value: Option = st.segmented_control(
        label,
        list(options),
        default=default,
        required=True,
        format_func=options.__getitem__,
        key=key,
        persist_state="session",
        help=help,
        label_visibility="visible" if show_label else "collapsed",
    )
    return value


def choose_learning_rate(
    label: str, rates: Sequence[float], default: float, key: str, *, show_label: bool = True
) -> float:
    """Draw a slider over learning rates η; return the chosen one."""
    rate: float = st.select_slider(
        label,
        rates,
        value=default,
        format_func=lambda rate: f"η = {rate:g}",
        key=key,
        persist_state="session",
        label_visibility="visible" if show_label else "collapsed",
    )
    return rate
