"""The proxy that docs/school.md describes writes no token into its logs."""

import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.app import free_port
from visualizer.workspaces import new_token

CONF = Path(__file__).resolve().parents[1] / "deploy" / "nginx.conf"
TOKEN = new_token()
RUN = "0123456789abcdef0123456789abcdef"
# Variables of nginx that have the query, or the whole address of the page that a request came from.
TELLING = ("$request ", "$request_uri", "$args", "$query_string", "$arg_", "$http_referer", "$http_cookie")


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))


def test_the_log_has_its_own_format_in_which_no_address_is_whole():
    text = without_comments(CONF.read_text())
    formats = dict(re.findall(r"log_format (\w+) ([^;]+);", text))
    logs = re.findall(r"access_log ([^;]+);", text)
    assert [log.split()[-1] for log in logs] == list(formats)
    for written in formats.values():
        assert not [variable for variable in TELLING if variable in f"{written} "]
    # Its lines have the whole request, whatever the format: only of those without one.
    assert re.findall(r"error_log \S+ (\w+);", text) == ["emerg"]


@contextmanager
def proxy(folder: Path) -> Iterator[str]:
    """nginx with the configuration, without TLS and with an app that does not answer; its address."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if nginx is None:
        pytest.skip("nginx is not installed here: the configuration's text is tested, but not what nginx makes of it")
    port, nobody = free_port(), free_port()
    text = CONF.read_text().replace("/var/log/nginx/", f"{folder}/").replace("app:8501", f"127.0.0.1:{nobody}")
    text = re.sub(r"^ *ssl_.*$", "", text, flags=re.MULTILINE).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{name}_temp_path {folder}/{name};\n" for name in kept)
    text = text.replace("http {", f"http {{\n{places}", 1)
    (folder / "nginx.conf").write_text(f"pid {folder}/pid;\ndaemon off;\nmaster_process off;\n{text}")
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with (folder / "stderr").open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def answer(address: str, **headers: str) -> int:
    until = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as got:
                return int(got.status)
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_nginx_writes_neither_token_nor_run_also_where_the_app_does_not_answer(tmp_path):
    with proxy(tmp_path) as url:
        page = f"{url}/train?w={TOKEN}"
        assert answer(page) == 502
        assert answer(f"{url}/_stcore/health", Referer=page) == 502
        assert answer(f"{url}/live/{RUN}?width=900&layer=0", Referer=page) == 502
        assert answer(f"{url}/media/{RUN}.png") == 502
        assert answer(f"{url}/%22?w={TOKEN}%0a") == 502
    logs = {
        file.name: file.read_text() for file in (tmp_path / "access.log", tmp_path / "error.log", tmp_path / "stderr")
    }
    for name, log in logs.items():
        assert TOKEN not in log, name
        assert RUN not in log, name
    lines = logs["access.log"].splitlines()
    # The log still says who asked for what, and what came of it.
    assert ['"GET /train HTTP/1.1" 502' in lines[0], "GET /live/- " in lines[2], "GET /media/- " in lines[3]] == [
        True
    ] * 3
    assert len(lines) == 5
