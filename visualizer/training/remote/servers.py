"""Several servers on one workspace folder: which of them are alive, and what they leave for one another.

A run belongs to the server that trains it. Its page may be open at another one, on another device: commands from there,
and that somebody has it open, are left for the run's own server.
"""

import dataclasses
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import get_args

from visualizer.training.scheduling.commands import Command
from visualizer.training.scheduling.peers import Peers
from visualizer.workspace import connect

SERVERS = "servers.sqlite"
LOCKS = "servers"  # the folder of their locks
_COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in get_args(Command)}
# A younger lock file may belong to a server that is just about to lock it.
_STARTING = 60.0  # seconds

_SCHEMA = """
CREATE TABLE IF NOT EXISTS commands (
    number INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    run_id TEXT NOT NULL,
    command TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS watched (
    owner TEXT NOT NULL,
    server TEXT NOT NULL,
    seen REAL NOT NULL,
    PRIMARY KEY (owner, server)
);
"""


class Servers(Peers):
    """This server among those that work on the same folder.

    Each holds a lock on its own file, which the operating system releases when the process ends, however it ends. The
    lock is SQLite's, which is the same on all systems.
    """

    def __init__(self, folder: Path) -> None:
        self.own = secrets.token_hex(8)
        self._file = folder / SERVERS
        self._locks = folder / LOCKS
        self._locks.mkdir(parents=True, exist_ok=True)
        self._lock = self._locked()
        with closing(self._connect(create=True)) as connection:
            connection.executescript(_SCHEMA)

    def living(self) -> set[str]:
        """The ids of all that are alive, this one's among them. Old lock files of others are removed."""
        return {self.own} | {path.stem for path in self._others() if self._is_alive(path)}

    def leads(self) -> bool:
        """Whether this server, of all that work on the folder, is the one that does what one of them has to do."""
        return self.own == min(self.living())

    def send(self, server: str, run_id: str, command: Command) -> None:
        text = json.dumps([type(command).__name__, dataclasses.asdict(command)])
        with self._write() as connection:
            connection.execute(
                "INSERT INTO commands (server, run_id, command) VALUES (?, ?, ?)", (server, run_id, text)
            )

    def received(self) -> list[tuple[str, Command]]:
        if not any(self._others()):
            return []
        with self._write() as connection:
            rows = connection.execute(
                "SELECT run_id, command FROM commands WHERE server = ? ORDER BY number", (self.own,)
            ).fetchall()
            connection.execute("DELETE FROM commands WHERE server = ?", (self.own,))
        return [(run_id, _command(text)) for run_id, text in rows]

    def watch(self, owner: str) -> None:
        """Note that somebody has an owner's runs open here now. On a full disk, nothing is noted."""
        with suppress(sqlite3.OperationalError), self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO watched VALUES (?, ?, ?)", (owner, self.own, time.monotonic()))

    def is_watched_elsewhere(self, owner: str, within: float) -> bool:
        # Time is counted from when the computer was started, which is the same for all of its processes, and not by the
        # clock, which may be set meanwhile: https://docs.python.org/3/library/time.html#time.monotonic
        if not any(self._others()):
            return False
        with closing(self._connect()) as connection:
            rows = connection.execute("SELECT seen FROM watched WHERE owner = ? AND server != ?", (owner, self.own))
            now = time.monotonic()
            # A time that lies ahead was noted before the computer was restarted.
            return any(0 <= now - seen < within for (seen,) in rows)

    def close(self) -> None:
        # On a full disk the rows stay, and nobody reads them.
        with suppress(sqlite3.OperationalError), self._write() as connection:
            connection.execute("DELETE FROM commands WHERE server = ?", (self.own,))
            connection.execute("DELETE FROM watched WHERE server = ?", (self.own,))
        self._lock.close()
        self._path(self.own).unlink(missing_ok=True)

    def _locked(self) -> sqlite3.Connection:
        """This server's lock. Another server whose clock is ahead may remove its file as an old one: then again."""
        while True:
            lock = _lock_file(self._path(self.own), patience=10)
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                if self._path(self.own).exists():
                    raise
            if self._path(self.own).exists():
                return lock
            lock.close()

    def _path(self, server: str) -> Path:
        return self._locks / f"{server}.lock"

    def _others(self) -> Iterator[Path]:
        return (path for path in self._locks.glob("*.lock") if path.stem != self.own)

    def _is_alive(self, path: Path) -> bool:
        if _is_held(path):
            return True
        with suppress(FileNotFoundError):  # another server may remove it too
            if time.time() - path.stat().st_mtime >= _STARTING:
                path.unlink()
        return False

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        return connect(self._file, create=create, timeout=10)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection


def are_others(folder: Path) -> bool:
    """Whether any server works on this folder, asked by one that does not yet."""
    return any(map(_is_held, (folder / LOCKS).glob("*.lock")))


def _is_held(path: Path) -> bool:
    with closing(_lock_file(path, patience=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return True
    return False


def _lock_file(path: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)


def _command(text: str) -> Command:
    name, values = json.loads(text)
    return _COMMANDS[name](**values)
