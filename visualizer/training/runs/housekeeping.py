"""What is removed after a set time: workspaces that nobody uses, their runs, and data sets that nobody refers to.

No clock decides it. For how long something was unused is counted, with the time that the server ran: a clock that is
wrong for a day, or that is set right after it was, makes nothing older. What passed while no server ran is counted as a
day at most, each time one starts: that the clock says a year is no reason to remove what was made yesterday.
"""

from collections.abc import Iterator

from visualizer import log
from visualizer.data.own_dataset import own_dataset_marks, own_names_in, remove_own
from visualizer.limits import limits
from visualizer.training.runs.store import RunStore
from visualizer.workspaces import Workspaces

DAY = 86_400.0  # seconds
# A data set that was made is named in its workspace a moment later.
UNNAMED_FOR = DAY
# So many go at a time: whoever runs the server can see it in the log before all are gone.
MOST_AT_ONCE = 20
# Seconds by which the clock and the time that passed may differ.
_SAME = 600.0


def clean_up(store: RunStore, workspaces: Workspaces, passed: float = 0.0) -> None:
    """Remove what was not used for `limits().workspace_days`; then the oldest ended runs while all are too large.

    Nothing goes that a run which goes on needs.

    Args:
        store: The runs.
        workspaces: The workspaces, with their names in which the data sets stand.
        passed: Seconds that passed since this was done last, as `since_last` says.
    """
    _remove_workspaces(store, workspaces, passed)
    store.make_room()
    _remove_datasets(store, workspaces, passed)


def since_last(workspaces: Workspaces, now: float, ran: float | None) -> float:
    """Seconds to count since the last clean-up, by whichever server, and note that there is one now.

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
    # Runs of those who have no workspace, as of older versions, get one, and are counted from now on.
    workspaces.adopt(store.owners())
    # Any other time than before says that it was used meanwhile, an earlier one too.
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
    # One that is made anew is another one.
    unnamed = {name: str(at) for name, at in own_dataset_marks().items() if name not in named}
    unused = workspaces.count_unused("dataset", unnamed, passed)
    for name in [name for name, seconds in unused.items() if seconds > UNNAMED_FOR][:MOST_AT_ONCE]:
        log.event("dataset-removed", dataset=name, unnamed_days=round(unused[name] / DAY, 1))
        remove_own(name)


def _named(workspaces: Workspaces) -> Iterator[str]:
    """The data sets that workspaces have or have chosen, also where the rest of what is kept cannot be read."""
    for kept in ("datasets", "training"):
        for text in workspaces.values(kept):
            yield from own_names_in(text)
