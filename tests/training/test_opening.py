"""What a server finds in its folder when it starts: nothing damaged is replaced without a word."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.training.examples import spec
from visualizer.training.opening import FolderError, lost, open_folder, problem
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore
from visualizer.workspace import set_aside
from visualizer.workspaces import Workspaces

ROOT = Path(__file__).resolve().parents[2]


def filled(folder: Path) -> None:
    open_folder(folder)
    RunStore(folder).create("run1", "me", spec(), 4)
    Workspaces(folder).save("me", {"history": "{}"})
    Servers(folder).close()


def cut(path: Path) -> None:
    """A page in the middle is gone, which the beginning of the file does not tell."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096:8192] = os.urandom(4096)
    path.write_bytes(content)


DAMAGES = {
    "noise": lambda path: path.write_bytes(os.urandom(50_000)),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("No database at all. " * 500),
    "cut": cut,
}


def test_a_new_folder_is_made_and_all_in_it_can_be_used(tmp_path):
    folder = tmp_path / "new" / "workspace"
    filled(folder)
    open_folder(folder)
    assert RunStore(folder).record("run1") is not None
    assert Workspaces(folder).peek("me") == {"history": "{}"}
    assert (lost(folder), problem(folder)) == ({}, "")
    assert not list(folder.glob("try-*"))


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["runs.sqlite", "workspaces.sqlite"])
def test_a_damaged_database_gets_another_name_and_no_server_starts(tmp_path, name, damage):
    filled(tmp_path)
    DAMAGES[damage](tmp_path / name)
    content = (tmp_path / name).read_bytes()
    with pytest.raises(FolderError) as refused:
        open_folder(tmp_path)
    (aside,) = (path for path in tmp_path.glob(f"{name}.damaged-*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == content
    assert not (tmp_path / name).exists()
    assert not list(tmp_path.glob(f"{name}-*"))
    for words in (
        str(tmp_path),
        name,
        aside.name,
        "Nothing was deleted",
        "put a backup in its place",
        "start the server",
    ):
        assert words in str(refused.value)
    # Started again, it goes on without that file, and says so as long as that lies there.
    open_folder(tmp_path)
    held = {"runs.sqlite": "training runs", "workspaces.sqlite": "people's workspaces"}[name]
    assert list(lost(tmp_path)) == [held]
    assert len(lost(tmp_path)[held]) == len("2026-11-30")
    assert (RunStore(tmp_path).record("run1") is None) == (name == "runs.sqlite")
    assert (Workspaces(tmp_path).peek("me") is None) == (name == "workspaces.sqlite")
    assert aside.read_bytes() == content
    aside.rename(tmp_path.parent / aside.name)
    assert lost(tmp_path) == {}


def test_what_servers_tell_one_another_is_no_loss(tmp_path):
    filled(tmp_path)
    DAMAGES["noise"](tmp_path / "servers.sqlite")
    open_folder(tmp_path)
    assert len(list(tmp_path.glob("servers.sqlite.damaged-*"))) == 1
    assert lost(tmp_path) == {}
    servers = Servers(tmp_path)
    assert servers.received() == []
    servers.close()


def test_a_file_is_not_taken_from_under_a_server_that_works_with_it(tmp_path):
    filled(tmp_path)
    other = Servers(tmp_path)
    DAMAGES["noise"](tmp_path / "runs.sqlite")
    with pytest.raises(FolderError, match="Other servers work with them: stop them all"):
        open_folder(tmp_path)
    assert (tmp_path / "runs.sqlite").exists()
    other.close()
    with pytest.raises(FolderError, match="Nothing was deleted"):
        open_folder(tmp_path)


def test_a_database_that_another_program_holds_is_not_damaged(tmp_path, monkeypatch):
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "runs.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("visualizer.training.opening.connect", lambda path, **_: sqlite3.connect(path, timeout=0.1))
        with pytest.raises(FolderError, match=r"locked.*no other program holds them"):
            open_folder(tmp_path)
        assert problem(tmp_path) == ""  # it is only busy
        other.execute("COMMIT")
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "There is no room in"),
        (errno.EDQUOT, "There is no room in"),
        (errno.EFBIG, "There is no room in"),
        (errno.EROFS, "Read-only file system"),
        (errno.EACCES, "let the server's user write there, or name another folder in VISUALIZER_WORKSPACE"),
    ],
)
def test_where_nothing_can_be_written_no_server_starts(tmp_path, monkeypatch, number, words):
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(FolderError, match=words):
        open_folder(tmp_path)
    assert not list(tmp_path.glob("try-*"))


def test_a_database_that_may_not_be_written_is_no_damage(tmp_path, monkeypatch):
    filled(tmp_path)

    def only_to_read(path: Path, **_: object) -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)

    monkeypatch.setattr("visualizer.training.opening.connect", only_to_read)
    with pytest.raises(FolderError, match=r"attempt to write a readonly database.*this user may write them"):
        open_folder(tmp_path)
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.parametrize("where", ["a file", "a folder of the system"])
def test_the_server_ends_with_one_sentence(tmp_path, where):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" if where == "a file" else Path("/proc/visualizer")
    done = subprocess.run(
        [sys.executable, "-c", "import streamlit_app"],
        cwd=ROOT,
        env=os.environ | {"VISUALIZER_WORKSPACE": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "The server was not started." in line]
    assert str(folder) in line
    assert "VISUALIZER_WORKSPACE" in line
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "cannot be read: unable to open database file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(os.urandom(50_000)), "is damaged: file is not a database"),
    ],
)
def test_it_is_known_when_a_database_is_lost_while_a_server_runs(tmp_path, damage, words):
    filled(tmp_path)
    for companion in tmp_path.glob("runs.sqlite-*"):
        companion.unlink()
    damage(tmp_path / "runs.sqlite")
    assert problem(tmp_path).startswith("runs.sqlite (training runs) ")
    assert words in problem(tmp_path)


def test_a_database_that_was_removed_is_not_made_anew_without_a_word(tmp_path):
    filled(tmp_path)
    store, people, servers = RunStore(tmp_path), Workspaces(tmp_path), Servers(tmp_path)
    for path in tmp_path.glob("*.sqlite*"):
        path.unlink()
    for ask in (lambda: store.record("run1"), lambda: people.peek("me"), lambda: servers.send("x", "run1", None)):
        with pytest.raises((sqlite3.OperationalError, TypeError)):
            ask()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        store.record("run1")
    assert not list(tmp_path.glob("*.sqlite"))


def test_a_file_that_is_put_aside_takes_along_what_belongs_to_it(tmp_path):
    for name in ("x.sqlite", "x.sqlite-wal", "x.sqlite-shm", "x.sqlite-other"):
        (tmp_path / name).write_text(name)
    first = set_aside(tmp_path / "x.sqlite", "a test")
    (tmp_path / "x.sqlite").write_text("again")
    second = set_aside(tmp_path / "x.sqlite", "a test")
    assert first != second
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        first.name: "x.sqlite",
        f"{first.name}-wal": "x.sqlite-wal",
        f"{first.name}-shm": "x.sqlite-shm",
        second.name: "again",
        "x.sqlite-other": "x.sqlite-other",
    }


def test_no_server_starts_on_runs_of_a_later_version(tmp_path):
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(FolderError, match="was written by a later version of this app"):
        open_folder(tmp_path)
    assert not list(tmp_path.glob("*.damaged-*"))
