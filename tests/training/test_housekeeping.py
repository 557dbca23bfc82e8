"""What nobody uses goes after a set time; what somebody uses, or a run needs, stays."""

import json
import os
import time

import pytest

from tests.data.own import picture
from tests.training.examples import spec
from visualizer.data.own_dataset import save_own
from visualizer.training.housekeeping import DAY, clean_up
from visualizer.training.settings import settings_to_dict
from visualizer.training.store import RunStore
from visualizer.workspaces import Workspaces

PICTURES = {name: [picture(40, seed) for seed in range(6)] for name in ("cup", "pen")}
LATER = time.time() + 61 * DAY


@pytest.fixture
def people(tmp_path) -> Workspaces:
    return Workspaces(tmp_path)


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


def ended(store: RunStore, run_id: str, owner: str, **settings) -> None:
    store.create(run_id, owner, spec(**settings), 4)
    store.set_state(run_id, "finished", "")


def test_workspaces_go_with_their_runs_after_they_were_not_used_for_so_long(store, people, monkeypatch):
    for name in ("old", "new", "active"):
        people.save(name, {"run": '"x"'})
        ended(store, f"run{name}", name)
    ended(store, "runnobody", "nobody")
    store.create("goeson", "active", spec(), 4)
    clean_up(store, people, LATER - 2 * DAY)
    assert set(people.used()) == {"old", "new", "active"}
    monkeypatch.setattr("time.time", lambda: LATER)
    people.touch("new")
    clean_up(store, people, LATER)
    assert set(people.used()) == {"new", "active"}
    there = [run for run in ("runold", "runnew", "runactive", "goeson", "runnobody") if store.record(run)]
    assert there == ["runnew", "runactive", "goeson"]
    assert not store._run_folder("runold").exists()


def test_data_sets_that_nobody_names_go(store, people, tmp_path, monkeypatch):
    monkeypatch.setenv("VISUALIZER_WORKSPACE", str(tmp_path))
    listed, chosen, trained, alone = (save_own(PICTURES, size, "crop") for size in (32, 48, 64, 96))
    people.save("a", {"datasets": json.dumps([listed]), "training": "no JSON"})
    people.save("b", {"training": json.dumps([settings_to_dict(spec(dataset=chosen).settings), 0])})
    ended(store, "run1", "a", dataset=trained)

    def there() -> set[str]:
        return {file.stem for file in (tmp_path / "datasets").iterdir()}

    clean_up(store, people)
    assert there() == {listed, chosen, trained, alone}  # it was only just made
    for file in (tmp_path / "datasets").iterdir():
        os.utime(file, (0, 0))
    clean_up(store, people)
    assert there() == {listed, chosen, trained}
