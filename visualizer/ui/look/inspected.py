"""A network at work on a picture: the input of each part of Look inside."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.ui.parts.picture_source import ChosenPicture
from visualizer.ui.state.models import NetworkKey

if TYPE_CHECKING:
    from visualizer.architecture.flow import FlowNetwork
    from visualizer.inspection.probe import Probe


@dataclass(frozen=True)
class Inspected:
    """A network, a picture, and the network's results for it.

    Attributes:
        key: What identifies the network's weights; results are kept under it.
        network: The network, in evaluation mode. Sessions share it: nobody may change it.
        dataset: The name of the data set it was made for.
        picture: The picture.
        probe: Every layer of the network on that picture.
    """

    key: NetworkKey
    network: "FlowNetwork"
    dataset: str
    picture: ChosenPicture
    probe: "Probe"
