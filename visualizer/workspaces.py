"""What each person made, by a name that only they know: the token in their address. Here it is only known by its hash.

A workspace is a row and its values, which are JSON texts by name; its runs and data sets say whose they are themselves.
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
from visualizer.workspace import connect, kept_open, saving, use_write_ahead_log

WORKSPACES = "workspaces.sqlite"
TOKEN_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_ASIDE = ", put aside as "  # between the name of a value that could not be read and what makes it another one
_USED_EVERY = 3600.0  # seconds; more often it need not be known when somebody was here

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
    """Whether it looks like one."""
    return _TOKEN.fullmatch(text) is not None


def id_of(token: str) -> str:
    """The id of the token's workspace: its SHA-256. Who reads the server's files learns no token from it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Workspaces:
    """The workspaces in a folder, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self._file = Path(folder) / WORKSPACES
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect(create=True)) as connection:
            use_write_ahead_log(connection)
            connection.executescript(_SCHEMA)
        self._open = kept_open(self._connect())

    def load(self, workspace_id: str) -> dict[str, str] | None:
        """What is kept there, by name; None where there is no such workspace (any more). It counts as used now."""
        kept = self.kept(workspace_id)
        if kept is not None:
            self.touch(workspace_id)
        return kept

    def kept(self, workspace_id: str) -> dict[str, str] | None:
        """The same for somebody who only looks: it does not count as used."""
        with closing(self._connect()) as connection:
            there = connection.execute("SELECT 1 FROM workspaces WHERE workspace_id = ?", (workspace_id,)).fetchone()
            rows = connection.execute("SELECT name, value FROM kept WHERE workspace_id = ?", (workspace_id,)).fetchall()
        return None if there is None else dict(rows)

    def set_aside(self, workspace_id: str, name: str) -> None:
        """Give what cannot be read another name, so that nothing is ever written over it.

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
        """What is kept there under that name, or None."""
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT value FROM kept WHERE workspace_id = ? AND name = ?", (workspace_id, name)
            ).fetchone()
        return row[0] if row else None

    def save(self, workspace_id: str, values: Mapping[str, str]) -> None:
        """Keep these values beside those of other names; the workspace is made where it is missing.

        Raises:
            UserError: The disk is full; what was kept before stays.
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
        """Note that it is used now, where that was not noted lately. A full disk is no reason to say anything."""
        now = time.time()
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT used FROM workspaces WHERE workspace_id = ?", (workspace_id,)).fetchone()
            # A time that lies ahead was noted by a clock that was wrong.
            if row is None or abs(now - row[0]) < _USED_EVERY:
                return
            try:
                with connection:
                    connection.execute("UPDATE workspaces SET used = ? WHERE workspace_id = ?", (now, workspace_id))
            except sqlite3.OperationalError:
                return

    def used(self) -> dict[str, float]:
        """When each workspace was used last, in seconds as `time.time` counts them."""
        with closing(self._connect()) as connection:
            return dict(connection.execute("SELECT workspace_id, used FROM workspaces"))

    def values(self, name: str) -> list[str]:
        """What all workspaces keep under this name, with what was put aside of it."""
        query = "SELECT value FROM kept WHERE name = ? OR name LIKE ?"
        with closing(self._connect()) as connection:
            return [value for (value,) in connection.execute(query, (name, f"{name}{_ASIDE}%"))]

    def adopt(self, workspace_ids: Iterable[str]) -> None:
        """Make a workspace, in which nothing is kept yet, for each of these ids that has none."""
        now, there = time.time(), self.used()
        new = [(workspace_id, now, now) for workspace_id in workspace_ids if workspace_id not in there]
        if new:
            with self._write() as connection:
                connection.executemany("INSERT OR IGNORE INTO workspaces VALUES (?, ?, ?)", new)

    def count_unused(self, kind: str, marks: Mapping[str, str], passed: float) -> dict[str, float]:
        """Count for how long things were not used, and give it in seconds by name.

        Args:
            kind: Of things, such as "dataset".
            marks: What is there, by name, with a mark that changes whenever it is used: then it is counted from 0.
                What is not among them any more is forgotten.
            passed: Seconds since the last count.
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

    def looked_at(self, now: float) -> float | None:
        """Note when it was looked what is unused, as `time.time` counts; when that was done before, or None."""
        with self._write() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute("SELECT at FROM looked").fetchone()
            connection.execute("INSERT OR REPLACE INTO looked VALUES (1, ?)", (now,))
        return row[0] if row else None

    def remove(self, workspace_id: str) -> None:
        """Forget a workspace with all that it keeps."""
        with self._write() as connection:
            for table in ("kept", "workspaces"):
                connection.execute(f"DELETE FROM {table} WHERE workspace_id = ?", (workspace_id,))
        log.event("workspace-removed", workspace=log.short(workspace_id))

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        connection = connect(self._file, create=create, timeout=10)
        # In WAL mode this keeps the file whole through a crash; only the last moments may be lost.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with saving(), closing(self._connect()) as connection, connection:
            yield connection
