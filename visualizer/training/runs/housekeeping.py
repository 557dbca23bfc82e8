"""What is removed after a set time: workspaces that nobody uses, their runs, and data sets that nothing refers to.

The clock does not decide it. The time for which something was unused is counted while a server runs: a clock that is
wrong, or set right, makes nothing older. Time while no server ran counts as a day at most, each time one starts: that
the clock is a year ahead is no reason to remove what was made yesterday.
"""

from collections.abc import Iterator

from visualizer import log
from visualizer.data.own_dataset import own_dataset_marks, own_names_in, remove_own
from visualizer.limits import limits
from visualizer.training.runs.store import RunStore
from visualizer.workspaces import Workspaces

DAY = 86_400.0  # seconds
# A new data set is named in its workspace only a moment later.
UNNAMED_FOR = DAY
# Removed at a time: whoever runs the server can see it in the log before all are gone.
MOST_AT_ONCE = 20
# Seconds by which the clock and the time that passed may differ.
_SAME = 600.0


def clean_up(store: RunStore, workspaces: Workspaces, passed: float = 0.0) -> None:
    """Remove what was not used for `limits().workspace_days`; then the oldest ended runs while all are too large.

    Nothing that an active run needs is removed. `passed` are the seconds since this was done last, by `since_last`.
    """
    _remove_workspaces(store, workspaces, passed)
    store.make_room()
    _remove_datasets(store, workspaces, passed)


def since_last(workspaces: Workspaces, now: float, ran: float | None) -> float:
    """Seconds to count since the last clean-up by any server, and note that there is one now.

    Args:
        workspaces: Where the time of the last one is kept.
        now: The clock, as `time.time` says.
        ran: Seconds since this server did it last, as `time.monotonic` counts; None where it has not yet.
    """
    last = workspaces.record_check(now)
    by_clock = None if last is None else now - last
    passed = min(max(by_clock or 0.0, 0.0), DAY) if ran is None else ran
    if by_clock is not None and abs(by_clock - passed) > _SAME:
        log.event("clock-jumped", warning=True, by_seconds=round(by_clock - passed), counted_seconds=round(passed))
    return passed


def _remove_workspaces(store: RunStore, workspaces: Workspaces, passed: float) -> None:
    active = {record.owner for record in store.active_runs()}
    # Owners of runs without a workspace, as in older versions, get one, which is counted from now on.
    workspaces.adopt(store.owners())
    # Any other time than before means that it was used meanwhile, even an earlier one.
    unused = workspaces.count_unused("workspace", {name: repr(at) for name, at in workspaces.used().items()}, passed)
    most = limits().workspace_days * DAY
    due = [name for name, seconds in unused.items() if seconds > most and name not in active]
    due.sort(key=unused.__getitem__, reverse=True)
    for workspace_id in due[:MOST_AT_ONCE]:
        log.event(
            "workspace-due",
            workspace=log.short(workspace_id),
            unused_days=round(unused[workspace_id] / DAY, 1),
            kept_days=limits().workspace_days,
            also_due=len(due) - 1,
        )
        store.delete_runs_of(workspace_id)
        workspaces.remove(workspace_id)


def _remove_datasets(store: RunStore, workspaces: Workspaces, passed: float) -> None:
    named = {*store.datasets(), *_named(workspaces)}
    # A data set that is made again is another one.
    unnamed = {name: str(at) for name, at in own_dataset_marks().items() if name not in named}
    unused = workspaces.count_unused("dataset", unnamed, passed)
    for name in [name for name, seconds in unused.items() if seconds > UNNAMED_FOR][:MOST_AT_ONCE]:
        log.event("dataset-removed", dataset=name, unnamed_days=round(unused[name] / DAY, 1))
        remove_own(name)


def _named(workspaces: Workspaces) -> Iterator[str]:
    """The data sets that workspaces have or have chosen, even if the rest of a workspace cannot be read."""
    for kept in ("datasets", "training"):
        for text in workspaces.values(kept):
            yield from own_names_in(text)
