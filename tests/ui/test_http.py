"""What holds for every answer of the server."""

import asyncio
import tomllib
from pathlib import Path
from types import SimpleNamespace

from streamlit import config

from visualizer.architecture.model_file import max_model_bytes
from visualizer.limits import MB, limits
from visualizer.ui import http
from visualizer.ui.http import HEADERS, Doors, accept_uploads

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
UPLOAD = "/_stcore/upload_file/tab/file"


def ask(method: str, path: str, body: bytes = b"", own: dict[str, str] | None = None) -> tuple[int, dict, bytes]:
    """The status, the headers and the body of the answer that comes through the doors from an app behind them."""
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
    asyncio.run(Doors(app)(scope, receive, send))
    headers = {name.decode().title(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


def test_every_answer_has_the_headers_and_keeps_its_own():
    _, headers, _ = ask("GET", "/train")
    assert {name: headers[name] for name in HEADERS} == HEADERS
    _, headers, _ = ask("GET", "/train", own={"x-content-type-options": "its own"})
    assert headers["X-Content-Type-Options"] == "its own"


def test_a_connection_that_stays_open_is_let_through():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))

    asyncio.run(Doors(app)({"type": "websocket"}, "receive", "send"))
    assert seen == [({"type": "websocket"}, "receive", "send")]


def test_a_tab_has_no_more_files_than_fit_into_memory(monkeypatch):
    stored = {"tab": {}}
    runtime = SimpleNamespace(uploaded_file_mgr=SimpleNamespace(file_storage=stored))
    monkeypatch.setattr(http, "Runtime", SimpleNamespace(exists=lambda: True, instance=lambda: runtime))
    body = b"x" * 1_000
    assert ask("PUT", UPLOAD, body)[2] == b"taken"
    stored["tab"]["one"] = SimpleNamespace(data=range(limits().tab_bytes - 500))
    status, headers, text = ask("PUT", UPLOAD, body)
    assert (status, text) == (413, b"this tab has too many files on the server")
    assert headers["Referrer-Policy"] == "same-origin"
    assert ask("PUT", UPLOAD.replace("tab", "other"), body)[2] == b"taken"
    assert ask("PUT", UPLOAD, b"x" * 400)[2] == b"taken"
    assert ask("PUT", "/elsewhere/tab/file", body)[2] == b"taken"


def test_streamlits_own_manager_of_files_has_what_is_asked_of_it():
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

    manager = MemoryUploadedFileManager("/")
    manager.add_file("tab", UploadedFileRec("id", "name", "type", b"1234"))
    assert [len(record.data) for record in manager.file_storage["tab"].values()] == [4]


def test_streamlit_takes_files_as_large_as_any_part_of_the_app_does():
    before = config.get_option("server.maxUploadSize")
    try:
        accept_uploads()
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
    assert flat["client.showErrorDetails"] == "none"
    assert flat["client.showErrorLinks"] is False
    assert flat["client.toolbarMode"] == "minimal"
    assert "server.cookieSecret" not in flat
    assert "server.address" not in flat
