"""A data set of one's own is kept in the workspace and found again by its name, and by that only."""

import errno
import os
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import save_file

from tests.data.own import picture
from visualizer.data.catalog import (
    dataset_entry,
    dataset_title,
    is_known,
    load_dataset,
    load_dataset_of_run,
    shared_datasets,
)
from visualizer.data.own_dataset import own_dataset_marks, own_names_in, remove_own, save_own
from visualizer.errors import UserError
from visualizer.workspace import VARIABLE, workspace

PICTURES = {
    "pen": [picture(200, seed) for seed in range(10)],
    "cup": [picture(50, seed, 30, 30) for seed in range(20)],
}


@pytest.fixture(autouse=True)
def empty_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    load_dataset_of_run.cache_clear()


def test_it_is_a_data_set_like_any_other():
    name = save_own(PICTURES, 32, "crop")
    dataset = load_dataset(name, {name})
    assert dataset.class_names == ("cup", "pen")
    assert dataset.pictures.shape == (30, 32, 32, 3)
    assert np.bincount(dataset.labels).tolist() == [20, 10]
    for split in (dataset.train, dataset.validation, dataset.test):
        assert set(dataset.labels[split]) == {0, 1}
    assert sorted(np.concatenate([dataset.train, dataset.validation, dataset.test])) == list(range(30))
    assert (dataset_entry(name, {name}).title, dataset_entry(name, {name}).classes) == ("Mine: cup, pen", 2)
    assert not dataset.pictures.flags.writeable


def test_the_same_pictures_have_the_same_name_and_others_another():
    name = save_own(PICTURES, 32, "crop")
    assert save_own(PICTURES, 32, "crop") == name
    assert save_own(PICTURES, 48, "crop") != name
    assert save_own({"cup": PICTURES["cup"], "can": PICTURES["pen"]}, 32, "crop") != name


@pytest.mark.parametrize("name", ["own-0123456789abcdef", "own-../../../x", "own-", "../own-0123456789abcdef"])
def test_a_name_that_is_not_there_gets_a_sentence(name):
    assert not is_known(name, {name})
    with pytest.raises(UserError):
        load_dataset(name, {name})


def test_it_opens_where_it_belongs_alone_and_nobody_learns_whether_it_is_there():
    """Names travel in saved networks and links; a name is no key."""
    name = save_own(PICTURES, 32, "crop")
    load_dataset(name, {name})  # also when it is in memory
    other = "own-0123456789abcdef"
    messages = set()
    for wanted, own in ((name, ()), (name, (other,)), (other, ()), (other, (other,))):
        assert not is_known(wanted, own)
        for ask in (dataset_entry, load_dataset):
            with pytest.raises(UserError) as refused:
                ask(wanted, own)
            messages.add(str(refused.value))
    assert messages == {
        "This data set is not, or no longer, in this workspace. Your own pictures can be used only in the workspace "
        "where you added them, and only for a while. Add the pictures again, or choose another data set."
    }
    assert name not in shared_datasets()
    # A run was asked for its data set when it was made.
    assert load_dataset_of_run(name).class_names == ("cup", "pen")
    assert (dataset_title(name), dataset_title(other)) == ("Mine: cup, pen", "pictures that are no longer here")


def test_it_is_known_which_are_there_and_one_can_be_removed():
    first, second = (save_own(PICTURES, size, "crop") for size in (32, 48))
    before = own_dataset_marks()
    assert set(before) == {first, second}
    save_own(PICTURES, 32, "crop")
    assert own_dataset_marks()[first] != before[first]
    assert own_dataset_marks()[second] == before[second]
    remove_own(first)
    remove_own("../own")
    assert set(own_dataset_marks()) == {second}
    assert own_names_in(f'["{first}", {{"dataset": "{second}"}}, "own-1"]') == [first, second]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(os.urandom(5_000)),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: save_file({"labels": np.zeros(3)}, path, {"classes": "no JSON"}),
        lambda path: save_file({"labels": np.zeros(3)}, path),
        lambda path: save_file({"pictures": np.zeros((4, 8, 8, 3), np.uint8)}, path, {"classes": '["a", "b"]'}),
        lambda path: save_file(
            {"pictures": np.zeros((4, 8, 8, 3), np.uint8), "labels": np.arange(4)}, path, {"classes": '["a", "b"]'}
        ),
    ],
    ids=["empty", "noise", "cut off", "classes", "no classes", "no labels", "more labels than classes"],
)
def test_a_damaged_file_is_put_aside_and_says_so(damage):
    name = save_own(PICTURES, 32, "crop")
    path = workspace() / "datasets" / f"{name}.safetensors"
    damage(path)
    content = path.read_bytes()
    with pytest.raises(UserError, match=r"The file of this data set is damaged.*Add the pictures again"):
        load_dataset(name, {name})
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert not is_known(name, {name})
    assert save_own(PICTURES, 32, "crop") == name
    assert len(load_dataset(name, {name}).pictures) == 30
    assert aside.exists()


def test_a_sound_file_stays_where_it_is_when_it_cannot_be_read_just_then(monkeypatch):
    name = save_own(PICTURES, 32, "crop")

    def no_handles_left(*_, **__) -> None:
        raise SafetensorError("I/O error: Too many open files (os error 24)")

    with monkeypatch.context() as patched:
        patched.setattr("visualizer.data.own_dataset.safe_open", no_handles_left)
        with pytest.raises(OSError, match="Too many open files"):
            load_dataset(name, {name})
    assert len(load_dataset(name, {name}).pictures) == 30


def test_there_is_room_for_so_much(monkeypatch):
    first = save_own(PICTURES, 32, "crop")
    monkeypatch.setattr("visualizer.data.own_dataset.limits", lambda: SimpleNamespace(datasets_bytes=40_000))
    with pytest.raises(UserError, match=r"no room for these pictures.* ask whoever runs the server"):
        save_own(PICTURES, 64, "crop")
    assert is_known(first, {first})


def test_a_full_disk_says_so(monkeypatch):
    def save(*_) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("visualizer.data.own_dataset.save_atomically", save)
    with pytest.raises(UserError, match="disk is full"):
        save_own(PICTURES, 32, "crop")


def test_a_class_that_is_too_small_is_refused():
    with pytest.raises(UserError, match="“pen” has 5"):
        save_own(PICTURES | {"pen": PICTURES["pen"][:5]}, 32, "crop")
