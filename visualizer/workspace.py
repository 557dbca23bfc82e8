"""Where the server keeps what people make on it."""

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from visualizer import log
from visualizer.errors import UserError

VARIABLE = "VISUALIZER_WORKSPACE"


def workspace() -> Path:
    """The folder of runs and of people's own data sets: the environment's VISUALIZER_WORKSPACE, else ./workspace.

    The processes that train inherit both, so they find the same folder.
    """
    return Path(os.environ.get(VARIABLE, "workspace"))


def save_atomically(path: Path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file that readers see whole or not at all, also where several write the same one."""
    temporary = path.with_suffix(f".{uuid4().hex}.tmp")
    try:
        save_file({name: np.require(array, requirements="C") for name, array in arrays.items()}, temporary, metadata)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def use_write_ahead_log(connection: sqlite3.Connection, patience: float = 10.0) -> None:
    """Put a database into WAL mode, in which who reads and who writes need not wait for one another.

    Where several servers do it to a new file at the same time, SQLite refuses without waiting: it is tried again for
    `patience` seconds.
    """
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


def kept_open(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A connection that its owner keeps as long as it lives, and does not use.

    With the last connection SQLite removes the files beside the database, and on a full disk the next one could not
    make them again: then not even reading would go.
    """
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    return connection


def is_disk_full(error: BaseException) -> bool:
    """Whether something could not be written because there is no room, whoever says so in whatever words."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    words = str(error)
    if isinstance(error, sqlite3.OperationalError):
        return "disk is full" in words
    return isinstance(error, SafetensorError) and ("No space left" in words or "quota" in words)


@contextmanager
def saving() -> Iterator[None]:
    """Around what writes: a full disk becomes a UserError. What was written before stays as it was."""
    try:
        yield
    except (OSError, sqlite3.OperationalError, SafetensorError) as error:
        if not is_disk_full(error):
            raise
        log.event("disk-full", warning=True)
        raise UserError(
            "The server's disk is full, so this could not be saved",
            "what was saved before is kept",
            "Ask whoever runs the server to make room, then try again",
        ) from error
