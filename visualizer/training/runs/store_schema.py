"""The tables of the run store, and how those of an older version get what they lack."""

import sqlite3

from visualizer.workspace import use_write_ahead_log

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    created REAL NOT NULL,
    spec TEXT NOT NULL,
    steps_per_epoch INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    message TEXT NOT NULL DEFAULT '',
    epoch INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    learning_rate REAL NOT NULL,
    seconds REAL NOT NULL DEFAULT 0,
    images_per_second REAL NOT NULL DEFAULT 0,
    keep_running INTEGER NOT NULL DEFAULT 0,
    checkpoint_step INTEGER,
    checkpoint_epoch INTEGER,
    checkpoint_bytes INTEGER NOT NULL DEFAULT 0,
    server TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS runs_of_owner ON runs (owner, created);
CREATE TABLE IF NOT EXISTS batches (
    run_id TEXT NOT NULL,
    block INTEGER NOT NULL,
    losses BLOB NOT NULL,
    accuracies BLOB NOT NULL,
    PRIMARY KEY (run_id, block)
);
CREATE TABLE IF NOT EXISTS epochs (
    run_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    train_loss REAL,
    train_accuracy REAL,
    validation_loss REAL,
    validation_accuracy REAL,
    PRIMARY KEY (run_id, epoch)
);
CREATE TABLE IF NOT EXISTS health (
    run_id TEXT NOT NULL,
    step INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    gradient_norm REAL,
    weight_norm REAL,
    update_norm REAL,
    dead_share REAL,
    units INTEGER NOT NULL,
    PRIMARY KEY (run_id, step, layer)
);
CREATE TABLE IF NOT EXISTS weights (
    run_id TEXT NOT NULL,
    step INTEGER NOT NULL,
    epoch INTEGER,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (run_id, step)
);
CREATE TABLE IF NOT EXISTS gradients (
    run_id TEXT NOT NULL,
    step INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    counts BLOB NOT NULL,
    PRIMARY KEY (run_id, step, layer)
);
"""
# Columns that a database of an older version may lack: table, name and the rest of its declaration.
_ADDED = (
    ("runs", "checkpoint_step", "INTEGER"),
    ("runs", "checkpoint_epoch", "INTEGER"),
    ("runs", "checkpoint_bytes", "INTEGER NOT NULL DEFAULT 0"),
    ("runs", "server", "TEXT NOT NULL DEFAULT ''"),
)
TABLES = ("runs", "batches", "epochs", "health", "weights", "gradients")


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing, and add the columns that an older version did not have."""
    use_write_ahead_log(connection)
    connection.executescript(_SCHEMA)
    # Another server may be adding them just now.
    connection.execute("BEGIN IMMEDIATE")
    for table, column, declaration in _ADDED:
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        if column not in there:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {declaration}")
    connection.commit()


def cut(connection: sqlite3.Connection, run_id: str, step: int, epoch: int, block: int) -> list[int]:
    """Forget what happened in a run after `step` batches and `epoch` epochs (-1: all); the steps of weights that went.

    `block` is how many batches one row of the curve holds, 4 bytes each.
    """
    last, rest = divmod(step, block)
    connection.execute("DELETE FROM batches WHERE run_id = ? AND block > ?", (run_id, last))
    connection.execute(
        "UPDATE batches SET losses = substr(losses, 1, ?), accuracies = substr(accuracies, 1, ?) "
        "WHERE run_id = ? AND block = ?",
        (4 * rest, 4 * rest, run_id, last),
    )
    connection.execute("DELETE FROM epochs WHERE run_id = ? AND epoch > ?", (run_id, epoch))
    rows = connection.execute("SELECT step FROM weights WHERE run_id = ? AND step > ?", (run_id, step)).fetchall()
    for table in ("health", "weights", "gradients"):
        connection.execute(f"DELETE FROM {table} WHERE run_id = ? AND step > ?", (run_id, step))
    return [row["step"] for row in rows]
