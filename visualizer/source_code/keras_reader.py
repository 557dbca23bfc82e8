"""Turns Keras source into an Architecture and training settings. The source is followed, never run.

It reads `Sequential` models and chains of the functional API, as Keras 2 and 3 write them. Whatever has no counterpart
here is noted with its line, and the rest is built.
"""

from dataclasses import dataclass, field
from typing import Any

from visualizer import log
from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.initialization import Initialization
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, layer_types
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.keras_layers import (
    LayerCall,
    SourceLayer,
    declared_input_shape,
    is_function,
    matches_form,
    read_layer,
)
from visualizer.source_code.keras_training import read_compile, read_fit, read_initializer
from visualizer.source_code.notes import Note, Notes
from visualizer.source_code.python_source import parse
from visualizer.source_code.python_subset import Budget, Follower
from visualizer.source_code.values import Configured, Instance, Member, Symbol, Unknown, describe_value

DEFAULT_INPUT = (3, 64, 64)
LAYER_ENTRIES = 20  # of the budget, for one layer with its settings
KERAS_INITIALIZATION: Initialization = "glorot_uniform"

# Layers that are not needed here, and why.
NOT_NEEDED = {
    "Normalization": "Pictures here go from 0 to 1 already.",
    "Resizing": "Pictures are resized to the network's input here.",
    "CenterCrop": "Pictures are resized to the network's input here.",
}


@dataclass(frozen=True)
class KerasReading:
    """The result of reading.

    Attributes:
        architecture: The network; its layers need not fit together.
        settings: Values for `TrainingSettings`, as far as the source contains them.
        notes: What was left out or changed, by line.
    """

    architecture: Architecture
    settings: dict[str, Any]
    notes: tuple[Note, ...]


class NoNetworkError(UserError):
    """The source contains no network that can be read."""


@dataclass
class _Model:
    """A model: a sequence of layers."""

    line: int
    name: str | None = None
    input_shape: Any = None
    layers: list[SourceLayer] = field(default_factory=list)
    nested: bool = False
    trained: bool = False


@dataclass(frozen=True)
class _Chain:
    """A tensor of the functional API: the input and the layers that it has passed through."""

    line: int
    input_shape: Any = None
    layers: tuple[SourceLayer, ...] = ()


def read_keras(source: str, classes: int | None = None) -> KerasReading:
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
        reader = _KerasInterpreter(budget)
        for line in parsed.left_out:
            reader.skip(line, line, "")
        Follower(reader, budget, parsed.lines).follow(parsed.module)
        return reader.reading(classes)


