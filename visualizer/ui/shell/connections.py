"""How many connections the server accepts, and how long it waits for a client.

uvicorn waits forever for the end of a request's header, and for a client that does not read the response. And it
accepts connections until the process has no file handles left, after which no page can open its database.
"""

import asyncio
import signal
from contextlib import suppress
from typing import Any

from visualizer.limits import limits
from visualizer.log import event
from visualizer.ui.shell.messages import Bucket

HEADER_WITHIN = 10.0  # seconds
HEADER_BYTES = 65_536
A_MOMENT = 0.2  # seconds
# The rest of a question that was answered before all of it had come, such as a file that is refused.
REST_WITHIN = 60.0  # seconds
# How long somebody may take for the next so many bytes of an answer. Not less: the system has some megabytes of it in
# buffers of its own, and takes the next only when a good part of them has been sent.
READ_WITHIN = 120.0  # seconds
READ_AT_LEAST = 16_384  # bytes
# Connections that wait to be taken. All of them may be taken at once, before the first can be refused.
BACKLOG = 256
# Files that stay for all else: the store, workers, the pages' sessions, which have three each, and one whole backlog.
OTHER_FILES = 512
# More than that many are not asked for: no server of this app needs them.
MOST_FILES = 65_536
# Of the browser: 1.5 MB are taken (ui/shell/messages.py), and what is around them.
MOST_MESSAGE = 2_000_000
# Signs of life and pieces of a message that one connection may send, together; Streamlit's browser sends one or none.
SMALL_FRAMES_AT_ONCE = 1_000
SMALL_FRAMES_EACH_SECOND = 20.0

_FULL = b"This server has as many connections as it can take. Wait a minute and load the page again.\n"
_TOO_LATE = b"The question did not arrive in time.\n"
_TOO_LONG = b"The question's header is too long. Remove the cookies of this address and load the page again.\n"
_REASONS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large", 503: b"Service Unavailable"}


