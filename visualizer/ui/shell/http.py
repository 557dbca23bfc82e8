"""Rules for every response of the server, applied before Streamlit sees the request."""

from typing import TYPE_CHECKING

from streamlit import config

from visualizer.architecture.model_file import max_model_bytes
from visualizer.limits import MB, limits
from visualizer.ui.kit.scripts import preload_links

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Of the addresses under /_stcore/, those that a page of Streamlit needs, and the one that tells that the server is
# there. Others are closed, as `metrics`, which tells how many are here and what they have, and what an update adds.
OPEN = frozenset({"health", "host-config", "stream", "upload_file", "bidi-components"})

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
    # The address of a page has the token of its workspace: it goes nowhere, also not into the log of the own proxy.
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def accept_uploads() -> None:
    """Let Streamlit take files as large as the largest that any part of the app takes; each part has its own bound."""
    largest = max(limits().upload_bytes, limits().zip_bytes, max_model_bytes())
    config.set_option("server.maxUploadSize", -(-largest // MB), "the limits of visualizer.limits")


class SecurityHeaders:
    """ASGI middleware: security headers on every response, and 404 for addresses of Streamlit that no page needs."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                own = {name.lower(): value for name, value in message.get("headers", ())}
                new = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                if own.get(b"content-type", b"").startswith(b"text/html"):
                    new.append((b"link", preload_links().encode()))
                message["headers"] = [*message.get("headers", ()), *(pair for pair in new if pair[0] not in own)]
            await send(message)

        if is_closed(scope["path"]):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("Not Found", 404)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def is_closed(path: str) -> bool:
    """Whether an address is one of Streamlit's technical ones, and none of those that its pages need."""
    _, technical, rest = path.partition("/_stcore/")
    return bool(technical) and rest.split("/")[0] not in OPEN
