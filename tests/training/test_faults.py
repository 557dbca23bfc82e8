"""Processes are killed while they train; the curve is that of a run which was left alone."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.training.examples import MIXED, curve, epochs, spec, train_all
from tests.training.test_pool import PATIENCE, ROOT, ScriptedWorker, Server, scripted, serve
from visualizer.data.catalog import load_dataset
from visualizer.training.loop.events import Event
from visualizer.training.loop.loop import Training
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Interrupt, Pause, Start, Stop, TrainEpoch
from visualizer.training.scheduling.messages import Begin, Ready, RunCommand, Turn
from visualizer.training.scheduling.pool import WorkerPool

# Batch normalisation, dropout and augmentation; long enough to be in the middle when it is killed.
LONG = {"epochs": 30, "batch_size": 16, "optimizer": "sgd", "shift": 0.1, "noise": 0.05}


@pytest.fixture(scope="module")
def left_alone() -> list[Event]:
    """What the run emits when nothing happens to it."""
    return train_all(Training(spec(MIXED, **LONG), load_dataset("digits")))


def has_curve(store: RunStore, run_id: str, expected: list[Event]) -> bool:
    history, ends = store.curves(run_id), epochs(expected)
    losses = curve(expected)[:, 0]
    with closing(store._connect()) as connection:
        rows = connection.execute(
            "SELECT block_values FROM batches WHERE run_id = ? AND measure = 'loss' ORDER BY block", (run_id,)
        ).fetchall()
    whole = np.frombuffer(b"".join(row["block_values"] for row in rows), np.float32)
    return (
        np.array_equal(whole, losses)
        and history.epoch.tolist() == [end.epoch for end in ends]
        and np.array_equal(history.validation_loss, [end.validation_loss for end in ends])
        and np.array_equal(history.train_loss, [end.train_loss for end in ends], equal_nan=True)
    )


def test_a_killed_worker_is_replaced_and_its_run_goes_on_with_the_same_curve(tmp_path, left_alone, cluster):
    server = serve(tmp_path, cluster)
    run_id = server.submit(architecture=MIXED, **LONG)
    server.pool.send(run_id, Start())
    # Paused once, so that there is a checkpoint in the middle of an epoch to go back to.
    server.wait(run_id, lambda record: record.step > 100)
    server.pool.send(run_id, Pause())
    at = server.wait(run_id, lambda record: record.state == "paused").step
    server.pool.send(run_id, Start())
    server.wait(run_id, lambda record: record.step > at + 100)
    os.kill(server.workers[-1].process_id, signal.SIGKILL)
    server.wait(run_id, lambda _: len(server.workers) == 2)
    record = server.wait_for_end(run_id)
    assert record.state == "finished"
    ending = "its process in the cluster ended" if cluster else "signal 9"
    assert f"ended unexpectedly ({ending}). It goes on from epoch" in record.message
    assert has_curve(server.store, run_id, left_alone)
    server.pool.close()


def test_all_runs_of_a_killed_worker_keep_their_curves(tmp_path):
    """Also one that has no checkpoint yet, and one that rests."""
    shorter = LONG | {"epochs": 8}
    expected = train_all(Training(spec(MIXED, **shorter), load_dataset("digits")))
    server = serve(tmp_path)
    runs = [server.submit(architecture=MIXED, **shorter) for _ in range(3)]
    for run_id in runs[:2]:
        server.pool.send(run_id, Start())
    for run_id in runs[:2]:
        server.wait(run_id, lambda record: record.step > 50)
    server.pool.send(runs[1], Pause())
    rests_at = server.wait(runs[1], lambda record: record.state == "paused").step
    os.kill(server.workers[-1].process_id, signal.SIGKILL)
    server.wait(runs[0], lambda _: len(server.workers) == 2)
    assert server.wait_for_end(runs[0]).state == "finished"
    record = server.store.record(runs[1])
    assert (record.state, record.step) == ("paused", rests_at)
    assert server.store.record(runs[2]).state == "queued"
    for run_id in runs[1:]:
        server.pool.send(run_id, Start())
        assert server.wait_for_end(run_id).state == "finished"
    assert all(has_curve(server.store, run_id, expected) for run_id in runs)
    server.pool.close()


def server_that_trains(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """A server in a process of its own, in the middle of a run beyond a checkpoint in that folder; the run's id.

    A pause makes the checkpoint: by itself one comes every two seconds, and a fast computer needs less for all of it.
    """
    script = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.training.examples import MIXED, spec
from tests.training.test_faults import LONG
from visualizer.training.scheduling.commands import Pause, Start
from visualizer.training.scheduling.pool import WorkerPool
from visualizer.training.remote.servers import Servers
from visualizer.training.runs.store import RunStore

store = RunStore(Path.cwd())
pool = WorkerPool(store, Servers(store.folder), workers=1)
run_id = pool.submit(spec(MIXED, **LONG), "me")
def wait(condition):
    while not condition(store.record(run_id)):
        time.sleep(0.02)
pool.send(run_id, Start())
wait(lambda record: record.step > 100)
pool.send(run_id, Pause())
wait(lambda record: record.state == "paused")
pool.send(run_id, Start())
at = store.record(run_id).step
wait(lambda record: record.step > at + 20)
print(run_id, flush=True)
time.sleep(600)
"""
    server = subprocess.Popen([sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, server.stdout.readline().strip()


def test_a_server_that_is_killed_loses_at_most_what_came_after_the_checkpoint(tmp_path, left_alone):
    server, run_id = server_that_trains(tmp_path)
    server.kill()
    server.communicate(timeout=PATIENCE)

    store = RunStore(tmp_path)
    before = store.record(run_id)
    pool = WorkerPool(store, Servers(store.folder), workers=1)
    record = store.record(run_id)
    assert (record.state, record.message) == ("interrupted", "The server ended while this run was going on.")
    assert before.step > record.checkpoint_step > 100
    # Nothing goes on unless it is asked to.
    pool.resume(run_id)
    assert store.record(run_id).step == record.checkpoint_step
    pool.send(run_id, Start())
    server = Server(store, pool)
    record = server.wait_for_end(run_id)
    assert (record.state, record.message) == ("finished", "")
    assert record.seconds > before.seconds
    assert has_curve(store, run_id, left_alone)
    pool.close()


def die(server: Server) -> ScriptedWorker:
    """The worker, which was ready, ends; the next one."""
    server.workers[-1].says.put(Ready())
    count = len(server.workers)
    server.workers[-1].says.put(None)
    until = time.monotonic() + PATIENCE
    while len(server.workers) == count:
        assert time.monotonic() < until
        time.sleep(0.01)
    return server.workers[-1]


def begun(worker: ScriptedWorker, count: int) -> list:
    return [worker.told.get(timeout=PATIENCE) for _ in range(count)]


def test_a_run_that_kills_its_worker_again_and_again_fails_and_the_others_do_not(tmp_path):
    server = scripted(tmp_path)
    bad, good = server.submit(), server.submit()
    for run_id in (bad, good):
        server.pool.send(run_id, Start())
    for _ in range(2):
        server.workers[-1].says.put(Turn(bad))
        worker = die(server)
        messages = begun(worker, 4)
        assert {message.run_id for message in messages} == {bad, good}
        assert sum(message == RunCommand(message.run_id, Start()) for message in messages) == 2
        for run_id in (bad, good):
            assert "ended unexpectedly (exit code 1). It began anew, with" in server.store.record(run_id).message
    server.workers[-1].says.put(Turn(bad))
    worker = die(server)
    assert [type(message) for message in begun(worker, 2)] == [Begin, RunCommand]
    record = server.wait_for_end(bad)
    assert record.state == "failed"
    assert "Start the run again, with a smaller batch" in record.message
    assert server.store.record(good).active
    server.pool.close()


@pytest.mark.parametrize(
    ("command", "state", "sent"),
    [
        (TrainEpoch(), "queued", 2),
        (Pause(), "queued", 1),
        (Stop("enough"), "stopped", 0),
        (Interrupt("Its page was closed."), "interrupted", 0),
    ],
)
def test_a_run_is_told_again_what_it_was_told_last(tmp_path, command, state, sent):
    server = scripted(tmp_path)
    run_id = server.submit()
    server.pool.send(run_id, Start())
    server.pool.send(run_id, command)
    worker = die(server)
    messages = begun(worker, sent)
    server.wait(run_id, lambda record: record.state == state)
    assert [type(message) for message in messages] == [Begin, RunCommand][:sent]
    if sent == 2:
        assert messages[1] == RunCommand(run_id, command)
    server.pool.close()
