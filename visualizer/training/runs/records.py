"""The table of runs: where each of them stands, and which are deleted where there are too many."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from visualizer import log
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import (
    ACTIVE_STATES,
    RESUMABLE_STATES,
    Advice,
    Failed,
    State,
    StateChanged,
)
from visualizer.training.runs.schema import TABLES
from visualizer.training.settings import RunSpec, run_spec_from_json, run_spec_to_json


@dataclass(frozen=True)
class RunRecord:
    """Where a run stands.

    Attributes:
        message: Why it stopped or failed, or what to try where it goes badly, for the user; else empty.
        epoch, step, learning_rate, seconds, images_per_second: As in `RunProgress`.
        total_steps: Batches in all its epochs.
        keep_running: True where it goes on after its page was closed.
        version: Grows with each change, so that a page can skip a redraw.
        checkpoint_step, checkpoint_epoch: Batches and epochs at its last checkpoint, or None where it has none.
        server: The id of the server that trains it, or did.
    """

    run_id: str
    owner: str
    spec: RunSpec
    state: State
    message: str
    epoch: int
    step: int
    steps_per_epoch: int
    total_steps: int
    learning_rate: float
    seconds: float
    images_per_second: float
    keep_running: bool
    version: int
    checkpoint_step: int | None = None
    checkpoint_epoch: int | None = None
    server: str = ""

    @property
    def active(self) -> bool:
        """True while it takes commands: queued, running or paused."""
        return self.state in ACTIVE_STATES


def time_left(record: RunRecord) -> float | None:
    """Seconds until the run finishes at its latest speed; None where that is unknown."""
    if not record.active or record.images_per_second <= 0:
        return None
    pictures = (record.total_steps - record.step) * record.spec.settings.batch_size
    return pictures / record.images_per_second


# Reading

_COLUMNS = (
    "run_id, owner, spec, state, message, epoch, step, steps_per_epoch, learning_rate, seconds, images_per_second, "
    "keep_running, version, checkpoint_step, checkpoint_epoch, server"
)
_INTEGERS = ("epoch", "step", "steps_per_epoch", "version")
_NUMBERS = ("learning_rate", "seconds", "images_per_second")
_spec = lru_cache(maxsize=256)(run_spec_from_json)
_unreadable: set[str] = set()


def read(connection: sqlite3.Connection, condition: str, values: Iterable[object]) -> list[RunRecord]:
    """The records of the runs that an SQL condition selects; it may order them.

    A run whose record cannot be read, because it is damaged or of a later version, is left out.
    """
    records = []
    for row in connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE {condition}", tuple(values)):
        try:
            records.append(_record(row))
        except (UserError, ArithmeticError, KeyError, TypeError, ValueError) as error:
            if row["run_id"] not in _unreadable:
                log.event("run-unreadable", warning=True, run=row["run_id"], why=type(error).__name__)
            _unreadable.add(row["run_id"])
    return records


def _record(row: sqlite3.Row) -> RunRecord:
    values = dict(row)
    spec = _spec(values["spec"])
    if values["state"] not in get_args(State):
        raise ValueError(f"a state that no run has: {values['state']}")
    are_numbers = all(type(values[name]) is int for name in _INTEGERS) and all(
        type(values[name]) in (int, float) for name in _NUMBERS
    )
    if not are_numbers or values["steps_per_epoch"] < 1:
        raise ValueError("what is no number of steps, epochs or seconds")
    total_steps = values["steps_per_epoch"] * spec.settings.epochs
    keep_running = bool(values["keep_running"])
    return RunRecord(**values | {"spec": spec, "total_steps": total_steps, "keep_running": keep_running})


def owners(connection: sqlite3.Connection) -> set[str]:
    """All who have runs."""
    return {row["owner"] for row in connection.execute("SELECT DISTINCT owner FROM runs")}


def datasets(connection: sqlite3.Connection) -> set[str]:
    """The names of all data sets that runs were trained on."""
    rows = connection.execute("SELECT json_extract(spec, '$.settings.dataset') AS name FROM runs")
    return {row["name"] for row in rows}


def checkpoint_step(connection: sqlite3.Connection, run_id: str) -> int | None:
    """Batches at the run's last checkpoint, or None where it has none."""
    row = connection.execute("SELECT checkpoint_step FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return row["checkpoint_step"] if row else None


# Writing


def insert(
    connection: sqlite3.Connection, run_id: str, owner: str, spec: RunSpec, steps_per_epoch: int, server: str
) -> None:
    """A new run, queued."""
    connection.execute(
        "INSERT INTO runs (run_id, owner, created, spec, steps_per_epoch, learning_rate, server) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (run_id, owner, time.time(), run_spec_to_json(spec), steps_per_epoch, spec.settings.learning_rate, server),
    )


def update(connection: sqlite3.Connection, run_id: str, **values: object) -> None:
    """Set columns of a run's row; pages see that it changed."""
    changes = ", ".join([*(f"{name} = ?" for name in values), "version = version + 1"])
    connection.execute(f"UPDATE runs SET {changes} WHERE run_id = ?", (*values.values(), run_id))


def write_state(connection: sqlite3.Connection, run_id: str, event: StateChanged | Failed) -> None:
    """The run entered another state, or cannot go on."""
    change_state(connection, run_id, "failed" if isinstance(event, Failed) else event.state, event.message)


def write_advice(connection: sqlite3.Connection, run_id: str, event: Advice) -> None:
    """What to try, or that there is nothing to try any more."""
    update(connection, run_id, message=event.message)


def write_checkpoint(connection: sqlite3.Connection, run_id: str, event: Checkpoint) -> None:
    """Where the run can be resumed from now on."""
    checkpoint = {"checkpoint_step": event.step, "checkpoint_epoch": event.epoch, "checkpoint_bytes": event.nbytes}
    update(connection, run_id, **checkpoint)


def change_state(
    connection: sqlite3.Connection, run_id: str, state: State, message: str, server: str | None = None
) -> bool:
    """Enter another state, if the run is active, and still that server's where one is given; whether it did.

    An interrupted run can only be stopped. An empty message leaves the one that is there.
    """
    changed = connection.execute(
        "UPDATE runs SET state = ?, message = coalesce(nullif(?, ''), message), version = version + 1 "
        "WHERE run_id = ? AND server = coalesce(?, server) "
        "AND (state IN (?, ?, ?) OR (state = 'interrupted' AND ? = 'stopped'))",
        (state, message, run_id, server, *ACTIVE_STATES, state),
    ).rowcount
    if changed:
        log.event(f"run-{state}", warning=state in ("failed", "interrupted"), run=run_id, why=message or None)
    if changed and state not in RESUMABLE_STATES:
        update(connection, run_id, checkpoint_step=None, checkpoint_epoch=None, checkpoint_bytes=0)
    return changed > 0


# Deleting rows, so that neither the disk nor a person's list grows without end. Returned are the ids of the runs whose
# files may be removed once that is committed. Age is the order of creation, not a time: the clock may have been wrong.


def delete_above_storage_limit(connection: sqlite3.Connection) -> list[str]:
    """Delete the oldest ended runs until the files of all are within the limit."""
    rows = connection.execute(
        "SELECT run_id, state, SUM(bytes) + checkpoint_bytes AS bytes FROM runs JOIN weights USING (run_id) "
        "GROUP BY run_id ORDER BY runs.rowid"
    ).fetchall()
    excess = sum(row["bytes"] for row in rows) - limits().storage_bytes
    surplus = []
    for row in rows:
        if excess > 0 and row["state"] not in ACTIVE_STATES:
            excess -= row["bytes"]
            surplus.append(row["run_id"])
    return _delete(connection, surplus)


def delete_above_owner_limit(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Delete an owner's oldest ended runs so that one more is within the limit."""
    count = connection.execute("SELECT COUNT(*) FROM runs WHERE owner = ?", (owner,)).fetchone()[0]
    surplus = max(count + 1 - limits().workspace_runs, 0)
    return _delete(connection, _ended_runs(connection, owner)[:surplus])


def delete_ended_runs(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Delete all runs of an owner that have ended."""
    return _delete(connection, _ended_runs(connection, owner))


def _ended_runs(connection: sqlite3.Connection, owner: str) -> list[str]:
    """The oldest first."""
    rows = connection.execute("SELECT run_id, state FROM runs WHERE owner = ? ORDER BY rowid", (owner,))
    return [row["run_id"] for row in rows if row["state"] not in ACTIVE_STATES]


def _delete(connection: sqlite3.Connection, run_ids: Iterable[str]) -> list[str]:
    run_ids = list(run_ids)
    for table in TABLES:
        connection.executemany(f"DELETE FROM {table} WHERE run_id = ?", [(run_id,) for run_id in run_ids])
    return run_ids
