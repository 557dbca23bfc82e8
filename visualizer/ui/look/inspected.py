"""A network at work on a picture: the input of each part of Look inside."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from visualizer.tasks.task import Task
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
        task: What it was trained for.
        picture: The picture.
        probe: Every layer of the network on that picture.
    """

    key: NetworkKey
    network: "FlowNetwork"
    dataset: str
    task: Task
    picture: ChosenPicture
    probe: "Probe"

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each number of the last layer's output means; empty where it is unknown, or the output is maps."""
        answering = self.network.answering
        names = self.picture.class_names if answering is None else answering.output_names
        return names if self.probe.layers[-1].output.shape == (len(names),) else ()
