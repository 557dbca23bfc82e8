"""Workspaces are found by their token, know only its hash, and lose nothing."""

import sqlite3
import threading
from contextlib import closing

import pytest

from visualizer.errors import UserError
from visualizer.workspace import use_write_ahead_log
from visualizer.workspaces import Workspaces, id_of, is_token, new_token


@pytest.fixture
def workspaces(tmp_path) -> Workspaces:
    return Workspaces(tmp_path)


def test_tokens_are_long_random_and_told_from_other_texts():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(is_token(token) and len(token) == 22 for token in tokens)
    for text in ("", "a" * 21, "a" * 23, "a" * 21 + "/", "a" * 21 + ".", "ä" * 22, "a" * 22 + "\n"):
        assert not is_token(text)


def test_what_is_kept_is_found_by_its_token_alone(workspaces, tmp_path):
    token, other = new_token(), new_token()
    assert workspaces.load(id_of(token)) is None
    workspaces.save(id_of(token), {"a": "1", "b": "2"})
    workspaces.save(id_of(token), {"b": "3"})
    assert Workspaces(tmp_path).load(id_of(token)) == {"a": "1", "b": "3"}
    assert workspaces.load(id_of(other)) is None
    assert workspaces.load(token) is None
    workspaces.save(id_of(other), {"a": "9"})
    assert sorted(workspaces.values("a")) == ["1", "9"]
    workspaces.remove(id_of(token))
    assert workspaces.load(id_of(token)) is None
    assert workspaces.values("a") == ["9"]
    for file in tmp_path.iterdir():
        assert token.encode() not in file.read_bytes()


def test_it_is_known_when_a_workspace_was_used(workspaces, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1000.0)
    workspaces.save("a", {"x": "1"})
    monkeypatch.setattr("time.time", lambda: 1060.0)
    workspaces.touch("a")
    assert workspaces.used() == {"a": 1000.0}  # a minute later it need not be known
    monkeypatch.setattr("time.time", lambda: 9000.0)
    workspaces.load("a")
    assert workspaces.used() == {"a": 9000.0}
    workspaces.touch("unknown")
    assert list(workspaces.used()) == ["a"]


def test_a_full_disk_says_so_and_keeps_what_was_there(workspaces, monkeypatch):
    workspaces.save("a", {"x": "1"})
    real = workspaces._connect

    def connect() -> sqlite3.Connection:
        connection = real()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(workspaces, "_connect", connect)
    with pytest.raises(UserError, match="The server's disk is full, so this could not be saved"):
        workspaces.save("a", {"x": "2" * 1_000_000})
    monkeypatch.undo()
    assert workspaces.load("a") == {"x": "1"}


def test_a_database_that_is_locked_just_then_is_tried_again(tmp_path):
    with closing(sqlite3.connect(tmp_path / "new.sqlite", check_same_thread=False)) as other:
        other.execute("CREATE TABLE there (x)")
        other.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(tmp_path / "new.sqlite", timeout=0)) as connection:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                use_write_ahead_log(connection, patience=0.1)
            threading.Timer(0.3, other.rollback).start()
            use_write_ahead_log(connection)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
