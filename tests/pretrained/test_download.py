"""Files from a server in this process."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from visualizer.errors import UserError
from visualizer.pretrained import download as downloads
from visualizer.pretrained.download import download

CONTENT = bytes(range(256)) * 4096  # 1 MB


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        promised = len(CONTENT) * (2 if self.path == "/broken" else 1)
        self.send_header("Content-Length", str(promised))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_arrives_whole_and_tells_how_far_it_is(address, tmp_path):
    target = tmp_path / "folder" / "weights.bin"
    shares = []
    for share in download(f"{address}/file", target, hashlib.sha256(CONTENT).hexdigest()[:8]):
        shares.append(share)
        assert not target.exists()
    assert target.read_bytes() == CONTENT
    assert len(shares) >= 4
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_is_given_up_leaves_nothing(address, tmp_path):
    steps = download(f"{address}/file", tmp_path / "weights.bin")
    next(steps)
    assert len(list(tmp_path.iterdir())) == 1
    steps.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "sha256", "says"),
    [
        ("/missing", "", "answered with the code 404"),
        ("/broken", "", r"broke off|does not reach"),
        ("/file", "00000000", "sent another file"),
    ],
)
def test_what_does_not_arrive_is_told_and_leaves_nothing(address, tmp_path, path, sha256, says):
    with pytest.raises(UserError, match=says):
        list(download(address + path, tmp_path / "weights.bin", sha256))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [("most_bytes", lambda: 1000, "is larger than"), ("MOST_SECONDS", -1, "took longer than")],
)
def test_there_is_an_end_to_it(address, tmp_path, monkeypatch, limit, value, says):
    monkeypatch.setattr(downloads, limit, value)
    with pytest.raises(UserError, match=says):
        list(download(f"{address}/file", tmp_path / "weights.bin"))
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"does not reach 127\.0\.0\.1"):
        list(download("http://127.0.0.1:9/weights.bin", tmp_path / "weights.bin"))
