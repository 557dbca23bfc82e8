"""What earlier versions of the app wrote opens, with the very numbers that it had then."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch

from visualizer.architecture.architecture import architecture_from_json
from visualizer.architecture.kept_history import history_from_dict
from visualizer.architecture.model_file import load_model, load_notes
from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.own_dataset import load_own
from visualizer.training.link import read_link
from visualizer.training.loop.examples import Examples
from visualizer.training.loop.loop import Training
from visualizer.training.runs.comparison import variants
from visualizer.training.runs.store import RunStore
from visualizer.training.scheduling.commands import Start
from visualizer.training.scheduling.worker import ActiveRun
from visualizer.training.settings import TrainingSettings, settings_to_dict
from visualizer.workspaces import Workspaces, id_of

STORED = Path(__file__).parent / "stored"
EXPECTED = json.loads((STORED / "expected.json").read_text(encoding="utf-8"))
RUNS = sorted(EXPECTED["runs"])
OWNER = id_of(EXPECTED["token"])

by_run = pytest.mark.parametrize("run_id", RUNS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the stored workspace, which is also where data sets of one's own are looked for."""
    shutil.copytree(STORED / "workspace", tmp_path / "workspace")
    monkeypatch.setenv("VISUALIZER_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture
def store(folder: Path) -> RunStore:
    return RunStore(folder)


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STORED / "first_version", tmp_path / "first_version"))


def same(array: np.ndarray, expected: list[float | None]) -> bool:
    """Equal numbers; None stands for what is no finite number. The file has nine digits, all that float32 needs."""
    numbers = np.array([np.nan if number is None else number for number in expected], np.float64)
    found = np.where(np.isfinite(array), array, np.nan).astype(np.float64).ravel()
    return found.shape == numbers.shape and np.allclose(found, numbers, rtol=1e-8, atol=0, equal_nan=True)


def validated(store: RunStore, run_id: str) -> float:
    """The validation accuracy of the network with the run's latest weights."""
    spec = store.record(run_id).spec
    network = build(spec.architecture, softmax_in_loss=spec.settings.softmax_in_loss)
    weights = store.weights(run_id)
    network.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})
    split = Examples(
        load_dataset_of_run(spec.settings.dataset), spec.architecture.input_shape, spec.settings.task
    ).validation
    pictures, labels = split.batch(torch.arange(len(split)))
    with torch.inference_mode():
        return (network.eval()(pictures).argmax(1) == labels).float().mean().item()


def test_all_runs_are_there(store):
    assert sorted(record.run_id for record in store.runs_of(OWNER)) == RUNS
    assert store.owners() == {OWNER}
    assert store.datasets() == {"digits", EXPECTED["dataset"]}
    assert store.active_runs() == []


@by_run
def test_a_record(store, run_id):
    record, expected = store.record(run_id), EXPECTED["runs"][run_id]
    assert {name: getattr(record, name) for name in expected["record"]} == expected["record"]
    assert record.owner == OWNER
    assert record.spec.architecture.name == expected["architecture"]
    assert record.spec.settings == TrainingSettings(**expected["settings"])


@by_run
def test_the_curves(store, run_id):
    history = store.curves(run_id)
    for name, expected in EXPECTED["runs"][run_id]["history"].items():
        part, _, measure = name.rpartition("_")
        values = getattr(history, f"{part}_measures")[measure] if measure == "accuracy" else getattr(history, name)
        assert same(values, expected), name
    assert len(history.step) > 0
    assert not history.has_penalty
    assert np.array_equal(history.train_penalty, np.zeros(len(history.epoch)))


@by_run
def test_the_layers_health(store, run_id):
    health = store.health(run_id)
    for name, expected in EXPECTED["runs"][run_id]["health"].items():
        assert same(getattr(health, name), expected), name
    assert len(health.step) > 0
    # The network called “mixed” has no ReLU.
    assert np.isfinite(health.silent_share).any() == (EXPECTED["runs"][run_id]["architecture"] != "mixed")


@by_run
def test_the_gradients(store, run_id):
    gradients = store.gradients(run_id)
    found = {str(step): [list(at.layers), at.counts.ravel().tolist()] for step, at in gradients.items()}
    assert found == EXPECTED["runs"][run_id]["gradients"]
    assert found


