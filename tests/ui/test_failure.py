"""What a person is told where a page fails."""

import logging
import sqlite3

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.app import without_exception


def failed_with_a_sentence() -> None:
    from visualizer.errors import UserError
    from visualizer.ui.shell.failure import show_error

    show_error(UserError("The pictures are gone.", "They are kept for a while.", "Add them again."))


def failed_by_a_mistake_of_ours() -> None:
    from visualizer.ui.shell.failure import show_error

    show_error(ZeroDivisionError("division by zero"))


def failed_at(code: int) -> None:
    import sqlite3

    from visualizer.ui.shell.failure import show_error

    kind = sqlite3.OperationalError if code in (5, 8, 10, 14) else sqlite3.DatabaseError
    error = kind("a word of SQLite's")
    error.sqlite_errorcode = code
    show_error(error)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_BUSY, "could not save or read this in time"),
        (sqlite3.SQLITE_READONLY, "may not write into its folder"),
        (sqlite3.SQLITE_IOERR, "cannot read what it keeps"),
        (sqlite3.SQLITE_CANTOPEN, "Its files were moved or removed"),
        (sqlite3.SQLITE_CORRUPT, "is damaged, so this page cannot be shown"),
        (sqlite3.SQLITE_NOTADB, "is damaged, so this page cannot be shown"),
    ],
)
def test_files_that_cannot_be_read_or_written_get_a_sentence_and_a_line(code, words, caplog):
    """No page may say that all is still there: it is not known. Every page of every tab would log a traceback."""
    caplog.set_level(logging.INFO, "visualizer.event")
    app = without_exception(AppTest.from_function(failed_at, args=(code,)).run())
    (box,) = app.error
    assert words in box.value
    assert box.value.endswith(".")
    assert "still" not in box.value
    assert ("is not touched" in box.value) == (code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY))
    (line,) = [record for record in caplog.records if record.name == "visualizer.event"]
    assert "store-failed" in line.getMessage()
    assert line.exc_info is None
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_what_can_be_mended_says_so(caplog: pytest.LogCaptureFixture):
    app = without_exception(AppTest.from_function(failed_with_a_sentence).run())
    assert [box.value for box in app.error] == ["The pictures are gone. They are kept for a while. Add them again."]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_all_else_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture):
    app = without_exception(AppTest.from_function(failed_by_a_mistake_of_ours).run())
    assert app.error[0].value == (
        "Something in this app went wrong. Reload the page; if it happens again, tell whoever runs the server: its log "
        "has the details."
    )
    assert "division" not in app.error[0].value
    assert [record.exc_info is not None for record in caplog.records if record.levelno >= logging.ERROR] == [True]
