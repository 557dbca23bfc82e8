"""The mean of the outputs of several layers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.layer import Meeting, register
from visualizer.architecture.layers.merging import PlacewiseMerge


@register
@dataclass(frozen=True)
class Average(PlacewiseMerge):
    """Takes the mean of the numbers at the same place of all inputs."""

    title: ClassVar[str] = "Average"
    icon: ClassVar[str] = ":material/percent:"
    meeting: ClassVar[Meeting] = "average"
    explanation: ClassVar[str] = (
        "Takes the mean of its inputs, number by number: several paths vote, and what only one says counts less."
    )
