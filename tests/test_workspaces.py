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


def test_a_clock_that_was_ahead_does_not_hide_that_it_is_used(workspaces, monkeypatch):
    """Else nothing would be noted until it is as late as it was said to be."""
    monkeypatch.setattr("time.time", lambda: 9e6)
    workspaces.save("a", {"x": "1"})
    monkeypatch.setattr("time.time", lambda: 1e6)
    workspaces.touch("a")
    assert workspaces.used() == {"a": 1e6}


def test_looking_is_not_using(workspaces, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1000.0)
    workspaces.save("a", {"x": "1"})
    monkeypatch.setattr("time.time", lambda: 90_000.0)
    assert workspaces.peek("a") == {"x": "1"}
    assert workspaces.value("a", "x") == "1"
    assert workspaces.peek("b") is workspaces.value("a", "y") is None
    assert workspaces.used() == {"a": 1000.0}


def test_what_cannot_be_read_is_put_aside(workspaces):
    workspaces.save("a", {"x": "damaged", "y": "2"})
    workspaces.save("b", {"x": "3"})
    workspaces.set_aside("a", "x")
    workspaces.save("a", {"x": "1"})
    workspaces.set_aside("a", "x")
    kept = workspaces.peek("a")
    assert kept.pop("y") == "2"
    assert sorted(kept.values()) == ["1", "damaged"]
    assert all(name.startswith("x, put aside as ") for name in kept)
    assert sorted(workspaces.values("x")) == ["1", "3", "damaged"]
    assert workspaces.peek("b") == {"x": "3"}


def test_for_how_long_something_was_not_used_is_counted(workspaces, tmp_path):
    assert workspaces.count_unused("thing", {"a": "1", "b": "1"}, 5.0) == {"a": 0.0, "b": 0.0}
    assert workspaces.count_unused("thing", {"a": "1", "b": "2", "c": "1"}, 5.0) == {"a": 5.0, "b": 0.0, "c": 0.0}
    assert Workspaces(tmp_path).count_unused("thing", {"a": "1", "c": "1"}, 2.0) == {"a": 7.0, "c": 2.0}
    assert workspaces.count_unused("other", {"a": "1"}, 2.0) == {"a": 0.0}
    assert workspaces.count_unused("thing", {"a": "0", "b": "2"}, 1.0) == {"a": 0.0, "b": 0.0}


def test_those_who_have_none_get_a_workspace(workspaces):
    workspaces.save("a", {"x": "1"})
    workspaces.adopt({"a", "b"})
    assert workspaces.peek("a") == {"x": "1"}
    assert workspaces.peek("b") == {}


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
