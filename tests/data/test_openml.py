"""MNIST is fetched once, kept whole or not at all, and then read without scikit-learn and without a network."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.data.fake_openml import fake_openml
from visualizer.data.catalog import (
    DATASETS,
    dataset_entry,
    is_known,
    load_dataset,
    load_dataset_of_run,
    shared_datasets,
)
from visualizer.data.openml import CLASSES, HELD_OUT_PER_CLASS, TOTAL_PICTURES, fetch, load_fetched, save_fetched
from visualizer.errors import UserError
from visualizer.workspace import VARIABLE, workspace


@pytest.fixture(autouse=True)
def empty_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "workspace"))
    load_dataset_of_run.cache_clear()
    yield
    load_dataset_of_run.cache_clear()


def fetched(name: str) -> list[tuple[float, str]]:
    steps, seen = fetch(name), []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration:
            return seen


def files() -> list[str]:
    return [path.name for path in (workspace() / "datasets").iterdir()]


def test_what_was_fetched_is_a_data_set_like_any_other(tmp_path, monkeypatch):
    fake_openml(tmp_path / "fake", monkeypatch)
    assert not is_known("mnist")
    progress = fetched("mnist")
    assert all(0 <= share <= 1 for share, _ in progress)
    assert any("3.0 MB of about 15 MB have arrived" in words for _, words in progress)
    assert files() == ["mnist.safetensors"]
    assert (workspace() / "datasets" / "mnist.safetensors").stat().st_size < 50_000_000

    assert is_known("mnist")
    assert list(shared_datasets()) == [*DATASETS, "mnist"]
    assert (dataset_entry("mnist").title, dataset_entry("mnist").classes) == ("MNIST", 10)
    dataset = load_dataset("mnist")
    assert dataset.pictures.shape == (62_000, 28, 28, 1)
    assert (dataset.pictures.dtype, dataset.labels.dtype) == (np.uint8, np.int64)
    assert dataset.labels[:10].tolist() == [index * 7 % 10 for index in range(10)]
    # The white row says which class it is.
    assert (dataset.pictures[..., 0].max(axis=2).argmax(axis=1) == dataset.labels * 2 + 4).all()
    parts = dataset.train, dataset.validation, dataset.test
    assert [len(part) for part in parts] == [58_000, 2_000, 2_000]
    assert (np.sort(np.concatenate(parts)) == np.arange(62_000)).all()
    assert max(dataset.train.max(), dataset.validation.max()) < 60_000 <= dataset.test.min()
    for part in parts[1:]:
        assert np.bincount(dataset.labels[part]).tolist() == [HELD_OUT_PER_CLASS] * CLASSES
    assert "62,000 are used" in dataset.description

    # A second time nothing is asked, and everybody has the same split.
    fake_openml(tmp_path / "fake", monkeypatch, "offline")
    assert fetched("mnist") == []
    again = load_fetched("mnist")
    assert (again.validation == dataset.validation).all()
    assert (again.test == dataset.test).all()


def test_it_is_read_without_scikit_learn(tmp_path):
    (workspace() / "datasets").mkdir(parents=True)
    labels = np.arange(TOTAL_PICTURES) % CLASSES
    save_fetched(
        "fashion_mnist",
        np.zeros((TOTAL_PICTURES, 784), np.uint8),
        labels,
        workspace() / "datasets/fashion_mnist.safetensors",
    )
    program = (
        "import sys; from visualizer.data.catalog import load_dataset; print(load_dataset('fashion_mnist').class_names"
        "[9], [name for name in ('sklearn', 'torch', 'pandas') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "ankle boot []"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("offline", "the computer that this app runs on seems to have no internet"),
        ("silent", "No answer came from openml.org: the computer"),
        ("forbidden", "answered with the code 403"),
        ("damaged", "The file from openml.org is damaged, or it is another one."),
        ("full", "could not be written to the disk of the server (No space left on device)"),
        ("killed", "ended unexpectedly"),
    ],
)
def test_a_failure_is_told_in_a_sentence_and_leaves_nothing_behind(how, why, tmp_path, monkeypatch):
    fake_openml(tmp_path / "fake", monkeypatch, how)
    with pytest.raises(UserError) as caught:
        fetched("mnist")
    assert str(caught.value).startswith("MNIST could not be fetched. ")
    assert why in str(caught.value)
    assert "choose one of the data sets that the app brings along" in str(caught.value)
    assert files() == []
    assert not is_known("mnist")


def test_scikit_learn_itself_without_the_internet(monkeypatch):
    for variable in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(UserError, match=r"MNIST could not be fetched\. .* seems to have no internet"):
        fetched("mnist")
    assert files() == []


def test_cancelled_it_ends_the_process_and_leaves_nothing_behind(tmp_path, monkeypatch):
    fake_openml(tmp_path / "fake", monkeypatch, "waiting")
    steps = fetch("mnist")
    for _, words in steps:
        if "have arrived" in words:
            break
    assert len(files()) == 1
    steps.close()
    assert files() == []
    assert not any(b"openml_process" in line for line in _commands())
    # The next one need not wait for it.
    fake_openml(tmp_path / "fake", monkeypatch)
    assert not any("Somebody else" in words for _, words in fetched("mnist"))


def _commands() -> list[bytes]:
    """The command lines of this process's children."""
    listed = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, check=False)
    return listed.stdout.splitlines()


