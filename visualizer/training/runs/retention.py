"""Which runs the store deletes, so that the disk does not fill up and a person's list does not grow without end.

Each function deletes rows and returns the ids of the runs whose files may be removed once that is committed. Age is the
order in which runs were created, not their time: the clock may have been wrong then.
"""

import sqlite3
from collections.abc import Iterable

from visualizer.limits import limits
from visualizer.training.loop.events import ACTIVE_STATES
from visualizer.training.runs.schema import TABLES


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
