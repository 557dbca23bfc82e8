"""Addition of the outputs of several layers."""

from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.layer import Meeting, register
from visualizer.architecture.layers.merging import PlacewiseMerge


@register
@dataclass(frozen=True)
class Add(PlacewiseMerge):
    """Adds the numbers at the same place of all inputs."""

    title: ClassVar[str] = "Add"
    icon: ClassVar[str] = ":material/add_circle:"
    meeting: ClassVar[Meeting] = "sum"
    torch_functions: ClassVar[tuple[str, ...]] = ("add",)
    operator: ClassVar[str] = "+"
    explanation: ClassVar[str] = (
        "Adds its inputs number by number. With a skip connection the layers between learn only what has to change "
        "(the residual), and the gradient finds a way past them: that made networks of 100 layers trainable."
    )
