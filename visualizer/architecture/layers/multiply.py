"""The product of the outputs of several layers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.layer import Meeting, register
from visualizer.architecture.layers.merging import PlacewiseMerge


@register
@dataclass(frozen=True)
class Multiply(PlacewiseMerge):
    """Multiplies the numbers at the same place of all inputs."""

    title: ClassVar[str] = "Multiply"
    icon: ClassVar[str] = ":material/cancel:"
    meeting: ClassVar[Meeting] = "product"
    torch_functions: ClassVar[tuple[str, ...]] = ("mul", "multiply")
    operator: ClassVar[str] = "*"
    explanation: ClassVar[str] = (
        "Multiplies its inputs number by number. An input between 0 and 1 works as a gate: it lets the other one "
        "through, or holds it back. One number for each map weighs whole maps, as in squeeze and excitation."
    )
