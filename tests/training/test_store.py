"""The store gives back what was written, thins what is long, and keeps in its limits."""

import json
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from tests.training.examples import MIXED, few_digits, spec
from visualizer import workspace
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.network import build
from visualizer.errors import UserError
from visualizer.limits import Limits
from visualizer.training.loop import checkpoints as checkpoints_module
from visualizer.training.loop.checkpoints import Checkpoint
from visualizer.training.loop.events import (
    Advice,
    BatchesEnded,
    Bundle,
    EpochEnded,
    Event,
    Failed,
    RunProgress,
    StateChanged,
    Weights,
)
from visualizer.training.loop.loop import Training
from visualizer.training.runs import curves as curves_module
from visualizer.training.runs import kept_weights, records, schema
from visualizer.training.runs import store as store_module
from visualizer.training.runs.records import time_left
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import RunSpec, run_spec_to_json

NONE = np.zeros(0, np.float32)
STORED = Path(__file__).resolve().parents[1] / "stored"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    store = RunStore(tmp_path / "runs")
    store.create("run1", "me", spec(epochs=4, batch_size=32), steps_per_epoch=4)
    return store


def bundle(*events: Event, step: int = 0, losses: np.ndarray = NONE, run_id: str = "run1", **progress) -> Bundle:
    values = {"epoch": 0, "learning_rate": 0.001, "seconds": 0.0, "images_per_second": 0.0} | progress
    batches = (BatchesEnded(step, losses, {"accuracy": losses / 2}),) if len(losses) else ()
    return Bundle(run_id, RunProgress(step=step, **values), (*batches, *events))


def weights(step: int, epoch: int | None, numbers: int = 4) -> Weights:
    return Weights(step, epoch, {"a": np.full(numbers, step, np.float32)})


def files(store: RunStore) -> list[str]:
    return sorted(path.name for path in store.files.folder("run1").iterdir())


def kept_epochs(store: RunStore) -> tuple[int, ...]:
    """The epochs whose weights are kept, in order; 0 is the untrained network."""
    return tuple(moment.epoch for moment in store.moments("run1") if moment.epoch is not None)


def weights_after(store: RunStore, epoch: int) -> dict[str, np.ndarray]:
    (step,) = [moment.step for moment in store.moments("run1") if moment.epoch == epoch]
    return store.weights_at("run1", step)


def test_a_new_run_is_queued(store):
    record = store.record("run1")
    assert (record.run_id, record.owner, record.spec) == ("run1", "me", spec(epochs=4, batch_size=32))
    assert (record.state, record.message, record.epoch, record.step) == ("queued", "", 0, 0)
    assert (record.steps_per_epoch, record.total_steps, record.learning_rate) == (4, 16, 0.001)
    assert (record.active, record.keep_running) == (True, False)
    assert time_left(record) is None
    assert store.latest_snapshot("run1") is None
    history = store.curves("run1")
    assert all(len(array) == 0 for array in vars(history).values())


def test_a_run_that_is_not_there(store):
    assert store.record("other") is None
    assert store.latest_snapshot("other") is None
    assert len(store.curves("other").step) == 0
    with pytest.raises(UserError, match="not kept"):
        store.weights("other")
    with pytest.raises(UserError, match="no such run"):
        store.latest_snapshot("../run1")


def test_progress_and_version(store):
    before = store.record("run1").version
    store.apply(
        bundle(step=6, epoch=1, learning_rate=0.5, seconds=2.5, images_per_second=80.0, losses=np.ones(6, np.float32))
    )
    record = store.record("run1")
    assert (record.step, record.epoch, record.learning_rate) == (6, 1, 0.5)
    assert (record.seconds, record.images_per_second) == (2.5, 80.0)
    assert record.version > before
    assert time_left(record) == pytest.approx((16 - 6) * 32 / 80)
    store.set_keep_running("run1", True)
    assert store.record("run1").keep_running
    assert store.record("run1").version > record.version


