"""Limits on uploads: how many bytes for one tab and for all tabs, and how long an upload may take.

Streamlit only limits the size of a single file, and keeps uploads in memory until the widget or the tab is gone.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from streamlit.runtime import Runtime

from visualizer.limits import MB, limits
from visualizer.log import event
from visualizer.ui.state.refused_files import note_refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_UPLOAD_PATH = "/_stcore/upload_file/"
# A file counts at least this much, however small it is: it takes memory in the lists of the server and the browser.
MIN_FILE_BYTES = 10_000  # bytes
# How long the next chunk may take, and the least speed of the whole upload after a first minute.
CHUNK_TIMEOUT = 30.0  # seconds
GRACE_SECONDS = 60.0
MIN_BYTES_PER_SECOND = 50_000
# No other request needs a larger body.
MAX_OTHER_BODY_BYTES = 1 * MB
# The limits are checked again each time that this much has arrived.
_CHECK_EVERY_BYTES = 1 * MB

TAB_FULL = (
    "A file was not accepted: this tab has as many files on the server as it may have. Send fewer at once, or reload "
    "the page."
)
SERVER_FULL = (
    "A file was not accepted: the server has no room for more at the moment. Wait a few minutes and try again."
)
TOO_SLOW = "A file was not accepted: it arrived too slowly. Try again with a smaller file or a better connection."
BODY_TOO_LONG = "The request is too long."


class UploadGuard:
    """ASGI middleware that applies these limits to all HTTP requests.

    Args:
        can_reconnect: Whether a tab's session still exists, connected or not.
    """

    def __init__(self, app: "ASGIApp", can_reconnect: Callable[[str], bool]) -> None:
        self._app = app
        self._may_come_back = can_reconnect
        self._in_transit: list[_Body] = []

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from starlette.requests import ClientDisconnect
        from starlette.responses import PlainTextResponse

        started = False

        async def watched_send(message: "Message") -> None:
            nonlocal started
            started = True
            await send(message)

        body = _Body(scope, receive, self._in_transit)
        self._in_transit.append(body)
        try:
            if not body.refusal:
                await self._app(scope, body.receive, watched_send)
        except ClientDisconnect:
            if not body.refusal:
                event("upload-broken-off", size=body.received)
                return
        finally:
            self._in_transit.remove(body)
            # A tab that lost its connection for a moment reconnects to its session, and to this file.
            if not self._may_come_back(body.tab):
                _remove_if_orphaned(body)
        if body.refusal and body.tab:
            note_refusal(body.tab, body.refusal)
        if body.refusal and not started:
            event("upload-refused", kind="http", size=max(body.declared, body.received), reason=body.refusal)
            status = {TOO_SLOW: 408, SERVER_FULL: 503}.get(body.refusal, 413)
            await PlainTextResponse(body.refusal, status)(scope, receive, send)


class _Body:
    """The body of one request: an uploaded file, or something else.

    Attributes:
        tab: For a file, the id of the tab's session; else empty.
        file: The file's id.
        declared: The size in bytes that the request declares, or 0.
        received: How many bytes have arrived.
        refusal: Why it is refused, as a sentence; empty if it is not.
    """

    def __init__(self, scope: Mapping[str, Any], receive: "Receive", in_transit: "list[_Body]") -> None:
        path: str = scope["path"]
        _, upload_path, rest = path.partition(_UPLOAD_PATH)
        tab, _, file = rest.partition("/")
        is_file = bool(upload_path) and scope["method"] == "PUT"
        self.tab, self.file = (tab, file) if is_file else ("", "")
        text = dict(scope["headers"]).get(b"content-length", b"")
        self.declared = int(text) if text.isdigit() and len(text) < 20 else 0
        self.received = 0
        self._receive, self._in_transit = receive, in_transit
        self._is_complete = False
        self._started_at = asyncio.get_running_loop().time()
        self._checked_at = 0
        self.refusal = self._check_capacity()

    async def receive(self) -> "Message":
        # After the whole body, the app only waits for the client to disconnect.
        if self._is_complete:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        left = self._started_at + GRACE_SECONDS + self.received / MIN_BYTES_PER_SECOND - now
        try:
            async with asyncio.timeout(min(CHUNK_TIMEOUT, left)):
                message = await self._receive()
        except TimeoutError:
            self.refusal = TOO_SLOW
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        self._is_complete = not message.get("more_body", False)
        self.received += len(message.get("body", b""))
        if self.received - self._checked_at > _CHECK_EVERY_BYTES or self._is_complete:
            self._checked_at = self.received
            self.refusal = self._check_capacity()
        return {"type": "http.disconnect"} if self.refusal else message

    def size(self) -> int:
        """Bytes that it takes, as far as known."""
        return max(self.declared, self.received, MIN_FILE_BYTES)

    def _check_capacity(self) -> str:
        """Why there is no room for it, as a sentence; empty if there is."""
        if not self.tab:
            return BODY_TOO_LONG if max(self.declared, self.received) > MAX_OTHER_BODY_BYTES else ""
        stored = _stored()
        others = [body for body in self._in_transit if body.tab and body is not self]
        of_tab = _size(stored.get(self.tab, {})) + sum(body.size() for body in others if body.tab == self.tab)
        if of_tab + self.size() > limits().tab_bytes:
            return TAB_FULL
        # What others have only declared does not count: it would take room from those who do send.
        of_all = sum(map(_size, list(stored.values()))) + sum(max(body.received, MIN_FILE_BYTES) for body in others)
        return SERVER_FULL if of_all + self.size() > limits().uploads_bytes else ""


def _stored() -> dict[str, dict[str, Any]]:
    """The files that Streamlit holds, by tab and id."""
    return getattr(_file_manager(), "file_storage", {}) if Runtime.exists() else {}


def _file_manager() -> Any:
    return Runtime.instance().uploaded_file_mgr


def _size(files: Mapping[str, Any]) -> int:
    return sum(max(len(record.data), MIN_FILE_BYTES) for record in list(files.values()))


def _remove_if_orphaned(body: _Body) -> None:
    """Remove a file whose tab was closed during the upload: nothing else would ever do it."""
    if body.tab and Runtime.exists() and not Runtime.instance().is_active_session(body.tab):
        _file_manager().remove_file(body.tab, body.file)
