"""Floods of requests from one visitor, in a shortened form: meanwhile the server answers everybody else.

Everything is sent to a separate server on this computer, and is limited in number and time.
"""

import http.client
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import DoubleArray, FileUploaderState, SInt64Array, StringArray, StringTriggerValue
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from tests.browser.app import RunningApp, running_app
from tests.soak.classroom import memory_of
from tests.soak.client import Tab
from visualizer.limits import MB

WITHIN = 2.0  # seconds: how long anybody waits meanwhile
MOST_CONNECTIONS = 120
TAB_MB = 40


class Hostile(Tab):
    """A tab that sends what no real browser would, and that can send messages without waiting for responses."""

    session = ""

    def send(self, data: bytes) -> None:
        self._socket.send(data)

    def rerun(self, *widgets: WidgetState) -> bytes:
        """The message that runs the page again with these values."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.query_string = self._query
        message.rerun_script.widget_states.widgets.extend(widgets)
        message.rerun_script.cached_message_hashes.extend(self._cached)
        return message.SerializeToString()

    def run(self, *widgets: WidgetState) -> None:
        """Send these values and wait for the page. Raises Lost if it shows an error."""
        self.send(self.rerun(*widgets))
        self._read()

    def wait_until_closed(self, seconds: float) -> int:
        """Read messages until the server closes the connection. Returns the close code."""
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                with suppress(TimeoutError):
                    self._socket.recv(timeout=1)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        raise AssertionError("the connection stays open")

    def close(self) -> None:
        # Without the closing handshake: a tab that does not read would wait ten seconds for its answer.
        with suppress(OSError):
            self._socket.socket.shutdown(socket.SHUT_RDWR)
        super().close()

    def _take(self, message: ForwardMsg) -> bool:
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id
        return super()._take(message)


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VISUALIZER_CONNECTIONS", str(MOST_CONNECTIONS))
        patch.setenv("VISUALIZER_TAB_MB", str(TAB_MB))
        patch.setenv("VISUALIZER_ZIP_MB", str(TAB_MB))
        with running_app() as app:
            # Load what every page needs before measuring anything.
            with closing(Tab(app.url)) as tab:
                tab.open()
                for name in ("train", "look_inside", ""):
                    tab.go_to(name)
            yield app
            assert app.error_lines() == []
            # Whatever was sent, the log stays small.
            assert len(app.log_text()) < 300_000


def health(app: RunningApp) -> float:
    """How long the server takes to answer a health check, in seconds.

    It is asked a second time where its connection was the one that made room, before its request was read: a browser
    does so too.
    """
    began = time.monotonic()
    try:
        _ask_for_health(app)
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        _ask_for_health(app)
    return time.monotonic() - began


def _ask_for_health(app: RunningApp) -> None:
    with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=60) as answer:
        assert answer.status == 200


@contextmanager
def answering(app: RunningApp) -> Iterator[list[float]]:
    """Check the server's health continuously while somebody else uses it. Yields the list of all waits, in seconds."""
    waits: list[float] = []
    over = threading.Event()

    def ask() -> None:
        waits.append(health(app))
        while not over.wait(0.1):
            waits.append(health(app))

    with closing(Tab(app.url)) as somebody, ThreadPoolExecutor(1) as pool:
        somebody.open()
        asking = pool.submit(ask)
        try:
            yield waits
            # Somebody else can load a page at the same time.
            somebody.go_to("build")
        finally:
            over.set()
        asking.result()
    assert max(waits) < WITHIN, sorted(waits)[-5:]


def closed_lines(app: RunningApp) -> list[str]:
    return re.findall("connection-closed reason=(.*)", app.log_text())


def test_a_tab_that_asks_a_thousand_times_is_closed_and_stops_nobody(app: RunningApp) -> None:
    before = len(closed_lines(app))
    with closing(Hostile(app.url)) as tab:
        tab.open()
        tab.go_to("look_inside")
        with answering(app):
            for _ in range(1_000):
                tab.send(tab.rerun())
            assert tab.wait_until_closed(40) == 1008
    assert closed_lines(app)[before:] == ['"it asks faster than it is answered"']


