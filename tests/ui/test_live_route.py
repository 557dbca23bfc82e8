"""What the browser gets when it asks what has moved in a run."""

import json
from urllib.parse import urlencode

import numpy as np
import pytest
from starlette.requests import Request
from starlette.responses import Response

from visualizer.architecture.answer import Classes
from visualizer.architecture.presets import TINY
from visualizer.data.catalog import load_dataset
from visualizer.training.loop.events import BatchesEnded, Bundle, RunProgress, Snapshot, StateChanged
from visualizer.training.runs.store import RunStore
from visualizer.training.settings import RunSpec, TrainingSettings
from visualizer.ui.train import live, live_route

RUN = "abc1"
STEPS_PER_EPOCH = 40


@pytest.fixture
def store(tmp_path, monkeypatch) -> RunStore:
    store = RunStore(tmp_path)
    monkeypatch.setattr(live_route, "run_store", lambda: store)
    monkeypatch.setattr(live, "run_store", lambda: store)
    store.create(RUN, "somebody", RunSpec(TINY.architecture, TrainingSettings(), 0), STEPS_PER_EPOCH)
    return store


def trained(store: RunStore, step: int, *, snapshot: bool = False) -> None:
    """Tell the store of one more batch."""
    events: tuple = (
        StateChanged("running"),
        BatchesEnded(step, np.float32([1 / step]), {"accuracy": np.float32([0.5])}),
    )
    if snapshot:
        kernels = np.full((8, 1, 3, 3), step, np.float32)
        answer = Classes(np.eye(10, dtype=np.float32)[3], "probabilities")
        events += (Snapshot(step, step / STEPS_PER_EPOCH, 0, answer, kernels, 0, ()),)
    store.apply(Bundle(RUN, RunProgress(step, 0, 0.001, 1.0, 32.0), events))


def ask(run_id: str = RUN, **query: str) -> Response:
    asked = urlencode({"charts": "1", "width": "960", "layer": "0", "answers": "{}"} | query).encode()
    scope = {"type": "http", "path_params": {"run_id": run_id}, "query_string": asked, "headers": []}
    return live_route._answer(Request(scope))


def answer(**query: str) -> dict:
    response = ask(**query)
    assert response.status_code == 200
    return json.loads(response.body)


def test_it_tells_the_progress_and_the_curves_as_they_are_now(store):
    trained(store, 1)
    trained(store, 2)
    told = answer()
    assert told["progress"]["state"] == "Training"
    assert "step 2 of 400" in told["progress"]["details"]
    assert told["progress"]["share"] == pytest.approx(2 / 400)
    assert set(told["charts"]) == {"loss-curves", "measure-curves"}
    assert "2 batches, from 1 to 0.5" in told["charts"]["loss-curves"]["alt"]
    assert json.loads(told["charts"]["loss-curves"]["figure"])["data"]


def test_it_says_nothing_where_nothing_has_changed(store):
    trained(store, 1)
    version = answer()["version"]
    unchanged = ask(version=version)
    assert (unchanged.status_code, unchanged.body) == (204, b"")
    trained(store, 2)
    assert answer(version=version)["version"] != version


def test_a_look_inside_is_sent_once(store):
    trained(store, 1, snapshot=True)
    first = answer()
    # This snapshot has no maps, so there are the kernels and the answer.
    assert {"live-kernels", "live-answer"} < set(first["charts"])
    assert f"The right class is {load_dataset('digits').labels[0]}" in first["charts"]["live-answer"]["alt"]
    trained(store, 2)
    assert set(answer(inside=first["inside"])["charts"]) == {"loss-curves", "measure-curves"}
    trained(store, 3, snapshot=True)
    assert "live-kernels" in answer(inside=first["inside"])["charts"]


def test_the_frame_changes_with_the_state_the_message_and_the_first_look_inside(store):
    frames = [answer()["frame"]]
    trained(store, 1)
    frames.append(answer()["frame"])
    trained(store, 2)
    assert answer()["frame"] == frames[-1]
    trained(store, 3, snapshot=True)
    frames.append(answer()["frame"])
    store.set_state(RUN, "stopped", "Stopped because its page was closed.")
    frames.append(answer()["frame"])
    assert len(set(frames)) == 4


def test_where_other_charts_are_on_the_page_none_is_made(store):
    trained(store, 1, snapshot=True)
    told = answer(charts="0")
    assert told["charts"] == {}
    assert "step 1 of 400" in told["progress"]["details"]


BAD_VIEWS = [{"answers": text} for text in ("", "[", "7", "[1]", '{"threshold": 0.5}', "[" * 1000, "0" * 1000)]


@pytest.mark.parametrize(
    "query", [{"width": "0"}, {"width": "1e9"}, {"width": "99999999"}, {"layer": "first"}, *BAD_VIEWS]
)
def test_a_question_without_sense_is_answered_with_not_found(store, query):
    assert ask(**query).status_code == 404


def test_nobody_else_has_a_run_of_that_name(store):
    assert ask(run_id="another").status_code == 404


def test_a_layer_that_has_no_maps_shows_those_of_the_first_one_that_has(store):
    from visualizer.training.loop.events import FeatureMaps

    maps = tuple(FeatureMaps(index, f"layer {index}", np.full((2, 4, 4), index, np.float32), 2) for index in (1, 2))
    snapshot = Snapshot(1, 0.1, 0, Classes(np.eye(10, dtype=np.float32)[3], "probabilities"), None, None, maps)
    store.apply(Bundle(RUN, RunProgress(1, 0, 0.001, 1.0, 32.0), (snapshot,)))
    assert "activation from 2 to 2" in answer(layer="2")["charts"]["live-maps"]["alt"]
    assert "activation from 1 to 1" in answer(layer="7")["charts"]["live-maps"]["alt"]


def test_a_damaged_look_inside_leaves_the_curves(store):
    trained(store, 1, snapshot=True)
    sound = answer()
    (store.files.folder(RUN) / "snapshot.safetensors").write_bytes(b"noise")
    told = answer()
    assert set(told["charts"]) == {"loss-curves", "measure-curves"}
    assert told["frame"] != sound["frame"]  # the page is drawn anew, and says it
    trained(store, 2, snapshot=True)
    assert answer()["frame"] == sound["frame"]


def test_where_the_files_cannot_be_read_it_says_so_without_a_traceback(store, monkeypatch, caplog):
    trained(store, 1)
    for companion in store.folder.glob("runs.sqlite*"):
        companion.unlink()
    assert (ask().status_code, ask().body) == (503, b"")
    assert not [record for record in caplog.records if record.exc_info]
