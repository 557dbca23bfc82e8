"""What comes over a tab's connection, before Streamlit sees it: how often, how much, and of which kinds.

Streamlit bounds how many bytes one message has, and nothing else. Here a connection waits where it asks faster than
any person can; where it goes on like that it is closed, as it is at once by a message that no page of the app sends.
The browser of somebody who was closed by mistake connects again by itself, and finds its session as it was.
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

# A held key repeats at most 30 times per second, and Streamlit sends only some of them.
MESSAGES_EACH_SECOND = 30.0
AT_ONCE = 150
# How many messages may wait for their turn, since the connection had a rest: ten seconds of them.
IMPATIENT = 300
# Of all connections together: a class of a hundred that all move a slider sends less.
ALL_EACH_SECOND = 400.0
ALL_AT_ONCE = 2_000

# The largest that a page sends are thirty camera pictures (ui/pictures/camera_series.py): some 0.4 MB, 1.2 MB where
# each is noise. Reading as many bytes of the smallest values there are takes 0.1 s and 45 MB.
MAX_BYTES = 1_500_000
MAX_WIDGETS = 1_000
MAX_VALUES = 20_000
MAX_DEPTH = 32

# What Streamlit's page sends for a page of this app. The others change something for everybody (`clear_cache` takes
# the run store and the workers from the whole server) or are for developers.
KINDS = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})

_MARKS = re.compile(r"[\[\]{},]")
# Of https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1: against the rules of this server; too big.
POLICY, TOO_BIG = 1008, 1009


class Bucket:
    """A token bucket: `size` at once, then `rate` per second.

    Args:
        rate: How many per second.
        size: How many at once, after a rest.

    Attributes:
        is_rested: Whether more than half of those were left when one was taken last.
    """

    def __init__(self, rate: float, size: float) -> None:
        self._rate, self._size = rate, size
        self._left, self._at = size, 0.0
        self.is_rested = True

    def take(self, now: float) -> float:
        """Take one: the seconds until there is one, or 0 where it was taken. `now` is as `monotonic` counts."""
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        self.is_rested = self._left > self._size / 2
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


def refusal(data: bytes) -> str:
    """Why a message of a browser closes its connection, in a few words; empty where it does not."""
    if len(data) > MAX_BYTES:
        return "its message is too long"
    try:
        message = BackMsg.FromString(data)
    # protobuf's own class of errors is none of this app's packages.
    except Exception:
        return "its message cannot be read"
    state = message.rerun_script
    widgets = state.widget_states.widgets
    listed = len(message.file_urls_request.file_names) + len(state.cached_message_hashes)
    if len(widgets) > MAX_WIDGETS or listed + sum(map(_count, widgets)) > MAX_VALUES:
        return "its message has too many values"
    if any(_depth(widget) > MAX_DEPTH for widget in widgets):
        return "the values of its message lie too deep in one another"
    return ""


def without_use(data: bytes) -> str:
    """The kind of a message that no page of this app sends; empty for the others."""
    message = BackMsg.FromString(data)
    kind = message.WhichOneof("type") or "empty"
    if kind != "backend_operation_request":
        return "" if kind in KINDS else kind
    operation = message.backend_operation_request.WhichOneof("payload") or "empty"
    return "" if operation in OPERATIONS else operation


def _texts(widget: Any) -> tuple[str, ...]:
    return widget.json_value, widget.json_trigger_value


def _count(widget: Any) -> int:
    """How many values it has: entries of lists, and at least as many as JSON makes of its text, or as it has marks."""
    kind = widget.WhichOneof("value") or ""
    if kind.endswith("array_value"):
        return len(getattr(widget, kind).data)
    if kind == "file_uploader_state_value":
        return len(widget.file_uploader_state_value.uploaded_file_info)
    texts = _texts(widget)
    # JSON closes as often as it opens; other text must not have more marks for `_depth` to go through either.
    return max(sum(text.count(mark) for text in texts for mark in marks) for marks in ("[{,", "]}"))


def _depth(widget: Any) -> int:
    """How deep its JSON lies at most; brackets in its words count as well."""
    deepest = depth = 0
    for mark in chain.from_iterable(map(_MARKS.findall, _texts(widget))):
        depth += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, depth)
    return deepest


class Messages:
    """ASGI middleware around all connections that stay open."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app
        self._everybody = _Line(Bucket(ALL_EACH_SECOND, ALL_AT_ONCE))

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        connection = _Connection(receive, send, self._everybody)
        await self._app(scope, connection.receive, connection.send)


class _Line:
    """Those who wait for one bucket, one behind the other; whoever waits for something else comes in between."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._first = asyncio.Lock()

    async def wait(self) -> bool:
        """Go through; whether it took any time."""
        now = asyncio.get_running_loop().time
        async with self._first:
            waited = False
            # What lies ready is taken without any pause: hundreds of large messages, while nobody else is answered.
            await asyncio.sleep(0)
            while seconds := self.bucket.take(now()):
                waited = True
                await asyncio.sleep(seconds)
            return waited


class _Connection:
    def __init__(self, receive: "Receive", send: "Send", everybody: _Line) -> None:
        self._receive, self._send = receive, send
        self._everybody = everybody
        self._own = _Line(Bucket(MESSAGES_EACH_SECOND, AT_ONCE))
        self._waited = 0
        self._closed = False
        self._told = False
        # Set while nothing is on its way to the browser that it does not take.
        self._is_sent = asyncio.Event()
        self._is_sent.set()

    async def send(self, message: "Message") -> None:
        if self._closed:
            return
        self._is_sent.clear()
        try:
            await self._send(message)
        except OSError:
            # The other side has left. Streamlit learns it from what it receives, and takes an error here for one of its
            # own, which it logs with a traceback.
            self._closed = True
        finally:
            self._is_sent.set()

    async def receive(self) -> "Message":
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            if not await self._has_its_turn():
                return await self._close(POLICY, "it asks faster than it is answered")
            # Who does not read the answers cannot ask for more of them: they would wait in memory.
            await self._is_sent.wait()
            data = message.get("bytes")
            if data is None:
                return await self._close(POLICY, "it is text")
            if reason := refusal(data):
                return await self._close(TOO_BIG, reason)
            if not (kind := without_use(data)):
                return message
            if not self._told:
                self._told = True
                event("message-ignored", kind=kind)

    async def _has_its_turn(self) -> bool:
        """Wait until this message may go on; False where too many in a row had to."""
        self._waited += await self._own.wait()
        if self._own.bucket.is_rested:
            self._waited = 0
        await self._everybody.wait()
        return self._waited <= IMPATIENT

    async def _close(self, code: int, reason: str) -> "Message":
        """Close the connection, and tell the app that it is closed."""
        event("connection-closed", warning=True, reason=reason)
        self._closed = True
        with suppress(OSError, RuntimeError):
            await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}
