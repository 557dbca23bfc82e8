"""Real workers, here and in a cluster: runs come to their end, and so do processes."""

import errno
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from tests.training.examples import MIXED, curve, epochs, spec, train_all
from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.data.catalog import load_dataset
from visualizer.errors import UserError
from visualizer.limits import Limits
from visualizer.training.loop.events import BatchesEnded, Bundle, RunProgress, StateChanged
from visualizer.training.loop.loop import Training
from visualizer.training.remote.cluster import Cluster, RayWorker
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.records import RunRecord
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling import pool as pool_module
from visualizer.training.scheduling.commands import (
    Pause,
    SetLearningRate,
    SetProbe,
    Start,
    Stop,
    TrainBatch,
    TrainEpoch,
)
from visualizer.training.scheduling.messages import Ready, RunCommand
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.training.scheduling.turn_queue import Place
from visualizer.training.scheduling.workers import LocalWorker

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0  # seconds; reached only where something is broken


@dataclass
class Server:
    """What a server has, with short periods: owner "gone" has closed the page."""

    store: RunStore
    pool: WorkerPool
    workers: list = field(default_factory=list)

    def submit(self, owner: str = "me", **settings) -> str:
        return self.pool.submit(spec(**settings), owner)

    def wait(self, run_id: str, condition: Callable[[RunRecord], bool]) -> RunRecord:
        until = time.monotonic() + PATIENCE
        while not condition(record := self.store.record(run_id)):
            assert time.monotonic() < until, record
            time.sleep(0.02)
        return record

    def wait_for_end(self, run_id: str) -> RunRecord:
        return self.wait(run_id, lambda record: not record.active)


def serve(folder: Path, cluster: Cluster | None = None) -> Server:
    workers: list[LocalWorker | RayWorker] = []

    def make_worker() -> LocalWorker | RayWorker:
        workers.append(RayWorker(cluster) if cluster else LocalWorker())
        return workers[-1]

    store = RunStore(folder)
    pool = WorkerPool(
        store,
        Servers(store.folder),
        workers=1,
        is_watched=lambda owner: owner != "gone",
        grace=0.5,
        check_every=0.1,
        make_worker=make_worker,
        shared=cluster is None,
    )
    return Server(store, pool, workers)


@pytest.fixture(scope="module")
def server(cluster, tmp_path_factory) -> Iterator[Server]:
    server = serve(tmp_path_factory.mktemp("runs"), cluster)
    yield server
    server.pool.close()


def is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_run_gives_the_curve_of_its_seed(server):
    """The same, bit for bit, as the loop by itself in this process with one torch thread."""
    run_id = server.submit(architecture=MIXED, epochs=2, seed=5)
    assert len(run_id) >= 32
    server.pool.send(run_id, Start())
    record = server.wait_for_end(run_id)
    assert (record.state, record.message, record.epoch, record.step) == ("finished", "", 2, record.total_steps)
    training = Training(spec(MIXED, epochs=2, seed=5), load_dataset("digits"))
    events = train_all(training)
    history = server.store.curves(run_id)
    assert np.array_equal(history.batch_loss, curve(events)[:, 0])
    assert np.array_equal(history.validation_loss, [epoch.validation_loss for epoch in epochs(events)])
    assert [moment.epoch for moment in server.store.moments(run_id) if moment.epoch is not None] == [0, 1, 2]
    for name, array in server.store.weights(run_id).items():
        assert np.array_equal(array, training.weights().arrays[name])
    assert server.store.latest_snapshot(run_id).step == record.step
    assert record.seconds > 0
    assert record.images_per_second > 0


def test_commands_reach_the_run(server):
    run_id = server.submit(epochs=3)
    server.wait(run_id, lambda _: server.store.latest_snapshot(run_id) is not None)
    assert server.store.record(run_id).state == "queued"
    server.pool.send(run_id, TrainBatch())
    server.wait(run_id, lambda record: record.state == "paused" and record.step == 1)
    server.pool.send(run_id, SetLearningRate(0.02))
    server.wait(run_id, lambda record: record.learning_rate == 0.02)
    server.pool.send(run_id, SetProbe(40))
    server.wait(run_id, lambda _: server.store.latest_snapshot(run_id).probe_index == 40)
    server.pool.send(run_id, TrainEpoch())
    record = server.wait(run_id, lambda record: record.state == "paused" and record.epoch == 1)
    assert record.step == record.steps_per_epoch
    server.pool.send(run_id, Stop())
    assert server.wait_for_end(run_id).state == "stopped"
    server.pool.send(run_id, Start())  # no effect, and no error
    assert server.store.record(run_id).state == "stopped"


