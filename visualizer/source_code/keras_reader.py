"""Turns Keras source into an Architecture and training settings. The source is followed, never run.

It reads `Sequential` models and the functional API, as Keras 2 and 3 write them. Whatever has no counterpart here is
noted with its line, and the rest is built.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from visualizer import log
from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import PICTURE
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.keras_graph import (
    Arranged,
    Model,
    arrange,
    blocks_of,
    followers,
    leading_to,
)
from visualizer.source_code.keras_kernels import KERAS_INITIALIZATION
from visualizer.source_code.keras_layers import SourceLayer
from visualizer.source_code.keras_vocabulary import KerasVocabulary
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.values import describe_value
from visualizer.source_code.python_source import parse
from visualizer.source_code.reading import NoNetworkError, SourceReading

DEFAULT_INPUT = (3, 64, 64)


def read_keras(source: str, classes: int | None = None) -> SourceReading:
    """The network and the training settings in Keras source.

    Args:
        source: The text, as it was pasted.
        classes: The size of the last layer's output if the source leaves it open.

    Raises:
        SourceError: The text is not Python source.
        NoNetworkError: It builds no network of layers that are known here.
    """
    with log.refusals("keras-source", len(source), UserError):
        parsed, budget = parse(source), Budget()
        vocabulary = KerasVocabulary(budget, parsed.lines)
        for line in parsed.left_out:
            vocabulary.skip(line, line, "")
        vocabulary.interpreter.follow(parsed.module)
        vocabulary.interpreter.follow_uncalled(parsed.module)
        return _Result(vocabulary).reading(classes)


class _Result:
    """What was built with the names of Keras becomes a network."""

    def __init__(self, vocabulary: KerasVocabulary) -> None:
        self.vocabulary = vocabulary
        self.notes = vocabulary.notes
        self.budget = vocabulary.budget
        self.tensors = vocabulary.tensors
        self.settings: dict[str, Any] = {}

    def reading(self, classes: int | None) -> SourceReading:
        model = self._choose_model()
        self.settings = self.vocabulary.settings_of(model)
        name = "From Keras" if model.name is None else one_line(model.name)
        for other in self.vocabulary.models:
            if other.others and not other.nested:
                note = f"The model has {len(other.all_outputs)} outputs; one can be built here, the first."
                self.notes.add(other.line, note, other_network=True)
        arranged = arrange(model, self.budget)
        if arranged.inputs > 1:
            note = f"The model has {arranged.inputs} inputs; one can be built. What only others lead to is left out."
            self.notes.add(model.line, note, other_network=True)
        layers = self._started(arranged.layers, self._layers(arranged, classes))
        architecture = Architecture(name, self._input(model.line, arranged.start.input_shape), layers, arranged.wires)
        architecture = replace(architecture, blocks=blocks_of(arranged.tensors))
        self._note_layers(architecture, arranged)
        self._note_apart(model, arranged)
        self._note_unused()
        return SourceReading("Keras", architecture, self.settings, self.notes.in_order(self._parts(model)))

    def _choose_model(self) -> Model:
        candidates = [model for model in self.vocabulary.models if model.has_layers and not model.nested]
        own = [model for model in candidates if not model.whole]
        candidates = own or candidates
        longest = max(self.tensors.applied, key=lambda tensor: tensor.depth, default=None)
        if longest is not None:
            # Where a model is called with something that is not known, what is made of its answer may be the network.
            candidates = [
                model for model in candidates if not model.tried or model.trained or model.output.depth >= longest.depth
            ]
        if not candidates and longest is not None:
            starts = self.vocabulary.starts_of([longest])
            candidates = [Model(starts[0].line, starts, [longest])]
        if not candidates:
            raise NoNetworkError(
                "No network was found in this text.",
                "It builds no Sequential model and no chain of layers that are known here.",
                "Paste the lines that build the model, such as model.add(Conv2D(32, 3)).",
            )
        trained = [model for model in candidates if model.trained]
        chosen = (trained or candidates)[-1]
        for model in candidates:
            if model is not chosen:
                self.notes.add(model.line, f"Another model begins here; the one of line {chosen.line} is read.")
        return chosen

    def _parts(self, chosen: Model) -> Callable[[Any], bool]:
        """Whether a tensor has to do with a model: not one that begins with a value that no model reads."""
        models = [*self.vocabulary.models, chosen]
        known = set(leading_to([end for model in models for end in model.all_outputs], (), self.budget))
        known |= {start for model in models for start in model.inputs}
        known |= set(followers(known, self.tensors.applied))
        return known.__contains__

    def _layers(self, arranged: Arranged, classes: int | None) -> tuple[Layer, ...]:
        """The layers, with a value for each setting that the source leaves open."""
        deciding = len(arranged.layers) - 1  # the layer that sets how many numbers leave
        while deciding != PICTURE and arranged.layers[deciding].layer.keeps_shape:
            deciding = arranged.wires[deciding][0]
        layers = []
        for index, source_layer in enumerate(arranged.layers):
            layer = source_layer.layer
            for setting, code in source_layer.open_settings:
                if classes and index == deciding and type(getattr(layer, setting)) is int:
                    layer = layer.with_settings(**{setting: classes})
                taken = describe_value(getattr(layer, setting))
                self.notes.add(
                    source_layer.line, f"“{code}”, for {setting}, does not follow from the text; {taken} is used."
                )
            layers.append(layer)
        return tuple(layers)

    def _note_layers(self, architecture: Architecture, arranged: Arranged) -> None:
        """Note what is only known of layers in their places."""
        uses = Counter(map(id, arranged.layers))
        for source_layer, row in zip(arranged.layers, summarize(architecture).layers, strict=True):
            line = source_layer.line
            if row.problem:
                self.notes.add(line, f"This layer does not fit; its card offers what fixes it. {row.problem}")
            if source_layer.on_maps and (row.input_shape is None or is_maps(row.input_shape)):
                self.notes.add(line, source_layer.on_maps)
            if uses[id(source_layer)] > 1 and row.parameters:
                note = "This layer is used several times, with the same weights; here each use has weights of its own."
                self.notes.add(line, note, other_network=True)

    def _note_apart(self, model: Model, arranged: Arranged) -> None:
        """Note the layers that read the input and lead to no output that is built."""
        known = set(leading_to([model.output], (), self.budget))
        for other in self.vocabulary.models:
            if other is not model:
                known.update(leading_to(other.all_outputs, (), self.budget))
        for tensor in followers([arranged.start], self.tensors.applied):
            if tensor not in known:
                self.notes.add(tensor.line, "This layer does not lead to the model's output and is left out.")

    def _input(self, line: int, shape: Any) -> tuple[int, int, int]:
        channels, height, width = DEFAULT_INPUT
        if shape is None:
            self.notes.add(line, f"The input's shape is not given; {height} × {width} × {channels} is used.")
            return DEFAULT_INPUT
        sizes = list(shape) if isinstance(shape, tuple | list) else []
        sizes = [size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None for size in sizes]
        if len(sizes) == 1 and sizes[0]:
            return self._vector(sizes[0], line)
        if len(sizes) == 2 and None not in sizes:
            sizes.append(1)  # such as the pictures of MNIST
            self.notes.add(
                line, f"The input has two axes; here it is a {sizes[0]} × {sizes[1]} picture of one channel."
            )
        if len(sizes) != 3:
            used = f"{height} × {width} × {channels}"
            self.notes.add(line, f"The input's shape is not written as three numbers; {used} is used.")
            return DEFAULT_INPUT
        if sizes[0] in (1, 3) and sizes[2] not in (1, 3) and sizes[2] is not None:
            self.notes.add(line, "The input's shape has the channels first and is read that way.")
            sizes = [sizes[1], sizes[2], sizes[0]]
        if None in sizes:
            self.notes.add(line, "Part of the input's shape is left open; 64 pixels and 3 channels are used for it.")
        input_shape = [
            size or default_size for size, default_size in zip(sizes, (height, width, channels), strict=True)
        ]
        if input_shape[2] not in (1, 3):
            self.notes.add(line, f"The input has {input_shape[2]} channels; here it has 1 or 3, and 3 are used.")
            input_shape[2] = 3
        most = limits().input_side
        if max(input_shape[:2]) > most:
            self.notes.add(line, f"The input is {input_shape[0]} × {input_shape[1]}; at most {most} pixels are used.")
        return input_shape[2], min(input_shape[0], most), min(input_shape[1], most)

    def _vector(self, size: int, line: int) -> tuple[int, int, int]:
        """The shape of a picture with as many numbers as a vector."""
        for channels in (1, 3):
            side = round((size / channels) ** 0.5)
            if channels * side * side == size and side <= limits().input_side:
                self.notes.add(
                    line, f"The input is a vector of {size}; here it is a {side} × {side} picture: add Flatten."
                )
                return channels, side, side
        self.notes.add(line, f"The input is a vector of {size}, which is not a picture; 64 × 64 × 3 is used.")
        return DEFAULT_INPUT

    def _started(self, source_layers: list[SourceLayer], layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers, each with its own initialization, or the network with theirs where all start alike."""
        ways = {source_layer.initialization for source_layer in source_layers} - {None}
        network = ways.pop() if len(ways) == 1 else KERAS_INITIALIZATION
        self.settings["initialization"] = network
        return tuple(
            layer
            if source_layer.initialization in (None, network)
            else layer.with_settings(kernel_initializer=source_layer.initialization)
            for source_layer, layer in zip(source_layers, layers, strict=True)
        )

    def _note_unused(self) -> None:
        for key, layer in self.vocabulary.created.items():
            if key not in self.vocabulary.used:
                self.notes.add(layer.line, f"This {layer.name} is created but not used in a network that is read.")
        for lines in self.vocabulary.skipped:
            if not self.vocabulary.used_lines.keys() & set(lines):
                for line in lines:
                    self.notes.add(line, "This is not about the network and was skipped.")
