"""What all tasks have in common, and how settings and stored runs speak of them."""

import json

import pytest

from visualizer.architecture.architecture import summarize
from visualizer.architecture.settings import SettingError
from visualizer.data.catalog import DATASETS, dataset_entry
from visualizer.figures.answers.figures import figures_of
from visualizer.tasks.classification import Classification
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import Measure, task_from_dict, task_types
from visualizer.training.settings import (
    TrainingSettings,
    example_settings,
    settings_from_dict,
    settings_to_dict,
)

KINDS = list(task_types().values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_task_says_what_it_is_and_has_an_example_that_fits(kind):
    assert kind.title
    assert kind.explanation.endswith(("?", "."))
    assert kind.icon.startswith(":material/")
    assert kind.losses
    assert len({measure.name for measure in kind.measures}) == len(kind.measures)
    assert figures_of(kind.answer_type).answer_type is kind.answer_type
    example, task = kind.example(), kind()
    entry = dataset_entry(example.dataset)
    assert kind.fits(entry.annotations)
    assert example.sentence.endswith(".")
    goal = task.goal(task.about(entry.annotations), example.architecture.input_shape)
    report = summarize(example.architecture, goal)
    assert report.fits
    assert report.passed_bound(example_settings(task).batch_size) is None


def test_classification_is_first_and_fits_what_has_one_class_for_a_picture():
    assert KINDS[0] is Classification
    assert [name for name, entry in DATASETS.items() if Classification.fits(entry.annotations)] == [
        "digits",
        "shapes",
        "pointing",
    ]
    assert [name for name, entry in DATASETS.items() if Regression.fits(entry.annotations)] == ["pointing"]


def test_settings_of_classification_are_stored_as_before_there_were_tasks():
    assert "task" not in settings_to_dict(TrainingSettings())
    assert settings_from_dict({}) == TrainingSettings()
    assert settings_from_dict(json.loads(json.dumps(settings_to_dict(TrainingSettings())))) == TrainingSettings()


def test_a_loss_that_a_task_has_not_is_refused():
    with pytest.raises(SettingError, match="Regression cannot be trained with the loss 'cross_entropy'"):
        TrainingSettings(task=Regression())
    with pytest.raises(SettingError, match="Classification cannot be trained with the loss 'huber'"):
        TrainingSettings(loss="huber")


@pytest.mark.parametrize("data", [None, 3, [], {}, {"type": 3}, {"type": "Nothing"}, {"type": "Regression", "odd": 1}])
def test_what_is_no_task_is_refused_in_words(data):
    with pytest.raises(SettingError) as refused:
        task_from_dict(data)
    assert str(refused.value)


def test_a_measure_is_written_with_its_unit():
    assert Measure("a", "accuracy", "up", "%", "").text(0.931) == "93.1%"
    assert Measure("e", "error", "down", "pixels", "").text(1.3391) == "1.34 pixels"
    assert Measure("r", "R²", "up", "", "").text(0.5) == "0.5"
