"""The largest of the outputs of several layers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.layer import Meeting, register
from visualizer.architecture.layers.merging import PlacewiseMerge


@register
@dataclass(frozen=True)
class Maximum(PlacewiseMerge):
    """Keeps the largest of the numbers at the same place of all inputs."""

    title: ClassVar[str] = "Maximum"
    icon: ClassVar[str] = ":material/vertical_align_top:"
    meeting: ClassVar[Meeting] = "maximum"
    torch_functions: ClassVar[tuple[str, ...]] = ("maximum", "max")
    explanation: ClassVar[str] = (
        "Keeps the largest number of its inputs at each place: whichever path answers most strongly is heard."
    )
