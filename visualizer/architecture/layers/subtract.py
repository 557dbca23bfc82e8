"""The difference of the outputs of two layers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.layer import Meeting, register
from visualizer.architecture.layers.merging import PlacewiseMerge


@register
@dataclass(frozen=True)
class Subtract(PlacewiseMerge):
    """Subtracts the second input from the first, number by number."""

    title: ClassVar[str] = "Subtract"
    icon: ClassVar[str] = ":material/do_not_disturb_on:"
    meeting: ClassVar[Meeting] = "difference"
    torch_functions: ClassVar[tuple[str, ...]] = ("sub", "subtract")
    operator: ClassVar[str] = "-"
    explanation: ClassVar[str] = (
        "Subtracts its second input from its first, number by number: what is left shows where the two differ."
    )
    most_inputs: ClassVar[int] = 2
