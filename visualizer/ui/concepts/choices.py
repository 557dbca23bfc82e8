"""The choice of a learning rate, as several concept pages have it."""

from collections.abc import Sequence

import streamlit as st


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
