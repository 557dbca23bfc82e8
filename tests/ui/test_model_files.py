"""The files of a network of any task: opened again here, and run by another program."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from visualizer.architecture.network import Network, build
from visualizer.architecture.presets import TINY
from visualizer.architecture.settings import Integer, Real
from visualizer.data.annotations import Annotations
from visualizer.data.catalog import dataset_entry
from visualizer.inspection.load import load_network
from visualizer.tasks.classification import Classification
from visualizer.tasks.gan import Gan
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import Task, TaskAnswers, task_types
from visualizer.training.settings import preset_settings
from visualizer.ui.look.model_file_menu import _exported, _onnx, _saved
from visualizer.ui.state.opened_model import read_model

KINDS = list(task_types().values())
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def about(kind: type[Task]) -> Annotations:
    return dataset_entry(kind.preset().dataset).annotations


def network_of(kind: type[Task], seed: int = 4) -> Network:
    """The preset's network, with running means that are not those of an untrained layer."""
    settings = preset_settings(kind())
    network = build(kind.preset().architecture, seed=seed, softmax_in_loss=settings.softmax_in_loss).train()
    with torch.no_grad():
        network(shown(network, 8))
    return network.eval()


def shown(network: Network, count: int) -> torch.Tensor:
    return torch.rand((count, *network.input_shape), generator=torch.Generator().manual_seed(count))


def changed(kind: type[Task]) -> Task:
    """The task with settings that are not the defaults."""
    values = {item.name: item.spec.maximum for item in kind.settings() if isinstance(item.spec, Real | Integer)}
    return kind(**values)


@each_kind
def test_a_saved_network_opens_with_its_task_its_settings_and_the_same_answer(kind):
    network, task, dataset = network_of(kind), changed(kind), kind.preset().dataset
    opened = read_model(_saved(network, dataset, task))
    assert (opened.task, opened.dataset, opened.architecture) == (task, dataset, network.architecture)
    assert opened.softmax_in_loss == network.softmax_in_loss
    assert opened.note == ""
    again = load_network(opened.architecture, opened.weights, softmax_in_loss=opened.softmax_in_loss)
    pictures, answers = shown(network, 1), []
    for each in (network, again):
        with torch.inference_mode():
            answers.append(TaskAnswers(task, task.about(about(kind))).answer_to(each, pictures, each(pictures)))
    assert type(answers[0]) is type(answers[1]) is task.answer_type
    for name, value in vars(answers[0]).items():
        np.testing.assert_array_equal(value, getattr(answers[1], name))


@each_kind
def test_the_file_for_other_programs_answers_as_torch_does_and_says_what_its_numbers_mean(kind):
    network, annotations = network_of(kind), about(kind)
    exported = _exported(network, kind(), annotations)
    data = _onnx(network, exported, annotations.class_names)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for count in (1, 3):
        pictures = shown(network, count)
        (answered,) = session.run(["answers"], {"pictures": pictures.numpy()})
        with torch.no_grad():
            expected = network.run(pictures, until=exported.until).numpy()
        np.testing.assert_allclose(answered, expected, rtol=1e-3, atol=1e-4)
    metadata = {entry.key: json.loads(entry.value) for entry in onnx.load_from_string(data).metadata_props}
    assert len(metadata["outputs"]) == expected.shape[1]
    assert len(set(metadata["outputs"])) == len(metadata["outputs"])
    assert metadata["classes"] == (list(annotations.class_names) if kind is Classification else [])
    assert exported.sentence.endswith(".")


def test_the_outputs_have_their_units_and_ranges():
    names = _exported(network_of(Regression), Regression(), about(Regression)).names
    quantities = about(Regression).quantities
    size = quantities[0]
    assert names[0] == f"{size.name}, from 0 to 1 for {size.low:g} to {size.high:g} {size.unit}"
    assert sum("sine of the direction" in name for name in names) == 2
    boxes = _exported(network_of(OneObject), OneObject(), about(OneObject)).names
    assert boxes[0] == f"score of {about(OneObject).class_names[0]}, before the softmax"
    assert boxes[-1] == "height of the box, a share of the picture’s height, before the sigmoid"


def test_the_file_of_a_gan_makes_pictures():
    network = network_of(Gan)
    exported = _exported(network, Gan(), about(Gan))
    data = _onnx(network, exported, about(Gan).class_names)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    noise = shown(network, 2)
    (made,) = session.run(["answers"], {"pictures": noise.numpy()})
    assert made.shape == (2, *Gan().picture_shape(network.architecture))
    assert exported.input_sentence
    parts = [weights.name for weights in onnx.load_from_string(data).graph.initializer]
    assert parts
    with torch.inference_mode():
        answer = TaskAnswers(Gan(), about(Gan)).answer_to(network, noise[:1], network(noise[:1]))
    np.testing.assert_allclose(made[0].transpose(1, 2, 0), answer.values, rtol=1e-3, atol=1e-4)


@each_kind
def test_of_a_network_that_does_not_fit_its_task_no_outputs_are_named(kind):
    network = build(replace(TINY.architecture, layers=TINY.architecture.layers[:1]))
    exported = _exported(network, kind(), about(kind))
    assert (exported.names, exported.until) == ((), None)