def test_pause_and_keep_training(server):
    run_id = server.submit(epochs=1000)
    server.pool.send(run_id, Start())
    server.wait(run_id, lambda record: record.step > 0)
    server.pool.send(run_id, Pause())
    step = server.wait(run_id, lambda record: record.state == "paused").step
    server.pool.send(run_id, Start())
    server.wait(run_id, lambda record: record.step > step)
    server.pool.send(run_id, Stop())
    server.wait_for_end(run_id)


@pytest.mark.parametrize("cluster", ["here"], indirect=True)
def test_two_runs_of_one_worker_both_go_on(server):
    runs = [server.submit(epochs=1000) for _ in range(2)]
    for run_id in runs:
        server.pool.send(run_id, Start())
    for _ in range(3):
        steps = [server.store.record(run_id).step for run_id in runs]
        for run_id, step in zip(runs, steps, strict=True):
            server.wait(run_id, lambda record, step=step: record.step > step)
    for run_id in runs:
        server.pool.send(run_id, Stop())
        server.wait_for_end(run_id)


def test_a_closed_page_stops_its_run_unless_told_otherwise(server):
    left, kept, watched = (server.submit(owner, epochs=1000) for owner in ("gone", "gone", "me"))
    server.pool.keep_running(kept, True)
    for run_id in (left, kept, watched):
        server.pool.send(run_id, Start())
    record = server.wait_for_end(left)
    assert (record.state, record.message) == ("interrupted", "Interrupted because its page was closed.")
    assert (record.checkpoint_step or 0) == record.step  # none where it had not begun
    for run_id in (kept, watched):
        assert server.store.record(run_id).active
    server.pool.keep_running(kept, False)
    assert server.wait_for_end(kept).state == "interrupted"
    assert server.store.record(watched).active
    server.pool.send(watched, Stop())
    server.wait_for_end(watched)


def test_close_ends_the_process_and_stops_the_runs(cluster, tmp_path):
    server = serve(tmp_path, cluster)
    server.pool.warm_up()
    run_id = server.submit(epochs=1000)
    server.pool.send(run_id, Start())
    server.wait(run_id, lambda record: record.step > 0)
    process_id = server.workers[0].process_id
    assert is_alive(process_id)
    server.pool.close()
    until = time.monotonic() + (PATIENCE if cluster else 0)  # there, another process ends it
    while is_alive(process_id):
        assert time.monotonic() < until
    record = server.store.record(run_id)
    assert (record.state, record.message) == ("interrupted", "The server was stopped while this run was going on.")
    assert len(server.workers) == 1


def test_a_closed_pool_leaves_no_thread_that_looks_into_the_folder(tmp_path):
    """The folder may go next, and a thread that still looked into it would tell of that in the log."""
    before = set(threading.enumerate())
    pool = WorkerPool(RunStore(tmp_path), Servers(tmp_path), check_every=0.01)
    assert {"run-watcher", "run-post"} <= {thread.name for thread in set(threading.enumerate()) - before}
    pool.close()
    assert set(threading.enumerate()) <= before


def test_a_new_server_says_what_became_of_the_old_ones_runs(tmp_path):
    store = RunStore(tmp_path)
    store.create("run1", "me", spec(), 4)
    store.create("run2", "me", spec(), 4)
    store.set_state("run2", "finished", "")
    WorkerPool(store, Servers(store.folder)).close()
    assert (store.record("run1").state, store.record("run2").state) == ("interrupted", "finished")
    assert "The server ended" in store.record("run1").message


