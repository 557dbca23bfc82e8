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

    As `st.cache_resource`, which it is: whoever asks gets the same object, and must not change it. What cannot be made
    anew, or is there for the whole server, is kept by `st.cache_resource` itself.
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