def test_many_tabs_that_ask_moderately_stop_nobody(app: RunningApp) -> None:
    tabs = [Hostile(app.url) for _ in range(20)]
    for tab in tabs:
        tab.open()
    over = threading.Event()

    def use(tab: Hostile) -> None:
        with suppress(ConnectionClosed):
            while not over.wait(0.1):
                tab.send(tab.rerun())

    def read(tab: Hostile) -> None:
        with suppress(ConnectionClosed):
            while not over.is_set():
                with suppress(TimeoutError):
                    tab._socket.recv(timeout=0.2)

    with ThreadPoolExecutor(40) as pool, answering(app):
        for tab in tabs:
            pool.submit(use, tab)
            pool.submit(read, tab)
        time.sleep(5)
        over.set()
    for tab in tabs:
        tab.close()


def test_who_reads_nothing_makes_the_server_keep_nothing(app: RunningApp) -> None:
    with closing(Hostile(app.url)) as tab:
        tab.open()
        tab.go_to("look_inside")
        before = memory_of(app)[0]
        with answering(app):
            for _ in range(400):
                tab.send(tab.rerun())
            time.sleep(5)
        assert memory_of(app)[0] - before < 100 * MB


MANY = BackMsg()
MANY.rerun_script.widget_states.widgets.extend(WidgetState(id=f"w{number}", int_value=1) for number in range(100_000))
DEEP = BackMsg()
DEEP.rerun_script.widget_states.widgets.add(id="w", json_value="[" * 100_000)


@pytest.mark.parametrize(
    "data",
    [MANY.SerializeToString(), DEEP.SerializeToString(), bytes(1_900_000), bytes(60_000_000), b"\xff" * 100, "text"],
    ids=["many values", "deep values", "long", "very long", "no message", "text"],
)
def test_a_message_that_would_make_much_closes_its_connection(app: RunningApp, data: bytes | str) -> None:
    with closing(Hostile(app.url)) as tab:
        tab.open()
        before = memory_of(app)[0]
        with answering(app):
            with suppress(ConnectionClosed):
                tab._socket.send(data)
            code = tab.wait_until_closed(20)
        # A client that is still sending when the connection is closed may be reset, and then reads no code.
        assert code in (1002, 1008, 1009) or (code == 0 and len(data) > 50_000_000)
        assert memory_of(app)[0] - before < 100 * MB


def test_nobody_clears_the_caches_of_the_whole_server(app: RunningApp) -> None:
    """The run store and the workers are among them."""
    with closing(Hostile(app.url)) as tab:
        tab.open()
        tab.send(BackMsg(clear_cache=True).SerializeToString())
        tab.go_to("train")
    assert "message-ignored kind=clear_cache" in app.log_text()


def test_tabs_that_come_and_go_stop_nobody(app: RunningApp) -> None:
    def visit(_: int) -> None:
        with closing(Hostile(app.url)) as tab:
            tab.send(tab.rerun())

    with answering(app), ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(150)))


