"""A person's own workspace: found by the token in the page's address, and saved whenever something changes.

Somebody who only looks around gets neither an address nor anything on the disk. The values are saved one by one: if two
tabs show the same workspace, the last change of a value wins, and neither tab sees the other's changes until it is
loaded again.

The token stays in the address, as `?w=…`: a reload, a bookmark and another device find the work by it, without a cookie
that the next pupil at the same computer would use too. So the token must not reach anybody else: pages send no Referer
at all (`ui/shell/http.py`), the proxy's log leaves out everything after the question mark (`deploy/nginx.conf`), links
to a network contain no token, and a browser that opens a token for the first time asks before it does
(`ui/shell/unfamiliar_workspace.py`).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from visualizer import log
from visualizer.architecture.kept_history import history_from_dict, history_to_dict
from visualizer.data.catalog import is_known
from visualizer.data.own_dataset import is_own
from visualizer.errors import UserError
from visualizer.words import counted
from visualizer.limits import limits
from visualizer.training.settings import settings_from_dict, settings_to_dict
from visualizer.ui.kit.component import component
from visualizer.ui.parts.network_link import PARAMETER as NETWORK
from visualizer.ui.parts.network_link import is_this_computer, open_linked
from visualizer.ui.shell.unfamiliar_workspace import (
    COOKIE,
    WorkspaceContents,
    ask_before_opening,
    is_known_here,
    mark_of,
)
from visualizer.ui.state.server import lost_files, run_store, workspaces
from visualizer.ui.state.session import Session, session
from visualizer.ui.state.tabs import watch_over
from visualizer.workspaces import id_of, is_token

PARAMETER = "w"
NOT_FOUND = (
    "There is no saved work at this address. The link is incomplete, or the work was deleted after {unused_days} "
    "without use. You start with an empty workspace."
)
COPIED = "This is your own copy of that network, with its training settings. “Undo” brings back what was here before."
DAMAGED = (
    "Some of this workspace could not be read: {parts}. The server set it aside without deleting it, and you start "
    "anew with that part. Whoever runs the server may have a backup."
)
LOST = (
    "On {day}, this server found that its record of {held} was damaged, and set it aside. The work in it is not here; "
    "whoever runs the server may have a backup. Work that was saved since then is here."
)
_UNREADABLE = (UserError, KeyError, IndexError, TypeError, ValueError)


@dataclass
class WorkspaceState:
    """How a tab stands to what is kept of its workspace.

    Attributes:
        opened: True once the workspace of the page's address was opened, or was not found.
        not_found: True while the page says that nothing was found under the address.
        elsewhere: The token of a workspace that another browser made, while this tab's person is asked; or None.
        damaged: The parts of the workspace that could not be read, in words.
        exists: True where something of it is kept on the disk.
        kept: What is kept there, by its name in `_KEPT`.
    """

    opened: bool = False
    not_found: bool = False
    elsewhere: str | None = None
    damaged: tuple[str, ...] = ()
    exists: bool = False
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """A part of a session that is kept: what it is, how it is read, how it becomes JSON values, how it is put back."""

    title: str
    read: Callable[[Session], Any]
    to_json: Callable[[Any], Any]
    put_back: Callable[[Session, Any], None]
    # True where another tab may have added something: what is kept already stays.
    adds: bool = False


def _put_back_history(owner: Session, data: Any) -> None:
    owner.history = history_from_dict(data)


def _put_back_training(owner: Session, data: Any) -> None:
    settings, probe_index = settings_from_dict(data[0]), int(data[1])
    # Own pictures may have been removed meanwhile: the other settings stay.
    if is_known(settings.dataset, owner.own_datasets):
        owner.settings, owner.probe_index = settings, max(probe_index, 0)
    else:
        owner.settings = replace(settings, dataset=owner.settings.dataset)


def _put_back_run(owner: Session, data: Any) -> None:
    record = run_store().record(data) if isinstance(data, str) else None
    owner.run_id = data if record is not None and record.owner == id_of(owner.token) else None


def _put_back_datasets(owner: Session, data: Any) -> None:
    owner.own_datasets = tuple(name for name in data if isinstance(name, str) and is_own(name))


# In the order in which they are put back: the settings may name a data set of one's own. The watched picture is one of
# the data set in the settings, so they are kept together.
_KEPT = {
    "datasets": _Kept(
        "the list of its own data sets", lambda owner: owner.own_datasets, list, _put_back_datasets, adds=True
    ),
    "history": _Kept("the network in Build", lambda owner: owner.history, history_to_dict, _put_back_history),
    "training": _Kept(
        "the training settings",
        lambda owner: (owner.settings, owner.probe_index),
        lambda value: [settings_to_dict(value[0]), value[1]],
        _put_back_training,
    ),
    "run": _Kept("which run Train showed", lambda owner: owner.run_id, lambda value: value, _put_back_run),
}


@contextmanager
def own_workspace() -> Iterator[None]:
    """Around a page: what the address names is there before, and what was made is kept before and after.

    Before as well, since what a click changed should not have to wait for a slow page.
    """
    owner = session()
    state = owner.page_state(WorkspaceState)
    if not state.opened:
        _open(owner, state)
        # Not before: where it could not be looked for, it is looked for once more.
        state.opened = True
    if lost := lost_files():
        with st.container(key="notice-lost"):
            for held, day in lost.items():
                st.warning(LOST.format(held=held, day=day), icon=":material/report:")
    if state.elsewhere is not None:
        _ask(owner, state, state.elsewhere)
        st.stop()
    watch_over(owner.workspace_id)
    _keep(owner, state)
    was_kept = state.exists
    # It is there from the beginning, though empty: what came before the page later would move all of it by one place,
    # and the browser would make it anew, without what was focused.
    place = st.container(key="hidden-own-address")
    if was_kept:
        _show_in_address(owner, place)
    if state.not_found:
        with st.container(key="notice-not-found"):
            st.info(NOT_FOUND.format(unused_days=counted(limits().workspace_days, "day")), icon=":material/search_off:")
    if state.damaged:
        with st.container(key="notice-damaged"):
            st.warning(DAMAGED.format(parts=", ".join(state.damaged)), icon=":material/report:")
    try:
        yield
    finally:
        _keep(owner, state)
    # Where the page stopped early, the address gets it with the next run.
    if state.exists and not was_kept:
        _show_in_address(owner, place)


def _open(owner: Session, state: WorkspaceState) -> None:
    """Take what the address names; where it names nothing that there is, begin with an empty workspace.

    Of a workspace that this browser has not seen yet, nothing is taken before its person has said so.
    """
    state.kept = _values(owner)
    token = st.query_params.get(PARAMETER)
    if token is None:
        return
    if NETWORK in st.query_params:
        # A link to a network is for others: it shall not bring them into the workspace of whoever made it.
        log.event("workspace-in-link")
        del st.query_params[PARAMETER]
    elif not is_token(token) or workspaces().peek(id_of(token)) is None:
        state.not_found = True
        log.event("workspace-not-found")
        del st.query_params[PARAMETER]
    elif is_known_here(id_of(token)):
        _take(owner, state, token)
    else:
        state.elsewhere = token


def _values(owner: Session) -> dict[str, Any]:
    return {name: part.read(owner) for name, part in _KEPT.items()}


def _take(owner: Session, state: WorkspaceState, token: str) -> None:
    """Make the workspace of that token this tab's."""
    kept = workspaces().load(id_of(token)) or {}
    owner.token, state.exists, state.elsewhere = token, True, None
    damaged = []
    for name, part in _KEPT.items():
        # What is damaged, or was kept by another version, begins anew, and the rest is there.
        try:
            if name in kept:
                part.put_back(owner, json.loads(kept[name]))
        except _UNREADABLE:
            damaged.append(name)
    state.damaged = tuple(_KEPT[name].title for name in damaged)
    state.kept = _values(owner)
    # Else the next change would be written over it.
    for name in damaged:
        owner.attempt(partial(workspaces().set_aside, id_of(token), name))


