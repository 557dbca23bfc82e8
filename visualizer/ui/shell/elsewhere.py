"""The question before a workspace that was made in another browser becomes this one's.

Whoever has an address with a token can work in that workspace: that is how one comes back to it on another device. But
an address is also copied by accident, or sent to somebody on purpose: then two would stop and reset one another's runs
without knowing. So the first time that a browser opens one, it asks; one click, and never again in that browser.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from visualizer.ui.kit.text import escaped
from visualizer.words import counted

# What a browser has opened, as the beginnings of the workspaces' ids: they say which, and open none.
COOKIE = "visualizer_opened"
MARK_LENGTH = 16  # hexadecimal digits


def mark_of(workspace_id: str) -> str:
    """The mark that a browser stores for a workspace it has opened."""
    return workspace_id[:MARK_LENGTH]


def is_known_here(workspace_id: str) -> bool:
    """Whether this browser made that workspace or has opened it before."""
    return mark_of(workspace_id) in st.context.cookies.get(COOKIE, "").split(".")


@dataclass(frozen=True)
class WorkspaceContents:
    """The contents of the workspace in question.

    Attributes:
        network: The name of its network, or None if it cannot be read.
        layers: How many layers that has.
        runs: Its training runs.
        active: How many of them are active.
        datasets: Its data sets of own pictures.
    """

    network: str | None
    layers: int
    runs: int
    active: int
    datasets: int

    def describe(self) -> str:
        sentences = []
        if self.network is not None:
            name = escaped(self.network) or "without a name"
            sentences.append(f"It holds the network **{name}** with {counted(self.layers, 'layer')}.")
        if self.runs:
            sentences.append(f"It holds {counted(self.runs, 'training run')}.")
        if self.active:
            sentences.append(f"Still going on: {counted(self.active, 'run')}.")
        if self.datasets:
            sentences.append(f"It holds {counted(self.datasets, 'data set')} of own pictures.")
        return " ".join(sentences) or "It is still empty."


def ask(
    contents: WorkspaceContents, open_it: Callable[[], None], copy_it: Callable[[], None], leave_it: Callable[[], None]
) -> None:
    """Draw the question; one of the three is called with the answer."""
    st.title("A workspace that was made elsewhere")
    with st.container(border=True, key="elsewhere"):
        st.markdown(f"This browser opens its address for the first time. {contents.describe()}")
        st.markdown(
            "**If it is yours**, from another device or another browser, open it and go on.\n\n"
            "**If somebody sent it to you**, copy its network and have one of your own. In this one you would both "
            "work: whatever you change, start, stop or reset here changes it there too."
        )
        with st.container(horizontal=True, gap="small"):
            st.button("Open it here", key="elsewhere-open", type="primary", icon=":material/login:", on_click=open_it)
            if contents.network is not None:
                st.button("Copy its network", key="elsewhere-copy", icon=":material/content_copy:", on_click=copy_it)
            st.button("Keep mine", key="elsewhere-leave", icon=":material/close:", on_click=leave_it)
        st.caption(
            "“Keep mine” leaves it as it is. You begin with an empty workspace; what you made before is found under "
            "your own address."
        )
