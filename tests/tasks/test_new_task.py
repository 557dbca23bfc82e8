"""A new task is one new file: nothing else is touched, and everything works with it."""

import numpy as np
import pytest

from tests.inspection.draining import drained
from tests.tasks.conftest import readme_task
from tests.training.examples import few_digits
from visualizer.architecture.answer import Numbers
from visualizer.architecture.architecture import summarize
from visualizer.architecture.fitting import fitted
from visualizer.architecture.presets import TINY
from visualizer.data.prepare import prepare
from visualizer.figures.answers.figures import figures_of
from visualizer.inspection.task_evaluation import evaluate_task
from visualizer.tasks.task import Task, TaskAnswers, task_from_dict, task_to_dict
from visualizer.training.loop.events import Answers, EpochEnded
from visualizer.training.loop.loop import Training
from visualizer.training.settings import (
    RunSpec,
    preset_settings,
    run_spec_from_json,
    run_spec_to_json,
    settings_from_dict,
    settings_to_dict,
)


@pytest.fixture
def task(add_task) -> Task:
    return add_task("brightness", readme_task())()


def test_it_is_stored_and_read(task):
    assert task_from_dict(task_to_dict(task)) == task
    settings = preset_settings(task)
    assert settings.loss == "mse"
    assert settings_from_dict(settings_to_dict(settings)) == settings
    spec = RunSpec(type(task).preset().architecture, settings, 0)
    assert run_spec_from_json(run_spec_to_json(spec)) == spec


def test_its_preset_fits_and_is_learnt(task):
    preset, dataset = type(task).preset(), few_digits(400, 100)
    about = task.about(dataset.annotations)
    assert summarize(preset.architecture, task.goal(about, preset.architecture.input_shape)).fits
    training = Training(RunSpec(preset.architecture, preset_settings(task), 0), dataset)
    events = []
    while not training.ended:
        events += training.advance()
    ends = [event for event in events if isinstance(event, EpochEnded)]
    assert ends[-1].validation_measures["error"] < 0.1 < 0.5 < ends[0].validation_measures["error"]
    answers = [event for event in events if isinstance(event, Answers)]
    assert [event.step for event in answers] == list(range(0, 131, 13))
    assert all(isinstance(answer, Numbers) for answer in answers[-1].answers)
    truths = [task.truth(dataset, index) for index in answers[-1].indices]
    off = [abs(answer.values - truth.values)[0] for answer, truth in zip(answers[-1].answers, truths, strict=True)]
    assert np.mean(off) / 255 == pytest.approx(ends[-1].validation_measures["error"], rel=1e-4)


def test_build_fits_any_network_to_it(task):
    about = task.about(few_digits().annotations)
    changed = fitted(TINY.architecture, (1, 8, 8), task.goal(about, (1, 8, 8)))
    assert summarize(changed).layers[-1].output_shape == (1,)
    assert not changed.ends_in_softmax


def test_its_answers_are_drawn_and_evaluated(task):
    preset, dataset = type(task).preset(), few_digits(64, 20)
    about = task.about(dataset.annotations)
    network = Training(RunSpec(preset.architecture, preset_settings(task), 0), dataset).network.eval()
    network.answering = TaskAnswers(task, about)
    targets = task.targets(dataset, dataset.validation)
    steps = evaluate_task(
        network, task, [prepare(dataset.pictures[dataset.validation], (1, 8, 8))], targets, about, "mse"
    )
    shares, found = drained(steps)
    assert shares[-1] == 1
    assert [measure.title for measure, _ in found.evaluation.measures][:2] == [
        "mean error",
        "mean error of the brightness",
    ]
    figures = figures_of(task.answer_type)
    truth = task.truth(dataset, int(dataset.validation[0]))
    chart = figures.chart(found.answers[0], about, truth)
    assert "brightness" in chart.alt
    assert chart.figure is not None
    (scatter,) = figures.evaluated(found.evaluation, about, 600)
    assert scatter.chart.figure is not None
    assert figures.words(found.answers[0], about).startswith("brightness ")
