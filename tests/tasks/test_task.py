"""What all tasks have in common, and how settings and stored runs speak of them."""

import json

import numpy as np
import pytest

from visualizer.architecture.answer import Classes, Reconstruction
from visualizer.architecture.architecture import summarize
from visualizer.architecture.settings import SettingError
from visualizer.data.catalog import DATASETS, dataset_entry, load_dataset
from visualizer.data.pointing import make_pointing
from visualizer.data.scenes import make_scenes
from visualizer.data.shapes import make_shapes
from visualizer.figures.answers.figures import figures_of
from visualizer.tasks.classification import Classification
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import Measure, TaskPreset, task_from_dict, task_types
from visualizer.training.settings import (
    TrainingSettings,
    preset_settings,
    settings_from_dict,
    settings_to_dict,
)

KINDS = list(task_types().values())
PRESETS = [(kind, preset) for kind in KINDS for preset in (kind.preset(), *kind.more_presets())]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_task_says_what_it_is(kind):
    assert kind.title
    assert kind.explanation.endswith(("?", "."))
    assert kind.icon.startswith(":material/")
    assert kind.losses
    assert len({measure.name for measure in kind.measures}) == len(kind.measures)
    assert figures_of(kind.answer_type).answer_type is kind.answer_type


@pytest.mark.parametrize(
    ("kind", "preset"), PRESETS, ids=lambda one: one.architecture.name if isinstance(one, TaskPreset) else one.__name__
)
def test_a_preset_fits_its_task_and_its_data_set(kind, preset):
    task = kind()
    entry = dataset_entry(preset.dataset)
    assert kind.fits(entry.annotations)
    assert preset.sentence.endswith(".")
    goal = task.goal(task.about(entry.annotations), preset.architecture.input_shape)
    report = summarize(preset.architecture, goal)
    assert report.fits
    assert report.passed_bound(preset_settings(task, preset).batch_size) is None


SMALL = {
    "digits": load_dataset("digits"),
    "pointing": make_pointing(per_class=4),
    "shapes": make_shapes(per_class=2),
    "scenes": make_scenes(count=12),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_target_says_the_right_answer_and_is_drawn(kind):
    task, dataset = kind(), SMALL[kind.preset().dataset]
    about = task.about(dataset.annotations)
    (target,) = task.targets(dataset, np.array([5]))
    answer, truth = task.marked(target, about), task.truth(dataset, 5)
    if answer is None:  # a class is nowhere in the picture, and a picture not in itself
        assert truth is None or isinstance(truth, Classes | Reconstruction)
        return
    for name, value in vars(truth).items():
        np.testing.assert_allclose(getattr(answer, name), value, rtol=1e-4)
    picture = dataset.pictures[5]
    drawn = figures_of(type(answer)).marked(picture, answer, about)
    factor = drawn.shape[0] // picture.shape[0]
    assert (drawn != picture.repeat(factor, 0).repeat(factor, 1)).any()


def test_classification_is_first_and_fits_what_has_one_class_for_a_picture():
    assert KINDS[0] is Classification
    assert [name for name, entry in DATASETS.items() if Classification.fits(entry.annotations)] == [
        "digits",
        "shapes",
        "colour_shapes",
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