def _ask(owner: Session, state: WorkspaceState, token: str) -> None:
    """Ask whether the workspace of that token, which this browser has not seen yet, is to be this tab's."""
    kept = workspaces().peek(id_of(token)) or {}
    architecture = None
    with suppress(*_UNREADABLE):
        architecture = history_from_dict(json.loads(kept["history"])).present.architecture
    datasets: list[object] = []
    with suppress(*_UNREADABLE):
        datasets = list(json.loads(kept["datasets"]))
    runs = run_store().runs_of(id_of(token))

    def copy() -> None:
        leave()
        settings = owner.settings
        with suppress(*_UNREADABLE):
            settings = settings_from_dict(json.loads(kept["training"])[0])
        if not is_known(settings.dataset, owner.own_datasets):
            settings = replace(settings, dataset=owner.settings.dataset)
        if architecture is not None:
            open_linked(owner, architecture, settings, COPIED)

    def leave() -> None:
        state.elsewhere = None
        del st.query_params[PARAMETER]

    ask_before_opening(
        WorkspaceContents(
            None if architecture is None else architecture.name,
            0 if architecture is None else len(architecture.layers),
            len(runs),
            sum(run.active for run in runs),
            len(datasets),
        ),
        partial(_take, owner, state, token),
        copy,
        leave,
    )


