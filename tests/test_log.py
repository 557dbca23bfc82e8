"""The server's log: one line an event, which nothing in it can end or forge."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer import log
from visualizer.log import MAX_VALUE, event, short

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING) ([^\n]*)\n")


@pytest.fixture(scope="module")
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    package = logging.getLogger("visualizer")
    before = package.handlers, package.level, package.propagate
    log.to_stderr(stream)
    yield stream
    package.handlers, package.level, package.propagate = before


def written(stream: io.StringIO, name: str, **values) -> str:
    stream.seek(0)
    stream.truncate()
    event(name, **values)
    return stream.getvalue()


def test_an_event_is_a_time_a_level_a_name_and_pairs(stream):
    line = written(stream, "run-started", run="ab12", epochs=10, share=0.25, why=None, words="two words")
    assert LINE.fullmatch(line)[2] == 'run-started run=ab12 epochs=10 share=0.25 words="two words"'
    assert LINE.fullmatch(line)[1] == "INFO"
    assert LINE.fullmatch(written(stream, "disk-full", warning=True))[1] == "WARNING"


@pytest.mark.parametrize(
    "value",
    [
        "a\nb",
        "a\r\nrun-failed run=1",
        "a\x1b[31mb",
        "a\x00b",
        "a\u2028b",
        "a\x85b",
        "run=1 b",
        '"',
        "é\udc80",
        "x" * 5_000,
    ],
    ids=ascii,
)
def test_no_value_ends_or_forges_a_line(stream, value):
    line = written(stream, "upload-refused", why=value)
    assert LINE.fullmatch(line)
    assert line.isascii()
    assert len(line) < 6 * MAX_VALUE + 100
    assert line.count("=") == 1 or '="' in line


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_stays_in_its_quotes(stream, one, other):
    line = LINE.fullmatch(written(stream, "e", one=one, other=other))[2]
    value = r'([\w.:/+×%,-]+|"(?:[^"\\]|\\.)*")'
    assert re.fullmatch(rf"e one={value} other={value}", line)


def test_a_traceback_stands_below_its_line(stream):
    try:
        raise ValueError("broken\nrun-started run=forged")
    except ValueError as error:
        text = written(stream, "job-failed", warning=True, error=error)
    assert text.splitlines()[0].endswith("WARNING job-failed")
    assert "Traceback" in text


def test_a_message_of_the_package_is_one_line_too(stream):
    stream.seek(0)
    stream.truncate()
    logging.getLogger("visualizer.ui.failure").error("a page failed: %s", "x\ny")
    assert stream.getvalue().count("\n") == 1
    assert " ERROR a page failed: x·y" in stream.getvalue()


def test_a_workspace_is_known_by_letters_that_do_not_open_it():
    assert re.fullmatch("[0-9a-f]{8}", short("secret-token"))
    assert short("secret-token") == short("secret-token") != short("secret-tokem")
