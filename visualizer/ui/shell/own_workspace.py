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
from visualizer.ui.state.look_place import place_from_json, place_to_json
from visualizer.ui.state.server import lost_files, run_store, workspaces
from visualizer.ui.state.session import Session, session
from visualizer.ui.state.tabs import watch_over
from visualizer.words import counted
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
    """The state of a tab's workspace on the disk.

    Attributes:
        opened: True once the workspace in the page's address was opened, or was not found.
        not_found: True while the page says that there is no workspace at the address.
        unfamiliar_token: The token of a workspace that this browser has not opened before, while it asks; or None.
        damaged: The parts of the workspace that could not be read, by their titles.
        exists: True if some of it is saved.
        saved: The values that are saved, by their names in `_SAVED_PARTS`.
    """

    opened: bool = False
    not_found: bool = False
    unfamiliar_token: str | None = None
    damaged: tuple[str, ...] = ()
    exists: bool = False
    saved: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _SavedPart:
    """A part of a session that is saved: its title, and how it is read, converted to JSON values, and restored."""

    title: str
    read: Callable[[Session], Any]
    to_json: Callable[[Any], Any]
    restore: Callable[[Session, Any], None]
    # True if another tab may have added something: entries that are already saved stay.
    merges: bool = False
    # False if it is no reason to start a workspace: whoever only looks leaves nothing.
    starts: bool = True


def _restore_history(owner: Session, data: Any) -> None:
    owner.history = history_from_dict(data)


def _restore_training(owner: Session, data: Any) -> None:
    settings, probe_index = settings_from_dict(data[0]), int(data[1])
    # The data set may have been deleted since; the other settings stay.
    if is_known(settings.dataset, owner.own_datasets):
        owner.settings, owner.probe_index = settings, max(probe_index, 0)
    else:
        owner.settings = replace(settings, dataset=owner.settings.dataset)


def _restore_run(owner: Session, data: Any) -> None:
    record = run_store().record(data) if isinstance(data, str) else None
    owner.run_id = data if record is not None and record.owner == id_of(owner.token) else None


def _restore_datasets(owner: Session, data: Any) -> None:
    owner.own_datasets = tuple(name for name in data if isinstance(name, str) and is_own(name))


def _restore_look(owner: Session, data: Any) -> None:
    owner.look = place_from_json(data)


# In the order in which they are restored: the settings may name a data set of the person's own. The watched picture
# belongs to the data set in the settings, so the two are saved together.
_SAVED_PARTS = {
    "datasets": _SavedPart(
        "the list of its own data sets", lambda owner: owner.own_datasets, list, _restore_datasets, merges=True
    ),
    "history": _SavedPart("the network in Build", lambda owner: owner.history, history_to_dict, _restore_history),
    "training": _SavedPart(
        "the training settings",
        lambda owner: (owner.settings, owner.probe_index),
        lambda value: [settings_to_dict(value[0]), value[1]],
        _restore_training,
    ),
    "run": _SavedPart("which run Train showed", lambda owner: owner.run_id, lambda value: value, _restore_run),
    "look": _SavedPart("where Look inside was", lambda owner: owner.look, place_to_json, _restore_look, starts=False),
}


@contextmanager
def own_workspace() -> Iterator[None]:
    """A context for a page: opens the workspace in the address before it, and saves changes before and after it.

    Saving before the page keeps the effect of a click safe even if the page is slow.
    """
    owner = session()
    state = owner.page_state(WorkspaceState)
    if not state.opened:
        _open(owner, state)
        # Only now: if opening failed, the next run of the page tries again.
        state.opened = True
    if lost := lost_files():
        with st.container(key="notice-lost"):
            for held, day in lost.items():
                st.warning(LOST.format(held=held, day=day), icon=":material/report:")
    if state.unfamiliar_token is not None:
        _ask(owner, state, state.unfamiliar_token)
        st.stop()
    owner.save = partial(_save, owner, state)
    watch_over(owner.workspace_id)
    _save(owner, state)
    was_saved = state.exists
    # The container exists from the beginning, though empty: adding it later would move the whole page by one place, and
    # the browser would create the page anew and lose the focus.
    place = st.container(key="hidden-own-address")
    if was_saved:
        _put_token_in_address(owner, place)
    if state.not_found:
        with st.container(key="notice-not-found"):
            st.info(NOT_FOUND.format(unused_days=counted(limits().workspace_days, "day")), icon=":material/search_off:")
    if state.damaged:
        with st.container(key="notice-damaged"):
            st.warning(DAMAGED.format(parts=", ".join(state.damaged)), icon=":material/report:")
    try:
        yield
    finally:
        _save(owner, state)
    # If the page stopped early, the next run puts the token into the address.
    if state.exists and not was_saved:
        _put_token_in_address(owner, place)


