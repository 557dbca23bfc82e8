"""What is removed after a set time: workspaces that nobody uses, their runs, and data sets that nobody refers to."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress

from visualizer.data.own_dataset import remove_own_except
from visualizer.limits import limits
from visualizer.training.store import RunStore
from visualizer.workspaces import Workspaces

DAY = 86_400.0  # seconds
# A data set that was made is named in its workspace a moment later.
UNNAMED_FOR = DAY


def clean_up(store: RunStore, workspaces: Workspaces, now: float | None = None) -> None:
    """Remove what was not used for `limits().workspace_days`; then the oldest ended runs while all are too large.

    Nothing goes that a run which goes on needs. `now` is as `time.time` counts.
    """
    now = time.time() if now is None else now
    before = now - limits().workspace_days * DAY
    active = {record.owner for record in store.active_runs()}
    used = workspaces.used()
    for workspace_id, at in used.items():
        if at < before and workspace_id not in active:
            store.forget_runs_of(workspace_id)
            workspaces.remove(workspace_id)
    # Runs of those who have no workspace, as of older versions.
    for owner, created in store.owners().items():
        if owner not in used and created < before and owner not in active:
            store.forget_runs_of(owner)
    store.make_room()
    remove_own_except({*store.datasets(), *_named(workspaces)}, older_than=now - UNNAMED_FOR)


def _named(workspaces: Workspaces) -> Iterator[str]:
    """The data sets that workspaces have or have chosen."""
    for text in workspaces.values("datasets"):
        with suppress(ValueError, TypeError):
            yield from (name for name in json.loads(text) if isinstance(name, str))
    for text in workspaces.values("training"):
        with suppress(ValueError, TypeError, KeyError, IndexError):
            yield str(json.loads(text)[0]["dataset"])