def test_connections_that_never_ask_make_room_and_those_that_are_open_stay(app: RunningApp) -> None:
    address = urlsplit(app.url)
    with closing(Tab(app.url)) as tab, ExitStack() as opened:
        tab.open()
        lines = len(app.log_text().splitlines())
        half: list[socket.socket] = []
        with answering(app):
            for _ in range(3 * MOST_CONNECTIONS):
                half.append(opened.enter_context(socket.create_connection((address.hostname, address.port), 5)))
                half[-1].send(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
            tab.go_to("train")
        # Connections that never sent a request have been told so, or will be.
        half[0].settimeout(20)
        assert half[0].recv(100).startswith(b"HTTP/1.1 503 ")
        half[-1].settimeout(20)
        assert half[-1].recv(100).startswith(b"HTTP/1.1 408 ")
        tab.go_to("build")
        opened.close()
        assert len(app.log_text().splitlines()) - lines < 400


def put(tab: Hostile, file: str, size: int, *, chunked: bool, broken_off: bool = False) -> int:
    """Send a file. Returns the status of the response, or 0 if there is none."""
    host = urlsplit(tab.url).netloc
    with closing(http.client.HTTPConnection(host, timeout=30)) as connection:
        connection.request("GET", "/_stcore/health")
        answer = connection.getresponse()
        answer.read()
        token = re.findall("_streamlit_xsrf=([^;]+)", answer.headers["Set-Cookie"])[0]
        start = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        pieces = [start, *[bytes(1_000_000)] * (size // 1_000_000), b"\r\n--b--\r\n"]
        headers = {"Content-Type": "multipart/form-data; boundary=b", "X-Xsrftoken": token}
        headers["Cookie"] = f"_streamlit_xsrf={token}"
        if not chunked:
            headers["Content-Length"] = str(sum(map(len, pieces)))
        path = f"/_stcore/upload_file/{tab.session}/{file}"
        connection.request("PUT", path, iter(pieces[:-5] if broken_off else pieces), headers, encode_chunked=chunked)
        if broken_off:
            return 0
        with suppress(ConnectionError, http.client.HTTPException):
            return connection.getresponse().status
    return 0


@pytest.mark.parametrize("chunked", [False, True])
def test_files_that_come_at_the_same_time_share_the_room_of_their_tab(app: RunningApp, chunked: bool) -> None:
    with closing(Hostile(app.url)) as tab:
        tab.open()
        with answering(app), ThreadPoolExecutor(10) as pool:
            uploads = [pool.submit(put, tab, f"f{number}", 10 * MB, chunked=chunked) for number in range(10)]
            statuses = [upload.result() for upload in uploads]
        assert 1 <= statuses.count(204) <= 4
        assert set(statuses) == {204, 413}


def test_what_is_broken_off_gives_its_room_back(app: RunningApp) -> None:
    with closing(Hostile(app.url)) as tab:
        tab.open()
        for number in range(3):
            put(tab, f"broken{number}", 30 * MB, chunked=False, broken_off=True)
        until = time.monotonic() + 20
        while put(tab, "whole", 35 * MB, chunked=False) != 204:
            assert time.monotonic() < until
            time.sleep(0.5)


def test_a_flood_of_questions_about_a_run_stops_nobody(app: RunningApp) -> None:
    with closing(Tab(app.url)) as tab:
        tab.open()
        tab.go_to("train")
        tab.press("start")
        until = time.monotonic() + 30
        while tab.page.feed is None or tab.page.feed["every"] is None:
            assert time.monotonic() < until
            tab.go_to("train")
        address = app.url + tab.page.feed["address"]

        def ask(_: int) -> int:
            try:
                with urllib.request.urlopen(address, timeout=60) as answer:
                    return len(answer.read()) and 200
            except urllib.error.HTTPError as error:
                return error.code

        with answering(app), ThreadPoolExecutor(40) as pool:
            statuses = set(pool.map(ask, range(200)))
        assert statuses <= {200, 204, 429}
        assert 429 in statuses
        tab.ask_feed()
        tab.go_to("train")
        tab.press("stop")


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics?families=cache_memory_bytes"])
def test_the_metrics_are_closed(app: RunningApp, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(app.url + path, timeout=10)


VALUES: list[dict[str, Any]] = [
    {"json_value": "{}"},
    {"json_value": '{"width": "x", "place": [null], "value": {"width": -1}}'},
    {"json_value": "{broken"},
    {"json_value": "[" * 30 + "]" * 30},
    {"json_trigger_value": '[{"event": "point", "value": "x"}, {"event": "drawing", "value": {"a": 1}}, 5, null]'},
    {"json_trigger_value": '[{"event": "go", "value": []}, {"event": "pictures", "value": [5]}, {"event": "frame"}]'},
    {"json_trigger_value": '[{"event": "kernel", "value": "x"}, {"event": "rested", "value": {}}]'},
    {"string_value": "no such option"},
    {"int_value": -(2**62)},
    {"double_value": float("nan")},
    {"double_value": 1e308},
    {"bool_value": True},
    {"string_trigger_value": StringTriggerValue(data="no such option")},
    {"double_array_value": DoubleArray(data=[float("nan")])},
    {"int_array_value": SInt64Array(data=[99])},
    {"string_array_value": StringArray(data=["no such option"])},
    {"string_array_value": StringArray()},
    {"bytes_value": b"x"},
    {"file_uploader_state_value": FileUploaderState()},
    {},
]


def test_whatever_values_a_browser_sends_the_pages_are_drawn(app: RunningApp) -> None:
    """Each kind of value for all widgets of a page at once; `Lost` is raised if a page shows an error."""
    with closing(Hostile(app.url)) as tab:
        tab.open()
        for name in list(tab._pages):
            for value in VALUES:
                tab.go_to(name)
                tab.run(*(WidgetState(id=widget, **value) for widget in dict.fromkeys(tab.page.widgets)))
