"""Each person's work, found by a token that only they know: it is in their address, and only its hash is stored here.

A workspace is a row, and values by name, which are JSON texts. Its runs and data sets themselves say who owns them.
"""

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from visualizer import log
from visualizer.workspace import connect, held_open, saving, use_write_ahead_log

WORKSPACES = "workspaces.sqlite"
TOKEN_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_ASIDE = ", put aside as "  # between the name of a value that could not be read and a random suffix
_TOUCH_INTERVAL = 3600.0  # seconds; the last use is not recorded more precisely

_SCHEMA = """
CREATE TABLE IF NOT EXISTS workspaces (
    workspace_id TEXT PRIMARY KEY,
    created REAL NOT NULL,
    used REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS kept (
    workspace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
CREATE TABLE IF NOT EXISTS unused (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE TABLE IF NOT EXISTS looked (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at REAL NOT NULL
);
"""


def new_token() -> str:
    """A token that cannot be guessed: 128 random bits as 22 letters, digits, "-" and "_"."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Whether the text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def id_of(token: str) -> str:
    """The id of the token's workspace: its SHA-256, so that the server's files give no token away."""
    return hashlib.sha256(token.encode()).hexdigest()


class Workspaces:
    """The workspaces in a folder, which is created if it is missing."""

    def __init__(self, folder: Path) -> None:
        self._file = Path(folder) / WORKSPACES
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect(create=True)) as connection:
            use_write_ahead_log(connection)
            connection.executescript(_SCHEMA)
        self._open = held_open(self._connect())

    def load(self, workspace_id: str) -> dict[str, str] | None:
        """The values of a workspace, by name, or None if it does not exist (any more). This counts as using it."""
        values = self.peek(workspace_id)
        if values is not None:
            self.touch(workspace_id)
        return values

    def peek(self, workspace_id: str) -> dict[str, str] | None:
        """The same as `load`, but it does not count as using the workspace."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT 1 FROM workspaces WHERE workspace_id = ?", (workspace_id,)).fetchone()
            rows = connection.execute("SELECT name, value FROM kept WHERE workspace_id = ?", (workspace_id,)).fetchall()
        return None if row is None else dict(rows)

    def set_aside(self, workspace_id: str, name: str) -> None:
        """Rename a value that cannot be read, so that nothing ever overwrites it.

        Raises:
            UserError: The disk is full.
        """
        aside = f"{name}{_ASIDE}{secrets.token_hex(4)}"
        with self._write() as connection:
            connection.execute(
                "UPDATE kept SET name = ? WHERE workspace_id = ? AND name = ?", (aside, workspace_id, name)
            )
        log.event("value-set-aside", warning=True, workspace=log.short(workspace_id), value=name, renamed=aside)

    def value(self, workspace_id: str, name: str) -> str | None:
        """The value of that name, or None."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT value FROM kept WHERE workspace_id = ? AND name = ?", (workspace_id, name)
            ).fetchone()
        return row[0] if row else None

    def save(self, workspace_id: str, values: Mapping[str, str]) -> None:
        """Store these values; values of other names stay. The workspace is created if it is missing.

        Raises:
            UserError: The disk is full; what was stored before stays.
        """
        now = time.time()
        with self._write() as connection:
            connection.execute(
                "INSERT INTO workspaces VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET used = excluded.used",
                (workspace_id, now, now),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
                [(workspace_id, name, value) for name, value in values.items()],
            )

    def touch(self, workspace_id: str) -> None:
        """Record that the workspace is used now, unless that was recorded recently. A full disk is ignored."""
        now = time.time()
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT used FROM workspaces WHERE workspace_id = ?", (workspace_id,)).fetchone()
            # A time in the future comes from a clock that was wrong.
            if row is None or abs(now - row[0]) < _TOUCH_INTERVAL:
                return
            try:
                with connection:
                    connection.execute("UPDATE workspaces SET used = ? WHERE workspace_id = ?", (now, workspace_id))
            except sqlite3.OperationalError:
                return

    def used(self) -> dict[str, float]:
        """When each workspace was last used, in seconds on the clock of `time.time`."""
        with closing(self._connect()) as connection:
            return dict(connection.execute("SELECT workspace_id, used FROM workspaces"))

    def values(self, name: str) -> list[str]:
        """The values of this name in all workspaces, including those that were set aside."""
        query = "SELECT value FROM kept WHERE name = ? OR name LIKE ?"
        with closing(self._connect()) as connection:
            return [value for (value,) in connection.execute(query, (name, f"{name}{_ASIDE}%"))]

    def adopt(self, workspace_ids: Iterable[str]) -> None:
        """Create an empty workspace for each of these ids that has none."""
        now, existing = time.time(), self.used()
        new = [(workspace_id, now, now) for workspace_id in workspace_ids if workspace_id not in existing]
        if new:
            with self._write() as connection:
                connection.executemany("INSERT OR IGNORE INTO workspaces VALUES (?, ?, ?)", new)

    def count_unused(self, kind: str, marks: Mapping[str, str], passed: float) -> dict[str, float]:
        """Count how long things have been unused.

        Args:
            kind: The kind of things, such as "dataset".
            marks: For each existing thing, by name, a mark that changes whenever it is used, which restarts its count.
                Counts of things that are no longer listed are dropped.
            passed: Seconds since the last count.

        Returns:
            Seconds without use, by name.
        """
        with self._write() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = connection.execute("SELECT name, mark, seconds FROM unused WHERE kind = ?", (kind,))
            before = {name: (mark, seconds) for name, mark, seconds in rows}
            counted = {
                name: before[name][1] + passed if name in before and before[name][0] == mark else 0.0
                for name, mark in marks.items()
            }
            connection.execute("DELETE FROM unused WHERE kind = ?", (kind,))
            connection.executemany(
                "INSERT INTO unused VALUES (?, ?, ?, ?)",
                [(kind, name, mark, counted[name]) for name, mark in marks.items()],
            )
        return counted

    def record_check(self, now: float) -> float | None:
        """Record the time of a check for unused things, as in `time.time`. Returns that of the last check, or None."""
        with self._write() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute("SELECT at FROM looked").fetchone()
            connection.execute("INSERT OR REPLACE INTO looked VALUES (1, ?)", (now,))
        return row[0] if row else None

    def remove(self, workspace_id: str) -> None:
        """Delete a workspace with all its values."""
        with self._write() as connection:
            for table in ("kept", "workspaces"):
                connection.execute(f"DELETE FROM {table} WHERE workspace_id = ?", (workspace_id,))
        log.event("workspace-removed", workspace=log.short(workspace_id))

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        connection = connect(self._file, create=create, timeout=10)
        # In WAL mode the file survives a crash with this setting; only the last moments may be lost.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with saving(), closing(self._connect()) as connection, connection:
            yield connection