def test_states_and_messages(store):
    store.apply(bundle(StateChanged("running"), Advice("Try 0.1.")))
    store.apply(bundle(StateChanged("paused")))
    assert (store.record("run1").state, store.record("run1").message) == ("paused", "Try 0.1.")
    store.apply(bundle(Advice(""), StateChanged("running")))
    assert (store.record("run1").state, store.record("run1").message) == ("running", "")
    store.apply(bundle(Failed("The loss became NaN.")))
    assert (store.record("run1").state, store.record("run1").message) == ("failed", "The loss became NaN.")
    store.set_state("run1", "stopped", "too late")
    assert (store.record("run1").state, store.record("run1").message) == ("failed", "The loss became NaN.")
    assert not store.record("run1").active


def test_curves_come_back_exactly(store):
    losses = np.random.default_rng(0).random(10).astype(np.float32)
    store.apply(bundle(EpochEnded(0, float("nan"), {}, 2.3, {"accuracy": 0.1})))
    store.apply(bundle(step=4, losses=losses[:4]))
    store.apply(bundle(EpochEnded(1, 1.5, {"accuracy": 0.4}, 1.25, {"accuracy": 0.5}, 0.25, 0.125), step=4, epoch=1))
    store.apply(bundle(step=10, losses=losses[4:]))
    history = store.curves("run1")
    assert np.array_equal(history.step, np.arange(1, 11))
    assert np.array_equal(history.epoch_position, np.arange(1, 11) / 4)
    assert np.array_equal(history.batch_loss, losses)
    assert np.array_equal(history.batch_measures["accuracy"], losses / 2)
    assert np.array_equal(history.epoch, [0, 1])
    assert np.array_equal(history.train_loss, [np.nan, 1.5], equal_nan=True)
    assert np.array_equal(history.train_measures["accuracy"], [np.nan, 0.4], equal_nan=True)
    assert np.array_equal(history.validation_loss, [2.3, 1.25])
    assert np.array_equal(history.validation_measures["accuracy"], [0.1, 0.5])
    assert np.array_equal(history.train_penalty, [0, 0.25])
    assert np.array_equal(history.validation_penalty, [0, 0.125])


@pytest.mark.parametrize(("count", "points", "width"), [(500, 500, 1), (501, 251, 2), (5_250, 478, 11)])
def test_long_curves_are_means_of_equal_bins(store, count, points, width):
    """Written in pieces that do not end where the store's blocks of 4,096 end."""
    losses = np.random.default_rng(1).random(count).astype(np.float32)
    for start in range(0, count, 777):
        part = losses[start : start + 777]
        store.apply(bundle(step=start + len(part), losses=part))
    history = store.curves("run1")
    assert len(history.step) == points <= 500
    assert (history.step[0], history.step[-1]) == (width, count)
    bins = [losses[start : start + width].astype(np.float64).mean() for start in range(0, count, width)]
    assert np.allclose(history.batch_loss, bins, rtol=1e-12)
    assert np.allclose(history.batch_measures["accuracy"], np.array(bins) / 2, rtol=1e-6)


def test_a_snapshot_comes_back_exactly(store):
    snapshot = replace(Training(spec(MIXED), few_digits()).snapshot(), step=7, epoch_position=1.75)
    store.apply(bundle(snapshot))
    back = store.latest_snapshot("run1")
    assert (back.step, back.epoch_position, back.probe_index, back.kernels_layer) == (7, 1.75, 3, 0)
    assert np.array_equal(back.answer.values, snapshot.answer.values)
    assert back.answer.kind == snapshot.answer.kind == "probabilities"
    assert np.array_equal(back.kernels, snapshot.kernels)
    assert len(back.maps) == len(snapshot.maps) == 3
    for one, other in zip(back.maps, snapshot.maps, strict=True):
        assert (one.layer_index, one.name, one.channels) == (other.layer_index, other.name, other.channels)
        assert np.array_equal(one.array, other.array)


def linear_spec(loss: str) -> RunSpec:
    return spec(MIXED.with_layers((*MIXED.layers[:-1], Dense(units=10, activation="linear"))), loss=loss)