def test_a_worker_does_not_run_the_servers_script_and_ends_with_it_when_it_is_killed(tmp_path):
    """Under Streamlit `__main__` is the app's script, which has no guard.

    The worker holds the server's error stream open, so its end is seen where that stream ends.
    """
    script = tmp_path / "app.py"
    script.write_text(
        f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
print("script", flush=True)
from tests.training.examples import spec
from visualizer.training.scheduling.commands import Start
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore

store = RunStore(Path("runs"))
pool = WorkerPool(store, Servers(store.folder), workers=1)
run_id = pool.submit(spec(epochs=1000), "me")
pool.send(run_id, Start())
while store.record(run_id).step == 0:
    time.sleep(0.05)
print("training", flush=True)
time.sleep(600)
"""
    )
    server = subprocess.Popen(
        [sys.executable, script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert [server.stdout.readline(), server.stdout.readline()] == ["script\n", "training\n"]
    server.kill()
    rest, errors = server.communicate(timeout=PATIENCE)
    assert (rest, errors) == ("", "")


class ScriptedWorker:
    """Another maker's worker: says what the test puts into `says`; None is its end."""

    def __init__(self) -> None:
        self.told = SimpleQueue()
        self.says = SimpleQueue()

    def send(self, message) -> None:
        self.told.put(message)

    def receive(self):
        message = self.says.get()
        if message is None:
            raise EOFError
        return message

    def close(self) -> str:
        self.says.put(None)
        return "exit code 1"


def scripted(folder: Path, turns: int | None = None, shared: bool = True) -> Server:
    workers = []

    def make_worker() -> ScriptedWorker:
        workers.append(ScriptedWorker())
        return workers[-1]

    store = RunStore(folder)
    pool = WorkerPool(
        store, Servers(store.folder), workers=1, check_every=0.05, make_worker=make_worker, turns=turns, shared=shared
    )
    return Server(store, pool, workers)


def test_a_worker_that_cannot_start_is_not_tried_again_until_asked(tmp_path):
    server = scripted(tmp_path)
    for attempt in (1, 2):
        run_id = server.submit()
        server.workers[-1].says.put(None)
        assert "(exit code 1)" in server.wait_for_end(run_id).message
        assert len(server.workers) == attempt
    server.pool.close()


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EIO, "its log says why"), (errno.ENOSPC, "The server's disk is full")]
)
def test_what_cannot_be_saved_is_interrupted_and_leaves_the_others_alone(tmp_path, monkeypatch, caplog, number, words):
    server = scripted(tmp_path)
    lost, other = server.submit(), server.submit()
    real = server.store.apply

    def apply(bundle: Bundle) -> None:
        if bundle.run_id == lost:
            raise OSError(number, "cannot write")
        real(bundle)

    monkeypatch.setattr(server.store, "apply", apply)
    for run_id in (lost, other):
        progress = RunProgress(step=0, epoch=0, learning_rate=0.1, seconds=0.0, images_per_second=0.0)
        server.workers[0].says.put(Bundle(run_id, progress, (StateChanged("running"),)))
    server.wait(other, lambda record: record.state == "running")
    record = server.store.record(lost)
    assert record.state == "interrupted"
    assert words in record.message
    told = [server.workers[0].told.get() for _ in range(3)]
    assert told[2] == RunCommand(lost, Stop())
    assert "cannot write" in caplog.text
    server.pool.close()


def said(run_id: str, *events, step: int = 0) -> Bundle:
    return Bundle(run_id, RunProgress(step, 0, 0.1, 0.0, 0.0), events)


def test_what_comes_after_what_could_not_be_saved_is_left_out_until_the_run_goes_on(tmp_path, monkeypatch):
    """And what could not even be said, since the disk was full, is said when there is room."""
    server = scripted(tmp_path)
    run_id, worker = server.submit(), server.workers[0]
    real, full = server.store._write, [True]

    @contextmanager
    def write():
        if full[0]:
            raise sqlite3.OperationalError("database or disk is full")
        with real() as connection:
            yield connection

    losses = np.ones(2, np.float32)
    worker.says.put(said(run_id, StateChanged("running"), BatchesEnded(2, losses, {"accuracy": losses}), step=2))
    server.wait(run_id, lambda record: record.step == 2)
    monkeypatch.setattr(server.store, "_write", write)
    worker.says.put(said(run_id, BatchesEnded(4, losses, {"accuracy": losses}), step=4))
    while worker.told.qsize() < 2:
        time.sleep(0.01)
    told = server.wait_for_end(run_id)
    assert (told.state, told.step) == ("interrupted", 2)
    assert "disk is full" in told.message
    assert RunStore(tmp_path).record(run_id).state == "running"  # it could not be written
    full[0] = False
    worker.says.put(said(run_id, BatchesEnded(6, losses, {"accuracy": losses}), step=6))
    worker.says.put(said(run_id, StateChanged("stopped"), step=6))
    record = server.wait_for_end(run_id)
    assert (record.state, record.step) == ("interrupted", 2)
    while RunStore(tmp_path).record(run_id).state == "running":
        time.sleep(0.02)
    server.wait(run_id, lambda _: run_id not in server.pool._slots[0].runs)
    assert len(server.store.curves(run_id).step) == 2
    server.pool.resume(run_id)
    worker.says.put(
        said(run_id, StateChanged("running"), BatchesEnded(1, losses[:1], {"accuracy": losses[:1]}), step=1)
    )
    server.wait(run_id, lambda record: record.step == 1)
    assert len(server.store.curves(run_id).step) == 1
    server.pool.close()


def test_all_can_be_read_while_the_disk_is_full(tmp_path):
    """With its last connection, SQLite takes away files that a full disk lets nobody make again."""
    store = RunStore(tmp_path)
    store.create("run1", "me", spec(), 4)
    assert {file.name for file in tmp_path.glob("runs.sqlite-*")} == {"runs.sqlite-shm", "runs.sqlite-wal"}


def test_no_run_begins_on_a_full_disk(tmp_path, monkeypatch):
    server = scripted(tmp_path)

    def create(*_) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(server.store, "create", create)
    with pytest.raises(UserError, match=r"disk is full.* What was saved before is kept"):
        server.submit()
    server.pool.close()


