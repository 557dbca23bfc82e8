"""Whatever network is there, the fixes that Build offers lead to one that the task can train."""

from dataclasses import replace

import pytest

from visualizer.architecture.architecture import Architecture, summarize
from visualizer.architecture.editing import Draft
from visualizer.architecture.fitting import fitted
from visualizer.architecture.gallery.catalog import GALLERY
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.batch_normalization import BatchNormalization
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.sampling import Sampling
from visualizer.data.catalog import dataset_entry
from visualizer.tasks.autoencoder import Autoencoder
from visualizer.tasks.gan import Gan
from visualizer.tasks.one_object import OneObject
from visualizer.tasks.regression import Regression
from visualizer.tasks.task import Task, task_types
from visualizer.tasks.variational_autoencoder import VariationalAutoencoder

SOFTMAX = Activation(function="softmax")
KINDS = list(task_types().values())
NETWORKS = [
    *(entry.make_small() for entry in GALLERY),
    *(kind.preset().architecture for kind in KINDS),
    Architecture("Softmax apart", (1, 16, 16), (Flatten(), Dense(units=10), SOFTMAX)),
    Architecture("Five and a softmax", (1, 16, 16), (Flatten(), Dense(units=5), BatchNormalization(), SOFTMAX)),
    Architecture("Maps and a softmax", (1, 16, 16), (Conv2D(filters=10, padding="same"), SOFTMAX)),
    Architecture("One map and a softmax", (1, 16, 16), (Conv2D(filters=1, padding="same"), SOFTMAX)),
]


def goal_of(task: Task, architecture: Architecture):
    about = task.about(dataset_entry(task.preset().dataset).annotations)
    return task.goal(about, architecture.input_shape)


def problem_of(task: Task, architecture: Architecture):
    report = summarize(architecture, goal_of(task, architecture))
    return next(((index, row.problem) for index, row in enumerate(report.layers) if row.problem), None)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_offered_fix_leads_to_a_network_that_fits(kind, network):
    """Any of the fixes first, then the first that is offered: two clicks are enough."""
    found = problem_of(kind(), network)
    for fix in found[1].fixes if found else ():
        draft = Draft.of(network)
        draft = draft.apply(draft.ids[found[0]], fix)
        if again := problem_of(kind(), draft.architecture):
            draft = draft.apply(draft.ids[again[0]], again[1].fixes[0])
        assert summarize(draft.architecture, goal_of(kind(), draft.architecture)).fits
    if found:
        assert found[1].fixes


@pytest.mark.parametrize("kind", [Regression, OneObject])
def test_a_softmax_that_is_a_layer_of_its_own_goes_where_numbers_are_wanted(kind):
    count = {Regression: 5, OneObject: 14}[kind]
    many = Architecture("", (1, 16, 16), (Flatten(), Dense(units=10), SOFTMAX))
    index, problem = problem_of(kind(), many)
    assert (index, [fix.label for fix in problem.fixes]) == (1, [f"Use {count} units", f"Add Dense {count}"])
    changed = fitted(many, many.input_shape, goal_of(kind(), many))
    assert changed.layers == (Flatten(), Dense(units=count))
    right = many.with_layers((Flatten(), Dense(units=count), BatchNormalization(), SOFTMAX))
    index, problem = problem_of(kind(), right)
    assert (index, [fix.label for fix in problem.fixes]) == (3, ["Remove this Activation"])
    assert Draft.of(right).apply(3, problem.fixes[0]).architecture.layers == right.layers[:3]


def test_a_softmax_without_any_other_layer_goes_too():
    network = Architecture("", (1, 16, 16), (SOFTMAX,))
    index, problem = problem_of(Autoencoder(), network)
    assert Draft.of(network).apply(index, problem.fixes[0]).architecture.layers == ()


def test_an_autoencoder_becomes_a_variational_one_where_its_code_is():
    network = Autoencoder.preset().architecture
    index, problem = problem_of(VariationalAutoencoder(), network)
    assert network.layers[index] == Dense(units=2, activation="linear")
    assert [fix.label for fix in problem.fixes] == ["Use 4 units and add Sampling"]
    changed = Draft.of(network).apply(index, problem.fixes[0]).architecture
    assert changed.layers[index : index + 2] == (Dense(units=4, activation="linear"), Sampling())
    # A normalised code gets a layer of its own.
    layers = (*network.layers[: index + 1], BatchNormalization(), *network.layers[index + 1 :])
    index, problem = problem_of(VariationalAutoencoder(), Architecture("", network.input_shape, layers))
    assert [fix.label for fix in problem.fixes] == ["Add Dense 4 and Sampling"]


@pytest.mark.parametrize("kind", [Gan, VariationalAutoencoder])
def test_where_no_small_change_helps_the_preset_is_named_and_opened(kind):
    classifier = GALLERY[0].make_small()
    preset = kind.preset().architecture
    index, problem = problem_of(kind(), classifier)
    assert [fix.label for fix in problem.fixes] == [f"Open “{preset.name}” instead"]
    assert Draft.of(classifier).apply(index, problem.fixes[0]).architecture == preset
    # A button that promises to fit the network does not replace it.
    assert fitted(classifier, classifier.input_shape, goal_of(kind(), classifier)) is None


def test_a_gan_whose_discriminator_outputs_too_much_is_changed_at_its_head():
    preset = Gan.preset().architecture
    wide = replace(preset, layers=(*preset.layers[:-1], Dense(units=10, activation="softmax")))
    _, problem = problem_of(Gan(), wide)
    assert [fix.label for fix in problem.fixes] == ["Use 1 units", "Add Dense 1"]
