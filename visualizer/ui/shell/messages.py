"""Limits on the messages of a tab's connection, before Streamlit sees them: how many, how large, and of which kinds.

Streamlit only limits the bytes of one message. Here a connection has to wait if it sends faster than any person can. If
it goes on like that, it is closed. A message that no page of the app could send closes it at once. A browser whose
connection was closed by mistake reconnects by itself and finds its session unchanged.
"""

import asyncio
import re
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from streamlit.proto.BackMsg_pb2 import BackMsg

from visualizer.log import event

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A held key repeats 30 times a second at most, and Streamlit sends only some of it.
MESSAGES_PER_SECOND = 30.0
BURST = 150
# How many messages of a connection may have to wait before it is idle again: ten seconds' worth.
MAX_WAITING = 300
# For all connections together: a class of a hundred that all move a slider sends less.
TOTAL_PER_SECOND = 400.0
TOTAL_BURST = 2_000

# The largest message of a page is a series of thirty camera pictures (ui/pictures/camera_series.py): some 0.4 MB, or
# 1.2 MB if each is noise. Parsing as many bytes of the smallest possible values takes 0.1 s and 45 MB.
MAX_BYTES = 1_500_000
MAX_WIDGETS = 1_000
MAX_VALUES = 20_000
MAX_DEPTH = 32

# What Streamlit's client sends for a page of this app. The other kinds change something for everybody (`clear_cache`
# drops the run store and the workers of the whole server) or are for developers.
ALLOWED_KINDS = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})

_BRACKETS = re.compile(r"[\[\]{},]")
# Close codes of https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1.
POLICY_VIOLATION, TOO_BIG = 1008, 1009


class TokenBucket:
    """A rate limit: a burst of `size` tokens, then `rate` per second (https://en.wikipedia.org/wiki/Token_bucket).

    Args:
        rate: Tokens added per second.
        size: The most tokens that it holds.

    Attributes:
        is_half_full: Whether more than half of the tokens were left at the last call of `take`.
    """

    def __init__(self, rate: float, size: float) -> None:
        self._rate, self._size = rate, size
        self._left, self._at = size, 0.0
        self.is_half_full = True

    def take(self, now: float) -> float:
        """Take one token: 0 if there was one, else the seconds until there is one. `now`: seconds, monotonic clock."""
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        self.is_half_full = self._left > self._size / 2
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


def refusal(data: bytes) -> str:
    """Why a message from a browser must close its connection, in a few words; empty if it need not."""
    if len(data) > MAX_BYTES:
        return "its message is too long"
    try:
        message = BackMsg.FromString(data)
    # The class of protobuf's errors is in a package that this app does not depend on by itself.
    except Exception:
        return "its message cannot be read"
    state = message.rerun_script
    widgets = state.widget_states.widgets
    listed = len(message.file_urls_request.file_names) + len(state.cached_message_hashes)
    if len(widgets) > MAX_WIDGETS or listed + sum(map(_count, widgets)) > MAX_VALUES:
        return "its message has too many values"
    if any(_depth(widget) > MAX_DEPTH for widget in widgets):
        return "the values of its message are nested too deeply"
    return ""


def unused_kind(data: bytes) -> str:
    """The kind of the message if no page of this app sends that kind, else empty."""
    message = BackMsg.FromString(data)
    kind = message.WhichOneof("type") or "empty"
    if kind != "backend_operation_request":
        return "" if kind in ALLOWED_KINDS else kind
    operation = message.backend_operation_request.WhichOneof("payload") or "empty"
    return "" if operation in ALLOWED_OPERATIONS else operation


def _texts(widget: Any) -> tuple[str, ...]:
    return widget.json_value, widget.json_trigger_value


def _count(widget: Any) -> int:
    """How many values a widget has: list entries, or an upper bound of the values in its JSON."""
    kind = widget.WhichOneof("value") or ""
    if kind.endswith("array_value"):
        return len(getattr(widget, kind).data)
    if kind == "file_uploader_state_value":
        return len(widget.file_uploader_state_value.uploaded_file_info)
    texts = _texts(widget)
    # JSON closes as many brackets as it opens; the count also bounds the work of `_depth` on text that is not JSON.
    return max(sum(text.count(bracket) for text in texts for bracket in brackets) for brackets in ("[{,", "]}"))


def _depth(widget: Any) -> int:
    """An upper bound of the nesting depth of its JSON: brackets inside strings count as well."""
    deepest = depth = 0
    for bracket in chain.from_iterable(map(_BRACKETS.findall, _texts(widget))):
        depth += (bracket in "[{") - (bracket in "]}")
        deepest = max(deepest, depth)
    return deepest


class MessageGuard:
    """ASGI middleware that applies these limits to all websocket connections."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app
        self._all_connections = _Queue(TokenBucket(TOTAL_PER_SECOND, TOTAL_BURST))

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        connection = _Connection(receive, send, self._all_connections)
        await self._app(scope, connection.receive, connection.send)


class _Queue:
    """Waiting for a token in order of arrival, without blocking tasks that wait for something else."""

    def __init__(self, bucket: TokenBucket) -> None:
        self.bucket = bucket
        self._first = asyncio.Lock()

    async def wait(self) -> bool:
        """Wait for a token. Returns whether that took any time."""
        now = asyncio.get_running_loop().time
        async with self._first:
            waited = False
            # Otherwise hundreds of large messages that have already arrived would be read before any other task runs.
            await asyncio.sleep(0)
            while seconds := self.bucket.take(now()):
                waited = True
                await asyncio.sleep(seconds)
            return waited


class _Connection:
    def __init__(self, receive: "Receive", send: "Send", all_connections: _Queue) -> None:
        self._receive, self._send = receive, send
        self._all_connections = all_connections
        self._own = _Queue(TokenBucket(MESSAGES_PER_SECOND, BURST))
        self._waited = 0
        self._closed = False
        self._logged_ignored = False
        # Set while no message waits for the browser to read it.
        self._is_sent = asyncio.Event()
        self._is_sent.set()

    async def send(self, message: "Message") -> None:
        if self._closed:
            return
        self._is_sent.clear()
        try:
            await self._send(message)
        except OSError:
            # The browser has disconnected. Streamlit learns that from `receive`; an error here it would take for its
            # own and log with a traceback.
            self._closed = True
        finally:
            self._is_sent.set()

    async def receive(self) -> "Message":
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            if not await self._wait_for_turn():
                return await self._close(POLICY_VIOLATION, "it asks faster than it is answered")
            # A client that does not read its responses cannot ask for more: they would pile up in memory.
            await self._is_sent.wait()
            data = message.get("bytes")
            if data is None:
                return await self._close(POLICY_VIOLATION, "it is text")
            if reason := refusal(data):
                return await self._close(TOO_BIG, reason)
            if not (kind := unused_kind(data)):
                return message
            if not self._logged_ignored:
                self._logged_ignored = True
                event("message-ignored", kind=kind)

    async def _wait_for_turn(self) -> bool:
        """Wait until this message may pass. Returns False if too many messages in a row had to wait."""
        self._waited += await self._own.wait()
        if self._own.bucket.is_half_full:
            self._waited = 0
        await self._all_connections.wait()
        return self._waited <= MAX_WAITING

    async def _close(self, code: int, reason: str) -> "Message":
        """Close the connection. Returns the message that tells the app so."""
        event("connection-closed", warning=True, reason=reason)
        self._closed = True
        with suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
