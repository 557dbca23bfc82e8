"""Several servers on one workspace folder: each trains its own runs, and none is in another's way."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.training.examples import MIXED, spec, train_all
from tests.training.test_faults import LONG, has_curve, server_that_trains
from tests.training.test_pool import PATIENCE, ROOT, Server, scripted
from visualizer.data.catalog import load_dataset
from visualizer.training.loop.loop import Training
from visualizer.training.remote import servers as servers_module
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Interrupt, Pause, SetLearningRate, SetProbe, Start, Stop, TrainBatch
from visualizer.training.scheduling.messages import Begin, RunCommand
from visualizer.training.scheduling.pool import WorkerPool


@pytest.fixture
def pair(tmp_path):
    """Two servers on one folder, whose workers say nothing by themselves."""
    servers = scripted(tmp_path), scripted(tmp_path)
    yield servers
    for server in servers:
        server.pool.close()


def test_each_knows_which_others_live(tmp_path):
    first, second, third = (Servers(tmp_path) for _ in range(3))
    assert first.living() == second.living() == {first.own, second.own, third.own}
    second.close()
    assert first.living() == {first.own, third.own}
    for server in (first, third):
        server.close()


@pytest.mark.parametrize("age", [0, 1000])
def test_one_that_was_killed_lives_no_more_and_its_lock_goes_after_a_while(tmp_path, age):
    script = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from visualizer.training.remote.servers import Servers
print(Servers(Path.cwd()).own, flush=True)
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    other = process.stdout.readline().strip()
    servers = Servers(tmp_path)
    assert servers.living() == {servers.own, other}
    process.kill()
    process.communicate(timeout=PATIENCE)
    lock = tmp_path / "servers" / f"{other}.lock"
    os.utime(lock, (time.time() - age,) * 2)
    assert servers.living() == {servers.own}
    assert lock.exists() == (age == 0)
    servers.close()


@pytest.mark.parametrize(
    "command", [Start(), Pause(), TrainBatch(), Stop("enough"), Interrupt("gone"), SetLearningRate(0.25), SetProbe(7)]
)
def test_a_command_reaches_the_server_of_the_run_once(tmp_path, command):
    here, there = Servers(tmp_path), Servers(tmp_path)
    here.send(there.own, "run1", command)
    assert here.received() == []
    assert there.received() == [("run1", command)]
    assert there.received() == []
    here.close()
    there.close()


def test_what_is_clicked_at_one_server_is_done_at_the_one_that_trains(pair):
    here, there = pair
    run_id = there.submit()
    here.pool.send(run_id, Start())
    told = [there.workers[0].told.get(timeout=PATIENCE) for _ in range(2)]
    assert [type(message) for message in told] == [Begin, RunCommand]
    assert told[1] == RunCommand(run_id, Start())
    assert here.workers == []


def test_one_that_starts_or_ends_leaves_the_others_runs_alone(tmp_path):
    there = scripted(tmp_path)
    run_id = there.submit()
    here = scripted(tmp_path)
    other = here.submit()
    assert there.store.record(run_id).state == "queued"
    here.pool.close()
    assert there.store.record(other).state == "interrupted"
    assert there.store.record(run_id).state == "queued"
    there.pool.close()


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_that_somebody_looks_is_known_also_where_the_clock_is_set(tmp_path, monkeypatch, jump):
    here, there = Servers(tmp_path), Servers(tmp_path)
    there.watch("me")
    real = time.time()
    monkeypatch.setattr("time.time", lambda: real + jump)
    assert here.is_watched_elsewhere("me", within=60)
    assert not here.is_watched_elsewhere("me", within=0)
    # What was noted before the computer was started anew is no news, and neither what an older version noted.
    for seen in (time.monotonic() + 1000, real):
        with here._write() as connection:
            connection.execute("UPDATE watched SET seen = ?", (seen,))
        assert not here.is_watched_elsewhere("me", within=60)
    here.close()
    there.close()


def test_a_lock_that_another_server_removed_is_taken_anew(tmp_path, monkeypatch):
    """Its clock is ahead, so that it takes the file for an old one."""
    made = []
    real = servers_module._lock_file

    def removed_once(path, patience):
        lock = real(path, patience)
        made.append(path)
        if len(made) == 1:
            lock.execute("BEGIN EXCLUSIVE")
            lock.rollback()
            path.unlink()
        return lock

    monkeypatch.setattr(servers_module, "_lock_file", removed_once)
    servers = Servers(tmp_path)
    assert servers._path(servers.own).exists()
    other = Servers(tmp_path)
    assert other.living() == {servers.own, other.own}
    servers.close()
    other.close()


def test_one_of_several_cleans_up(tmp_path):
    servers = [Servers(tmp_path) for _ in range(3)]
    assert [server.leads() for server in servers].count(True) == 1
    for server in servers:
        server.close()
    last = Servers(tmp_path)
    assert last.leads()
    last.close()


def watching(folder: Path, *, watched: bool) -> Server:
    store = RunStore(folder)
    pool = WorkerPool(store, Servers(store.folder), workers=1, is_watched=lambda _: watched, grace=0.4, check_every=0.1)
    return Server(store, pool)


def test_a_run_goes_on_while_its_page_is_open_at_another_server(tmp_path):
    there, here = watching(tmp_path, watched=False), watching(tmp_path, watched=True)
    run_id = there.submit(epochs=1000)
    there.pool.send(run_id, Start())
    step = there.wait(run_id, lambda record: record.step > 0).step
    time.sleep(1.0)
    there.wait(run_id, lambda record: record.step > step + 10)
    assert there.store.record(run_id).active
    here.pool.close()
    record = there.wait_for_end(run_id)
    assert (record.state, record.message) == ("interrupted", "Interrupted because its page was closed.")
    there.pool.close()


def test_of_two_that_want_to_go_on_with_a_run_one_does(tmp_path):
    first = scripted(tmp_path)
    run_id = first.submit()
    first.pool.close()
    pools = [scripted(tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda server: server.pool.resume(run_id), pools))
    assert [len(server.workers) for server in pools].count(1) == 1
    assert sum(run_id in slot.runs for server in pools for slot in server.pool._slots) == 1
    for server in pools:
        server.pool.close()


def test_a_run_that_another_server_took_up_is_no_orphan(tmp_path):
    store = RunStore(tmp_path)
    store.create("run1", "me", spec(), 4, "ended")
    store.set_state("run1", "interrupted", "It ended.", "ended")
    assert store.record("run1").state == "interrupted"
    assert store.claim("run1", "other")
    store.set_state("run1", "interrupted", "It ended.", "ended")
    assert (store.record("run1").state, store.record("run1").server) == ("queued", "other")
    assert not store.claim("run1", "third")


def test_a_run_that_cannot_be_taken_up_stays_interrupted(tmp_path, monkeypatch):
    server = scripted(tmp_path)
    server.store.create("run1", "me", spec(), 4, "ended")
    server.store.set_state("run1", "interrupted", "It ended.", "ended")

    def broken(*_: object) -> None:
        raise OSError("cannot read")

    monkeypatch.setattr(server.store, "_go_back", broken)
    with pytest.raises(OSError, match="cannot read"):
        server.pool.resume("run1")
    record = server.store.record("run1")
    assert (record.state, record.message, record.server) == ("interrupted", "It ended.", "ended")
    server.pool.close()


def test_the_run_of_a_killed_server_goes_on_at_another_with_the_same_curve(tmp_path):
    here = watching(tmp_path, watched=True)
    server, run_id = server_that_trains(tmp_path)
    assert here.store.record(run_id).active
    server.kill()
    server.communicate(timeout=PATIENCE)
    record = here.wait_for_end(run_id)
    assert (record.state, record.message) == ("interrupted", "The server ended while this run was going on.")
    here.pool.resume(run_id)
    here.pool.send(run_id, Start())
    assert here.wait_for_end(run_id).state == "finished"
    assert has_curve(here.store, run_id, train_all(Training(spec(MIXED, **LONG), load_dataset("digits"))))
    here.pool.close()


@pytest.mark.parametrize("stored", [None, "first_version", "workspace"])
def test_many_can_begin_on_a_new_or_an_old_folder_at_the_same_time(tmp_path, stored):
    if stored is not None:
        shutil.copytree(ROOT / "tests" / "stored" / stored, tmp_path / "new")
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore
from visualizer.workspaces import Workspaces
print("ready", flush=True)
sys.stdin.readline()
RunStore(Path("new")); Workspaces(Path("new")); Servers(Path("new"))
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=PATIENCE)[1] for process in processes] == [""] * 6
    assert (RunStore(tmp_path / "new").record("classified") is not None) == (stored is not None)


def test_servers_write_into_one_store_at_the_same_time(tmp_path):
    """Reading before writing would fail where another has written in between."""
    stores = [RunStore(tmp_path) for _ in range(4)]

    def work(number: int) -> None:
        for count in range(30):
            stores[number].create(f"run{number}x{count}", f"owner{count % 3}", spec(), 4, f"server{number}")
            stores[number].set_state(f"run{number}x{count}", "finished", "")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert len({record.run_id for owner in range(3) for record in stores[0].runs_of(f"owner{owner}")}) == 120
