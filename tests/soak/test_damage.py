"""A store that is damaged while a server runs, or before it starts: the app says so and overwrites nothing."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.browser.app import NO_INTERNET, ROOT, RunningApp, free_port, running_app
from tests.soak.client import Tab
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore

PATIENCE = 60.0  # seconds
STILL_THERE = "still there"


class Reader(Tab):
    """A tab that records the text of all message boxes on its page, including errors."""

    def __init__(self, url: str, token: str = "") -> None:
        self.boxes: list[str] = []
        super().__init__(url, token=token)

    def _take(self, message: Any) -> bool:
        if message.WhichOneof("type") == "new_session":
            self.boxes = []
        return super()._take(message)

    def _take_element(self, element: Any) -> None:
        if element.WhichOneof("type") == "alert":
            self.boxes.append(element.alert.body)
            return
        super()._take_element(element)

    def shows(self, part: str) -> bool:
        return any(part in text for text in (*self.boxes, *self.page.texts))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def health(app: RunningApp) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def trained(app: RunningApp, tab: Tab) -> RunRecord:
    """A short run of that tab, once it has finished."""
    store = RunStore(app.workspace)
    tab.open()
    tab.go_to("train")
    tab.enter("epochs", 2)
    tab.press("start")
    (run,) = store.active_runs()
    until(lambda: (record := store.record(run.run_id)) is not None and record.state == "finished")
    return run


def test_a_damaged_file_of_a_run_costs_its_picture_and_not_the_page(tmp_path: Path) -> None:
    with running_app(workspace=tmp_path) as app, closing(Reader(app.url)) as tab:
        run = trained(app, tab)
        folder = tmp_path / run.run_id
        (folder / "snapshot.safetensors").write_bytes(os.urandom(3_000))
        for path in folder.glob("weights-*.safetensors"):
            path.write_bytes(path.read_bytes()[:100])
        tab.go_to("train")
        assert tab.shows("The last look inside this run cannot be read")
        assert tab.has("reset")
        assert tab.page.feed is not None
        tab.go_to("compare")
        assert tab.has("again-start")
        tab.go_to("look_inside")
        assert tab.shows(f"The weights after {run.total_steps} batches of this run cannot be read")
        assert tab.has("network-choice")
        assert health(app)[0] == 200
        assert app.error_lines() == []


def test_databases_that_are_lost_while_the_server_runs_are_told_and_not_made_anew(tmp_path: Path) -> None:
    with running_app(workspace=tmp_path) as app, closing(Reader(app.url)) as tab:
        trained(app, tab)
        for path in tmp_path.glob("runs.sqlite*"):
            path.rename(path.with_name(f"moved-{path.name}"))
        tab.go_to("train")
        assert tab.shows("The server cannot read what it keeps")
        assert not tab.shows(STILL_THERE)
        until(lambda: health(app)[0] == 503)
        assert "runs.sqlite (training runs) cannot be read" in health(app)[1]
        assert not (tmp_path / "runs.sqlite").exists()
        # Once the files are back, everything works again.
        for path in tmp_path.glob("moved-*"):
            path.rename(path.with_name(path.name.removeprefix("moved-")))
        until(lambda: health(app)[0] == 200)
        tab.go_to("train")
        assert tab.page.feed is not None


def start(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(free_port())]
    return subprocess.run(
        [*command, "--server.address", "127.0.0.1"],
        cwd=ROOT,
        env=os.environ | NO_INTERNET | {"VISUALIZER_WORKSPACE": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("content", [b"", os.urandom(20_000)], ids=["empty", "noise"])
def test_a_server_that_finds_a_damaged_store_ends_and_the_next_one_says_what_is_missing(
    tmp_path: Path, content: bytes
) -> None:
    with running_app(workspace=tmp_path) as app, closing(Reader(app.url)) as tab:
        trained(app, tab)
        token = tab.page.token
        with closing(Tab(app.url, token=token)) as other:
            other.open()
        assert token not in app.log_text()
    # With the files that SQLite keeps beside it, it might be recovered.
    for path in tmp_path.glob("runs.sqlite-*"):
        path.unlink()
    (tmp_path / "runs.sqlite").write_bytes(content)
    done = start(tmp_path)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "The server was not started." in line]
    assert len(lines) == 1
    assert "runs.sqlite, the record of training runs, is damaged" in lines[0]
    assert "put a backup in its place" in lines[0]
    (aside,) = (path for path in tmp_path.glob("runs.sqlite.damaged-*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == content
    with running_app(workspace=tmp_path) as app, closing(Reader(app.url, token)) as tab:
        tab.open()
        tab.press("workspace-open")
        for page in ("train", "compare"):
            tab.go_to(page)
            assert tab.shows("this server found that its record of training runs was damaged, and set it aside")
            assert not tab.shows(STILL_THERE)
        assert app.error_lines() == []
    assert aside.read_bytes() == content