def test_scores_come_back_as_scores(store):
    snapshot = Training(linear_spec("mse"), few_digits()).snapshot()
    store.apply(bundle(snapshot))
    back = store.latest_snapshot("run1").answer
    assert back.kind == "scores"
    assert np.array_equal(back.values, snapshot.answer.values)
    assert back.values.sum() != pytest.approx(1)


@pytest.mark.parametrize(
    ("run_spec", "kind"),
    [
        (spec(MIXED), "probabilities"),
        (spec(MIXED, loss="mse"), "probabilities"),
        (linear_spec("cross_entropy"), "probabilities"),
        (linear_spec("mse"), None),
    ],
)
def test_an_old_snapshot_opens_by_how_its_run_was_trained(store, run_spec, kind):
    """Before an answer said what it is, a softmax of any outputs was kept; of scores, nothing can be shown."""
    store.create("old", "me", run_spec, steps_per_epoch=4)
    softmaxed = np.full(10, 0.1, np.float32)
    about = {"step": 3, "epoch_position": 0.75, "probe_index": 3, "kernels_layer": None, "maps": []}
    save_file(
        {"probabilities": softmaxed},
        store.files.folder("old") / "snapshot.safetensors",
        metadata={"snapshot": json.dumps(about)},
    )
    back = store.latest_snapshot("old")
    assert back.step == 3
    if kind is None:
        assert back.answer is None
        store.apply(bundle(back, run_id="old"))  # and is written again as it is
        assert store.latest_snapshot("old").answer is None
    else:
        assert back.answer.kind == kind
        assert np.array_equal(back.answer.values, softmaxed)


def test_weights_load_into_the_network(store):
    training = Training(spec(MIXED, epochs=1), few_digits())
    store.apply(bundle(training.weights()))
    while not training.ended:
        training.advance()
    store.apply(bundle(training.weights()))
    network = build(MIXED, seed=9)
    pictures, _ = training.examples.validation.batch(torch.arange(8))
    for arrays, expected in (
        (store.weights("run1"), training.network),
        (weights_after(store, epoch=1), training.network),
        (weights_after(store, epoch=0), build(MIXED)),
    ):
        network.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
        assert torch.equal(network.eval()(pictures), expected.eval()(pictures))


def test_weights_of_a_pause_make_room_for_later_ones(store):
    """Those after batch 2 stay: the first batches are worth going back to."""
    for step, epoch in ((0, 0), (2, None), (3, None), (4, 1), (5, None)):
        store.apply(bundle(weights(step, epoch), step=step))
    assert kept_epochs(store) == (0, 1)
    assert store.weights("run1")["a"][0] == 5
    assert files(store) == [f"weights-{step:08d}.safetensors" for step in (0, 2, 4, 5)]
    with pytest.raises(UserError, match="The weights after 7 batches of this run are not kept"):
        store.weights_at("run1", 7)


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (9 * 16, (0, 1, 2, 3, 4, 5, 6, 7)),
        (8 * 16, (0, 2, 4, 6, 7)),
        (5 * 16, (0, 2, 4, 6, 7)),
        (4 * 16, (0, 4, 7)),
        (1, (0, 7)),
    ],
)
def test_every_second_epoch_is_dropped_above_the_limit(store, monkeypatch, limit, kept):
    """Weights of 16 bytes each; room is left for those of a pause within an epoch."""
    monkeypatch.setattr(kept_weights, "limits", lambda: SimpleNamespace(run_bytes=limit, storage_bytes=2**40))
    for epoch in range(8):
        store.apply(bundle(weights(4 * epoch, epoch), step=4 * epoch))
    assert kept_epochs(store) == kept
    assert files(store) == [f"weights-{4 * epoch:08d}.safetensors" for epoch in kept]
    assert [weights_after(store, epoch)["a"][0] for epoch in kept] == [4 * epoch for epoch in kept]


