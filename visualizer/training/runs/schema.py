"""The tables of the run store, as numbered migrations: `PRAGMA user_version` says how many a database has had."""

import sqlite3
from collections.abc import Callable

from visualizer.workspace import use_write_ahead_log

# All have a column run_id.
TABLES = ("runs", "batches", "epochs", "measures", "health", "weights", "gradients")

_FIRST_TABLES = """
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
_FIRST_ADDED_COLUMNS = (
    ("checkpoint_step", "INTEGER"),
    ("checkpoint_epoch", "INTEGER"),
    ("checkpoint_bytes", "INTEGER NOT NULL DEFAULT 0"),
    ("server", "TEXT NOT NULL DEFAULT ''"),
)


class LaterVersionError(Exception):
    """A database was written by a later version of the app."""


def prepare(connection: sqlite3.Connection) -> None:
    """Bring a database, which may be new, to the present version. Any number of servers may do it at once.

    Raises:
        LaterVersionError: It is beyond the present version.
    """
    use_write_ahead_log(connection)
    if _version(connection) == len(_MIGRATIONS):
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        # Asked again under the lock: another server may have been faster.
        version = _version(connection)
        if version > len(_MIGRATIONS):
            raise LaterVersionError(f"it has version {version}, and this app knows {len(_MIGRATIONS)}")
        for migrate in _MIGRATIONS[version:]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _to_1(connection: sqlite3.Connection) -> None:
    """Make the tables. Databases from before versions were counted have some of them, and some of the columns."""
    for statement in _FIRST_TABLES.split(";"):  # not executescript, which would end the transaction
        connection.execute(statement)
    present = {row["name"] for row in connection.execute("PRAGMA table_info(runs)")}
    for column, declaration in _FIRST_ADDED_COLUMNS:
        if column not in present:
            connection.execute(f"ALTER TABLE runs ADD COLUMN {column} {declaration}")


def _to_2(connection: sqlite3.Connection) -> None:
    """Whether a silent unit is dead, a batch cannot tell."""
    connection.execute("ALTER TABLE health RENAME COLUMN dead_share TO silent_share")


def _to_3(connection: sqlite3.Connection) -> None:
    """Layers got a penalty of their weights; the runs of before had none."""
    for column in ("train_penalty", "validation_penalty"):
        connection.execute(f"ALTER TABLE epochs ADD COLUMN {column} REAL DEFAULT 0")


def _to_4(connection: sqlite3.Connection) -> None:
    """Tasks beside classification came, each with measures of its own: by name instead of a column for accuracy."""
    for statement in _MEASURES_BY_NAME.split(";"):
        connection.execute(statement)


_MEASURES_BY_NAME = """
CREATE TABLE measures (
    run_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    measure TEXT NOT NULL,
    train REAL,
    validation REAL,
    PRIMARY KEY (run_id, epoch, measure)
);
INSERT INTO measures SELECT run_id, epoch, 'accuracy', train_accuracy, validation_accuracy FROM epochs;
ALTER TABLE epochs RENAME TO old_epochs;
CREATE TABLE epochs (
    run_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    train_loss REAL,
    validation_loss REAL,
    train_penalty REAL DEFAULT 0,
    validation_penalty REAL DEFAULT 0,
    PRIMARY KEY (run_id, epoch)
);
INSERT INTO epochs SELECT run_id, epoch, train_loss, validation_loss, train_penalty, validation_penalty FROM old_epochs;
DROP TABLE old_epochs;
ALTER TABLE batches RENAME TO old_batches;
CREATE TABLE batches (
    run_id TEXT NOT NULL,
    measure TEXT NOT NULL,
    block INTEGER NOT NULL,
    block_values BLOB NOT NULL,
    PRIMARY KEY (run_id, measure, block)
);
INSERT INTO batches SELECT run_id, 'loss', block, losses FROM old_batches;
INSERT INTO batches SELECT run_id, 'accuracy', block, accuracies FROM old_batches;
DROP TABLE old_batches
"""


# One is added at the end where the tables change; those before it stay as they are.
_MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_to_1, _to_2, _to_3, _to_4)
