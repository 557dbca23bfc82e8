"""What nobody uses goes after a set time; what somebody uses, or a run needs, stays; and no clock decides what goes."""

import json
import logging
import re
import time

import pytest

from tests.data.own import picture
from tests.training.examples import spec
from visualizer.data.own_dataset import save_own
from visualizer.training.runs.housekeeping import DAY, MOST_AT_ONCE, clean_up, since_last
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import settings_to_dict
from visualizer.workspaces import Workspaces

PICTURES = {name: [picture(40, seed) for seed in range(6)] for name in ("cup", "pen")}
KEPT_DAYS = 60


@pytest.fixture
def people(tmp_path) -> Workspaces:
    return Workspaces(tmp_path)


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


@pytest.fixture
def log(caplog) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "visualizer.event")
    return caplog


def ended(store: RunStore, run_id: str, owner: str, **settings) -> None:
    store.create(run_id, owner, spec(**settings), 4)
    store.set_state(run_id, "finished", "")


def days_pass(store: RunStore, people: Workspaces, days: int) -> None:
    for _ in range(days):
        clean_up(store, people, DAY)


def test_workspaces_go_with_their_runs_after_they_were_not_used_for_so_long(store, people, monkeypatch, log):
    for name in ("old", "new", "active"):
        people.save(name, {"run": '"x"'})
        ended(store, f"run{name}", name)
    ended(store, "runnobody", "nobody")
    store.create("goeson", "active", spec(), 4)
    days_pass(store, people, KEPT_DAYS)
    assert {"old", "new", "active"} <= set(people.used())
    later = time.time() + 2 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    people.touch("new")
    days_pass(store, people, 2)
    assert set(people.used()) == {"new", "active"}
    there = [run for run in ("runold", "runnew", "runactive", "goeson", "runnobody") if store.record(run)]
    assert there == ["runnew", "runactive", "goeson"]
    assert not store.files.folder("runold").exists()
    assert re.search(r"workspace-due workspace=\w{8} unused_days=61 kept_days=60", log.text)


def test_those_that_are_used_stay(store, people, monkeypatch):
    now = time.time()
    people.save("often", {"run": '"x"'})
    for day in range(3 * KEPT_DAYS):
        monkeypatch.setattr("time.time", lambda day=day: now + day * DAY)
        people.touch("often")
        clean_up(store, people, DAY)
    assert set(people.used()) == {"often"}


@pytest.mark.parametrize("wrong_by", [-400, 61, 4_000])
def test_a_clock_that_was_wrong_for_a_day_deletes_nothing(store, people, monkeypatch, wrong_by):
    """As where a flat battery sets it back, or it runs ahead, until the network sets it right."""
    real = time.time()
    times = iter([real, real + wrong_by * DAY, real + wrong_by * DAY + DAY, real + 2 * DAY])
    people.save("before", {"run": '"x"'})
    ran: float | None = None
    for number, now in enumerate(times):
        monkeypatch.setattr("time.time", lambda now=now: now)
        people.save(f"on day {number}", {"run": '"x"'})
        ended(store, f"run{number}", f"on day {number}")
        clean_up(store, people, since_last(people, now, ran))
        ran = DAY
    assert set(people.used()) == {"before", *(f"on day {number}" for number in range(4))}
    assert all(store.record(f"run{number}") for number in range(4))


def test_a_clock_that_jumps_again_and_again_while_the_server_runs_counts_what_passed(people):
    """Half an hour each time, whatever it says."""
    assert since_last(people, 1e9, None) == 0
    assert [since_last(people, 1e9 + jump * DAY, 1800.0) for jump in (61, 0, 61, -5, 400)] == [1800.0] * 5


def test_what_passed_while_no_server_ran_counts_as_a_day_at_most(people):
    now = 1e9
    assert since_last(people, now, None) == 0
    assert since_last(people, now + 0.7 * DAY, None) == pytest.approx(0.7 * DAY)
    assert since_last(people, now + 50 * DAY, None) == DAY
    assert since_last(people, now, None) == 0
    assert since_last(people, now + 60, None) == 60


def test_the_log_says_that_the_clock_jumped(people, log):
    since_last(people, 1e9, None)
    since_last(people, 1e9 + 1810, 1800.0)
    assert "clock-jumped" not in log.text
    since_last(people, 1e9 + 61 * DAY, 1800.0)
    assert re.search(r"clock-jumped by_seconds=526679\d counted_seconds=1800", log.text)


def test_few_go_at_a_time_the_longest_unused_first(store, people, log):
    for number in range(MOST_AT_ONCE + 3):
        people.save(f"late {number}", {"run": '"x"'})
    people.save("first", {"run": '"x"'})
    clean_up(store, people)
    people.count_unused("workspace", {name: repr(at) for name, at in people.used().items()}, 61 * DAY)
    people.save("late 0", {"run": '"y"'})
    clean_up(store, people)
    assert len(people.used()) == 4
    assert log.text.count("workspace-due") == MOST_AT_ONCE
    clean_up(store, people)
    assert set(people.used()) == {"late 0"}


def test_data_sets_that_nobody_names_go(store, people, tmp_path, monkeypatch):
    monkeypatch.setenv("VISUALIZER_WORKSPACE", str(tmp_path))
    listed, chosen, trained, damaged, alone = (save_own(PICTURES, size, "crop") for size in (32, 48, 64, 96, 128))
    people.save("a", {"datasets": json.dumps([listed]), "training": "no JSON"})
    people.save("b", {"training": json.dumps([settings_to_dict(spec(dataset=chosen).settings), 0])})
    people.save("c", {"datasets": f'["{damaged}", 7'})
    people.set_aside("c", "datasets")
    ended(store, "run1", "a", dataset=trained)

    def there() -> set[str]:
        return {file.stem for file in (tmp_path / "datasets").iterdir()}

    everything = {listed, chosen, trained, damaged, alone}
    clean_up(store, people, 5 * DAY)
    assert there() == everything  # it was only just seen
    clean_up(store, people, 0.9 * DAY)
    save_own(PICTURES, 128, "crop")  # made once more
    clean_up(store, people, 0.9 * DAY)
    assert there() == everything
    clean_up(store, people, 0.9 * DAY)
    clean_up(store, people, 0.9 * DAY)
    assert there() == everything - {alone}