def test_the_oldest_ended_runs_make_room(store, monkeypatch):
    monkeypatch.setattr(records, "limits", lambda: SimpleNamespace(storage_bytes=2 * 16, workspace_runs=9))
    for number in (2, 3, 4):
        store.create(f"run{number}", "me", spec(), 4)
    for number in (1, 2, 3, 4):
        store.apply(bundle(weights(0, 0), run_id=f"run{number}"))
    store.set_state("run2", "stopped", "")
    store.set_state("run3", "finished", "")
    store.set_state("run4", "finished", "")
    store.create("run5", "me", spec(), 4)
    # 64 bytes were too many; run 1, the oldest, goes on.
    assert [record.run_id for record in store.runs_of("me")] == ["run5", "run4", "run1"]
    assert store.weights("run1")["a"].nbytes == 16
    assert not store.files.folder("run2").exists()


def test_weights_are_whole_or_not_there(store, monkeypatch):
    """A write that breaks off leaves the last file as it was, and no other that could be read."""
    store.apply(bundle(weights(0, 0)))
    real = workspace.save_file

    def break_off(arrays, path, metadata):
        real(arrays, path, metadata)
        Path(path).write_bytes(Path(path).read_bytes()[:40])
        raise OSError("no space left")

    monkeypatch.setattr(workspace, "save_file", break_off)
    with pytest.raises(OSError, match="no space"):
        store.apply(bundle(Weights(0, 0, {"a": np.ones(4, np.float32)})))
    with pytest.raises(OSError, match="no space"):
        store.apply(bundle(weights(4, 1), step=4))
    assert store.weights("run1")["a"].tolist() == [0, 0, 0, 0]
    assert kept_epochs(store) == (0,)


def test_the_oldest_ended_runs_of_an_owner_are_forgotten(store, monkeypatch):
    monkeypatch.setattr(records, "limits", lambda: Limits(workspace_runs=3))
    store.create("other", "you", spec(), 4)
    store.create("run2", "me", spec(), 4)
    store.create("run3", "me", spec(), 4)
    for run_id in ("run2", "run3", "other"):
        store.set_state(run_id, "finished", "")
    store.create("run4", "me", spec(), 4)
    assert [record.run_id for record in store.runs_of("me")] == ["run4", "run3", "run1"]  # run1 still goes on
    assert not store.files.folder("run2").exists()
    assert store.record("other") is not None


def test_runs_of_an_owner_the_latest_first(store):
    store.create("run2", "other", spec(), 4)
    store.create("run3", "me", spec(MIXED), 4)
    assert [record.run_id for record in store.runs_of("me")] == ["run3", "run1"]
    store.set_state("run1", "stopped", "")
    assert [record.run_id for record in store.active_runs()] == ["run2", "run3"]


def test_many_threads_read_while_one_writes(store):
    snapshot = Training(spec(MIXED), few_digits()).snapshot()
    problems = []
    done = threading.Event()

    def read():
        while not done.is_set():
            try:
                history = store.curves("run1")
                record = store.record("run1")
                seen = store.latest_snapshot("run1")
                assert len(history.step) <= record.step
                assert seen is None or np.array_equal(seen.kernels, snapshot.kernels)
                assert store.weights("run1")["a"][0] <= store.record("run1").step
            except Exception as error:
                problems.append(error)
                return

    store.apply(bundle(weights(0, 0)))
    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for step in range(1, 60):
        store.apply(bundle(weights(step, None), snapshot, step=step, losses=np.ones(1, np.float32)))
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []


def test_what_is_on_disk_outlives_the_store(store, tmp_path):
    store.apply(bundle(StateChanged("running"), weights(0, 0), step=1, losses=np.ones(1, np.float32)))
    again = RunStore(tmp_path / "runs")
    assert again.record("run1") == store.record("run1")
    assert weights_after(again, epoch=0)["a"].tolist() == [0, 0, 0, 0]
    mode = sqlite3.connect(tmp_path / "runs" / "runs.sqlite").execute("PRAGMA journal_mode").fetchone()[0]
    assert mode == "wal"


def checkpoint(step: int, epoch: int) -> Checkpoint:
    position = {"untrained_loss": 2.3}
    return Checkpoint(step, epoch, {"network/a": np.full(4, step, np.float32)}, position)


