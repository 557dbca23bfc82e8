"""MNIST is fetched on the Train page by a click, once for everybody, and trained on."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.data.fake_openml import fake_openml
from tests.pages.app import alts, open_page, progress_line, without_exception
from visualizer.architecture.presets import LENET
from visualizer.data.catalog import load_dataset_of_run
from visualizer.data.openml import CLASSES, TOTAL_PICTURES, save_fetched
from visualizer.training.link import LinkedNetwork, link_text
from visualizer.training.settings import TrainingSettings
from visualizer.workspace import workspace

SECONDS = 60
FETCH = "Fetch MNIST (about 15 MB) once for everybody on this server"


@pytest.fixture
def kept():
    """Where MNIST is kept; it is not there before and after the test."""
    path = workspace() / "datasets" / "mnist.safetensors"
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    yield path
    path.unlink(missing_ok=True)
    load_dataset_of_run.cache_clear()


@pytest.fixture
def app(kept: Path) -> AppTest:
    app = open_page("train")
    app.session_state["more-part"] = True
    return without_exception(app.run())


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def press(app: AppTest, label: str) -> AppTest:
    return without_exception(next(button for button in app.button if button.label == label).click().run())


def until(app: AppTest, reached: Callable[[AppTest], bool]) -> AppTest:
    deadline = time.monotonic() + SECONDS
    while not reached(app) and time.monotonic() < deadline:
        time.sleep(0.1)
        without_exception(app.run())
    assert reached(app)
    return app


def bars(app: AppTest) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def test_nothing_is_fetched_before_the_click_and_then_it_is_trained_on(app, kept, tmp_path, monkeypatch):
    fake_openml(tmp_path, monkeypatch)
    assert FETCH in labels(app)
    assert app.selectbox(key="train-dataset").options == [
        "Handwritten digits",
        "Coloured shapes",
        "Colours and shapes",
        "Pointing shapes",
        "Scenes of shapes",
        "Scenes of digits",
    ]
    assert not kept.exists()
    press(app, FETCH)
    until(app, lambda app: "Train on MNIST" in labels(app))
    assert kept.exists()
    assert app.selectbox(key="train-dataset").value == "digits"
    press(app, "Train on MNIST")
    assert "The next run will train on MNIST." in [box.value for box in app.success]
    assert "Train on MNIST" not in labels(app)
    assert app.selectbox(key="train-dataset").value == "mnist"
    group = next(group for group in app.get("button_group") if group.key == "gallery-split")
    assert group.options[0] == "train, 58,000"
    assert any("30 pictures of 28 × 28 pixels" in alt for alt in alts(app))
    press(app, "One step")
    until(app, lambda app: "step 1 of 18,130" in progress_line(app) and "Paused" in progress_line(app))
    press(app, "Reset")
    # Somebody else can choose it without fetching it.
    other = open_page("build")
    without_exception(other.button(key="open--1").click().run())
    assert other.selectbox(key="dataset").options == [
        "Handwritten digits",
        "Coloured shapes",
        "Colours and shapes",
        "Pointing shapes",
        "Scenes of shapes",
        "Scenes of digits",
        "MNIST",
    ]


def test_without_the_internet_a_sentence_says_so_and_it_can_be_tried_again(app, kept, tmp_path, monkeypatch):
    fake_openml(tmp_path, monkeypatch, "offline")
    press(app, FETCH)
    until(app, lambda app: bool(app.error))
    assert [box.value for box in app.error] == [
        "MNIST could not be fetched. No answer came from openml.org: the computer that this app runs on seems to have "
        "no internet. Try it again later, or choose one of the data sets that the app brings along."
    ]
    assert list(kept.parent.glob("*mnist*")) == []
    fake_openml(tmp_path, monkeypatch)
    press(app, FETCH)
    until(app, lambda app: "Train on MNIST" in labels(app))
    assert not app.error


def test_it_can_be_cancelled(app, kept, tmp_path, monkeypatch):
    fake_openml(tmp_path, monkeypatch, "waiting")
    press(app, FETCH)
    until(app, lambda app: any("3.0 MB of about 15 MB have arrived" in bar for bar in bars(app)))
    assert list(kept.parent.glob("fetching-*"))
    press(app, "Cancel")
    until(app, lambda app: FETCH in labels(app) and not list(kept.parent.glob("fetching-*")))
    assert not kept.exists()


def test_a_link_opens_with_it_where_it_is_here(kept):
    save_fetched("mnist", np.zeros((TOTAL_PICTURES, 784), np.uint8), np.arange(TOTAL_PICTURES) % CLASSES, kept)
    app = open_page("build")
    app.query_params["network"] = link_text(LinkedNetwork(LENET.architecture, TrainingSettings(dataset="mnist")))
    without_exception(app.run())
    assert "not on this server" not in app.info[0].value
    without_exception(app.switch_page("../../../pages/train.py").run())
    assert app.selectbox(key="train-dataset").value == "mnist"
