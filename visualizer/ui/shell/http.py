"""Rules for every response of the server, applied before Streamlit sees the request."""

from typing import TYPE_CHECKING

from streamlit import config

from visualizer.architecture.model_file import max_model_bytes
from visualizer.limits import MB, limits
from visualizer.ui.kit.scripts import preload_links

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The addresses under /_stcore/ that a Streamlit page needs, and the health check. All others are blocked, such as
# `metrics`, which tells how many people are connected and what they use, and whatever an update adds.
OPEN_ENDPOINTS = frozenset({"health", "host-config", "stream", "upload_file", "bidi-components"})

# Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers. Streamlit's page contains inline scripts and
# styles, turns components' scripts into modules (blob:), and shows Plotly's figures and pictures from data: addresses.
# No page needs anything from another server, so a name that became markup by mistake can neither load nor send
# anything.
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
    # The address of a page contains the token of its workspace: it must not be sent, not even to the school's own
    # proxy.
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}


def set_upload_limit() -> None:
    """Let Streamlit accept the largest file that any part of the app accepts; each part has its own limit."""
    largest = max(limits().upload_bytes, limits().zip_bytes, max_model_bytes())
    config.set_option("server.maxUploadSize", -(-largest // MB), "the limits of visualizer.limits")


class SecurityHeaders:
    """ASGI middleware: adds security headers to every response, and blocks Streamlit's addresses that no page needs."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower(): value for name, value in headers}
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                # A report that somebody downloads is HTML too, but no page of the app.
                is_page = "/media/" not in scope["path"] and b"content-disposition" not in present
                if is_page and present.get(b"content-type", b"").startswith(b"text/html"):
                    added.append((b"link", preload_links().encode()))
                message["headers"] = [*headers, *(header for header in added if header[0] not in present)]
            await send(message)

        if is_blocked(scope["path"]):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("Not Found", 404)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def is_blocked(path: str) -> bool:
    """Whether an address is one of Streamlit's technical ones that its pages do not need."""
    _, technical, rest = path.partition("/_stcore/")
    return bool(technical) and rest.split("/")[0] not in OPEN_ENDPOINTS
