"""A workspace that an earlier version of the app kept opens on the pages."""

import json
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pages.test_own_workspace import arrived, opened, owner
from visualizer.ui.state.server import run_store, workspaces

STORED = Path(__file__).resolve().parents[1] / "stored"
EXPECTED = json.loads((STORED / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def stored(tmp_path, monkeypatch):
    """The server's folder is a copy of the stored one."""
    shutil.copytree(STORED / "workspace", tmp_path / "workspace")
    monkeypatch.setenv("VISUALIZER_WORKSPACE", str(tmp_path / "workspace"))
    for resource in (run_store, workspaces):
        resource.clear()
    yield
    for resource in (run_store, workspaces):
        resource.clear()


def test_everything_is_there_again():
    app = opened(EXPECTED["token"])
    mine = owner(app)
    assert mine.architecture.name == "Mine"
    assert (mine.settings.dataset, mine.settings.epochs, mine.probe_index) == (EXPECTED["dataset"], 7, 2)
    assert (mine.own_datasets, mine.run_id) == ((EXPECTED["dataset"],), "ownpictures")
    mine.redo()
    assert mine.architecture.name == "Mine, again"
    mine.undo()
    mine.undo()
    assert mine.architecture.name == "small"
    assert not app.warning  # that something of it could not be read


def test_look_inside_shows_the_stored_run():
    app = opened(EXPECTED["token"], "look_inside")
    assert not app.error
    assert app.segmented_control(key="network-choice").value == "trained"
    assert app.selectbox(key=f"picture-class-{EXPECTED['dataset']}").options


def test_a_stored_link_opens():
    (text,) = parse_qs(urlsplit((STORED / "link.txt").read_text(encoding="utf-8").strip()).query)["network"]
    app = arrived("", network=text)
    assert owner(app).architecture.name == "mixed"
    assert (owner(app).settings.seed, owner(app).settings.shift) == (7, 0.1)
