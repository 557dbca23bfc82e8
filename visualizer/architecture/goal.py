"""What a network must output for what it is trained for, and the changes of its last layers that make it do so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from visualizer.architecture.activations import NO_ACTIVATION
from visualizer.architecture.layer import Fix, Layer, Problem
from visualizer.architecture.layers.conv2d import Conv2D
from visualizer.architecture.layers.dense import Dense
from visualizer.architecture.layers.flatten import Flatten
from visualizer.architecture.layers.up_sampling2d import UpSampling2D
from visualizer.architecture.layers.zero_padding2d import ZeroPadding2D
from visualizer.architecture.shapes import Shape, describe_shape, is_maps
from visualizer.words import counted, listed

SOFTMAX = "softmax"
_LARGEST_FACTOR = 16  # of UpSampling2D


@dataclass(frozen=True)
class Place:
    """A layer in its place in a network, and the shape that is of interest there."""

    index: int
    layer: Layer
    shape: Shape


@dataclass(frozen=True)
class Ending:
    """The end of a network whose layers all fit together.

    Attributes:
        output_shape: Of the last layer.
        layer: The last layer that changes the shape; a problem with the output is put on it unless it says otherwise.
        last_maps: The layer that makes the vector at the end of feature maps, and their shape, (C, H, W); None where
            the end is maps.
        softmax: Whether the network ends in a softmax.
        own_softmax: The last layer, where it applies that softmax and does nothing else.
        draws_codes: Whether a layer draws its output from a distribution, as `Layer.draws_codes` says.
        code: The layer whose output is the narrowest vector that everything passes through, with that output's shape;
            None where no such vector has fewer numbers than the output.
        blocks: The shape of the output of each block by the block's title.
    """

    output_shape: Shape
    layer: Layer
    last_maps: Place | None = None
    softmax: bool = False
    own_softmax: Place | None = None
    draws_codes: bool = False
    code: Place | None = None
    blocks: Mapping[str, Shape] = field(default_factory=dict)


class OutputGoal(Protocol):
    """What the last layer must output."""

    def problem(self, ending: Ending) -> Problem | None:
        """Why the output is of no use; None where it is as it must be.

        The fixes are of `ending.layer`, or of the layer that `Problem.place` says.
        """


@dataclass(frozen=True)
class VectorGoal:
    """A vector.

    Attributes:
        count: How many numbers.
        needs: One sentence that says so.
        classes: Whether they are one for each class; else they are any numbers, which a softmax cannot output.
    """

    count: int
    needs: str
    classes: bool

    def problem(self, ending: Ending) -> Problem | None:
        """As `OutputGoal.problem`."""
        layer, own_softmax = ending.layer, ending.own_softmax
        with_softmax = self.classes and own_softmax is None
        dense = Dense(units=self.count, activation=SOFTMAX if with_softmax else NO_ACTIVATION)
        # A softmax after the layer stays where the numbers are of classes, and goes where they are any numbers.
        goes = own_softmax is not None and not self.classes
        if is_maps(ending.output_shape):
            arrives = f"The network outputs feature maps of {describe_shape(ending.output_shape)}."
            fix = Fix(f"Add Flatten and Dense {self.count}", (layer, Flatten(), dense), to_the_end=goes)
            return Problem(arrives, self.needs, (fix,))
        if ending.output_shape != (self.count,):
            arrives = f"The network outputs {counted(ending.output_shape[0], 'number')}."
            label = f"Add Dense {self.count}{' with softmax' if with_softmax else ''}"
            added = Fix(label, (layer, dense), to_the_end=goes)
            own = layer.giving(self.count)
            if own is not None and not self.classes:
                own = Fix(own.label, tuple(map(_without_softmax, own.replacement)), to_the_end=goes)
            return Problem(arrives, self.needs, (added,) if own is None else (own, added))
        if ending.softmax and not self.classes:
            return _ends_in_softmax(ending, "The network ends in a softmax: its numbers add up to 1.", self.needs)
        return None


def _ends_in_softmax(ending: Ending, arrives: str, needs: str) -> Problem:
    """The problem of a softmax at the end, which its fix takes away."""
    if ending.own_softmax is not None:
        own = ending.own_softmax
        return Problem(arrives, needs, (Fix(f"Remove this {own.layer.title}"),), place=own.index)
    return Problem(arrives, needs, (Fix("Use no activation at the end", (_without_softmax(ending.layer),)),))


def _without_softmax(layer: Layer) -> Layer:
    changes = {item.name: NO_ACTIVATION for item in layer.settings() if getattr(layer, item.name) == SOFTMAX}
    return layer.with_settings(**changes) if changes else layer


def class_goal(classes: int) -> VectorGoal:
    """One number for each of so many classes."""
    return VectorGoal(classes, f"The last layer must output one number for each of the {classes} classes.", True)


@dataclass(frozen=True)
class MapsGoal:
    """Feature maps.

    Attributes:
        maps: How many.
        size: (height, width) of each; None for any size.
        needs: One sentence that says so.
        classes: Whether they are one for each class, so that a softmax may end the network; else it may not.
    """

    maps: int
    size: tuple[int, int] | None
    needs: str
    classes: bool = False

    def problem(self, ending: Ending) -> Problem | None:
        """As `OutputGoal.problem`."""
        if not is_maps(ending.output_shape):
            arrives = f"The network outputs {counted(ending.output_shape[0], 'number')}, which have no place."
            if ending.last_maps is None:
                return Problem(arrives, f"{self.needs} Use convolutions without Flatten.")
            head = self._head(ending.last_maps.shape)
            fixes = (Fix(f"Replace the end by {_named(head)}", head, to_the_end=True),) if head else ()
            return Problem(arrives, self.needs, fixes, place=ending.last_maps.index if head else None)
        if ending.output_shape[0] == self.maps and self.size in (None, ending.output_shape[1:]):
            if self.classes or not ending.softmax:
                return None
            needs = f"{self.needs} The loss applies what it wants itself."
            return _ends_in_softmax(ending, "The network ends in a softmax over its maps.", needs)
        # As in `VectorGoal`.
        goes = ending.own_softmax is not None and not self.classes
        arrives = f"The network outputs feature maps of {describe_shape(ending.output_shape)}."
        head = self._head(ending.output_shape)
        fixes = (Fix(f"Add {_named(head)}", (ending.layer, *head), to_the_end=goes),) if head else ()
        own = ending.layer.giving_maps(self.maps) if self.size in (None, ending.output_shape[1:]) else None
        if own is not None:
            changed = _scores if self.classes else _without_softmax
            own = Fix(own.label, tuple(map(changed, own.replacement)), to_the_end=goes)
        return Problem(arrives, self.needs, fixes if own is None else (own, *fixes))

    def _head(self, maps: Shape) -> tuple[Layer, ...]:
        """Layers that make the wanted maps of these; none where whole factors do not do it.

        Maps that a network without padding made a little smaller get their edge back first: then each of their numbers
        stays over the part of the picture that it was computed from.
        """
        convolution = Conv2D(filters=self.maps, kernel_size=(1, 1), activation=NO_ACTIVATION)
        if self.size is None:
            return (convolution,)
        factors = [_enlargement(small, large) for small, large in zip(maps[1:], self.size, strict=True)]
        if 0 in factors:
            return ()
        missing = [large // factor - small for small, large, factor in zip(maps[1:], self.size, factors, strict=True)]
        head: tuple[Layer, ...] = (convolution,)
        if any(missing):
            (top, bottom), (left, right) = ((number // 2, number - number // 2) for number in missing)
            head = (ZeroPadding2D(top=top, bottom=bottom, left=left, right=right), *head)
        if factors != [1, 1]:
            head = (*head, UpSampling2D(size=(factors[0], factors[1]), interpolation="bilinear"))
        return head


def _enlargement(small: int, large: int) -> int:
    """The largest whole factor by which a map that lacks at most its edge becomes as large; 0 where there is none."""
    factors = range(min(_LARGEST_FACTOR, large // small), 0, -1)
    return next((factor for factor in factors if large % factor == 0), 0)


def without_activation(layer: Layer) -> Layer:
    """The layer without an activation at its end."""
    has_one = any(item.name == "activation" for item in layer.settings())
    return layer.with_settings(activation=NO_ACTIVATION) if has_one else layer


def _scores(layer: Layer) -> Layer:
    """Without an activation at its end, but for a softmax: others keep some numbers from being low or high."""
    return layer if getattr(layer, "activation", "") == SOFTMAX else without_activation(layer)


def _named(layers: tuple[Layer, ...]) -> str:
    return listed([layer.summary() for layer in layers])
