"""A data set of one's own is kept in the workspace and found again by its name, and by that only."""

import numpy as np
import pytest

from tests.data.own import picture
from visualizer.data.catalog import dataset_entry, is_known, load_dataset
from visualizer.data.own_dataset import save_own
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


def test_the_oldest_make_room(monkeypatch):
    monkeypatch.setattr("visualizer.data.own_dataset.MAX_KEPT", 2)
    names = [save_own(PICTURES, size, "crop") for size in (32, 48, 64)]
    assert [is_known(name) for name in names] == [False, True, True]
    assert len(list((workspace() / "datasets").iterdir())) == 2


def test_a_class_that_is_too_small_is_refused():
    with pytest.raises(UserError, match="“pen” has 5"):
        save_own(PICTURES | {"pen": PICTURES["pen"][:5]}, 32, "crop")
