"""How many connections the server accepts, and how long it waits for its clients.

uvicorn waits forever: for the end of a request's header, and for a client that does not read its response. It also
accepts connections until the process has no file descriptor left, and then no page can open its database.
"""

import asyncio
import signal
from contextlib import suppress
from typing import Any

from visualizer.limits import limits
from visualizer.log import event
from visualizer.ui.shell.messages import TokenBucket

HEADER_TIMEOUT = 10.0  # seconds
HEADER_BYTES = 65_536
GRACE_PERIOD = 0.2  # seconds
# For the rest of a request that was answered before all of it had arrived, such as a file that is refused.
BODY_TIMEOUT = 60.0  # seconds
# A client has this long to read the next MIN_BYTES_READ bytes of a response. The system buffers some megabytes, and
# takes more only after sending a good part of them, so the time must not be shorter.
READ_TIMEOUT = 120.0  # seconds
MIN_BYTES_READ = 16_384  # bytes
# Connections that wait to be accepted. All of them may be accepted at once, before the first can be refused.
BACKLOG = 256
# File descriptors kept for the rest: the store, workers, the pages' sessions (three each), and one whole backlog.
RESERVED_FILES = 512
# No server of this app needs more file descriptors.
MAX_FILES = 65_536
# Of a message from the browser: 1.5 MB are accepted (ui/shell/messages.py), plus their framing.
MAX_MESSAGE_BYTES = 2_000_000
# Pings and message fragments, together, that one connection may send; Streamlit's client sends one or none.
SMALL_FRAME_BURST = 1_000
SMALL_FRAMES_PER_SECOND = 20.0

_FULL = b"This server has as many connections as it can take. Wait a minute and load the page again.\n"
_TOO_LATE = b"The request did not arrive in time.\n"
_TOO_LONG = b"The request's header is too long. Delete the cookies of this address and load the page again.\n"
_REASONS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large", 503: b"Service Unavailable"}


