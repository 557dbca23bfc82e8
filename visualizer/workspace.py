"""The folder in which the server stores people's work, and how files in it are written, read and set aside."""

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from visualizer import log
from visualizer.errors import UserError

VARIABLE = "VISUALIZER_WORKSPACE"

# Between a file's name and the time at which it was set aside.
_ASIDE = ".damaged-"
# Files that SQLite keeps beside a database, and that belong to exactly that database.
_COMPANIONS = ("-wal", "-shm")
# SQLite's codes for a file that is not a complete database, and for one that is in use.
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_KEPT_AS_IT_WAS = "What was saved before is not touched."


class DamagedFileError(Exception):
    """A file does not contain what was written; the text says in what way."""


def workspace() -> Path:
    """The folder of runs and of people's own data sets: VISUALIZER_WORKSPACE in the environment, else ./workspace.

    Processes that train inherit the environment and the current folder, so they find the same one.
    """
    return Path(os.environ.get(VARIABLE, "workspace"))


def save_atomically(path: Path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file that readers see complete or not at all, even if several processes write it."""
    temporary = path.with_suffix(f".{uuid4().hex}.tmp")
    try:
        save_file({name: np.require(array, requirements="C") for name, array in arrays.items()}, temporary, metadata)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def reading_safetensors(path: Path) -> Iterator[None]:
    """A context for reading and interpreting a safetensors file.

    Raises:
        DamagedFileError: The file does not contain what was written.
        FileNotFoundError: The file is missing.
        OSError: The file cannot be read at the moment, such as when too many files are open.
    """
    try:
        yield
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        # Safetensors raises the same error if the system had no file handle left.
        if isinstance(error, SafetensorError) and _is_whole(path):
            raise OSError(str(error)) from error
        raise DamagedFileError(str(error)) from error


def _is_whole(path: Path) -> bool:
    """Whether a safetensors file is complete. Raises OSError if it cannot be read at the moment."""
    data = path.read_bytes()
    try:
        load(data)
    except (SafetensorError, KeyError, ValueError):
        return False
    return True


def set_aside(path: Path, why: str) -> Path:
    """Rename a damaged file, so that nothing ever overwrites it. Returns the new path.

    The files that SQLite keeps beside a database are renamed too: with them, more of its data can be recovered.

    Raises:
        OSError: The file cannot be renamed.
    """
    aside = path.with_name(f"{path.name}{_ASIDE}{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:4]}")
    os.replace(path, aside)
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            os.replace(f"{path}{companion}", f"{aside}{companion}")
    log.event("file-set-aside", warning=True, file=path.name, renamed=aside.name, why=why)
    return aside


def files_set_aside(folder: Path) -> list[Path]:
    """The files in that folder that were set aside, sorted by name."""
    return sorted(path for path in folder.glob(f"*{_ASIDE}*") if not path.name.endswith(_COMPANIONS))


def connect(path: Path, *, create: bool = False, **options: Any) -> sqlite3.Connection:
    """A connection to an existing database; with `create`, the file is created if it is missing.

    By default SQLite would silently create an empty database in place of a file that was removed.
    """
    mode = "rwc" if create else "rw"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False, **options)


def use_write_ahead_log(connection: sqlite3.Connection, patience: float = 10.0) -> None:
    """Put a database into WAL mode, in which readers and writers need not wait for each other.

    If several servers do this to a new file at the same time, SQLite refuses without waiting, so it is tried again for
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


def held_open(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A connection that its owner holds open without using it.

    When the last connection closes, SQLite removes the files beside the database. On a full disk the next connection
    could not create them again, and then even reading would fail.
    """
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    return connection


def is_disk_full(error: BaseException) -> bool:
    """Whether something could not be written because the disk is full, in whatever form the error says so."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    message = str(error)
    if isinstance(error, sqlite3.OperationalError):
        return "disk is full" in message
    return isinstance(error, SafetensorError) and ("No space left" in message or "quota" in message)


def sqlite_kind(error: sqlite3.Error) -> int:
    """The primary result code of an error, such as `sqlite3.SQLITE_BUSY`; 0 if it does not come from SQLite itself.

    These are the lower bits of the extended code: https://sqlite.org/rescode.html
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def storage_error(error: BaseException) -> UserError | None:
    """The error to show if the server's files cannot be read or written; None for any other error.

    It says only what is known: that earlier work is safe is known only if writing failed.
    """
    if is_disk_full(error):
        return UserError(
            "The server's disk is full, so this could not be saved.",
            "What was saved before is kept.",
            "Ask whoever runs the server to make room, then try again.",
        )
    if isinstance(error, OSError):
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE):
            return None
        return UserError(
            "The server cannot use its folder at the moment.",
            f"Its system says “{os.strerror(error.errno)}”.",
            "Tell whoever runs the server, and try again later.",
        )
    if not isinstance(error, sqlite3.DatabaseError):
        return None
    kind = sqlite_kind(error)
    if kind in BUSY:
        return UserError(
            "The server could not save or read this in time.",
            f"Another program holds its files. {_KEPT_AS_IT_WAS}",
            "Wait a moment, then try again.",
        )
    if kind == sqlite3.SQLITE_READONLY:
        return UserError(
            "The server may not write into its folder, so this could not be saved.",
            _KEPT_AS_IT_WAS,
            "Tell whoever runs the server, and try again later.",
        )
    if kind in DAMAGED:
        return UserError(
            "What this server keeps is damaged, so this page cannot be shown.",
            "Its record of runs or of workspaces cannot be read.",
            "Tell whoever runs the server: its log has the details, and a backup may have what was there.",
        )
    if kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR) or "no such table" in str(error):
        return UserError(
            "The server cannot read what it keeps.",
            "Its files were moved or removed, or its disk fails.",
            "Tell whoever runs the server: its log has the details.",
        )
    return None


@contextmanager
def saving() -> Iterator[None]:
    """A context for writing: a full disk and similar failures become a UserError. What was written before stays."""
    try:
        yield
    except (OSError, sqlite3.DatabaseError, SafetensorError) as error:
        user_error = storage_error(error)
        if user_error is None:
            raise
        log.event("disk-full" if is_disk_full(error) else "not-saved", warning=True, reason=str(error))
        raise user_error from error
