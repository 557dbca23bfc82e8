"""Putting an architecture together layer by layer, with branches and blocks."""

from collections.abc import Iterator
from contextlib import contextmanager

from visualizer.architecture.architecture import Architecture, Block
from visualizer.architecture.layer import Layer
from visualizer.architecture.span import PICTURE


class Assembly:
    """An architecture that grows: each layer reads the one added before it, unless told otherwise.

    >>> from visualizer.architecture.layers.add import Add
    >>> from visualizer.architecture.layers.conv2d import Conv2D
    >>> assembly = Assembly((1, 8, 8))
    >>> start = assembly.add(Conv2D(filters=4, padding="same"))
    >>> end = assembly.add(Conv2D(filters=4, padding="same"), Conv2D(filters=4, padding="same"))
    >>> assembly.add(Add(), reads=(end, start))
    3
    >>> assembly.architecture("Small").wires
    ((-1,), (0,), (1,), (2, 0))
    """

    def __init__(self, input_shape: tuple[int, int, int]) -> None:
        self._input_shape = input_shape
        self._layers: list[Layer] = []
        self._wires: list[tuple[int, ...]] = []
        self._blocks: list[Block] = []

    @property
    def last(self) -> int:
        """The index of the layer added last; PICTURE where there is none."""
        return len(self._layers) - 1

    def add(self, *layers: Layer, reads: int | tuple[int, ...] | None = None) -> int:
        """Add layers one after the other, and return the index of the last one.

        Args:
            layers: At least one.
            reads: What the first of them reads, by index, PICTURE for the input; None for the layer added last.
        """
        for layer in layers:
            sources = self.last if reads is None else reads
            self._wires.append(sources if isinstance(sources, tuple) else (sources,))
            self._layers.append(layer)
            reads = None
        return self.last

    @contextmanager
    def block(self, title: str) -> Iterator[int]:
        """A context in which the added layers become a block; its value is the index of what comes before it."""
        first = len(self._layers)
        yield first - 1 if first else PICTURE
        self._blocks.append(Block(title, first, self.last))

    def architecture(self, name: str) -> Architecture:
        """What was put together. Raises ArchitectureError where it is too large."""
        return Architecture(name, self._input_shape, tuple(self._layers), tuple(self._wires), tuple(self._blocks))
