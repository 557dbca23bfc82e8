"""What each person made, by a name that only they know: the token in their address. Here it is only known by its hash.

A workspace is a row and its values, which are JSON texts by name; its runs and data sets say whose they are themselves.
"""

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from visualizer import log
from visualizer.workspace import kept_open, saving, use_write_ahead_log

TOKEN_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
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
        self._file = Path(folder) / "workspaces.sqlite"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            use_write_ahead_log(connection)
            connection.executescript(_SCHEMA)
        self._open = kept_open(self._connect())

    def load(self, workspace_id: str) -> dict[str, str] | None:
        """What is kept there, by name; None where there is no such workspace (any more). It counts as used now."""
        with closing(self._connect()) as connection:
            there = connection.execute("SELECT 1 FROM workspaces WHERE workspace_id = ?", (workspace_id,)).fetchone()
            rows = connection.execute("SELECT name, value FROM kept WHERE workspace_id = ?", (workspace_id,)).fetchall()
        if there is None:
            return None
        self.touch(workspace_id)
        return dict(rows)

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
            if row is None or now - row[0] < _USED_EVERY:
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
        """What all workspaces keep under this name."""
        with closing(self._connect()) as connection:
            return [value for (value,) in connection.execute("SELECT value FROM kept WHERE name = ?", (name,))]

    def remove(self, workspace_id: str) -> None:
        """Forget a workspace with all that it keeps."""
        with self._write() as connection:
            for table in ("kept", "workspaces"):
                connection.execute(f"DELETE FROM {table} WHERE workspace_id = ?", (workspace_id,))
        log.event("workspace-removed", workspace=log.short(workspace_id))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=10, check_same_thread=False)
        # In WAL mode this keeps the file whole through a crash; only the last moments may be lost.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with saving(), closing(self._connect()) as connection, connection:
            yield connection
