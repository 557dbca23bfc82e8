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
class Ending:
    """The end of a network whose layers all fit together.

    Attributes:
        output_shape: Of the last layer.
        layer: The last layer that changes the shape; a problem with the output is put on it.
        last_maps: The shape of the feature maps, (C, H, W), that the vector at the end was made of; None where the
            end is maps.
        softmax: Whether the network ends in a softmax.
        draws_codes: Whether a layer draws its output from a distribution, as `Layer.draws_codes` says.
        blocks: The shape of the output of each block by the block's title.
    """

    output_shape: Shape
    layer: Layer
    last_maps: Shape | None = None
    softmax: bool = False
    draws_codes: bool = False
    blocks: Mapping[str, Shape] = field(default_factory=dict)


class OutputGoal(Protocol):
    """What the last layer must output."""

    def problem(self, ending: Ending) -> Problem | None:
        """Why the output is of no use, with fixes of `ending.layer`; None where it is as it must be.

        Fixes that replace the end, from the layer on that makes a vector of maps, say so in `Fix.to_the_end`.
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
        layer = ending.layer
        dense = Dense(units=self.count, activation=SOFTMAX if self.classes else NO_ACTIVATION)
        if is_maps(ending.output_shape):
            arrives = f"The network outputs feature maps of {describe_shape(ending.output_shape)}."
            return Problem(
                arrives, self.needs, (Fix(f"Add Flatten and Dense {self.count}", (layer, Flatten(), dense)),)
            )
        if ending.output_shape != (self.count,):
            arrives = f"The network outputs {counted(ending.output_shape[0], 'number')}."
            added = Fix(f"Add Dense {self.count}{' with softmax' if self.classes else ''}", (layer, dense))
            own = layer.giving(self.count)
            if own is not None and not self.classes:
                own = Fix(own.label, tuple(map(_without_softmax, own.replacement)))
            return Problem(arrives, self.needs, (added,) if own is None else (own, added))
        if ending.softmax and not self.classes:
            linear = _without_softmax(layer)
            fix = (
                Fix("Use no activation at the end", (linear,)) if linear != layer else Fix("Add Dense", (layer, dense))
            )
            return Problem("The network ends in a softmax: its numbers add up to 1.", self.needs, (fix,))
        return None


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
            head = self._head(ending.last_maps)
            fixes = (Fix(f"Replace the end by {_named(head)}", head, to_the_end=True),) if head else ()
            return Problem(arrives, self.needs, fixes)
        if ending.softmax and not self.classes:
            return Problem(
                "The network ends in a softmax over its maps.", f"{self.needs} The loss applies what it wants itself."
            )
        if ending.output_shape[0] == self.maps and self.size in (None, ending.output_shape[1:]):
            return None
        arrives = f"The network outputs feature maps of {describe_shape(ending.output_shape)}."
        head = self._head(ending.output_shape)
        fixes = (Fix(f"Add {_named(head)}", (ending.layer, *head)),) if head else ()
        own = ending.layer.giving_maps(self.maps) if self.size in (None, ending.output_shape[1:]) else None
        if own is not None and self.classes:
            own = Fix(own.label, tuple(map(_scores, own.replacement)))
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


def _scores(layer: Layer) -> Layer:
    """Without an activation at its end, but for a softmax: others keep some numbers from being low or high."""
    changes = {
        item.name: NO_ACTIVATION
        for item in layer.settings()
        if item.name == "activation" and getattr(layer, item.name) != SOFTMAX
    }
    return layer.with_settings(**changes) if changes else layer


def _named(layers: tuple[Layer, ...]) -> str:
    return listed([layer.summary() for layer in layers])
