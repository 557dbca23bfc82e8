"""Connections to the server: how many there are, and how long it waits. In a uvicorn of its own, without Streamlit."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from visualizer.ui.shell import connections
from visualizer.ui.shell.connections import guard_connections, raise_file_limit

ROOT = Path(__file__).resolve().parents[2]
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
# What a browser has not yet read may lie in the system: that much does not.
LONG = 50_000_000


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        guard_connections()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        with suppress(OSError):
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "bytes": message["bytes"]})
    else:
        body = bytes(LONG) if scope["path"] == "/long" else b"hello"
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


# Of the clients: closed at the end of each lesson.
_writers: list[asyncio.StreamWriter] = []


def serve(lesson: Callable[[int], Awaitable[None]], **settings: int) -> uvicorn.Server:
    """Run the lesson beside a server with these settings of uvicorn; the lesson gets its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets-sansio", **settings))

    async def go() -> None:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            await asyncio.wait_for(lesson(listener.getsockname()[1]), 60)
        finally:
            for writer in _writers:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            _writers.clear()
            server.should_exit = True
            for connection in list(server.server_state.connections):
                connection.transport.abort()
            await running

    asyncio.run(go())
    return server


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(connections, "HEADER_TIMEOUT", 0.5)
    monkeypatch.setattr(connections, "READ_TIMEOUT", 0.5)
    monkeypatch.setattr(connections, "BODY_TIMEOUT", 0.5)


def at_most(monkeypatch, number: int) -> None:
    monkeypatch.setattr(connections, "limits", lambda: SimpleNamespace(connections=number))