def test_runs_beyond_the_turns_wait_in_the_order_in_which_they_asked(tmp_path):
    server = scripted(tmp_path, turns=2)
    worker = server.workers
    runs = [server.submit() for _ in range(5)]
    for run_id in runs:
        assert server.pool.place(run_id) is None
        server.pool.send(run_id, Start())
    assert [server.pool.place(run_id) for run_id in runs] == [
        Place(0, 1),
        Place(0, 1),
        Place(1, 2),
        Place(2, 2),
        Place(3, 2),
    ]
    assert server.store.record(runs[4]).state == "queued"
    server.pool.send(runs[2], Pause())  # it waits no longer
    assert server.store.record(runs[2]).state == "paused"
    assert server.pool.place(runs[3]) == Place(1, 2)
    worker[0].says.put(said(runs[0], StateChanged("finished")))
    server.wait_for_end(runs[0])
    while server.pool.place(runs[3]) != Place(0, 1):
        time.sleep(0.01)
    assert server.pool.place(runs[4]) == Place(1, 2)
    messages = [worker[0].told.get() for _ in range(worker[0].told.qsize())]
    assert [message.run_id for message in messages if isinstance(message, RunCommand)] == [runs[0], runs[1], runs[3]]
    server.pool.close()


def test_a_workspace_has_so_many_runs_going_on(tmp_path, monkeypatch):
    monkeypatch.setattr(pool_module, "limits", lambda: Limits(active_runs=2))
    server = scripted(tmp_path)
    first, _ = server.submit(), server.submit()
    with pytest.raises(UserError, match=r"You already have 2 active runs\. .* Stop one of them, or wait"):
        server.submit()
    server.submit("somebody else")
    server.workers[0].says.put(said(first, StateChanged("interrupted", "Its page was closed.")))
    server.wait_for_end(first)
    server.submit()
    with pytest.raises(UserError, match=r"You already have 2 active runs\."):
        server.pool.resume(first)
    assert server.store.record(first).state == "interrupted"
    server.pool.close()


def test_an_interrupted_run_can_be_given_up(tmp_path):
    server = scripted(tmp_path)
    run_id = server.submit()
    server.workers[0].says.put(said(run_id, StateChanged("interrupted", "Its page was closed.")))
    server.wait_for_end(run_id)
    server.pool.give_up(run_id)
    assert server.store.record(run_id).state == "stopped"
    server.pool.resume(run_id)
    assert server.store.record(run_id).state == "stopped"
    server.pool.close()


def test_where_workers_are_not_shared_each_run_has_one_which_ends_with_it(tmp_path):
    server = scripted(tmp_path, shared=False)
    server.pool.warm_up()
    assert server.workers == []
    first, second = server.submit(), server.submit()
    assert [worker.told.get().run_id for worker in server.workers] == [first, second]
    progress = RunProgress(step=0, epoch=0, learning_rate=0.1, seconds=0.0, images_per_second=0.0)
    server.workers[0].says.put(Ready())
    server.workers[0].says.put(Bundle(first, progress, (StateChanged("stopped"),)))
    server.wait_for_end(first)
    until = time.monotonic() + PATIENCE
    while server.workers[0].says.empty():  # its end, which `close` puts there
        assert time.monotonic() < until
    server.pool.warm_up()
    third = server.submit()
    assert len(server.workers) == 3
    assert server.workers[2].told.get().run_id == third
    assert server.store.record(second).state == "queued"
    server.pool.close()


def test_runs_go_to_the_least_busy_worker(tmp_path):
    store = RunStore(tmp_path)
    workers = []

    def make_worker() -> ScriptedWorker:
        workers.append(ScriptedWorker())
        return workers[-1]

    pool = WorkerPool(store, Servers(store.folder), workers=2, make_worker=make_worker)
    for _ in range(4):
        pool.submit(spec(), "me")
    assert [worker.told.qsize() for worker in workers] == [2, 2]
    pool.close()


def test_what_cannot_be_trained_is_refused_at_once(server):
    with pytest.raises(UserError, match="There is no data set “mountains”"):
        server.pool.submit(spec(dataset="mountains"), "refused")
    assert server.store.runs_of("refused") == []


@pytest.mark.parametrize("cluster", ["here"], indirect=True)
def test_one_picture_can_be_normalised_where_its_maps_are_large(server):
    network = Architecture(
        "normalized", (1, 8, 8), (Conv2D(filters=2), BatchNormalization(), Flatten(), Dense(units=10))
    )
    run_id = server.pool.submit(spec(network, batch_size=1), "me")
    server.pool.send(run_id, TrainBatch())
    record = server.wait(run_id, lambda record: record.state not in {"queued", "running"})
    assert record.state == "paused"
    server.pool.send(run_id, Stop())
    server.wait_for_end(run_id)
