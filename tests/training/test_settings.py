"""The settings of a run: their ranges, their JSON, and how many batches they make."""

import dataclasses

import pytest
import torch

from tests.training.examples import MIXED, spec
from visualizer.architecture.settings import SettingError
from visualizer.training.scheduling.commands import SetLearningRate
from visualizer.training.settings import (
    SETTING_SPECS,
    TrainingSettings,
    batches_per_epoch,
    run_spec_from_json,
    run_spec_to_json,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dataset", ""),
        ("loss", "hinge"),
        ("optimizer", "lbfgs"),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("learning_rate", 1000.0),
        ("momentum", 1.0),
        ("batch_size", 0),
        ("batch_size", 32.0),
        ("epochs", 0),
        ("seed", -1),
        ("initialization", "ones"),
    ],
)
def test_a_setting_out_of_range_is_refused(name, value):
    with pytest.raises(SettingError) as refused:
        TrainingSettings(**{name: value})
    if name != "dataset":
        assert SETTING_SPECS[name].label in str(refused.value)


@pytest.mark.parametrize("value", [0, -1.0, float("inf"), float("nan")])
def test_a_learning_rate_out_of_range_is_refused_while_training_too(value):
    with pytest.raises(SettingError):
        SetLearningRate(value)


def test_every_setting_but_the_data_set_and_the_task_says_its_range():
    names = {field.name for field in dataclasses.fields(TrainingSettings)}
    assert set(SETTING_SPECS) == names - {"dataset", "task"}


def test_a_spec_survives_json():
    other = spec(
        MIXED,
        dataset="shapes",
        loss="mse",
        optimizer="sgd",
        learning_rate=0.1,
        momentum=0.5,
        batch_size=7,
        epochs=3,
        seed=11,
        initialization="he_normal",
    )
    assert run_spec_from_json(run_spec_to_json(other)) == other


@pytest.mark.parametrize(
    ("pictures", "batch_size", "sizes"),
    [
        (64, 32, [32, 32]),
        (70, 32, [32, 32, 6]),
        (65, 32, [32, 32]),  # one of a single picture is left out
        (10, 32, [10]),
        (1, 32, [1]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_batches_of_an_epoch(pictures, batch_size, sizes):
    cut = torch.arange(pictures).split(batch_size)
    assert [len(batch) for batch in cut[: batches_per_epoch(pictures, batch_size)]] == sizes
