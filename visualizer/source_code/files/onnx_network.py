"""A network that is put together layer by layer with its weights, as the operators of a file come."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.architecture.activations import NO_ACTIVATION, OPTIONAL_FUNCTION_OPTIONS
from visualizer.architecture.architecture import MAX_LAYERS, Architecture
from visualizer.architecture.kernel_layer import KernelLayer
from visualizer.architecture.layer import Layer, LayerDoesNotFit
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.shapes import BYTES_PER_NUMBER, Shape, is_maps, numbers_in
from visualizer.architecture.span import PICTURE
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.files.reading import NetworkFileError, cannot_open

# A layer's weights: arrays by the stage and the name in it, such as "convolution.weight".
Weights = dict[str, np.ndarray]


def not_known(what: str) -> NetworkFileError:
    """The error for an operator, or a way of using it, that no layer here has; `what` begins the sentence."""
    return cannot_open(
        f"{what} is not known here.", "Networks of convolutions, pooling and dense layers can be opened."
    )


@dataclass(frozen=True)
class Signal:
    """What flows between operators: the output of a layer, and how the operators see it.

    Attributes:
        source: The layer, by index, or PICTURE.
        shape: As the layers here have it, (C, H, W) or (F,).
        last: Whether the operators see the channels of maps last, (N, H, W, C).
        as_maps: Whether they see a vector as maps of one pixel.
        nonnegative: Whether no number of it is below 0.
        lowest: Pixels of −∞ that are put around it: at the top, at the bottom, on the left, on the right.
        groups: Into how many groups its channels are split at the moment, (N, groups, rest); 0 for not.
    """

    source: int
    shape: Shape
    last: bool = False
    as_maps: bool = False
    nonnegative: bool = False
    lowest: tuple[int, int, int, int] = (0, 0, 0, 0)
    groups: int = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        """The shape as the operators see it, without the batch."""
        if self.as_maps:
            return (1, 1, *self.shape) if self.last else (*self.shape, 1, 1)
        return (*self.shape[1:], self.shape[0]) if self.last and is_maps(self.shape) else self.shape


class NetworkBuilder:
    """The layers so far.

    Attributes:
        layers, wires, weights: Of each layer: itself, what it reads, its weights.
        shared: Of each layer, whether several operators read its output.
    """

    def __init__(self, input_shape: tuple[int, int, int]) -> None:
        self.input_shape = input_shape
        self.layers: list[Layer] = []
        self.wires: list[tuple[int, ...]] = []
        self.weights: list[Weights] = []
        self.shared: list[bool] = []
        self._shapes: list[Shape] = []

    def add(self, layer: Layer, reads: list[Signal], weights: Weights | None = None, **seen: Any) -> Signal:
        """Put a layer that reads these signals behind the others; `seen` are attributes of its output."""
        if len(self.layers) >= MAX_LAYERS:
            raise cannot_open(f"It has over {MAX_LAYERS:,} layers, more than fit here.")
        if any(signal.lowest != (0, 0, 0, 0) or signal.groups for signal in reads):
            raise not_known(f"What comes before {layer.title}")
        if not 1 <= len(reads) <= layer.most_inputs:
            raise not_known(f"{layer.title} with {len(reads)} inputs")
        try:
            shape = layer.output_shape(layer.merged_shape([signal.shape for signal in reads]))
        except LayerDoesNotFit as error:
            raise cannot_open(f"Its operators do not fit together. {error}", "Export the network again.") from error
        if numbers_in(shape) * BYTES_PER_NUMBER > limits().picture_bytes:
            raise cannot_open("One picture makes more numbers in one of its layers than fit here.")
        self.layers.append(layer)
        self.wires.append(tuple(signal.source for signal in reads))
        self.weights.append(dict(weights or {}))
        self.shared.append(False)
        self._shapes.append(shape)
        return Signal(len(self.layers) - 1, shape, **seen)

    def shape_of(self, source: int) -> Shape:
        """The shape of a layer's output, or of the picture."""
        return self.input_shape if source == PICTURE else self._shapes[source]

    def take_back(self, count: int) -> None:
        """Forget the last layers, which nothing reads."""
        kept = len(self.layers) - count
        del self.layers[kept:], self.wires[kept:], self.weights[kept:], self.shared[kept:], self._shapes[kept:]

    def maps(self, signal: Signal) -> Signal:
        """The signal as maps, their channels first."""
        if signal.last and is_maps(signal.shape):
            raise not_known("An operator on maps with the channels last")
        if signal.as_maps:
            return self.add(Reshape("maps", 1, 1), [signal], nonnegative=signal.nonnegative)
        return signal

    def owner(self, signal: Signal) -> Layer | None:
        """The layer whose output alone the signal is, so that the layer itself may be changed; else None."""
        if signal.source == PICTURE or self.shared[signal.source]:
            return None
        return self.layers[signal.source]

    def result(self, name: str, last: Signal) -> tuple[Architecture, dict[str, np.ndarray]]:
        """The network that ends in that signal, and its weights by their names in the state dict."""
        if last.source != len(self.layers) - 1:
            raise cannot_open("It has no layers that lead to its output.", "Export the network again.")
        self._join_activations()
        try:
            architecture = Architecture(name, self.input_shape, tuple(self.layers), tuple(self.wires))
        except UserError as error:
            raise cannot_open(error.why or str(error)) from error
        return architecture, {
            f"layers.{index}.{stage}": np.ascontiguousarray(array, dtype=array.dtype)
            for index, own in enumerate(self.weights)
            for stage, array in own.items()
        }

    def _join_activations(self) -> None:
        """Let layers with kernels apply the activation function that follows them, as is usual here."""
        readers = [0] * len(self.layers)
        for sources in self.wires:
            for source in sources:
                if source != PICTURE:
                    readers[source] += 1
        places: dict[int, int] = {PICTURE: PICTURE}
        layers: list[Layer] = []
        wires: list[tuple[int, ...]] = []
        weights: list[Weights] = []
        for index, (layer, sources) in enumerate(zip(self.layers, self.wires, strict=True)):
            (source, *others) = sources
            joined = None
            if not others and source != PICTURE and readers[source] == 1:
                joined = _joined(layers[places[source]], layer)
            if joined is not None:
                layers[places[source]] = joined
                places[index] = places[source]
                continue
            places[index] = len(layers)
            layers.append(layer)
            wires.append(tuple(places[source] for source in sources))
            weights.append(self.weights[index])
        self.layers, self.wires, self.weights = layers, wires, weights
        self.shared = [False] * len(layers)


def _joined(before: Layer, layer: Layer) -> Layer | None:
    """A layer with kernels and the activation function after it as one layer; None if that cannot be."""
    if not isinstance(layer, Activation) or not isinstance(before, KernelLayer):
        return None
    if getattr(before, "activation", "") != NO_ACTIVATION or layer != Activation(layer.function):
        return None
    known = [name for name, _ in OPTIONAL_FUNCTION_OPTIONS]
    return before.with_settings(activation=layer.function) if layer.function in known else None
