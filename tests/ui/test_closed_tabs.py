"""What is let go once tabs are closed, and when."""

from types import SimpleNamespace

import pytest
import streamlit as st

from visualizer.ui.kit.results import keep_results
from visualizer.ui.shell import closed_tabs
from visualizer.ui.shell.closed_tabs import ClosedTabs, free_memory
from visualizer.ui.state import tabs as known


class Sessions:
    """A runtime that knows which tabs are open, and which sessions were closed."""

    def __init__(self, *tabs: str) -> None:
        self.open = set(tabs)
        self.closed: list[str] = []

    def is_active_session(self, tab: str) -> bool:
        return tab in self.open

    def close_session(self, tab: str) -> None:
        self.closed.append(tab)


@pytest.fixture
def sessions(monkeypatch):
    """Three tabs, two of one workspace."""
    sessions = Sessions("one", "two", "other")
    runtime = SimpleNamespace(exists=lambda: True, instance=lambda: sessions)
    monkeypatch.setattr(closed_tabs, "Runtime", runtime)
    monkeypatch.setattr(known, "Runtime", runtime)
    monkeypatch.setattr(known, "_tabs", {"workspace": {"one", "two"}, "another": {"other"}})
    return sessions


def test_a_closed_tab_is_kept_for_a_while_and_then_forgotten(sessions):
    tabs = ClosedTabs(keep_for=100)
    assert tabs.close(now=0) == 0
    sessions.open.remove("two")
    assert tabs.close(now=10) == 0
    assert tabs.close(now=109) == 0
    assert known.known_tabs() == {"one", "two", "other"}
    assert tabs.close(now=110) == 1
    assert sessions.closed == ["two"]
    assert known.known_tabs() == {"one", "other"}
    assert tabs.close(now=500) == 0


def test_a_tab_that_came_back_begins_anew(sessions):
    tabs = ClosedTabs(keep_for=100)
    sessions.open.remove("two")
    tabs.close(now=0)
    sessions.open.add("two")
    tabs.close(now=50)
    sessions.open.remove("two")
    tabs.close(now=60)
    assert tabs.close(now=150) == 0
    assert tabs.close(now=160) == 1


def test_a_workspace_without_tabs_is_held_no_longer(sessions):
    sessions.open.clear()
    tabs = ClosedTabs(keep_for=0)
    assert tabs.close(now=0) == 3
    assert known.known_tabs() == set()
    assert known._tabs == {}


def test_results_go_only_with_the_last_tab():
    made = []

    @keep_results(max_entries=3)
    def squared(number: int) -> int:
        made.append(number)
        return number**2

    @st.cache_data(max_entries=3)
    def doubled(number: int) -> int:
        made.append(number)
        return 2 * number

    def ask() -> list[int]:
        made.clear()
        assert (squared(3), doubled(3)) == (9, 6)
        return list(made)

    assert ask() == [3, 3]
    free_memory(everything=False)
    assert ask() == []
    free_memory(everything=True)
    assert ask() == [3, 3]
