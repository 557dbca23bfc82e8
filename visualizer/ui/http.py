"""What holds for every answer of the server, before Streamlit sees the question."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from streamlit import config
from streamlit.runtime import Runtime

from visualizer.architecture.model_file import max_model_bytes
from visualizer.limits import MB, limits
from visualizer.log import event

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_UPLOADS = "/_stcore/upload_file/"

# Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers. Streamlit's page has scripts and styles of its
# own inside, makes modules of components' scripts (blob:), and Plotly's figures and pictures are data: addresses. What
# no page needs is anything from another address: so a name that became markup by mistake could fetch and tell nothing.
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    # The address of a page tells of what it shows: it stays here.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def accept_uploads() -> None:
    """Let Streamlit take files as large as the largest that any part of the app takes; each part has its own bound."""
    largest = max(limits().upload_bytes, limits().zip_bytes, max_model_bytes())
    config.set_option("server.maxUploadSize", -(-largest // MB), "the limits of visualizer.limits")


class Doors:
    """ASGI middleware: security headers on every answer, and no more files of one tab than fit into memory."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message.get("headers", ())}
                new = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *(pair for pair in new if pair[0] not in there)]
            await send(message)

        if scope["method"] == "PUT" and (refusal := _refusal(scope)):
            from starlette.responses import PlainTextResponse

            event("upload-refused", kind="http", size=_length(scope), reason=refusal)
            await PlainTextResponse(refusal, 413)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _refusal(scope: Mapping[str, Any]) -> str:
    """Why this file cannot be taken beside those that the tab has on the server; empty where it can."""
    _, uploads, rest = scope["path"].partition(_UPLOADS)
    if not uploads or not Runtime.exists():
        return ""
    # Streamlit keeps what was uploaded in memory until the widget or the tab has gone, and bounds single files only.
    stored = getattr(Runtime.instance().uploaded_file_mgr, "file_storage", {}).get(rest.partition("/")[0], {})
    held = sum(len(record.data) for record in list(stored.values()))
    return "this tab has too many files on the server" if held + _length(scope) > limits().tab_bytes else ""


def _length(scope: Mapping[str, Any]) -> int:
    """How long the question says that its body is; 0 where it does not."""
    text = dict(scope["headers"]).get(b"content-length", b"")
    return int(text) if text.isdigit() and len(text) < 20 else 0