def _keep(owner: Session, state: WorkspaceState) -> None:
    """Keep what has changed since it was kept last."""
    now = _values(owner)
    changed = {
        name: value for name, value in now.items() if value is not state.kept[name] and value != state.kept[name]
    }
    if not changed:
        return
    workspace_id = id_of(owner.token)
    try:
        workspaces().save(
            workspace_id, {name: _as_text(workspace_id, name, _KEPT[name], value) for name, value in changed.items()}
        )
    except UserError as error:
        owner.message = str(error)
        return
    state.kept |= changed
    state.exists, state.not_found = True, False


def _as_text(workspace_id: str, name: str, part: _Kept, value: Any) -> str:
    data = part.to_json(value)
    if part.adds:
        already_kept = json.loads(workspaces().value(workspace_id, name) or "[]")
        data = list(dict.fromkeys([*already_kept, *data]))
    return json.dumps(data, ensure_ascii=False)


def _show_in_address(owner: Session, place: DeltaGenerator) -> None:
    # Not through st.query_params: that makes an entry of its own in the browser's history after each change of the
    # page, and “Back” would have to be pressed twice.
    with place:
        component("own_address")(
            key="own-address-script",
            data={
                "name": PARAMETER,
                "token": owner.token,
                "cookie": COOKIE,
                "mark": mark_of(id_of(owner.token)),
                "run": uuid4().hex,
            },
        )


def address_button() -> None:
    """Draw the button that gives people the link to their work; nothing while there is no saved work."""
    if session().page_state(WorkspaceState).exists and st.button(
        "Get a link to my work", key="own-address", icon=":material/bookmark:"
    ):
        _address_dialog()


@st.dialog("A link to your work", icon=":material/bookmark:")
def _address_dialog() -> None:
    if is_this_computer():
        st.markdown("**This link opens your work on this computer. Keep it to yourself.**")
    else:
        st.markdown("**This link opens your work on any computer. Keep it to yourself.**")
    component("copy_link")(
        key="copy-own", data={"link": _address(session()), "name": "Your link", "button": "Copy my link"}
    )
    st.caption("To show others your network, use “Link” in Build: they get a copy, and your own stays unchanged.")


def _address(owner: Session) -> str:
    parts = urlsplit(st.context.url or "/")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, f"{PARAMETER}={owner.token}", ""))
