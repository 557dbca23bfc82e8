"""Keep results that take time to compute, and drop all of them at once."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_caches: list[Callable[[], None]] = []


def keep_results(
    *, max_entries: int, show_spinner: str | bool = False
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Keep a function's results for all visitors by its arguments, except those with a leading underscore.

    Like `st.cache_resource`, it gives every caller the same object, which nobody may change. Use `st.cache_resource`
    itself for what cannot be computed again, or belongs to the whole server.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        kept = st.cache_resource(max_entries=max_entries, show_spinner=show_spinner)(function)
        _caches.append(kept.clear)
        return kept

    return decorate


def forget_results() -> None:
    """Drop all results, also those of `st.cache_data`; each is computed again when it is next needed."""
    st.cache_data.clear()
    for clear in _caches:
        clear()
