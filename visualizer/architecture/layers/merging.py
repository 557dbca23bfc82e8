"""What the layers share that make one input of the outputs of several layers; no layer type itself."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Layer, LayerDoesNotFit
from visualizer.architecture.layers.merging_fixes import fixes
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.architecture.span import Span
from visualizer.architecture.torch_form import TorchForm
from visualizer.words import listed

MOST_INPUTS = 32


@dataclass(frozen=True)
class MergeLayer(Layer):
    """A layer whose input is made of the outputs of several layers, as its `meeting` says; it changes nothing else."""

    group: ClassVar[str] = "Merging"
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int] = MOST_INPUTS
    # Python's operator between two tensors that does the same.
    operator: ClassVar[str] = ""
    # torch's functions of several tensors that do the same.
    torch_functions: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Of its input, and so of its output. Raises LayerDoesNotFit."""

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm((cls.__name__,), (), functions=(cls.__name__.lower(),), operator=cls.operator),)

    @classmethod
    def torch_forms(cls) -> tuple[TorchForm, ...]:
        return (
            TorchForm(
                (), {}, lambda *_: (cls(),), cls.torch_functions, cls.operator, keeps_sign=cls.meeting != "difference"
            ),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def sees(self, axis: int, span: Span, input_shape: Shape) -> Span:
        return span

    def stages(self, input_shape: Shape) -> list[Stage]:
        return []


@dataclass(frozen=True)
class PlacewiseMerge(MergeLayer):
    """A merge that computes each number from the numbers at the same place of all inputs.

    All have one shape, but (C, 1, 1) may meet (C, H, W): each of its numbers then stands for a whole map.
    """

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        largest = max(shapes, key=math.prod)
        for shape in shapes:
            if shape != largest and not (is_maps(largest) and shape == (largest[0], 1, 1)):
                raise does_not_meet(self, shapes, f"{self.title} works place by place: all inputs need the same shape.")
        return largest


def does_not_meet(layer: Layer, shapes: Sequence[Shape], needs: str) -> LayerDoesNotFit:
    """The error of inputs that cannot be merged, with layers that make one of them meet another as its fixes."""
    arrives = f"Inputs of {listed(map(describe_shape, shapes))} arrive."
    return LayerDoesNotFit(arrives, needs, fixes(shapes, placewise=layer.meeting != "concatenation"))
