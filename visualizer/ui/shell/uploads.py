"""Files on their way to the server: how many bytes of one tab and of all, and for how long.

Streamlit bounds a single file, and keeps what has come in memory until the widget or the tab has gone.
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

_UPLOADS = "/_stcore/upload_file/"
# What a file takes at least, however small: its place in the lists of the server and of the browser.
LEAST = 10_000  # bytes
# How long the next piece may take, and how fast all of it comes at least, after a first minute.
PIECE_WITHIN = 30.0  # seconds
ALLOWANCE = 60.0  # seconds
SLOWEST = 50_000  # bytes a second
# No other question has a body of that size.
MOST_OF_A_QUESTION = 1 * MB
# Bytes after which it is looked again whether there is room.
_LOOK_EVERY = 1 * MB

TOO_MANY = (
    "A file was not taken: this tab has as many on the server as it may have. Send fewer at once, or reload the page."
)
TOO_MANY_OF_ALL = (
    "A file was not taken: the server has no room for more at the moment. Wait a few minutes and try it again."
)
TOO_SLOW = "A file was not taken: it came too slowly. Try it again, with a smaller file or a better connection."
TOO_LONG = "The question is too long."


class Uploads:
    """ASGI middleware around all questions.

    Args:
        may_come_back: Whether the session of a tab that is not connected is still kept for it.
    """

    def __init__(self, app: "ASGIApp", may_come_back: Callable[[str], bool]) -> None:
        self._app = app
        self._may_come_back = may_come_back
        self._coming: list[_Body] = []

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

        body = _Body(scope, receive, self._coming)
        self._coming.append(body)
        try:
            if not body.refusal:
                await self._app(scope, body.receive, watched_send)
        except ClientDisconnect:
            if not body.refusal:
                event("upload-broken-off", size=body.came)
                return
        finally:
            self._coming.remove(body)
            # One that lost its connection for a moment comes back to its session, and to this file.
            if not self._may_come_back(body.tab):
                _forget_of_nobody(body)
        if body.refusal and body.tab:
            note_refusal(body.tab, body.refusal)
        if body.refusal and not started:
            event("upload-refused", kind="http", size=max(body.declared, body.came), reason=body.refusal)
            status = {TOO_SLOW: 408, TOO_MANY_OF_ALL: 503}.get(body.refusal, 413)
            await PlainTextResponse(body.refusal, status)(scope, receive, send)


class _Body:
    """What one question brings: a file, or some other body.

    Attributes:
        tab: The id of the tab's session, for a file; else empty.
        file: The file's id.
        declared: How many bytes it says that it has; 0 where it does not.
        came: How many have come.
        refusal: A sentence where it is not taken, else empty.
    """

    def __init__(self, scope: Mapping[str, Any], receive: "Receive", coming: "list[_Body]") -> None:
        path: str = scope["path"]
        _, marker, rest = path.partition(_UPLOADS)
        tab, _, file = rest.partition("/")
        is_file = bool(marker) and scope["method"] == "PUT"
        self.tab, self.file = (tab, file) if is_file else ("", "")
        text = dict(scope["headers"]).get(b"content-length", b"")
        self.declared = int(text) if text.isdigit() and len(text) < 20 else 0
        self.came = 0
        self._receive, self._coming = receive, coming
        self._is_whole = False
        self._since = asyncio.get_running_loop().time()
        self._looked_at = 0
        self.refusal = self._no_room()

    async def receive(self) -> "Message":
        # Once it is whole, the app only waits for the other side to leave.
        if self._is_whole:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        left = self._since + ALLOWANCE + self.came / SLOWEST - now
        try:
            async with asyncio.timeout(min(PIECE_WITHIN, left)):
                message = await self._receive()
        except TimeoutError:
            self.refusal = TOO_SLOW
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        self._is_whole = not message.get("more_body", False)
        self.came += len(message.get("body", b""))
        if self.came - self._looked_at > _LOOK_EVERY or self._is_whole:
            self._looked_at = self.came
            self.refusal = self._no_room()
        return {"type": "http.disconnect"} if self.refusal else message

    def size(self) -> int:
        """What it takes, as far as it is known."""
        return max(self.declared, self.came, LEAST)

    def _no_room(self) -> str:
        if not self.tab:
            return TOO_LONG if max(self.declared, self.came) > MOST_OF_A_QUESTION else ""
        stored = _stored()
        others = [body for body in self._coming if body.tab and body is not self]
        of_tab = _size(stored.get(self.tab, {})) + sum(body.size() for body in others if body.tab == self.tab)
        if of_tab + self.size() > limits().tab_bytes:
            return TOO_MANY
        # Not what others only say that they will send: that would take the room from those who send it.
        of_all = sum(map(_size, list(stored.values()))) + sum(max(body.came, LEAST) for body in others)
        return TOO_MANY_OF_ALL if of_all + self.size() > limits().uploads_bytes else ""


def _stored() -> dict[str, dict[str, Any]]:
    """Streamlit's files, by tab and id."""
    return getattr(_manager(), "file_storage", {}) if Runtime.exists() else {}


def _manager() -> Any:
    return Runtime.instance().uploaded_file_mgr


def _size(files: Mapping[str, Any]) -> int:
    return sum(max(len(record.data), LEAST) for record in list(files.values()))


def _forget_of_nobody(body: _Body) -> None:
    """Remove a file whose tab was closed while it came: nobody else would ever."""
    if body.tab and Runtime.exists() and not Runtime.instance().is_active_session(body.tab):
        _manager().remove_file(body.tab, body.file)
