"""Files on their way: what is taken beside those that are there, and what gives its room back."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace

import pytest
from starlette.requests import ClientDisconnect
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from visualizer.limits import MB, Limits
from visualizer.ui.shell import uploads
from visualizer.ui.shell.uploads import BODY_TOO_LONG, MIN_FILE_BYTES, SERVER_FULL, TAB_FULL, TOO_SLOW, UploadGuard
from visualizer.ui.state import refused_files

LIMITS = Limits(upload_mb=1, zip_mb=1, tab_mb=4, uploads_mb=10)


class Server:
    """Streamlit's part behind the guard: it keeps each file in the memory of its tab."""

    def __init__(self) -> None:
        self.files = MemoryUploadedFileManager("/")
        self.open_tabs = {"tab", "other", "third", "fourth"}
        self.kept_tabs: set[str] = set()
        self.guard = UploadGuard(self._app, lambda tab: tab in self.kept_tabs)

    async def _app(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message["body"]
            if not message["more_body"]:
                break
        if scope["method"] == "PUT":
            tab, file = scope["path"].split("/")[-2:]
            self.files.add_file(tab, UploadedFileRec(file, "name", "type", body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(self, pieces: Iterable, *, tab="tab", file="file", declared=True, method="PUT") -> tuple[int, str]:
        """The status and the words of the answer to a question whose body comes in these pieces.

        A number is a rest in seconds before the next one; None is a connection that breaks off.
        """
        pieces = list(pieces)
        left = list(pieces)
        sent: list = []

        async def receive():
            while left and isinstance(left[0], float):
                await asyncio.sleep(left.pop(0))
            if not left:
                await asyncio.sleep(3600)
            piece = left.pop(0)
            if piece is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece, "more_body": bool(left)}

        async def send(message):
            sent.append(message)

        length = sum(len(piece) for piece in pieces if isinstance(piece, bytes))
        headers = [(b"content-length", str(length).encode())] if declared else []
        path = f"/_stcore/upload_file/{tab}/{file}" if method == "PUT" else "/auth/login"
        await self.guard({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
        return (sent[0]["status"], sent[1]["body"].decode()) if sent else (0, "")

    def held(self) -> int:
        return sum(len(file.data) for files in self.files.file_storage.values() for file in files.values())


@pytest.fixture
def server(monkeypatch) -> Server:
    server = Server()
    runtime = SimpleNamespace(uploaded_file_mgr=server.files, is_active_session=lambda tab: tab in server.open_tabs)
    monkeypatch.setattr(uploads, "Runtime", SimpleNamespace(exists=lambda: True, instance=lambda: runtime))
    monkeypatch.setattr(uploads, "limits", lambda: LIMITS)
    return server


def piece(megabytes: float) -> bytes:
    return bytes(int(megabytes * MB))


def test_files_one_after_another_fill_a_tab_and_one_that_is_removed_gives_its_room_back(server):
    async def lesson():
        for number in range(4):
            assert (await server.ask([piece(0.9)], file=f"{number}"))[0] == 204
        assert await server.ask([piece(0.9)], file="5") == (413, TAB_FULL)
        assert (await server.ask([piece(0.9)], tab="other"))[0] == 204
        server.files.remove_file("tab", "0")
        assert (await server.ask([piece(0.9)], file="5"))[0] == 204

    asyncio.run(lesson())


@pytest.mark.parametrize("declared", [True, False])
def test_files_that_come_at_the_same_time_count_as_well(server, declared):
    """Ten at once, of a quarter of the room each, in pieces: four of them fit, however they come."""

    async def lesson():
        pieces = [piece(0.1), *(part for _ in range(9) for part in (0.001, piece(0.1)))]
        asked = [server.ask(pieces, file=f"{number}", declared=declared) for number in range(10)]
        return await asyncio.gather(*asked)

    answers = asyncio.run(lesson())
    assert {status for status, _ in answers} == {204, 413}
    assert 1 <= sum(status == 204 for status, _ in answers) <= 4
    assert server.held() <= 4 * MB


def test_many_small_files_have_a_size_too(server):
    async def lesson():
        return [(await server.ask([b"x"], file=f"{number}"))[0] for number in range(4 * MB // MIN_FILE_BYTES + 3)]

    assert asyncio.run(lesson()).count(204) == 4 * MB // MIN_FILE_BYTES


@pytest.mark.parametrize("declared", [True, False])
def test_one_that_breaks_off_gives_its_room_back_and_is_no_error(server, declared):
    async def lesson():
        for _ in range(5):
            assert await server.ask([piece(3), None], declared=declared) == (0, "")
        assert (await server.ask([piece(3.9)]))[0] == 204

    asyncio.run(lesson())


def test_all_tabs_together_have_a_bound_and_nobody_takes_room_by_words_alone(server):
    async def lesson():
        for tab in ("tab", "other"):
            assert (await server.ask([piece(3.9)], tab=tab))[0] == 204
        assert await server.ask([piece(3.9)], tab="third") == (503, SERVER_FULL)
        # Says that it has 2 MB and sends nothing.
        waits = asyncio.create_task(server.ask([0.2, piece(2)], tab="third"))
        await asyncio.sleep(0.01)
        assert (await server.ask([piece(1.9)], tab="fourth"))[0] == 204
        assert await waits == (503, SERVER_FULL)

    asyncio.run(lesson())
    assert server.held() <= 10 * MB


def test_one_that_comes_too_slowly_is_ended_and_told(server, monkeypatch):
    monkeypatch.setattr(uploads, "CHUNK_TIMEOUT", 0.05)
    assert asyncio.run(server.ask([b"x", 1.0, b"y"])) == (408, TOO_SLOW)
    # Pieces come in time, but so few of them that it would take forever.
    monkeypatch.setattr(uploads, "GRACE_SECONDS", 0.1)
    assert asyncio.run(server.ask([part for _ in range(100) for part in (0.02, b"x")])) == (408, TOO_SLOW)
    assert server.held() == 0
    assert asyncio.run(server.ask([piece(1), 0.04, piece(1)]))[0] == 204


def test_a_file_of_a_tab_that_was_closed_meanwhile_is_not_kept(server):
    async def lesson():
        in_transit = asyncio.create_task(server.ask([piece(0.5), 0.05, piece(0.5)]))
        await asyncio.sleep(0.01)
        server.open_tabs.remove("tab")
        server.files.remove_session_files("tab")
        await in_transit

    asyncio.run(lesson())
    assert server.held() == 0


def test_a_tab_that_lost_its_connection_for_a_moment_comes_back_to_the_file_that_came_meanwhile(server):
    server.kept_tabs.add("tab")

    async def lesson():
        in_transit = asyncio.create_task(server.ask([piece(0.5), 0.05, piece(0.5)]))
        await asyncio.sleep(0.01)
        server.open_tabs.remove("tab")
        assert (await in_transit)[0] == 204

    asyncio.run(lesson())
    assert server.held() == MB


@pytest.mark.parametrize("declared", [True, False])
def test_no_other_question_has_a_long_body(server, declared):
    assert asyncio.run(server.ask([b"{}"], method="POST", declared=declared))[0] == 204
    long = [piece(0.5)] * 3
    assert asyncio.run(server.ask(long, method="POST", declared=declared)) == (413, BODY_TOO_LONG)


def test_a_length_that_is_no_number_is_none(server):
    async def answer(text: bytes) -> int:
        sent: list = []

        async def receive():
            return {"type": "http.request", "body": b"x", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/tab/file"}
        await server.guard(scope | {"headers": [(b"content-length", text)]}, receive, send)
        return sent[0]["status"]

    for text in (b"-1", b"1e9", b"", b"x", b"9" * 5_000, "٣".encode()):
        assert asyncio.run(answer(text)) == 204


def test_the_page_of_the_tab_tells_it_for_a_moment(server, monkeypatch):
    assert asyncio.run(server.ask([piece(5)]))[0] == 413
    assert asyncio.run(server.ask([piece(1)], tab="other"))[0] == 204
    assert refused_files.recent_refusal("other") == ""
    assert refused_files.recent_refusal("tab") == TAB_FULL
    later = refused_files.monotonic() + refused_files.SHOWN_FOR
    monkeypatch.setattr(refused_files, "monotonic", lambda: later)
    assert refused_files.recent_refusal("tab") == ""


def test_nobody_makes_it_remember_without_end(server):
    for number in range(2_000):
        asyncio.run(server.ask([piece(5)], tab=f"made-up-{number}"))
    assert len(refused_files._refused) == refused_files._MOST_REFUSED
    refused_files._refused.clear()


def test_the_sentences_say_what_to_do():
    for sentence in (TAB_FULL, SERVER_FULL, TOO_SLOW):
        assert sentence.count(".") == 2