def _open(owner: Session, state: WorkspaceState) -> None:
    """Load the workspace in the address; without one, start with an empty workspace.

    A workspace that this browser has not opened before is loaded only after the person has agreed.
    """
    state.saved = _current_values(owner)
    token = st.query_params.get(PARAMETER)
    if token is None:
        return
    if NETWORK in st.query_params:
        # A link to a network is for others: it must not open its author's workspace.
        log.event("workspace-in-link")
        del st.query_params[PARAMETER]
    elif not is_token(token) or workspaces().peek(id_of(token)) is None:
        state.not_found = True
        log.event("workspace-not-found")
        del st.query_params[PARAMETER]
    elif is_known_here(id_of(token)):
        _load(owner, state, token)
    else:
        state.unfamiliar_token = token


def _current_values(owner: Session) -> dict[str, Any]:
    return {name: part.read(owner) for name, part in _SAVED_PARTS.items()}


def _load(owner: Session, state: WorkspaceState, token: str) -> None:
    """Make the workspace of that token this tab's."""
    values = workspaces().load(id_of(token)) or {}
    owner.token, state.exists, state.unfamiliar_token = token, True, None
    damaged = []
    for name, part in _SAVED_PARTS.items():
        # A part that is damaged, or was saved by another version, starts anew; the others are restored.
        try:
            if name in values:
                part.restore(owner, json.loads(values[name]))
        except _UNREADABLE:
            damaged.append(name)
    state.damaged = tuple(_SAVED_PARTS[name].title for name in damaged)
    state.saved = _current_values(owner)
    # Otherwise the next change would overwrite it.
    for name in damaged:
        owner.attempt(partial(workspaces().set_aside, id_of(token), name))


def _ask(owner: Session, state: WorkspaceState, token: str) -> None:
    """Ask whether to open the workspace of that token, which this browser has not opened before."""
    values = workspaces().peek(id_of(token)) or {}
    architecture = None
    with suppress(*_UNREADABLE):
        architecture = history_from_dict(json.loads(values["history"])).present.architecture
    datasets: list[object] = []
    with suppress(*_UNREADABLE):
        datasets = list(json.loads(values["datasets"]))
    runs = run_store().runs_of(id_of(token))

    def copy() -> None:
        decline()
        settings = owner.settings
        with suppress(*_UNREADABLE):
            settings = settings_from_dict(json.loads(values["training"])[0])
        if not is_known(settings.dataset, owner.own_datasets):
            settings = replace(settings, dataset=owner.settings.dataset)
        if architecture is not None:
            open_linked(owner, architecture, settings, COPIED)

    def decline() -> None:
        state.unfamiliar_token = None
        del st.query_params[PARAMETER]

    ask_before_opening(
        WorkspaceContents(
            None if architecture is None else architecture.name,
            0 if architecture is None else len(architecture.layers),
            len(runs),
            sum(run.active for run in runs),
            len(datasets),
        ),
        partial(_load, owner, state, token),
        copy,
        decline,
    )


def _save(owner: Session, state: WorkspaceState) -> None:
    """Save the parts that have changed since they were last saved."""
    changed = {
        name: value
        for name, value in _current_values(owner).items()
        if value is not state.saved[name] and value != state.saved[name]
    }
    if not changed or not (state.exists or any(_SAVED_PARTS[name].starts for name in changed)):
        return
    workspace_id = id_of(owner.token)
    try:
        workspaces().save(
            workspace_id,
            {name: _as_text(workspace_id, name, _SAVED_PARTS[name], value) for name, value in changed.items()},
        )
    except UserError as error:
        owner.message = str(error)
        return
    state.saved |= changed
    state.exists, state.not_found = True, False


def _as_text(workspace_id: str, name: str, part: _SavedPart, value: Any) -> str:
    data = part.to_json(value)
    if part.merges:
        already_saved = json.loads(workspaces().value(workspace_id, name) or "[]")
        data = list(dict.fromkeys([*already_saved, *data]))
    return json.dumps(data, ensure_ascii=False)


def _put_token_in_address(owner: Session, place: DeltaGenerator) -> None:
    # Not through st.query_params: that would add an entry to the browser's history after each change of the page, and
    # “Back” would have to be pressed twice.
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
