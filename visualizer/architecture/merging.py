"""What the layers share that make one input of the outputs of several layers."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.architecture.span import Span
from visualizer.words import listed

MOST_INPUTS = 32


@dataclass(frozen=True)
class MergeLayer(Layer):
    """A layer whose input is made of the outputs of several layers, as its `meeting` says; it changes nothing else."""

    group: ClassVar[str] = "Merging"
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int] = MOST_INPUTS

    @abstractmethod
    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Of its input, and so of its output. Raises LayerDoesNotFit."""

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm((cls.__name__,), ()),)

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
    """The error of inputs that cannot be merged, with fixes on the first one that differs from the first map."""
    first = next((shape for shape in shapes if shape[1:] != (1, 1)), shapes[0])
    position, other = next((at, shape) for at, shape in enumerate(shapes) if not _meets(layer, shape, first))
    changes = _changes(layer, other, first)
    fixes = [Fix(f"{label} on input {position + 1}", layers, on_input=position) for label, layers in changes]
    return LayerDoesNotFit(f"Inputs of {listed(map(describe_shape, shapes))} arrive.", needs, tuple(fixes))


def _meets(layer: Layer, shape: Shape, first: Shape) -> bool:
    """Whether an input can stay as it is beside the first one."""
    if layer.meeting == "concatenation":
        return len(shape) == len(first) and shape[1:] == first[1:]
    return shape == first or (is_maps(first) and shape == (first[0], 1, 1))


def _changes(layer: Layer, shape: Shape, wanted: Shape) -> list[tuple[str, tuple[Layer, ...]]]:
    """Layers that turn an output of `shape` into one that meets `wanted`, with words for a button; best first."""
    concatenates = layer.meeting == "concatenation"
    if not is_maps(wanted):
        if not is_maps(shape):
            return [(f"Put a Dense {wanted[0]}", (Dense(units=wanted[0], activation=NO_ACTIVATION),))]
        if concatenates:
            return [("Put a GlobalAveragePooling2D", (GlobalAveragePooling2D(),)), ("Put a Flatten", (Flatten(),))]
        pooled = (GlobalAveragePooling2D(), Dense(units=wanted[0], activation=NO_ACTIVATION))
        return [(f"Put a GlobalAveragePooling2D and a Dense {wanted[0]}", pooled)]
    if not is_maps(shape):
        return []
    filters = wanted[0]
    strides = [math.ceil(size / target) for size, target in zip(shape[1:], wanted[1:], strict=True)]
    strided = [math.ceil(size / stride) for size, stride in zip(shape[1:], strides, strict=True)] == list(wanted[1:])
    if not strided or max(strides) > 16 or filters > 512:
        return []
    vertical, horizontal = strides
    if concatenates:
        pooling = MaxPooling2D(pool_size=(vertical, horizontal), strides=(vertical, horizontal), padding="same")
        return [(f"Put a {pooling.summary()}", (pooling,))]
    moved = "" if max(strides) == 1 else f" with stride {vertical if vertical == horizontal else tuple(strides)}"
    convolution = Conv2D(filters=filters, kernel_size=(1, 1), strides=(vertical, horizontal), activation=NO_ACTIVATION)
    return [(f"Put a 1 × 1 convolution of {filters} filters{moved}", (convolution,))]