def guard_connections() -> bool:
    """Bound the connections of this process's server; call it in the lifespan, before the first is taken.

    Returns:
        Whether there is a uvicorn that could be told so.
    """
    files = raise_file_limit()
    server = _server()
    if server is None:
        event("connections-not-bounded", warning=True, reason="the server is no uvicorn of this process")
        return False
    config = server.config
    room = _Room(limits().connections, None if files is None else max(files - OTHER_FILES, files // 4))
    config.http_protocol_class = type("Asked", (_Asked, config.http_protocol_class), {"room": room})
    if config.ws_protocol_class is not None:
        config.ws_protocol_class = type("Open", (_Open, config.ws_protocol_class), {"room": room})
    config.backlog = BACKLOG
    config.ws_max_size = MOST_MESSAGE
    event("connections-bounded", most=room.most, files=files)
    return True


def raise_file_limit() -> int | None:
    """Let this process open as many files as the system lets it; how many. None where the system counts none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    now = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_FILES if now == resource.RLIM_INFINITY else now


def _server() -> Any:
    """The uvicorn.Server that runs this app, since it is told when the process shall end; None where there is none."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return server if hasattr(getattr(server, "config", None), "http_protocol_class") else None


class _Room:
    """The open connections.

    Args:
        most: Connections at a time.
        files: The highest number that a connection's file may have; None for any. Systems give each new file the
            lowest number that is free: a high one tells that all below are taken, by whatever it is.
    """

    def __init__(self, most: int, files: int | None) -> None:
        self.most, self._files = most, files
        # Idle connections, the longest waiting first.
        self.waiting: dict[_Asked, None] = {}
        # Connections that are closing.
        self.leaving: set[_Asked] = set()

    def is_full(self, connection: "_Asked") -> bool:
        return self._count(connection) > self.most

    def is_crowded(self, connection: "_Asked") -> bool:
        """Whether nobody can be given a moment any more."""
        if self._count(connection) > 2 * self.most:
            return True
        socket = connection.transport.get_extra_info("socket")
        return self._files is not None and socket is not None and socket.fileno() > self._files

    def _count(self, connection: "_Asked") -> int:
        return len(connection.connections) - len(self.leaving)


class _Reader(asyncio.Protocol):
    """In front of a protocol of uvicorn: closes the connection of somebody who does not read what was sent."""

    transport: Any
    room: _Room
    _stuck: asyncio.TimerHandle | None = None
    _unread = 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
        super().connection_lost(exc)

    def _look_again(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._stuck = asyncio.get_running_loop().call_later(READ_WITHIN, self._look)

    def _look(self) -> None:
        if self.transport.get_write_buffer_size() > self._unread - READ_AT_LEAST:
            self._give_up("it does not read")
        else:
            self._look_again()

    def _give_up(self, reason: str) -> None:
        event("connection-closed", warning=True, reason=reason)
        self.transport.abort()


class _Open(_Reader):
    """A connection that stays open, in front of uvicorn's websocket protocol."""

    _is_flood = False

    def connection_made(self, transport: Any) -> None:
        self._small = Bucket(SMALL_FRAMES_EACH_SECOND, SMALL_FRAMES_AT_ONCE)
        super().connection_made(transport)

    def handle_ping(self, *arguments: Any) -> None:
        if self._is_bearable():
            super().handle_ping(*arguments)  # type: ignore[misc]

    def handle_cont(self, *arguments: Any) -> None:
        if self._is_bearable():
            super().handle_cont(*arguments)  # type: ignore[misc]

    def _is_bearable(self) -> bool:
        # What came with the piece that was too much is no longer looked at.
        if not self._is_flood and self._small.take(asyncio.get_running_loop().time()):
            self._is_flood = True
            self._give_up("it sends too many small pieces")
        return not self._is_flood


class _Asked(_Reader):
    """A connection that asks and is answered, in front of uvicorn's HTTP protocol.

    Of `uvicorn.protocols.http`, both implementations: `cycle` is the question that is answered, or was last, and
    `connections` are all that the server has.
    """

    connections: Any
    cycle: Any
    _deadline: asyncio.TimerHandle | None = None
    _is_upgraded = False
    _header = 0  # bytes of it so far

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()
        if self.room.is_crowded(self):
            self._make_room()
        elif self.room.is_full(self):
            # Many may have come at once, and what a browser asks is read in a moment.
            asyncio.get_running_loop().call_later(A_MOMENT, self._make_room)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._is_upgraded or not self._has_to_ask():
            self._header = 0
            self._wait_no_more()
            return
        if self.cycle is not None and self.cycle.more_body:
            # It was refused before all of it had come. A browser reads an answer only when it has sent everything.
            if self._deadline is None:
                self._deadline = asyncio.get_running_loop().call_later(REST_WITHIN, self.transport.close)
            return
        self._header += len(data)
        if self._header > HEADER_BYTES:
            self._answer(431, _TOO_LONG)
        elif self._deadline is None:
            self._wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[misc]
        # uvicorn itself closes it soon, where no other question follows.
        if self._has_to_ask() and not self.transport.is_closing():
            self.room.waiting[self] = None

    def handle_websocket_upgrade(self, *arguments: Any) -> None:
        self._is_upgraded = True
        self._wait_no_more()
        if self.room.is_full(self) and not self.room.waiting:
            event("connection-refused", warning=True, connections=len(self.connections))
            self._answer(503, _FULL)
            return
        super().handle_websocket_upgrade(*arguments)  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self.room.leaving.discard(self)
        super().connection_lost(exc)

    def _has_to_ask(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self.room.waiting[self] = None
        self._deadline = asyncio.get_running_loop().call_later(HEADER_WITHIN, self._answer, 408, _TOO_LATE)

    def _wait_no_more(self) -> None:
        self.room.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        """Close the connection that waits longest without asking, if there are still too many and one waits."""
        if not self.room.waiting or not (self.room.is_full(self) or self.room.is_crowded(self)):
            return
        oldest = next(iter(self.room.waiting))
        event("connection-refused", warning=True, connections=len(self.connections))
        if oldest._deadline is None:
            # It was answered: nothing that is said now would belong to a question.
            oldest._leave()
        else:
            oldest._answer(503, _FULL)

    def _answer(self, status: int, words: bytes) -> None:
        """Send the reason, and close."""
        self._wait_no_more()
        if self.transport.is_closing():
            return
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nretry-after: 30\r\n"
            b"connection: close\r\n\r\n%s" % (status, _REASONS[status], len(words), words)
        )
        self._leave()

    def _leave(self) -> None:
        self._wait_no_more()
        self.room.leaving.add(self)
        self.transport.close()