def guard_connections() -> bool:
    """Limit the connections of this process's server; call it in the lifespan, before the first connection.

    Returns:
        Whether a uvicorn server was found to limit.
    """
    files = raise_file_limit()
    server = _server()
    if server is None:
        event("connections-not-bounded", warning=True, reason="the server is not a uvicorn of this process")
        return False
    config = server.config
    capacity = _Capacity(limits().connections, None if files is None else max(files - RESERVED_FILES, files // 4))
    config.http_protocol_class = type("HttpGuard", (_HttpGuard, config.http_protocol_class), {"capacity": capacity})
    if config.ws_protocol_class is not None:
        config.ws_protocol_class = type(
            "WebSocketGuard", (_WebSocketGuard, config.ws_protocol_class), {"capacity": capacity}
        )
    config.backlog = BACKLOG
    config.ws_max_size = MAX_MESSAGE_BYTES
    event("connections-bounded", most=capacity.max_connections, files=files)
    return True


def raise_file_limit() -> int | None:
    """Raise this process's limit on open files as far as possible. Returns it, or None on Windows, which has none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MAX_FILES if soft == resource.RLIM_INFINITY else soft


def _server() -> Any:
    """The uvicorn.Server that runs this app, found by its signal handler; None if there is none."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return server if hasattr(getattr(server, "config", None), "http_protocol_class") else None


class _Capacity:
    """How many connections are open, and how many may be.

    Args:
        max_connections: Connections at a time.
        files: The highest file descriptor that a connection may have; None for any. A system gives each new file the
            lowest free descriptor, so a high one means that all below it are in use, whatever for.
    """

    def __init__(self, max_connections: int, files: int | None) -> None:
        self.max_connections, self._files = max_connections, files
        # Connections without a request, or without a further one; the one that has waited longest comes first.
        self.waiting: dict[_HttpGuard, None] = {}
        # Connections that were closed here, and that uvicorn still counts.
        self.leaving: set[_HttpGuard] = set()

    def is_over_limit(self, connection: "_HttpGuard") -> bool:
        return self._count(connection) > self.max_connections

    def is_exhausted(self, connection: "_HttpGuard") -> bool:
        """Whether a new connection must be refused at once, without a grace period."""
        if self._count(connection) > 2 * self.max_connections:
            return True
        socket = connection.transport.get_extra_info("socket")
        return self._files is not None and socket is not None and socket.fileno() > self._files

    def _count(self, connection: "_HttpGuard") -> int:
        return len(connection.connections) - len(self.leaving)


class _ConnectionGuard(asyncio.Protocol):
    """In front of a uvicorn protocol: closes the connection of a client that does not read what was sent."""

    transport: Any
    capacity: _Capacity
    _read_timer: asyncio.TimerHandle | None = None
    _unread = 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._read_timer is not None:
            self._read_timer.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
        super().connection_lost(exc)

    def _wait_for_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._read_timer = asyncio.get_running_loop().call_later(READ_TIMEOUT, self._check_reader)

    def _check_reader(self) -> None:
        if self.transport.get_write_buffer_size() > self._unread - MIN_BYTES_READ:
            self._abort("it does not read")
        else:
            self._wait_for_reader()

    def _abort(self, reason: str) -> None:
        event("connection-closed", warning=True, reason=reason)
        self.transport.abort()


class _WebSocketGuard(_ConnectionGuard):
    """A connection that stays open, in front of uvicorn's websocket protocol."""

    _is_flood = False

    def connection_made(self, transport: Any) -> None:
        self._small_frames = TokenBucket(SMALL_FRAMES_PER_SECOND, SMALL_FRAME_BURST)
        super().connection_made(transport)

    def handle_ping(self, *arguments: Any) -> None:
        if self._allows_frame():
            super().handle_ping(*arguments)  # type: ignore[misc]

    def handle_cont(self, *arguments: Any) -> None:
        if self._allows_frame():
            super().handle_cont(*arguments)  # type: ignore[misc]

    def _allows_frame(self) -> bool:
        # Frames that arrived together with the one too many are ignored.
        if not self._is_flood and self._small_frames.take(asyncio.get_running_loop().time()):
            self._is_flood = True
            self._abort("it sends too many small pieces")
        return not self._is_flood


class _HttpGuard(_ConnectionGuard):
    """A connection of requests and responses, in front of uvicorn's HTTP protocol.

    In both implementations of `uvicorn.protocols.http`, `cycle` is the current or the last request, and `connections`
    are all connections of the server.
    """

    connections: Any
    cycle: Any
    _deadline: asyncio.TimerHandle | None = None
    _is_upgraded = False
    _header = 0  # bytes received so far

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_deadline()
        if self.capacity.is_exhausted(self):
            self._refuse_oldest_if_full()
        elif self.capacity.is_over_limit(self):
            # Many may have connected at once, and a browser's request arrives in a moment.
            asyncio.get_running_loop().call_later(GRACE_PERIOD, self._refuse_oldest_if_full)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._is_upgraded or not self._awaits_request():
            self._header = 0
            self._stop_deadline()
            return
        if self.cycle is not None and self.cycle.more_body:
            # The request was refused before all of it had arrived. A browser reads the response only after sending it.
            if self._deadline is None:
                self._deadline = asyncio.get_running_loop().call_later(BODY_TIMEOUT, self.transport.close)
            return
        self._header += len(data)
        if self._header > HEADER_BYTES:
            self._answer_and_close(431, _TOO_LONG)
        elif self._deadline is None:
            self._start_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[misc]
        # uvicorn itself closes it soon if no other request follows.
        if self._awaits_request() and not self.transport.is_closing():
            self.capacity.waiting[self] = None

    def handle_websocket_upgrade(self, *arguments: Any) -> None:
        self._is_upgraded = True
        self._stop_deadline()
        if self.capacity.is_over_limit(self) and not self.capacity.waiting:
            event("connection-refused", warning=True, connections=len(self.connections))
            self._answer_and_close(503, _FULL)
            return
        super().handle_websocket_upgrade(*arguments)  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        self.capacity.leaving.discard(self)
        super().connection_lost(exc)

    def _awaits_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_deadline(self) -> None:
        self.capacity.waiting[self] = None
        self._deadline = asyncio.get_running_loop().call_later(HEADER_TIMEOUT, self._answer_and_close, 408, _TOO_LATE)

    def _stop_deadline(self) -> None:
        self.capacity.waiting.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse_oldest_if_full(self) -> None:
        """Close the connection that has waited longest for a request, if there are still too many and one waits."""
        if not self.capacity.waiting or not (self.capacity.is_over_limit(self) or self.capacity.is_exhausted(self)):
            return
        oldest = next(iter(self.capacity.waiting))
        event("connection-refused", warning=True, connections=len(self.connections))
        if oldest._deadline is None:
            # It was answered: a further response would belong to no request.
            oldest._close()
        else:
            oldest._answer_and_close(503, _FULL)

    def _answer_and_close(self, status: int, text: bytes) -> None:
        """Send a response that says why, and close."""
        self._stop_deadline()
        if self.transport.is_closing():
            return
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nretry-after: 30\r\n"
            b"connection: close\r\n\r\n%s" % (status, _REASONS[status], len(text), text)
        )
        self._close()

    def _close(self) -> None:
        self._stop_deadline()
        self.capacity.leaving.add(self)
        self.transport.close()
