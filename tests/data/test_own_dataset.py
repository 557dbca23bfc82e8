"""A data set of one's own is kept in the workspace and found again by its name, and by that only."""

import errno
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest

from tests.data.own import picture
from visualizer.data.catalog import dataset_entry, is_known, load_dataset
from visualizer.data.own_dataset import remove_own_except, save_own
from visualizer.errors import UserError
from visualizer.workspace import VARIABLE, workspace

PICTURES = {
    "pen": [picture(200, seed) for seed in range(10)],
    "cup": [picture(50, seed, 30, 30) for seed in range(20)],
}


@pytest.fixture(autouse=True)
def empty_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))


def test_it_is_a_data_set_like_any_other():
    name = save_own(PICTURES, 32, "crop")
    dataset = load_dataset(name)
    assert dataset.class_names == ("cup", "pen")
    assert dataset.pictures.shape == (30, 32, 32, 3)
    assert np.bincount(dataset.labels).tolist() == [20, 10]
    for split in (dataset.train, dataset.validation, dataset.test):
        assert set(dataset.labels[split]) == {0, 1}
    assert sorted(np.concatenate([dataset.train, dataset.validation, dataset.test])) == list(range(30))
    assert (dataset_entry(name).title, dataset_entry(name).classes) == ("Mine: cup, pen", 2)
    assert not dataset.pictures.flags.writeable


def test_the_same_pictures_have_the_same_name_and_others_another():
    name = save_own(PICTURES, 32, "crop")
    assert save_own(PICTURES, 32, "crop") == name
    assert save_own(PICTURES, 48, "crop") != name
    assert save_own({"cup": PICTURES["cup"], "can": PICTURES["pen"]}, 32, "crop") != name


@pytest.mark.parametrize("name", ["own-0123456789abcdef", "own-../../../x", "own-", "../own-0123456789abcdef"])
def test_a_name_that_is_not_there_gets_a_sentence(name):
    assert not is_known(name)
    with pytest.raises(UserError):
        load_dataset(name)


def test_what_nobody_names_is_removed_after_a_while():
    names = [save_own(PICTURES, size, "crop") for size in (32, 48, 64)]
    now = time.time()
    os.utime(workspace() / "datasets" / f"{names[0]}.safetensors", (now - 100, now - 100))
    os.utime(workspace() / "datasets" / f"{names[1]}.safetensors", (now - 100, now - 100))
    remove_own_except({names[1]}, older_than=now - 50)
    assert [is_known(name) for name in names] == [False, True, True]


def test_there_is_room_for_so_much(monkeypatch):
    first = save_own(PICTURES, 32, "crop")
    monkeypatch.setattr("visualizer.data.own_dataset.limits", lambda: SimpleNamespace(datasets_bytes=40_000))
    with pytest.raises(UserError, match=r"no room for these pictures.* ask whoever runs the server"):
        save_own(PICTURES, 64, "crop")
    assert is_known(first)


def test_a_full_disk_says_so(monkeypatch):
    def save(*_) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("visualizer.data.own_dataset.save_atomically", save)
    with pytest.raises(UserError, match="disk is full"):
        save_own(PICTURES, 32, "crop")


def test_a_class_that_is_too_small_is_refused():
    with pytest.raises(UserError, match="“pen” has 5"):
        save_own(PICTURES | {"pen": PICTURES["pen"][:5]}, 32, "crop")
