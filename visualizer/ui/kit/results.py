"""Keeping results that cost time to compute, and letting go of all of them."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_caches: list[Callable[[], None]] = []


def keep_results(
    *, max_entries: int, show_spinner: str | bool = False
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """What a function returns is kept for all visitors by its arguments, those with a leading underscore aside.

    As `st.cache_resource`, which it is: whoever asks gets the same object, and must not change it. What cannot be made
    anew, or is there for the whole server, is kept by `st.cache_resource` itself.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        kept = st.cache_resource(max_entries=max_entries, show_spinner=show_spinner)(function)
        _caches.append(kept.clear)
        return kept

    return decorate


def forget_results() -> None:
    """Let go of all results, those of `st.cache_data` too; each is computed again when it is next asked for."""
    st.cache_data.clear()
    for clear in _caches:
        clear()
