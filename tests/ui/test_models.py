"""The networks that a page can look into."""

import pytest
import torch

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.data.catalog import DATASETS
from visualizer.data.prepare import prepare
from visualizer.ui.state.models import READY_NETWORKS, chosen_network, network_choices, opened_network
from visualizer.ui.state.session import Session


def test_networks_that_differ_only_in_a_layer_s_type_are_not_taken_for_each_other():
    owner = Session()
    for layer in (MaxPooling2D(), AveragePooling2D()):
        architecture = Architecture("", (1, 8, 8), (layer,))
        owner.open_architecture(architecture)
        _, network = chosen_network(owner, "untrained")
        assert network.architecture == architecture


@pytest.mark.parametrize("choice", READY_NETWORKS)
def test_a_ready_made_network_is_offered_and_reads_the_test_pictures_of_its_own_data_set(choice):
    owner = Session()
    assert network_choices(owner)[choice] == READY_NETWORKS[choice].title
    opened = opened_network(owner, choice)
    entry = DATASETS[opened.dataset]
    assert opened.network.input_shape == entry.shape
    dataset = entry.load()
    some = dataset.test[:60]
    with torch.no_grad():
        answers = opened.network(torch.from_numpy(prepare(dataset.pictures[some], opened.network.input_shape)))
    assert float((answers.argmax(dim=1).numpy() == dataset.labels[some]).mean()) > 0.8