def trained(store: RunStore, steps: int, checkpoints: tuple[int, ...] = ()) -> None:
    """Epoch by epoch of 4 batches, each batch with loss `step`, with these checkpoints."""
    store.apply(bundle(EpochEnded(0, np.nan, {}, 1.0, {"accuracy": 0.1}), weights(0, 0), StateChanged("running")))
    for step in range(1, steps + 1):
        end = step % 4 == 0
        events = (
            [EpochEnded(step // 4, 1.0, {"accuracy": 0.5}, 1.0, {"accuracy": 0.5}), weights(step, step // 4)]
            if end
            else []
        )
        if step in checkpoints:
            events.append(checkpoint(step, step // 4))
        losses = np.array([step], np.float32)
        store.apply(bundle(*events, step=step, losses=losses, epoch=step // 4, seconds=float(step)))


def test_only_the_newest_checkpoint_is_kept(store):
    assert store.record("run1").checkpoint_step is None
    trained(store, 10, checkpoints=(4, 8, 10))
    record = store.record("run1")
    assert (record.checkpoint_step, record.checkpoint_epoch) == (10, 2)
    assert [name for name in files(store) if name.startswith("checkpoint")] == ["checkpoint-00000010.safetensors"]


@pytest.mark.parametrize("at", [4, 6])
def test_a_run_is_brought_back_to_its_checkpoint(store, monkeypatch, at):
    monkeypatch.setattr(curves_module, "_BLOCK", 5)
    trained(store, 11, checkpoints=(at,))
    store.set_state("run1", "interrupted", "The server was restarted.")
    again = store.rewind("run1", "queued", "It goes on.")
    assert again is not None
    assert (again.step, again.epoch, again.position) == (at, 1, {"untrained_loss": 2.3})
    assert np.array_equal(again.arrays["network/a"], np.full(4, at, np.float32))
    record = store.record("run1")
    assert (record.state, record.message, record.step, record.epoch) == ("queued", "It goes on.", at, 1)
    assert record.seconds == 11.0  # it did run that long
    history = store.curves("run1")
    assert history.batch_loss.tolist() == list(range(1, at + 1))
    assert history.epoch.tolist() == [0, 1]
    assert kept_epochs(store) == (0, 1)
    # It happens again: nothing is there twice.
    for step in range(at + 1, 12):
        store.apply(bundle(step=step, losses=np.array([step], np.float32), epoch=step // 4))
    assert store.curves("run1").batch_loss.tolist() == list(range(1, 12))


def test_a_run_without_a_checkpoint_begins_anew(store):
    trained(store, 3)
    assert store.rewind("run1", "queued", "") is None
    assert (store.record("run1").step, store.record("run1").epoch) == (0, 0)
    for values in vars(store.curves("run1")).values():
        assert all(len(array) == 0 for array in (values.values() if isinstance(values, dict) else [values]))
    assert kept_epochs(store) == (0,)  # the untrained network is the same again


def test_a_damaged_checkpoint_means_from_the_beginning(store):
    trained(store, 5, checkpoints=(4,))
    (store.files.folder("run1") / "checkpoint-00000004.safetensors").write_bytes(b"no")
    assert store.rewind("run1", "queued", "") is None
    assert len(store.curves("run1").step) == 0

    assert (
        store.record("run1").message == "Its last checkpoint could not be read, so it began anew, with the same curve."
    )
    # Nothing is written over it.
    assert [path.read_bytes() for path in store.files.folder("run1").glob("checkpoint-*.damaged-*")] == [b"no"]


def test_a_checkpoint_that_cannot_be_read_just_then_costs_nothing(store, monkeypatch):
    trained(store, 5, checkpoints=(4,))

    def no_handles_left(*_, **__) -> None:
        raise SafetensorError("I/O error: Too many open files (os error 24)")

    monkeypatch.setattr(checkpoints_module, "safe_open", no_handles_left)
    with pytest.raises(OSError, match="Too many open files"):
        store.rewind("run1", "queued", "")
    monkeypatch.undo()
    assert len(store.curves("run1").step) == 5
    assert store.rewind("run1", "queued", "").step == 4


DAMAGES = [b"", b"noise" * 1_000, b"\x02\0\0\0\0\0\0\0{}"]


@pytest.mark.parametrize("content", DAMAGES)
def test_a_damaged_look_inside_costs_itself_until_the_next_one(store, content, caplog):
    caplog.set_level("INFO", "visualizer.event")
    snapshot = Training(spec(MIXED), few_digits()).snapshot()
    store.apply(bundle(snapshot))
    (store.files.folder("run1") / "snapshot.safetensors").write_bytes(content)
    for _ in range(3):
        with pytest.raises(
            UserError, match=r"The last look inside this run cannot be read\. Its file on the server is dama"
        ):
            store.latest_snapshot("run1")
    assert caplog.text.count("file-damaged run=run1 file=snapshot.safetensors") == 1
    store.apply(bundle(snapshot))
    assert store.latest_snapshot("run1") is not None


@pytest.mark.parametrize(
    ("about", "arrays"),
    [
        ({"step": None}, {}),
        ({"epoch_position": [1]}, {}),
        ({"probe_index": None}, {}),
        ({"kernels_layer": None}, {}),
        ({}, {"kernels": np.zeros(1, np.float32)}),
    ],
)
def test_a_look_inside_with_other_contents_than_it_has_is_damaged(store, about, arrays):
    store.apply(bundle(Training(spec(MIXED), few_digits()).snapshot()))
    path = store.files.folder("run1") / "snapshot.safetensors"
    with safe_open(path, framework="numpy") as file:
        was = json.loads(file.metadata()["snapshot"])
    save_file(load_file(path) | arrays, path, {"snapshot": json.dumps(was | about)})
    with pytest.raises(UserError, match="The last look inside this run cannot be read"):
        store.latest_snapshot("run1")


@pytest.mark.parametrize(
    "change", ["state = 'dancing'", "steps_per_epoch = 0", "steps_per_epoch = 'x'", "epoch = 'x'", "seconds = x'00'"]
)
def test_a_run_whose_record_makes_no_sense_costs_no_other(store, change):
    store.create("run2", "me", spec(MIXED), 4)
    with store._write() as connection:
        connection.execute(f"UPDATE runs SET {change} WHERE run_id = 'run2'")
    assert store.record("run2") is None
    assert [record.run_id for record in store.runs_of("me")] == ["run1"]


@pytest.mark.parametrize("content", DAMAGES[:2])
def test_a_damaged_moment_costs_itself_and_is_offered_no_more(store, content):
    for step, epoch in ((0, 0), (4, 1), (8, 2)):
        store.apply(bundle(weights(step, epoch), step=step))
    store.files.path("run1", "weights", 4).write_bytes(content)
    with pytest.raises(UserError, match="The weights after 4 batches of this run cannot be read"):
        store.weights_at("run1", 4)
    assert [moment.step for moment in store.moments("run1")] == [0, 8]
    assert store.weights("run1")["a"].tolist() == [8] * 4
    store.files.path("run1", "weights", 8).write_bytes(content)
    with pytest.raises(UserError, match="The weights after 8 batches of this run cannot be read"):
        store.weights("run1")
    store.apply(bundle(weights(8, 2), step=8))
    store.apply(bundle(weights(4, 1), step=8))
    assert [moment.step for moment in store.moments("run1")] == [0, 4, 8]


def test_a_record_that_cannot_be_read_costs_no_other(store, caplog):
    caplog.set_level("INFO", "visualizer.event")
    store.create("run2", "me", spec(), 4)
    with closing(store._connect()) as connection, connection:
        connection.execute("UPDATE runs SET spec = '{' WHERE run_id = 'run1'")
    assert [record.run_id for record in store.runs_of("me")] == ["run2"]
    assert [record.run_id for record in store.active_runs()] == ["run2"]
    assert store.record("run1") is None
    assert caplog.text.count("run-unreadable run=run1") == 1


@pytest.mark.parametrize("wrong_by", [-4e7, 4e7])
def test_runs_are_in_the_order_in_which_they_were_made_whatever_the_clock_said(store, monkeypatch, wrong_by):
    """Else the newest run would be forgotten as the oldest one, after a clock was set right."""
    now = time.time()
    for run_id, at in (("run2", now), ("run3", now + wrong_by), ("run4", now + 10)):
        monkeypatch.setattr("time.time", lambda at=at: at)
        store.create(run_id, "me", spec(), 4)
    assert [record.run_id for record in store.runs_of("me")] == ["run4", "run3", "run2", "run1"]
    for run_id in ("run1", "run2", "run3", "run4"):
        store.set_state(run_id, "finished", "")
        store.apply(bundle(weights(0, 0), run_id=run_id))
    monkeypatch.setattr(records, "limits", lambda: Limits(workspace_runs=4))
    store.create("run5", "me", spec(), 4)
    assert [record.run_id for record in store.runs_of("me")] == ["run5", "run4", "run3", "run2"]
    monkeypatch.setattr(records, "limits", lambda: SimpleNamespace(storage_bytes=20))
    store.make_room()
    assert [record.run_id for record in store.runs_of("me")] == ["run5", "run4"]


def test_a_crash_between_the_file_and_the_row_leaves_the_older_checkpoint(store, monkeypatch):
    trained(store, 5, checkpoints=(4,))

    def killed(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(store_module._WRITERS, BatchesEnded, store_module._Writer(killed))
    with pytest.raises(KeyboardInterrupt):
        store.apply(bundle(checkpoint(8, 2), step=8, losses=np.ones(3, np.float32)))
    monkeypatch.undo()
    assert store.record("run1").checkpoint_step == 4
    assert store.rewind("run1", "queued", "").step == 4
    assert store.curves("run1").batch_loss.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_a_run_that_is_over_keeps_no_checkpoint(store, state):
    trained(store, 5, checkpoints=(4,))
    store.set_state("run1", state, "")
    assert store.record("run1").checkpoint_step is None
    assert not [name for name in files(store) if name.startswith("checkpoint")]


def test_an_interrupted_run_waits_until_it_is_given_up(store):
    trained(store, 5, checkpoints=(4,))
    store.set_state("run1", "interrupted", "Its page was closed.")
    store.set_state("run1", "failed", "too late")
    record = store.record("run1")
    assert (record.state, record.active, record.message) == ("interrupted", False, "Its page was closed.")
    store.set_state("run1", "stopped", "")
    assert store.record("run1").state == "stopped"


def test_a_database_of_an_older_version_opens_and_gets_checkpoints(tmp_path):
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection, connection:
        connection.executescript(schema._FIRST_TABLES)
        values = ("old", "me", 0.0, run_spec_to_json(spec()), 4, 0.001)
        connection.execute(
            "INSERT INTO runs (run_id, owner, created, spec, steps_per_epoch, learning_rate) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
    store = RunStore(tmp_path)
    store.files.folder("old").mkdir()
    assert store.record("old").checkpoint_step is None
    store.apply(bundle(checkpoint(8, 2), step=8, run_id="old"))
    assert RunStore(tmp_path).record("old").checkpoint_step == 8


def test_every_event_has_its_writer():
    assert set(store_module._WRITERS) == set(get_args(Event))


def test_a_database_has_all_migrations_once(store, tmp_path):
    def version() -> int:
        with closing(sqlite3.connect(tmp_path / "runs" / "runs.sqlite")) as connection:
            return connection.execute("PRAGMA user_version").fetchone()[0]

    assert version() == len(schema._MIGRATIONS) > 1
    RunStore(tmp_path / "runs")
    assert version() == len(schema._MIGRATIONS)


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    shutil.copytree(STORED / "first_version", tmp_path / "old")

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE runs")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(schema, "_MIGRATIONS", (*schema._MIGRATIONS, fails))
        with pytest.raises(sqlite3.OperationalError, match="full"):
            RunStore(tmp_path / "old")
    assert len(RunStore(tmp_path / "old").curves("classified").step) == 20


def test_a_database_of_a_later_version_is_not_touched(store, tmp_path):
    with closing(sqlite3.connect(tmp_path / "runs" / "runs.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(schema.LaterVersionError, match="it has version 99"):
        RunStore(tmp_path / "runs")
