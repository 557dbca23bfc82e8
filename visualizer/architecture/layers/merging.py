"""What the layers share that make one input of the outputs of several layers; no layer type itself.

It lies among them since its fixes are made of them.
"""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.convolution import MOST_FILTERS
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.kernels import Stage
from visualizer.architecture.layer import Fix, Layer, LayerDoesNotFit
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.cropping2d import Cropping2D
from visualizer.architecture.layers.dense import MOST_UNITS, Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.global_average_pooling2d import GlobalAveragePooling2D
from visualizer.architecture.layers.max_pooling2d import MaxPooling2D
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.architecture.span import Span
from visualizer.words import listed

MOST_INPUTS = 32
MOST_STRIDE = 16  # of a convolution or a pooling, and the largest factor of enlarging that a fix proposes
MOST_BORDER = 16  # pixels on both sides together that a fix adds or cuts off
MOST_MADE = min(MOST_FILTERS, MOST_UNITS)  # channels that a fix makes

Change = tuple[str, tuple[Layer, ...]]  # what a button says, and the layers


@dataclass(frozen=True)
class MergeLayer(Layer):
    """A layer whose input is made of the outputs of several layers, as its `meeting` says; it changes nothing else."""

    group: ClassVar[str] = "Merging"
    least_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int] = MOST_INPUTS
    # Python's operator between two tensors that does the same.
    operator: ClassVar[str] = ""

    @abstractmethod
    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Of its input, and so of its output. Raises LayerDoesNotFit."""

    @classmethod
    def keras_forms(cls) -> tuple[KerasForm, ...]:
        return (KerasForm((cls.__name__,), (), functions=(cls.__name__.lower(),), operator=cls.operator),)

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
    at = _first(layer, shapes)
    other = next(place for place, shape in enumerate(shapes) if not _meets(layer, shape, shapes[at]))
    fixes = _fixes(layer, shapes, other, at)
    # A vector either weighs whole maps, or a pooling of the maps was forgotten.
    either = layer.meeting != "concatenation" and len(shapes[at]) != len(shapes[other])
    if len(shapes) == 2 and (either or not fixes):
        fixes += _fixes(layer, shapes, at, other)
    return LayerDoesNotFit(f"Inputs of {listed(map(describe_shape, shapes))} arrive.", needs, tuple(fixes))


def _first(layer: Layer, shapes: Sequence[Shape]) -> int:
    """The place of the input that the others are to meet: place by place maps come before vectors."""
    placewise = layer.meeting != "concatenation"
    places = range(len(shapes))
    return max(places, key=lambda at: (placewise and is_maps(shapes[at]), shapes[at][1:] != (1, 1)))


def _fixes(layer: Layer, shapes: Sequence[Shape], position: int, at: int) -> list[Fix]:
    """What can be put on the input at `position` so that it meets the one at `at`."""
    changes = _changes(layer, shapes[position], shapes[at])
    return [Fix(f"{label} on input {position + 1}", layers, on_input=position) for label, layers in changes]


def _meets(layer: Layer, shape: Shape, first: Shape) -> bool:
    """Whether an input can stay as it is beside the first one."""
    if layer.meeting == "concatenation":
        return len(shape) == len(first) and shape[1:] == first[1:]
    return shape == first or (is_maps(first) and shape == (first[0], 1, 1))


def _changes(layer: Layer, shape: Shape, wanted: Shape) -> list[Change]:
    """Layers that turn an output of `shape` into one that meets `wanted`, with words for a button; best first."""
    concatenates = layer.meeting == "concatenation"
    if concatenates and is_maps(shape) and not is_maps(wanted):
        return [("Put a GlobalAveragePooling2D", (GlobalAveragePooling2D(),)), ("Put a Flatten", (Flatten(),))]
    if not concatenates and shape[0] != wanted[0] > MOST_MADE:
        return []
    if not is_maps(wanted) or not is_maps(shape):
        return [] if concatenates else [_through_a_vector(shape, wanted)]
    channels, *size = shape
    filters, *target = wanted
    if size == target:
        return [_pointwise(filters, (1, 1))]
    changes = []
    if all(math.ceil(now / -(-now // then)) == then for now, then in zip(size, target, strict=True)):
        strides = (-(-size[0] // target[0]), -(-size[1] // target[1]))
        if max(strides) <= MOST_STRIDE and (concatenates or filters <= MOST_MADE):
            pooling = MaxPooling2D(pool_size=strides, strides=strides, padding="same")
            changes.append((f"Put a {pooling.summary()}", (pooling,)) if concatenates else _pointwise(filters, strides))
    fitted = [*_enlarged(size, target), *_bordered(size, target)]
    if not concatenates and channels != filters:
        words, (pointwise,) = _pointwise(filters, (1, 1))
        fitted = [(f"{label} and {words.removeprefix('Put ')}", (*layers, pointwise)) for label, layers in fitted]
    return [*changes, *fitted]


def _through_a_vector(shape: Shape, wanted: Shape) -> Change:
    """Where one of both is a vector; one that meets maps has a number for each map, as in squeeze and excitation."""
    layers: list[tuple[str, Layer]] = []
    if is_maps(shape):
        layers.append(("a GlobalAveragePooling2D", GlobalAveragePooling2D()))
    if shape[0] != wanted[0]:
        layers.append((f"a Dense {wanted[0]}", Dense(units=wanted[0], activation=NO_ACTIVATION)))
    if is_maps(wanted):
        layers.append((f"a Reshape to 1 × 1 × {wanted[0]}", Reshape(height=1, width=1)))
    return f"Put {listed(words for words, _ in layers)}", tuple(one for _, one in layers)


def _pointwise(filters: int, strides: tuple[int, int]) -> Change:
    """A 1 × 1 convolution, which changes the number of channels, and with strides the size."""
    convolution = Conv2D(filters=filters, kernel_size=(1, 1), strides=strides, activation=NO_ACTIVATION)
    moved = "" if strides == (1, 1) else f" with stride {strides[0] if len(set(strides)) == 1 else strides}"
    return f"Put a 1 × 1 convolution of {filters} filters{moved}", (convolution,)


def _enlarged(size: list[int], target: list[int]) -> list[Change]:
    """An UpSampling2D where each side of the target is a multiple."""
    factors = (target[0] // size[0], target[1] // size[1])
    if [size[0] * factors[0], size[1] * factors[1]] != target or max(factors) > MOST_STRIDE:
        return []
    return [(f"Put an UpSampling2D {factors[0]} × {factors[1]}", (UpSampling2D(size=factors),))]


def _bordered(size: list[int], target: list[int]) -> list[Change]:
    """A ZeroPadding2D or a Cropping2D where both sides lack or have a few pixels more."""
    missing = [then - now for now, then in zip(size, target, strict=True)]
    border = {"top": abs(missing[0]) // 2, "left": abs(missing[1]) // 2}
    border |= {"bottom": abs(missing[0]) - border["top"], "right": abs(missing[1]) - border["left"]}
    if max(map(abs, missing)) > MOST_BORDER:
        return []
    if min(missing) >= 0:
        return [("Put a ZeroPadding2D", (ZeroPadding2D(**border),))]
    return [("Put a Cropping2D", (Cropping2D(**border),))] if max(missing) <= 0 else []
