"""Which runs the store forgets, so that a disk does not fill up and a person's list does not grow without end.

Each function deletes rows of the database and gives the ids of the runs whose files may go once that is committed.
Which run is older, the order says in which they were made, and not the clock: it may have been wrong then.
"""

import sqlite3
from collections.abc import Sequence

from visualizer.limits import limits
from visualizer.training.loop.events import ACTIVE_STATES
from visualizer.training.runs.store_schema import TABLES


def forget_oldest(connection: sqlite3.Connection) -> list[str]:
    """Delete the rows of the oldest ended runs until the weights of all are in the limit; the runs' ids."""
    rows = connection.execute(
        "SELECT run_id, state, SUM(bytes) + checkpoint_bytes AS bytes FROM runs JOIN weights USING (run_id) "
        "GROUP BY run_id ORDER BY runs.rowid"
    ).fetchall()
    excess = sum(row["bytes"] for row in rows) - limits().storage_bytes
    forgotten = []
    for row in rows:
        if excess > 0 and row["state"] not in ACTIVE_STATES:
            excess -= row["bytes"]
            forgotten.append(row["run_id"])
            forget(connection, row["run_id"])
    return forgotten


def forget_surplus(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Delete the rows of an owner's oldest ended runs so that with one more they are in the limit; the runs' ids."""
    rows = connection.execute("SELECT run_id, state FROM runs WHERE owner = ? ORDER BY rowid", (owner,)).fetchall()
    return _forget_ended(connection, rows, at_most=max(len(rows) + 1 - limits().workspace_runs, 0))


def forget(connection: sqlite3.Connection, run_id: str) -> None:
    """Delete all rows of a run."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))


def forget_ended_of(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Delete the rows of all runs of an owner that have ended; the runs' ids."""
    rows = connection.execute("SELECT run_id, state FROM runs WHERE owner = ?", (owner,)).fetchall()
    return _forget_ended(connection, rows, at_most=len(rows))


def _forget_ended(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row], at_most: int) -> list[str]:
    ended = [row["run_id"] for row in rows if row["state"] not in ACTIVE_STATES][:at_most]
    for run_id in ended:
        forget(connection, run_id)
    return ended