class _KerasInterpreter:
    """Interprets the names of Keras, for one source."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.notes = Notes()
        self.understood_calls = 0
        self.models: list[_Model] = []
        self.chains: list[_Chain] = []
        self.settings: dict[str, Any] = {}
        self.created: dict[int, LayerCall] = {}
        self.used: dict[int, Any] = {}  # by id; stored, so that no other object gets the same id
        self.skipped: list[range] = []
        self.used_lines: set[int] = set()
        self.forms = [(layer_type, form) for layer_type in layer_types().values() for form in layer_type.keras_forms()]
        # Why a layer can be left out, by its name.
        self.not_needed = NOT_NEEDED | {
            name: form.otherwise for _, form in self.forms if form.otherwise for name in form.names
        }

    # The methods of python_subset.Library

    def skip(self, first: int, last: int, why: str) -> None:
        if why:
            self.understood_calls += 1
            self.notes.add(first, why)
        else:
            self.skipped.append(range(first, last + 1))

    def combine(self, left: Any, right: Any, line: int, text: str) -> Any:
        flowing = [item for item in (left, right) if isinstance(item, _Chain)]
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        for item in self.budget.inside([arguments, list(keywords.values())]):
            if isinstance(item, Configured):
                self.budget.make(len(item.arguments) + len(item.keywords))
        match function:
            case Symbol():
                return self._construct(function, arguments, keywords, line, text)
            case Member(owner=_Model() as model, name=name):
                return self._method(model, name, arguments, keywords, line)
            case Member(owner=Instance(), name="compile" | "fit" as name):
                # A model class that the source defines; its layers are found where they are called.
                return self._method(_Model(line), name, arguments, keywords, line)
            case LayerCall() | _Model() | Unknown() | Configured():
                return self._apply(function, arguments, line, text)
        return Unknown(text, line)

    # Constructors

    def _construct(self, symbol: Symbol, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        name = symbol.name
        if symbol.path.split(".")[0] == "torch":
            return Unknown(text, line)
        form = self._form(name, arguments, keywords)
        if form is not None:
            self.understood_calls += 1
            self.budget.make(LAYER_ENTRIES)
            given = [*arguments, *keywords.values()]
            self._use(given)
            self.used |= {id(item): item for item in given}  # an activation that is a layer
            read = read_layer(*form, name, arguments, keywords, line, self.notes)
            self.created[id(read)] = read
            return read
        if name == "Sequential":
            self.understood_calls += 1
            model = _Model(line, name=_text(keywords.get("name")))
            self.models.append(model)
            items = arguments[0] if arguments else keywords.get("layers", [])
            for item in items if isinstance(items, tuple | list) else [items]:
                self._add(model, item, line)
            return model
        if name in ("Input", "InputLayer"):
            self.understood_calls += 1
            shape = declared_input_shape(keywords)
            return _Chain(line, arguments[0] if shape is None and arguments else shape)
        if name in ("Model", "Functional"):
            return self._model(arguments, keywords, line)
        if name == "image_data_format":
            return "channels_last"
        flowing = [
            item for item in self.budget.inside([arguments, list(keywords.values())]) if isinstance(item, _Chain)
        ]
        functions = [(layer_type, form) for layer_type, form in self.forms if is_function(layer_type, form, name)]
        if functions and len(flowing) == 1:
            layer_type, function = functions[0]
            rest = [item for item in arguments if not isinstance(item, _Chain)]
            options = {key: item for key, item in keywords.items() if not isinstance(item, _Chain)}
            options[str(function.function_argument)] = name
            for item in rest:
                self.notes.add(line, f"“{describe_value(item)}” of {text} is left out.")
            read = read_layer(layer_type, function, text, [], options, line, self.notes)
            return self._apply(read, flowing, line, text)
        if flowing:
            return self._pass_unchanged(flowing, text, line)
        return Configured(name, tuple(arguments), keywords, line)

    def _form(self, name: str, arguments: list[Any], keywords: dict[str, Any]) -> tuple[type[Layer], KerasForm] | None:
        """The layer type that a call creates, and its form; None if it creates no known layer."""
        fitting = [
            (layer_type, form)
            for layer_type, form in self.forms
            if name in form.names and matches_form(form, arguments, keywords)
        ]
        return fitting[0] if fitting else None

    def _model(self, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        outputs = keywords.get("outputs", arguments[1] if len(arguments) > 1 else None)
        ends = [item for item in self.budget.inside([outputs]) if isinstance(item, _Chain)]
        if not ends:
            return Unknown("Model", line)
        self.understood_calls += 1
        if len(ends) > 1:
            note = f"The model has {len(ends)} outputs; one can be built here, the first."
            self.notes.add(line, note, other_network=True)
        self.budget.make(len(ends[0].layers))
        model = _Model(line, _text(keywords.get("name")), ends[0].input_shape, list(ends[0].layers))
        self.models.append(model)
        return model

    def _pass_unchanged(self, flowing: list[_Chain], text: str, line: int) -> _Chain:
        """Note an unknown operation on a tensor; the tensor passes unchanged."""
        self.understood_calls += 1
        longest = max(flowing, key=lambda chain: len(chain.layers))
        if len(flowing) > 1:
            note = f"“{text}” joins branches; a network here is one chain, so only the longest is kept."
        else:
            note = f"“{text}” is not known here and is left out."
        self.notes.add(line, note, other_network=True)
        return longest

    # Layers are called, added

    def _apply(self, function: Any, arguments: list[Any], line: int, text: str) -> Any:
        flowing = [item for item in self.budget.inside(arguments) if isinstance(item, _Chain)]
        if isinstance(function, Unknown | Configured):
            if not flowing:
                return Unknown(text, line)
            if isinstance(function, Configured):
                self.used_lines.add(function.line)
                if function.name in self.not_needed:
                    self.understood_calls += 1
                    self._note_left_out(function, line)
                    return flowing[0]
            return self._pass_unchanged(flowing, describe_value(function), line)
        self.understood_calls += 1
        self.used[id(function)] = function
        if not flowing:
            note = "What goes into this layer is not known here; the network begins with it."
            self.notes.add(line, note, other_network=True)
            flowing = [_Chain(line)]
        chain = flowing[0]
        if len(flowing) > 1:
            note = "A layer gets several inputs; a network here is one chain, so only the first is kept."
            self.notes.add(line, note, other_network=True)
        if isinstance(function, _Model):
            function.nested = True
            shape = chain.input_shape if chain.input_shape is not None else function.input_shape
            self.budget.make(len(chain.layers) + len(function.layers))
            result = _Chain(chain.line, shape, (*chain.layers, *function.layers))
        else:
            self.budget.make(len(chain.layers) + len(function.source_layers))
            result = _Chain(chain.line, chain.input_shape, (*chain.layers, *function.source_layers))
        self.chains.append(result)
        return result

    def _add(self, model: _Model, item: Any, line: int) -> None:
        self.understood_calls += 1
        match item:
            case LayerCall():
                self.used[id(item)] = item
                if model.input_shape is None and not model.layers:
                    model.input_shape = item.input_shape
                model.layers.extend(item.source_layers)
            case _Model():
                item.nested = True
                if model.input_shape is None and not model.layers:
                    model.input_shape = item.input_shape
                self.budget.make(len(item.layers))
                model.layers.extend(item.layers)
            case _Chain(input_shape=shape, layers=()):
                model.input_shape = shape
            case Configured():
                if model.input_shape is None and not model.layers:
                    model.input_shape = declared_input_shape(item.keywords)
                self._note_left_out(item, line)
            case _:
                self._note_left_out(item, line)

    def _note_left_out(self, item: Any, line: int) -> None:
        """Note an item that is not built."""
        where = getattr(item, "line", 0) or line
        self.used_lines.add(where)
        if isinstance(item, Configured):
            for inner in self.budget.inside([*item.arguments, *item.keywords.values()]):
                self.used[id(inner)] = inner
        if isinstance(item, Configured) and item.name in self.not_needed:
            self.notes.add(where, f"“{item.name}” is left out. {self.not_needed[item.name]}")
        else:
            self.notes.add(where, f"“{describe_value(item)}” is not known here and is left out.", other_network=True)

    def _method(self, model: _Model, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "add":
            for item in [*arguments, *keywords.values()]:
                self._add(model, item, line)
        elif name == "pop" and model.layers:
            self.understood_calls += 1
            return model.layers.pop()
        elif name == "build" and (arguments or keywords):
            self.understood_calls += 1
            shape = arguments[0] if arguments else next(iter(keywords.values()))
            if isinstance(shape, tuple | list):
                model.input_shape = tuple(shape[1:])
        elif name == "compile":
            self.understood_calls += 1
            model.trained = True
            self._use([*arguments, *keywords.values()])
            self.settings |= read_compile(arguments, keywords, line, self.notes)
        elif name in ("fit", "fit_generator"):
            self.understood_calls += 1
            model.trained = True
            self._use([keywords.get("callbacks")])
            self.settings |= read_fit(arguments, keywords, line, self.notes)
        return Unknown(name, line)

    def _use(self, items: list[Any]) -> None:
        """Record that objects are used, so that their lines are not noted as skipped."""
        for item in self.budget.inside(items):
            if isinstance(item, Configured) and id(item) not in self.used:
                self.used[id(item)] = item
                self.used_lines.add(item.line)
                self._use([*item.arguments, *item.keywords.values()])

    # The result

    def reading(self, classes: int | None) -> KerasReading:
        model = self._choose_model()
        name = "From Keras" if model.name is None else one_line(model.name)
        layers = self._layers(model, classes)
        architecture = Architecture(name, self._input(model), layers)
        self._note_misfits(architecture, model)
        self._initialization()
        self._note_unused()
        return KerasReading(architecture, self.settings, self.notes.in_order())

    def _choose_model(self) -> _Model:
        candidates = [model for model in self.models if model.layers and not model.nested]
        if not candidates and self.chains:
            longest = max(self.chains, key=lambda chain: len(chain.layers))
            candidates = [_Model(longest.line, None, longest.input_shape, list(longest.layers))]
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

    def _layers(self, model: _Model, classes: int | None) -> tuple[Layer, ...]:
        """The layers, with a value for each setting that the source leaves open."""
        deciding = [index for index, source_layer in enumerate(model.layers) if not source_layer.layer.keeps_shape]
        layers = []
        for index, source_layer in enumerate(model.layers):
            layer = source_layer.layer
            for setting, code in source_layer.open_settings:
                if classes and deciding and index == deciding[-1] and type(getattr(layer, setting)) is int:
                    layer = layer.with_settings(**{setting: classes})
                taken = describe_value(getattr(layer, setting))
                self.notes.add(
                    source_layer.line, f"“{code}”, for {setting}, does not follow from the text; {taken} is used."
                )
            layers.append(layer)
        return tuple(layers)

    def _note_misfits(self, architecture: Architecture, model: _Model) -> None:
        for source_layer, row in zip(model.layers, summarize(architecture).layers, strict=True):
            if row.problem:
                self.notes.add(
                    source_layer.line, f"This layer does not fit; its card offers what fixes it. {row.problem}"
                )

    def _input(self, model: _Model) -> tuple[int, int, int]:
        shape, line = model.input_shape, model.line
        channels, height, width = DEFAULT_INPUT
        if shape is None:
            self.notes.add(line, f"The input's shape is not given; {height} × {width} × {channels} is used.")
            return DEFAULT_INPUT
        sizes = list(shape) if isinstance(shape, tuple | list) else []
        sizes = [size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None for size in sizes]
        if len(sizes) == 1 and sizes[0]:
            return self._vector(sizes[0], line)
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

    def _initialization(self) -> None:
        """Set the initialization, which is the same for all layers here."""
        initializers = [
            (layer.line, layer.initializer) for layer in self.created.values() if layer.initializer is not None
        ]
        known = [
            (line, initialization)
            for line, value in initializers
            if (initialization := read_initializer(value, line, self.notes))
        ]
        self.settings["initialization"] = known[0][1] if known else KERAS_INITIALIZATION
        for line, initialization in known:
            if initialization != known[0][1]:
                self.notes.add(line, "Another “kernel_initializer” than in the layers before: here, one holds for all.")

    def _note_unused(self) -> None:
        for key, layer in self.created.items():
            if key not in self.used:
                self.notes.add(layer.line, f"This {layer.name} is created but not used in a network that is read.")
        for lines in self.skipped:
            if not self.used_lines & set(lines):
                for line in lines:
                    self.notes.add(line, "This is not about the network and was skipped.")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
