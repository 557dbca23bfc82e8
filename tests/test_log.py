"""The server's log: one line an event, which nothing in it can end or forge."""

import io
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.examples import spec
from visualizer import log
from visualizer.architecture.architecture import architecture_from_json
from visualizer.architecture.model_file import load_model
from visualizer.data.own_pictures import read_zip
from visualizer.errors import UserError
from visualizer.images import read_image
from visualizer.log import MAX_VALUE, event, refusals, short
from visualizer.source_code.keras_reader import read_keras
from visualizer.training.link import read_link
from visualizer.training.runs.store import RunStore
from visualizer.workspaces import Workspaces, id_of, new_token

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING) ([^\n]*)\n")


@pytest.fixture(scope="module")
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    package = logging.getLogger("visualizer")
    before = package.handlers, package.level, package.propagate
    log.log_to_stderr(stream)
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
    logging.getLogger("visualizer.ui.shell.failure").error("a page failed: %s", "x\ny")
    assert stream.getvalue().count("\n") == 1
    assert " ERROR a page failed: x·y" in stream.getvalue()


def test_a_workspace_is_known_by_letters_that_do_not_open_it():
    assert re.fullmatch("[0-9a-f]{8}", short("secret-token"))
    assert short("secret-token") == short("secret-token") != short("secret-tokem")


def test_a_refusal_becomes_an_event_and_goes_on(stream):
    stream.seek(0)
    stream.truncate()
    with pytest.raises(UserError), refusals("thing", 3, UserError):
        raise UserError("The file “secret.png” is bad.", "It is bad because of «secret».")
    assert LINE.fullmatch(stream.getvalue())[2] == "upload-refused kind=thing size=3 reason=UserError"
    with pytest.raises(KeyError), refusals("thing", 3, UserError):
        raise KeyError
    with refusals("thing", 3, UserError):
        pass
    assert stream.getvalue().count("\n") == 1


SECRET = b"very-secret"


@pytest.mark.parametrize(
    ("read", "data", "words"),
    [
        (lambda data: read_image(data, "secret.png"), SECRET, ' kind=picture size=11 reason="It holds no picture."'),
        (lambda data: read_image(data, "secret.png"), b"", " kind=picture size=0 reason=UploadError"),
        (
            lambda data: list(read_zip(data)),
            SECRET,
            ' kind=zip size=11 reason="It is not a ZIP file, or it is damaged."',
        ),
        (load_model, SECRET + bytes(20), " kind=model size=31 reason=ModelFileError"),
        (architecture_from_json, b'{"secret": 1}', " kind=network size=13 reason=ArchitectureError"),
        (lambda data: read_link(data.decode()), SECRET, " kind=link size=11 reason=LinkError"),
        (lambda data: read_keras(data.decode(), 10), b"secret(", " kind=keras-source size=7 reason=SourceError"),
    ],
)
def test_what_is_refused_is_told_without_its_name_and_what_it_holds(stream, read, data, words):
    stream.seek(0)
    stream.truncate()
    with pytest.raises(UserError):
        read(data)
    line = LINE.fullmatch(stream.getvalue())[2]
    assert line == f"upload-refused{words}"
    assert "secret" not in line


def test_the_life_of_a_run_is_told_with_its_id(stream, tmp_path):
    store = RunStore(tmp_path)
    stream.seek(0)
    stream.truncate()
    store.create("ab12", "my-token", spec(epochs=3, batch_size=16), 4)
    store.set_state("ab12", "running", "")
    store.set_state("ab12", "interrupted", "The server ended\nwhile this run was going on.")
    store.rewind("ab12", "queued", "")
    store.set_state("ab12", "failed", "The loss became NaN")
    store.set_state("ab12", "stopped", "")
    lines = [LINE.fullmatch(f"{line}\n") for line in stream.getvalue().splitlines()]
    assert [line[2] for line in lines] == [
        f"run-created run=ab12 owner={short('my-token')} epochs=3 batch_size=16",
        "run-running run=ab12",
        'run-interrupted run=ab12 why="The server ended\\nwhile this run was going on."',
        "run-resumed run=ab12 step=0",
        'run-failed run=ab12 why="The loss became NaN"',
    ]
    assert [line[1] for line in lines] == ["INFO", "INFO", "WARNING", "INFO", "WARNING"]
    assert "my-token" not in stream.getvalue()