def test_its_process_ends_with_the_server_and_takes_its_folder_along(tmp_path, monkeypatch):
    fake_openml(tmp_path / "fake", monkeypatch, "waiting")
    folder = tmp_path / "fetching"
    folder.mkdir()
    command = [sys.executable, "-m", "visualizer.data.openml_process", "mnist", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        while not list(folder.rglob("52667.gz")):
            assert process.poll() is None
            time.sleep(0.02)
        assert process.stdin is not None
        process.stdin.close()  # as it is when the server is gone
        assert process.wait() == 1
    assert not folder.exists()


def test_two_at_once_fetch_it_once(tmp_path, monkeypatch):
    fake_openml(tmp_path / "fake", monkeypatch, "waiting")
    first = fetch("mnist")
    next(first)
    seen: list[str] = []

    def second() -> None:
        seen.extend(words for _, words in fetch("mnist"))

    waiting = threading.Thread(target=second)
    waiting.start()
    while not seen and waiting.is_alive():
        time.sleep(0.02)
    assert seen[0] == "Somebody else is fetching MNIST …"
    # Whoever was first comes to an end.
    labels = np.arange(TOTAL_PICTURES) % CLASSES
    save_fetched(
        "mnist", np.zeros((TOTAL_PICTURES, 784), np.uint8), labels, workspace() / "datasets" / "mnist.safetensors"
    )
    first.close()
    waiting.join()
    assert files() == ["mnist.safetensors"]
    assert set(seen) == {seen[0]}


def test_what_an_ended_server_left_is_removed(tmp_path, monkeypatch):
    old, new = (workspace() / "datasets" / f"fetching-{age}" for age in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "half.gz").write_bytes(b"half")
    os.utime(old, (0, 0))
    fake_openml(tmp_path / "fake", monkeypatch, "offline")
    with pytest.raises(UserError):
        fetched("mnist")
    assert files() == ["fetching-new"]


def test_a_damaged_file_can_be_fetched_again(tmp_path):
    path = workspace() / "datasets" / "mnist.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    with pytest.raises(UserError, match=r"MNIST is not on this server yet\. .* Fetch it on the Train page"):
        load_dataset("mnist")
    assert not is_known("mnist")


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (np.zeros((TOTAL_PICTURES, 783), np.uint8), np.arange(TOTAL_PICTURES) % CLASSES),
        (np.zeros((10, 784), np.uint8), np.arange(10)),
        (np.full((TOTAL_PICTURES, 784), -1, np.int16), np.arange(TOTAL_PICTURES) % CLASSES),
        (np.zeros((TOTAL_PICTURES, 784), np.uint8), np.arange(TOTAL_PICTURES) % 9),
        (np.zeros((TOTAL_PICTURES, 784), np.uint8), np.full(TOTAL_PICTURES, "cat", object)),
        (np.full((TOTAL_PICTURES, 784), "x"), np.arange(TOTAL_PICTURES) % CLASSES),
    ],
)
def test_anything_else_than_these_pictures_is_refused(data, target, tmp_path):
    path = Path(tmp_path, "mnist.safetensors")
    with pytest.raises(UserError, match="does not hold 70,000 pictures of 28 × 28 pixels"):
        save_fetched("mnist", data, target, path)
    assert not path.exists()
