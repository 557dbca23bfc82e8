"""Where the server keeps what people make on it."""

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

# What stands between a file's name and the time at which it was put aside.
_ASIDE = ".damaged-"
# SQLite keeps these beside a database, and they belong to that very file.
_COMPANIONS = ("-wal", "-shm")
# What SQLite says of a file that is no whole database, and of one that is not to be had just now.
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_KEPT_AS_IT_WAS = "What was saved before is not touched."


class DamagedFileError(Exception):
    """A file is not what was written: its text says in what way."""


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


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Around what reads a safetensors file and understands what is in it.

    Raises:
        DamagedFileError: It is not what was written.
        FileNotFoundError: It is not there.
        OSError: It cannot be read at the moment, as where too many files are open.
    """
    try:
        yield
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        # Safetensors says the same where the system had no file handle left.
        if isinstance(error, SafetensorError) and _is_whole(path):
            raise OSError(str(error)) from error
        raise DamagedFileError(str(error)) from error


def _is_whole(path: Path) -> bool:
    """Whether a safetensors file can be read. Raises OSError where that cannot be said."""
    data = path.read_bytes()
    try:
        load(data)
    except (SafetensorError, KeyError, ValueError):
        return False
    return True


def set_aside(path: Path, why: str) -> Path:
    """Give a damaged file another name, so that nothing is ever written over it; the new one.

    A database takes along what SQLite keeps beside it: with it, more can be saved of it than without.

    Raises:
        OSError: It cannot be renamed.
    """
    aside = path.with_name(f"{path.name}{_ASIDE}{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:4]}")
    os.replace(path, aside)
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            os.replace(f"{path}{companion}", f"{aside}{companion}")
    log.event("file-set-aside", warning=True, file=path.name, renamed=aside.name, why=why)
    return aside


def set_aside_before(folder: Path) -> list[Path]:
    """The files in that folder that were put aside, by name."""
    return sorted(path for path in folder.glob(f"*{_ASIDE}*") if not path.name.endswith(_COMPANIONS))


def connect(path: Path, *, create: bool = False, **options: Any) -> sqlite3.Connection:
    """A connection to a database that is there, or (`create`) that may be made.

    Else a database whose file was removed would be made anew without a word, empty.
    """
    mode = "rwc" if create else "rw"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False, **options)


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


def sqlite_kind(error: sqlite3.Error) -> int:
    """What went wrong, such as `sqlite3.SQLITE_BUSY`; 0 where SQLite itself was not asked.

    The lower bits of the code: https://sqlite.org/rescode.html
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def trouble(error: BaseException) -> UserError | None:
    """What to tell where the files that the server keeps cannot be read or written; None where it is something else.

    It says no more than what is known: that something is still there is known where it only could not be written.
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
    """Around what writes: a full disk and the like become a UserError. What was written before stays as it was."""
    try:
        yield
    except (OSError, sqlite3.DatabaseError, SafetensorError) as error:
        told = trouble(error)
        if told is None:
            raise
        log.event("disk-full" if is_disk_full(error) else "not-saved", warning=True, reason=str(error))
        raise told from error