def test_a_workspace_that_is_removed_is_told_without_its_token(stream, tmp_path):
    token = new_token()
    workspaces = Workspaces(tmp_path)
    workspaces.save(id_of(token), {"network": "{}"})
    stream.seek(0)
    stream.truncate()
    workspaces.remove(id_of(token))
    assert LINE.fullmatch(stream.getvalue())[2] == f"workspace-removed workspace={short(id_of(token))}"
    assert token not in stream.getvalue()


@pytest.fixture
def rate_limit(stream, monkeypatch) -> Iterator[log.RateLimit]:
    """A rate_limit on the log of the package, whose periods end by themselves only once asked."""
    timers = []
    monkeypatch.setattr(
        log.threading, "Timer", lambda seconds, report_left_out: timers.append(report_left_out) or threading.Thread()
    )
    monkeypatch.setattr(log.time, "monotonic", lambda: 1000.0)
    rate_limit = log.RateLimit()
    handler = logging.getLogger("visualizer").handlers[0]
    handler.addFilter(rate_limit)
    stream.seek(0)
    stream.truncate()
    rate_limit.timers = timers
    yield rate_limit
    handler.removeFilter(rate_limit)


def failed(number: int) -> None:
    """As a page does whose database cannot be opened."""
    try:
        raise OSError(24, f"no more files {number}")
    except OSError as error:
        logging.getLogger("visualizer.ui.shell.failure").error("a page failed", exc_info=error)


def test_what_is_alike_is_written_a_few_times_and_counted_after_that(rate_limit, stream):
    for number in range(10_000):
        failed(number)
    for number in range(10_000):
        event("upload-refused", size=number)
    event("run-started", run="ab12")
    text = stream.getvalue()
    assert text.count("Traceback") == log.MAX_TRACEBACKS_PER_KIND
    assert text.count("upload-refused") == log.MAX_PER_KIND
    assert text.count("run-started") == 1
    assert len(text) < 50_000
    assert len(rate_limit.timers) == 1
    stream.seek(0)
    stream.truncate()
    rate_limit.timers[0]()
    told = {LINE.fullmatch(f"{line}\n")[2] for line in stream.getvalue().splitlines()}
    assert told == {
        'lines-left-out kind="visualizer.ui.shell.failure ERROR a page failed OSError" count=9995',
        f"lines-left-out kind=upload-refused count={10_000 - log.MAX_PER_KIND}",
    }
    # It has been told: nothing is left to report_left_out.
    rate_limit.report_left_out()
    assert len(stream.getvalue().splitlines()) == 2


def test_after_a_period_it_is_written_again(rate_limit, stream, monkeypatch):
    for number in range(log.MAX_PER_KIND + 50):
        event("upload-refused", size=number)
    monkeypatch.setattr(log.time, "monotonic", lambda: 1000.0 + log.PERIOD_SECONDS)
    event("upload-refused", size=1)
    assert stream.getvalue().count("upload-refused") == log.MAX_PER_KIND + 1


def test_who_makes_kinds_up_is_bounded_as_well(rate_limit, stream):
    for number in range(10_000):
        event(f"kind-{number}")
    assert stream.getvalue().count("\n") == log.MAX_TOTAL
    stream.seek(0)
    stream.truncate()
    rate_limit.report_left_out()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 21
    assert sum(int(line.rpartition("=")[2]) for line in lines) == 10_000 - log.MAX_TOTAL


def test_the_logs_of_streamlit_of_uvicorn_and_of_asyncio_are_bounded_too():
    code = (
        "import logging, streamlit.web.server.starlette.starlette_websocket as s, uvicorn;"
        "uvicorn.Config(print);"
        "from visualizer.log import limit_log_rate, log_to_stderr; log_to_stderr(); limit_log_rate();"
        "logs = (s._LOGGER, *map(logging.getLogger, ('uvicorn.error', 'asyncio')));"
        "[log.error('%s', number) for number in range(999) for log in logs]"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(done.stderr.splitlines()) == 3 * log.MAX_PER_KIND