async def opened(port: int, data: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _writers.append(writer)
    writer.write(data)
    await writer.drain()
    return reader, writer


async def received(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes the connection, which resets it where something sent lies unread."""
    data = b""
    with suppress(ConnectionResetError):
        while some := await reader.read(65536):
            data += some
    return data


async def answer(port: int, data: bytes) -> bytes:
    """All that comes until the server closes the connection."""
    reader, _ = await opened(port, data)
    return await received(reader)


async def dripped(port: int, data: bytes, drop: bytes) -> bytes:
    """The same, where the question goes on in drops, for five seconds if it must."""
    reader, writer = await opened(port, data)
    reading = asyncio.create_task(received(reader))
    with suppress(ConnectionError):
        for _ in range(100):
            if reading.done():
                break
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.05)
    assert reading.done()
    return await reading


def test_this_uvicorn_has_what_is_asked_of_it():
    """An update that renames any of it makes this fail, and not a class of thirty."""
    from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    for name in ("connection_made", "data_received", "connection_lost", "handle_websocket_upgrade", "pause_writing"):
        assert callable(getattr(H11Protocol, name))
    for name in ("handle_ping", "handle_cont", "pause_writing", "resume_writing", "connection_lost"):
        assert callable(getattr(WebSocketsSansIOProtocol, name))
    assert {"connections", "cycle", "transport"} < set(H11Protocol.__init__.__code__.co_names)
    assert {"response_complete", "more_body"} < set(RequestResponseCycle.__init__.__code__.co_names)


def test_the_server_is_found_and_told():
    async def lesson(port: int) -> None:
        assert (await answer(port, GET + b"Connection: close\r\n\r\n")).endswith(b"hello")

    config = serve(lesson).config
    assert config.http_protocol_class.__mro__[1] is connections._HttpGuard
    assert config.ws_protocol_class.__mro__[1] is connections._WebSocketGuard
    assert config.ws_max_size == connections.MAX_MESSAGE_BYTES


def test_without_such_a_server_it_is_said():
    """In a test, as here, or in another server."""
    assert not guard_connections()


@pytest.mark.parametrize("data", [b"", b"GET", GET, GET + b"X: "])
def test_a_header_that_does_not_end_is_given_up(data):
    async def lesson(port: int) -> None:
        assert (await answer(port, data)).startswith(b"HTTP/1.1 408 ")

    serve(lesson)


def test_a_header_that_drips_is_given_up_as_well():
    async def lesson(port: int) -> None:
        assert (await dripped(port, GET, b"X: y\r\n")).startswith(b"HTTP/1.1 408 ")

    serve(lesson)


def test_so_is_one_after_a_question_that_was_answered():
    async def lesson(port: int) -> None:
        reader, writer = await opened(port, GET + b"\r\n")
        assert await reader.readuntil(b"hello")
        writer.write(GET)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")

    serve(lesson)


def test_a_connection_that_asks_again_and_again_stays():
    async def lesson(port: int) -> None:
        reader, writer = await opened(port)
        for _ in range(12):
            writer.write(GET + b"\r\n")
            assert await reader.readuntil(b"hello")
            await asyncio.sleep(0.1)

    serve(lesson)


@pytest.mark.parametrize(("settings", "status"), [({}, b"400"), ({"h11_max_incomplete_event_size": 10**6}, b"431")])
def test_a_header_that_is_too_long_is_refused(settings, status):
    """By h11 itself, and by us where another parser, or another setting, takes any."""

    async def lesson(port: int) -> None:
        cookies = b"".join(b"Cookie: a%d=%s\r\n" % (number, b"x" * 1_000) for number in range(65))
        assert (await answer(port, GET + cookies)).startswith(b"HTTP/1.1 " + status)

    serve(lesson, **settings)


def test_the_rest_of_a_question_that_is_answered_already_is_not_waited_for_for_ever():
    async def lesson(port: int) -> None:
        start = b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
        assert (await dripped(port, start + bytes(100_000), b"x")).endswith(b"hello")

    serve(lesson)


def test_who_does_not_read_a_page_is_given_up_and_who_reads_slowly_is_not(monkeypatch):
    monkeypatch.setattr(connections, "READ_TIMEOUT", 2.0)

    async def lesson(port: int) -> None:
        ask = b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        slow, _ = await opened(port, ask)
        stuck, _ = await opened(port, ask)
        # Longer than anybody may rest, and never resting.
        for _ in range(16):
            assert len(await slow.readexactly(3_000_000)) == 3_000_000
            await asyncio.sleep(0.2)
        assert len(await slow.read()) > 0
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await stuck.readexactly(LONG)

    serve(lesson)


def test_who_does_not_read_a_connection_that_stays_open_is_given_up(monkeypatch):
    async def lesson(port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/", max_queue=1, ping_interval=None, compression=None) as client:

            async def talk() -> None:
                for _ in range(200):
                    await client.send(bytes(1_000_000))

            with pytest.raises(ConnectionClosed):
                await talk()

    serve(lesson)


def test_those_that_wait_longest_make_room_and_those_at_work_stay(monkeypatch):
    at_most(monkeypatch, 10)
    monkeypatch.setattr(connections, "HEADER_TIMEOUT", 30.0)

    async def lesson(port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/") as client:
            half = [await opened(port, GET) for _ in range(40)]
            # Everybody else is answered as before.
            for _ in range(5):
                assert (await answer(port, GET + b"Connection: close\r\n\r\n")).endswith(b"hello")
            assert (await half[0][0].read()).startswith(b"HTTP/1.1 503 ")
            assert b"Wait a minute" in await half[1][0].read()
            await client.send(b"still there")
            assert await client.recv() == b"still there"

    serve(lesson)


def test_where_all_are_at_work_no_other_stays_open_and_questions_are_answered(monkeypatch):
    at_most(monkeypatch, 3)

    async def lesson(port: int) -> None:
        address = f"ws://127.0.0.1:{port}/"
        async with connect(address) as one, connect(address), connect(address):
            with pytest.raises(InvalidStatus, match="503"):
                await connect(address)
            assert (await answer(port, GET + b"Connection: close\r\n\r\n")).endswith(b"hello")
            await one.send(b"x")
            assert await one.recv() == b"x"

    serve(lesson)


def test_files_are_kept_for_all_else(monkeypatch):
    """A high number of a connection's file says that all below are taken."""
    monkeypatch.setattr(connections, "raise_file_limit", lambda: 1_024)
    spare = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_024 - connections.RESERVED_FILES)]
    try:

        async def lesson(port: int) -> None:
            assert (await answer(port, GET + b"\r\n")).startswith(b"HTTP/1.1 503 ")
            for file in spare[:50]:
                os.close(file)
            del spare[:50]
            assert (await answer(port, GET + b"Connection: close\r\n\r\n")).endswith(b"hello")

        serve(lesson)
    finally:
        for file in spare:
            os.close(file)


@pytest.mark.parametrize("kind", ["pings", "pieces"])
def test_a_flood_of_small_pieces_closes_the_connection(kind):
    """Neither is a message, so that nothing else counts them."""

    async def lesson(port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/", ping_interval=None) as client:

            async def flood() -> None:
                if kind == "pings":
                    for number in range(20_000):
                        await client.ping(str(number))
                else:
                    await client.send(b"" for _ in range(20_000))
                await asyncio.wait_for(client.recv(), 10)

            with pytest.raises(ConnectionClosed):
                await flood()

    serve(lesson)


def test_the_process_may_open_as_many_files_as_the_system_lets_it():
    pytest.importorskip("resource")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 700));"
        "from visualizer.ui.shell.connections import raise_file_limit;"
        "print(raise_file_limit(), resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "700 (700, 700)\n"
    assert raise_file_limit() >= 256