@by_run
def test_the_moments_and_their_weights(store, run_id):
    expected = EXPECTED["runs"][run_id]
    moments = store.moments(run_id)
    assert [[moment.step, moment.epoch] for moment in moments] == expected["moments"]
    assert len(moments) > 3
    for moment in moments:
        arrays = store.weights_at(run_id, moment.step)
        sums = {name: np.abs(array.astype(np.float64)).sum() for name, array in arrays.items()}
        assert sums == pytest.approx(expected["weights"][str(moment.step)], rel=1e-8)


@by_run
def test_the_last_look_inside(store, run_id):
    snapshot, expected = store.latest_snapshot(run_id), EXPECTED["runs"][run_id]["snapshot"]
    assert (snapshot.step, snapshot.answer.kind) == (expected["step"], expected["kind"])
    assert same(snapshot.answer.values, expected["answer"])
    assert list(snapshot.kernels.shape) == expected["kernels"]
    assert [[maps.layer_index, maps.name, list(maps.array.shape), maps.channels] for maps in snapshot.maps] == expected[
        "maps"
    ]


@pytest.mark.parametrize("run_id", ["classified", "squares", "augmented", "again3", "ownpictures"])
def test_a_network_with_its_weights_is_as_good_as_it_was(store, run_id):
    last = EXPECTED["runs"][run_id]["history"]["validation_accuracy"][-1]
    assert validated(store, run_id) == pytest.approx(last, abs=1e-6)


def test_runs_are_compared_as_before(store):
    compared = variants([store.record(run_id) for run_id in ("again1", "again2", "again3", "classified")])
    assert [variant.seeds for variant in compared] == [(0, 1), (0,), (0,)]


def finish(store: RunStore, run_id: str) -> None:
    """Let an interrupted run go on from where the store says, to its end."""
    checkpoint = store.claim(run_id, "another").checkpoint
    record = store.record(run_id)
    dataset = load_dataset_of_run(record.spec.settings.dataset)
    run = ActiveRun(run_id, Training(record.spec, dataset, checkpoint=checkpoint), store.apply, record.seconds)
    run.take(Start())
    while run.goal:
        run.turn(1.0, lambda: False)


def test_an_interrupted_run_goes_on_as_if_it_had_not_been(store):
    """Equal to the bit on the machine that wrote it; others may round differently."""
    before = store.curves("interrupted")
    finish(store, "interrupted")
    record, history = store.record("interrupted"), store.curves("interrupted")
    assert (record.state, record.step, record.epoch, record.server) == ("finished", 20, 2, "another")
    assert record.checkpoint_step is None
    assert np.array_equal(history.batch_loss[:13], before.batch_loss)
    expected = EXPECTED["uninterrupted"]
    assert np.allclose(history.batch_loss, expected["batch_loss"], rtol=1e-4)
    assert np.allclose(history.validation_loss, expected["validation_loss"], rtol=1e-4)
    assert list(store.gradients("interrupted")) == [1, 2, 4, 8, 10, 20]
    assert list((store.folder / "interrupted").glob("checkpoint-*")) == []


def test_a_new_run_is_written_beside_them(store):
    spec = store.record("classified").spec
    store.create("new", OWNER, spec, 10, "server1")
    run = ActiveRun("new", Training(spec, load_dataset_of_run("digits")), store.apply)
    run.take(Start())
    while run.goal:
        run.turn(1.0, lambda: False)
    assert [record.run_id for record in store.runs_of(OWNER)][:2] == ["new", "failed"]
    assert np.allclose(store.curves("new").validation_loss, store.curves("classified").validation_loss, rtol=1e-4)
    health = store.health("new")
    assert np.allclose(health.silent_share, store.health("classified").silent_share, atol=0.01, equal_nan=True)


def test_it_is_opened_again_and_again(folder):
    first = RunStore(folder)
    records = first.runs_of(OWNER)
    assert RunStore(folder).runs_of(OWNER) == records == first.runs_of(OWNER)


# The first version that kept runs


