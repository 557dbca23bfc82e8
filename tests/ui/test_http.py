"""What holds for every answer of the server."""

import asyncio
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from streamlit import config

from visualizer.architecture.model_file import max_model_bytes
from visualizer.limits import MB, limits
from visualizer.ui.shell.http import HEADERS, OPEN_ENDPOINTS, SecurityHeaders, set_upload_limit

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
UPLOAD = "/_stcore/upload_file/tab/file"


def ask(method: str, path: str, body: bytes = b"", own: dict[str, str] | None = None) -> tuple[int, dict, bytes]:
    """The status, the headers and the body of the answer that comes from an app behind the middleware."""
    sent = []

    async def app(scope, receive, send):
        assert (await receive())["body"] == body
        headers = [(name.encode(), value.encode()) for name, value in (own or {}).items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"taken"})

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    length = [(b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": length}
    asyncio.run(SecurityHeaders(app)(scope, receive, send))
    headers = {name.decode().title(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


def test_every_answer_has_the_headers_and_keeps_its_own():
    _, headers, _ = ask("GET", "/train")
    assert {name: headers[name] for name in HEADERS} == HEADERS
    _, headers, _ = ask("GET", "/train", own={"x-content-type-options": "its own"})
    assert headers["X-Content-Type-Options"] == "its own"


def test_a_page_names_the_modules_that_it_will_need():
    _, headers, _ = ask("GET", "/train", own={"content-type": "text/html; charset=utf-8"})
    assert headers["Link"].startswith("<./modules/")
    _, headers, _ = ask("GET", "/words.js", own={"content-type": "text/javascript"})
    assert "Link" not in headers


@pytest.mark.parametrize("own", [{}, {"content-disposition": "attachment"}])
def test_a_report_that_is_downloaded_names_none(own):
    for path in ("/media/0123.html", "/app/media/0123.html", *(["/train"] if own else [])):
        assert "Link" not in ask("GET", path, own={"content-type": "text/html", **own})[1]


def test_a_connection_that_stays_open_is_let_through():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    asyncio.run(SecurityHeaders(app)({"type": "websocket"}, "receive", "send"))
    assert seen == [({"type": "websocket"}, "receive", "send")]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/school/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/agent/interact",
        "/_stcore/",
        "/_stcore/what-an-update-brings",
    ],
)
def test_addresses_that_tell_or_change_something_are_closed(path):
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        status, headers, body = ask(method, path)
        assert (status, body) == (404, b"Not Found")
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config", UPLOAD, "/metrics", "/train", "/"])
def test_addresses_that_the_pages_need_are_open(path):
    assert ask("GET", path)[0] == 200


def test_those_of_streamlit_that_are_closed_are_known():
    """An update that brings another one makes this fail: say in http.py whether a page needs it."""
    paths = set()
    for module in ("starlette_routes", "starlette_websocket", "starlette_agent_routes"):
        source = import_module(f"streamlit.web.server.starlette.{module}")
        paths |= {str(value) for name, value in vars(source).items() if "ROUTE_" in name}
    technical = {path.split("/")[1] for path in paths if path.startswith("_stcore/")}
    assert technical > OPEN_ENDPOINTS
    assert technical - OPEN_ENDPOINTS == {"metrics", "script-health-check", "agent"}


def test_streamlit_takes_files_as_large_as_any_part_of_the_app_does():
    before = config.get_option("server.maxUploadSize")
    try:
        set_upload_limit()
        taken = config.get_option("server.maxUploadSize") * 1024 * 1024  # Streamlit's megabytes
    finally:
        config.set_option("server.maxUploadSize", before)
    assert taken >= max(limits().upload_bytes, limits().zip_bytes, max_model_bytes())
    # What the file says is what the app sets with its own defaults.
    assert CONFIG["server"]["maxUploadSize"] * MB == max(limits().zip_bytes, limits().upload_bytes)
    assert max_model_bytes() <= limits().zip_bytes


def test_the_defaults_of_the_configuration_are_safe():
    known = config.get_config_options()
    flat = {f"{section}.{key}": value for section, part in CONFIG.items() for key, value in part.items()}
    assert [name for name in flat if name not in known and not isinstance(flat[name], dict)] == []
    assert flat["browser.gatherUsageStats"] is False
    assert flat["server.enableXsrfProtection"] is True
    assert flat["server.enableCORS"] is True
    assert flat["server.enableStaticServing"] is False
    assert flat["server.enableAgentApi"] is False
    assert flat["runner.fastReruns"] is False
    assert flat["client.showErrorDetails"] == "none"
    assert flat["client.showErrorLinks"] is False
    assert flat["client.toolbarMode"] == "minimal"
    assert "server.cookieSecret" not in flat
    assert "server.address" not in flat
