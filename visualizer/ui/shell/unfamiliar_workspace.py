"""The question that a browser asks before it opens a workspace for the first time.

Anybody who has an address with a token can work in that workspace: that is how people return to it on another device.
But an address can also be copied by accident or sent to somebody, and then two people would stop and reset each other's
runs without knowing. So each browser asks once per workspace.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from visualizer.ui.kit.text import escaped
from visualizer.words import counted

# Lists the workspaces that a browser has opened, by the beginnings of their ids, which do not open a workspace.
COOKIE = "visualizer_opened"
MARK_LENGTH = 16  # hexadecimal digits


def mark_of(workspace_id: str) -> str:
    """What the cookie of a browser says about a workspace that it has opened."""
    return workspace_id[:MARK_LENGTH]


def is_known_here(workspace_id: str) -> bool:
    """Whether this browser created that workspace or has opened it before."""
    return mark_of(workspace_id) in st.context.cookies.get(COOKIE, "").split(".")


@dataclass(frozen=True)
class WorkspaceContents:
    """What a workspace contains, for the person who decides whether to open it.

    Attributes:
        network: The name of its network, or None if that cannot be read.
        layers: How many layers the network has.
        runs: How many training runs there are.
        active: How many of them have not ended.
        datasets: How many data sets of uploaded pictures there are.
    """

    network: str | None
    layers: int
    runs: int
    active: int
    datasets: int

    def describe(self) -> str:
        """The contents as Markdown: a list, or a sentence if there are none."""
        lines = []
        if self.network is not None:
            lines.append(f"Network: **{escaped(self.network) or 'without a name'}** ({counted(self.layers, 'layer')})")
        if self.runs:
            lines.append(f"Training runs: {self.runs:,} ({self.active:,} active)")
        if self.datasets:
            lines.append(f"Data sets of uploaded pictures: {self.datasets:,}")
        return "\n".join(f"- {line}" for line in lines) or "It is still empty."


def ask_before_opening(
    contents: WorkspaceContents,
    on_open: Callable[[], None],
    on_copy: Callable[[], None],
    on_decline: Callable[[], None],
) -> None:
    """Draw the question; the answer calls one of the three functions."""
    st.title("A workspace from another browser")
    with st.container(border=True, key="elsewhere"):
        st.markdown(f"This browser opens this workspace for the first time.\n\n{contents.describe()}")
        st.markdown(
            "**If it is yours**, from another device or another browser, open it and continue.\n\n"
            "**If somebody sent it to you**, copy its network into a workspace of your own. In this workspace you "
            "would work together: whatever you change, start, stop or reset here also changes for the other person."
        )
        with st.container(horizontal=True, gap="small"):
            st.button("Open it here", key="workspace-open", type="primary", icon=":material/login:", on_click=on_open)
            if contents.network is not None:
                st.button("Copy its network", key="workspace-copy", icon=":material/content_copy:", on_click=on_copy)
            st.button("Keep mine", key="workspace-decline", icon=":material/close:", on_click=on_decline)
        st.caption(
            "“Keep mine” changes nothing in that workspace. You start with an empty workspace; to return to your "
            "earlier work, use your own link."
        )