def old_columns(folder: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(folder / "runs.sqlite")) as connection:
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def test_runs_of_the_first_version_open(first_version):
    assert not {"server", "checkpoint_step"} & old_columns(first_version, "runs")
    assert not old_columns(first_version, "gradients")
    store = RunStore(first_version)
    assert [record.run_id for record in store.runs_of(OWNER)] == ["stopped", "squares", "classified"]
    for run_id in ("classified", "squares", "stopped"):
        record, expected = store.record(run_id), EXPECTED["runs"][run_id]
        assert (record.step, record.epoch) == (expected["record"]["step"], expected["record"]["epoch"])
        assert (record.server, record.checkpoint_step, record.checkpoint_epoch) == ("", None, None)
        assert same(store.curves(run_id).batch_loss, expected["history"]["batch_loss"])
        assert same(store.health(run_id).silent_share, expected["health"]["silent_share"])
        assert store.gradients(run_id) == {}
        assert [[moment.step, moment.epoch] for moment in store.moments(run_id)] == expected["moments"]
    # Those looks inside hold a softmax of any output: of scores it is none that could be shown.
    assert store.latest_snapshot("squares").answer is None
    answer = store.latest_snapshot("classified").answer
    assert answer.kind == "probabilities"
    assert np.allclose(answer.values, EXPECTED["runs"]["classified"]["snapshot"]["answer"], atol=1e-6)


def test_a_run_of_the_first_version_that_went_on_begins_anew(first_version):
    """It had no checkpoints."""
    store = RunStore(first_version)
    assert [record.run_id for record in store.active_runs()] == ["stopped"]
    store.set_state("stopped", "interrupted", "Its server has ended.", "")
    assert store.record("stopped").state == "interrupted"
    assert store.claim("stopped", "another").checkpoint is None
    record = store.record("stopped")
    run = ActiveRun("stopped", Training(record.spec, load_dataset_of_run("digits")), store.apply)
    run.take(Start())
    while run.goal:
        run.turn(1.0, lambda: False)
    expected = EXPECTED["runs"]["classified"]["history"]
    assert store.record("stopped").state == "finished"
    assert np.allclose(store.curves("stopped").validation_loss, expected["validation_loss"], rtol=1e-4)
    assert list(store.gradients("stopped")) == [1, 2, 4, 8, 10, 20]


# What belongs to a person, and what they may have on their disk


def test_the_workspace_of_a_person(folder):
    kept = Workspaces(folder).load(OWNER)
    assert json.loads(kept["datasets"]) == [EXPECTED["dataset"]]
    assert json.loads(kept["history"]) == json.loads((STORED / "history.json").read_text(encoding="utf-8"))
    assert json.loads(kept["run"]) == "ownpictures"


def test_a_data_set_of_ones_own(folder):
    dataset = load_own(EXPECTED["dataset"])
    assert dataset.class_names == ("bright", "dark")
    assert dataset.pictures.shape == (12, 32, 32, 3)
    means = [dataset.pictures[dataset.labels == label].mean() for label in (0, 1)]
    assert means == pytest.approx([210, 40], abs=2)
    assert [len(split) for split in (dataset.train, dataset.validation, dataset.test)] == [8, 2, 2]


def test_a_history_of_the_network_in_build():
    history = history_from_dict(json.loads((STORED / "history.json").read_text(encoding="utf-8")))
    assert history.present.architecture.name == "Mine"
    assert history.redo().present.architecture.name == "Mine, again"
    assert history.undo().present.architecture.name == "small"


def test_a_link():
    address = (STORED / "link.txt").read_text(encoding="utf-8").strip()
    (text,) = parse_qs(urlsplit(address).query)["network"]
    linked = read_link(text)
    assert linked.architecture == architecture_from_json((STORED / "architecture.json").read_text(encoding="utf-8"))
    assert settings_to_dict(linked.settings) == EXPECTED["runs"]["interrupted"]["settings"]


def test_an_architecture(store):
    read = architecture_from_json((STORED / "architecture.json").read_text(encoding="utf-8"))
    assert read == store.record("augmented").spec.architecture
    assert [type(layer).__name__ for layer in read.layers] == [
        "Conv2D", "BatchNormalization", "MaxPooling2D", "Flatten", "Dropout", "Dense",
    ]  # fmt: skip


def test_a_model_file(store):
    architecture, weights = load_model(STORED / "model.safetensors")
    assert architecture == store.record("augmented").spec.architecture
    assert load_notes(STORED / "model.safetensors") == {"dataset": "digits", "softmax_in_loss": "yes"}
    latest = store.weights("augmented")
    assert weights.keys() == latest.keys()
    assert all(np.array_equal(weights[name], latest[name]) for name in latest)
