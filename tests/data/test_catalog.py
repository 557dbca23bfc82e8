import subprocess
import sys

import numpy as np
import pytest

from visualizer.data.catalog import DATASETS, load_dataset
from visualizer.errors import UserError


def test_importing_the_catalog_loads_neither_scikit_learn_nor_torch() -> None:
    program = (
        "import sys, visualizer.data.catalog; print([name for name in ('sklearn', 'torch') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_is_what_its_entry_says(name: str) -> None:
    dataset, entry = load_dataset(name), DATASETS[name]
    assert dataset.name == name
    assert dataset.title == entry.title
    assert len(dataset.class_names) == entry.classes
    assert len(dataset.pictures) == len(dataset.labels)
    assert set(dataset.labels.tolist()) == set(range(entry.classes))
    together = np.concatenate([dataset.train, dataset.validation, dataset.test])
    assert sorted(together.tolist()) == list(range(len(dataset.labels)))


def test_a_data_set_is_made_once() -> None:
    assert load_dataset("digits") is load_dataset("digits")


def test_what_all_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_dataset("digits").pictures[0] = 0


def test_an_unknown_name_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match=r"no data set “cats”\. Choose one of these: digits, shapes"):
        load_dataset("cats")
