"""Whatever a task learns by which loss: steps that are far too large end a run in the app's own words."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from visualizer.architecture.network import build
from visualizer.data.catalog import load_dataset
from visualizer.data.dataset import Dataset
from visualizer.data.pointing import make_pointing
from visualizer.data.scenes import make_scenes
from visualizer.data.shapes import make_shapes
from visualizer.figures.answers.figures import figures_of
from visualizer.tasks.task import Task, task_types
from visualizer.training.loop.events import EpochEnded, Failed, StateChanged
from visualizer.training.loop.loop import Training
from visualizer.training.settings import RunSpec, preset_settings

LOSSES = [(kind, loss) for kind in task_types().values() for loss in kind.losses]
each_loss = pytest.mark.parametrize(("kind", "loss"), LOSSES, ids=lambda value: getattr(value, "__name__", value))
_MADE = {
    "digits": lambda: load_dataset("digits"),
    "pointing": lambda: make_pointing(per_class=12),
    "shapes": lambda: make_shapes(per_class=12),
    "scenes": lambda: make_scenes(count=60),
}


@cache
def small(name: str) -> Dataset:
    """A few pictures of that data set: three batches of 16, and as many to evaluate as there are in one."""
    dataset = _MADE[name]()
    return replace(dataset, train=dataset.train[:48], validation=dataset.validation[:16])


def training_of(kind: type[Task], loss: str, optimizer: str, rate: float) -> Training:
    settings = replace(
        preset_settings(kind()), loss=loss, optimizer=optimizer, learning_rate=rate, batch_size=16, epochs=4
    )
    return Training(RunSpec(kind.preset().architecture, settings, 0), small(kind.preset().dataset))


@each_loss
@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 100.0), ("adam", 0.5)])
def test_a_run_with_far_too_large_steps_ends_in_words(kind, loss, optimizer, rate):
    training = training_of(kind, loss, optimizer, rate)
    events = []
    while not training.ended:
        events += training.advance()
        training.snapshot()  # as a page asks for one at any moment
    assert training.weights().arrays
    failed = [event for event in events if isinstance(event, Failed)]
    if not failed:
        assert events[-1] == StateChanged("finished")
        assert math.isfinite([event for event in events if isinstance(event, EpochEnded)][-1].validation_loss)
        return
    assert "With a learning rate of" in failed[0].message
    assert f"Try a learning rate of {rate / 10:g}" in failed[0].message


@each_loss
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_a_network_of_no_numbers_loses_is_no_number_and_it_answers_all_the_same(kind, loss, number):
    """The last layer's weights are so, as they are after the step before the loss says it."""
    task, dataset = kind(), small(kind.preset().dataset)
    network = build(kind.preset().architecture, seed=0).eval()
    with torch.no_grad():
        *_, last = (weights for weights in network.parameters() if weights.ndim > 1)
        last.fill_(number)
    indices = dataset.train[:4]
    shape = task.picture_shape(kind.preset().architecture)
    pictures = torch.rand((4, *shape), generator=torch.Generator().manual_seed(0))
    targets = torch.from_numpy(np.asarray(task.targets(dataset, indices)))
    about = task.about(dataset.annotations)
    with torch.inference_mode():
        value, outputs = task.loss_and_outputs(network, pictures, targets, loss)
        if math.isnan(number):
            assert math.isnan(value.item())
        answers = task.answers(network, outputs, about)
        assert {measure.name for measure in task.measures} == set(task.measured(outputs, targets, about))
        evaluation = task.evaluation(task.kept(outputs), targets.numpy(), about)
    assert all(measure.text(value) for measure, value in evaluation.measures)
    figures_of(task.answer_type).evaluated(evaluation, about, 600)
    for place, answer in zip(indices, answers, strict=True):
        truth, picture = task.truth(dataset, int(place)), dataset.pictures[place]
        figures_of(type(answer)).chart(answer, about, truth)
        figures_of(type(answer)).drawn(picture, answer, truth, about)
