"""The networks that a page can look into."""

from visualizer.architecture.architecture import Architecture
from visualizer.architecture.layers.average_pooling2d import AveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.ui.state.models import chosen_network
from visualizer.ui.state.session import Session


def test_networks_that_differ_only_in_a_layer_s_type_are_not_taken_for_each_other():
    owner = Session()
    for layer in (MaxPooling2D(), AveragePooling2D()):
        architecture = Architecture("", (1, 8, 8), (layer,))
        owner.open_architecture(architecture)
        _, network = chosen_network(owner, "untrained")
        assert network.architecture == architecture
