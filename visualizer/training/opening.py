"""Checks the workspace folder when a server starts, and while it runs.

Nothing is replaced silently: a database that is damaged or empty is renamed, and the server that found it does not
start. Started again, by a person or by a service manager, it begins without what that file held, and its pages say so
as long as the file is there. If nothing can be written, no server starts at all.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from visualizer.training.remote.servers import LOCKS, SERVERS, are_others
from visualizer.training.runs.schema import LaterVersionError
from visualizer.training.runs.store import RUNS, RunStore
from visualizer.words import listed
from visualizer.workspace import BUSY, DAMAGED, connect, files_set_aside, is_disk_full, set_aside, sqlite_kind
from visualizer.workspaces import WORKSPACES, Workspaces

_HOLDS = {RUNS: "training runs", WORKSPACES: "people's workspaces"}
_TRIED = bytes(256 * 1024)  # there must be room for so much at the start
_WAIT = 30.0  # seconds for another server that starts at the same moment


class FolderError(Exception):
    """The folder cannot be used; the text is one or two sentences for whoever starts the server."""


def open_folder(folder: Path) -> None:
    """Make the folder if it is missing, and check that everything in it can be read and written.

    Raises:
        FolderError: It cannot, or a file was damaged and has been renamed.
    """
    try:
        (folder / LOCKS).mkdir(parents=True, exist_ok=True)
        _try_to_write(folder)
        with _alone(folder):
            damaged = {name: why for name in (SERVERS, RUNS, WORKSPACES) if (why := _damage(folder / name))}
            if damaged and are_others(folder):
                raise FolderError(
                    f"These databases in {folder} are damaged: {listed(damaged)}. Other servers work with them: stop "
                    "them all, then start this one again."
                )
            renamed = {name: set_aside(folder / name, why).name for name, why in damaged.items()}
            # What other servers left for one another is of no use to a new one.
            renamed.pop(SERVERS, None)
            if renamed:
                renamings = " ".join(
                    f"In {folder}, {name}, the record of {_HOLDS[name]}, is damaged ({damaged[name]}) and has the name "
                    f"{new} now."
                    for name, new in renamed.items()
                )
                raise FolderError(
                    f"{renamings} Nothing was deleted: put a backup in its place (“Backup and restore” in "
                    "docs/school.md tells how), or start the server again to go on without it."
                )
            # Under the lock, so that no other server sees a database that is about to be made.
            RunStore(folder)
            Workspaces(folder)
    except LaterVersionError as error:
        raise FolderError(
            f"{RUNS} in {folder} was written by a later version of this app ({error}): start that version, or name "
            "another folder in VISUALIZER_WORKSPACE."
        ) from error
    except OSError as error:
        raise _cannot(folder, error) from error
    except sqlite3.DatabaseError as error:
        raise FolderError(
            f"The databases in {folder} cannot be used ({error}): see that no other program holds them and that this "
            "user may write them, then start the server again."
        ) from error


def lost(folder: Path) -> dict[str, str]:
    """What was put aside in that folder and is still there: what it held, and the day, such as "2026-11-30"."""
    days = {}
    for path in files_set_aside(folder):
        name, _, rest = path.name.partition(".damaged-")
        if name in _HOLDS and rest[:8].isdigit():
            days[_HOLDS[name]] = f"{rest[:4]}-{rest[4:6]}-{rest[6:8]}"
    return days


def problem(folder: Path) -> str:
    """Why the databases there cannot be read, in one sentence; empty if they can. Takes a moment, on a slow disk."""
    for name, held in _HOLDS.items():
        try:
            with closing(connect(folder / name, timeout=1)) as connection:
                connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
                if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                    return f"{name} ({held}) is empty."
        except sqlite3.OperationalError as error:
            if sqlite_kind(error) not in BUSY:
                return f"{name} ({held}) cannot be read: {error}."
        except sqlite3.DatabaseError as error:
            return f"{name} ({held}) is damaged: {error}."
    return ""


def _try_to_write(folder: Path) -> None:
    path = folder / f"try-{uuid4().hex}.tmp"
    try:
        with path.open("wb") as file:
            file.write(_TRIED)
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While no other server starts here."""
    path = folder / LOCKS / "starting.sqlite"
    with closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _damage(path: Path) -> str:
    """What is wrong with a database; empty if nothing is, or if there is none yet."""
    if not path.exists():
        return ""
    if not path.stat().st_size:
        return "it is empty"
    try:
        with closing(connect(path, timeout=10)) as connection:
            (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if result == "ok":
                # Written unchanged: only now does SQLite say if it cannot be written.
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                connection.execute(f"PRAGMA user_version = {int(version)}")
                connection.commit()
    except sqlite3.DatabaseError as error:
        if sqlite_kind(error) not in DAMAGED:
            raise
        return str(error)
    return "" if result == "ok" else str(result)


def _cannot(folder: Path, error: OSError) -> FolderError:
    if is_disk_full(error) or error.errno == errno.EFBIG:
        return FolderError(f"There is no room in {folder}: make some on its disk, then start the server again.")
    return FolderError(
        f"The folder {folder} cannot be used ({os.strerror(error.errno or 0)}: {error.filename or folder}): let the "
        "server's user write there, or name another folder in VISUALIZER_WORKSPACE."
    )
