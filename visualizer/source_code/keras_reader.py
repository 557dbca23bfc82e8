"""Turns Keras source into an Architecture and training settings. The source is followed, never run.

It reads `Sequential` models and the functional API, as Keras 2 and 3 write them. Whatever has no counterpart here is
noted with its line, and the rest is built.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from visualizer import log
from visualizer.architecture.architecture import Architecture, one_line, summarize
from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, layer_types
from visualizer.architecture.shapes import is_maps
from visualizer.architecture.span import PICTURE
from visualizer.errors import UserError
from visualizer.limits import limits
from visualizer.source_code.keras_graph import (
    Arranged,
    Model,
    Part,
    Tensor,
    Tensors,
    arrange,
    blocks_of,
    followers,
    leading_to,
    part_title,
)
from visualizer.source_code.keras_kernels import KERAS_INITIALIZATION
from visualizer.source_code.keras_layers import (
    LayerCall,
    SourceLayer,
    declared_input_shape,
    is_function,
    matches_form,
    read_layer,
)
from visualizer.source_code.keras_training import read_compile, read_fit
from visualizer.source_code.notes import Note, Notes
from visualizer.source_code.python_source import parse
from visualizer.source_code.python_subset import Budget, Follower
from visualizer.source_code.values import Configured, Instance, Member, Symbol, Unknown, describe_value
from visualizer.words import counted

DEFAULT_INPUT = (3, 64, 64)
LAYER_ENTRIES = 20  # of the budget, for one layer with its settings

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
        follower = reader.follower = Follower(reader, budget, parsed.lines)
        follower.follow(parsed.module)
        return reader.reading(classes)


class _KerasInterpreter:
    """Interprets the names of Keras, for one source, which `follower` follows."""

    follower: Follower

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.notes = Notes()
        self.understood_calls = 0
        self.models: list[Model] = []
        self.tensors = Tensors(budget)
        self.starts: dict[Unknown | Symbol, Tensor] = {}  # for values that are not known, once a layer read them
        self.settings: dict[str, Any] = {}
        self.created: dict[int, LayerCall] = {}
        self.used: dict[int, Any] = {}  # by id; stored, so that no other object gets the same id
        self.skipped: list[range] = []
        self.used_lines: set[int] = set()
        self.forms = [(layer_type, form) for layer_type in layer_types().values() for form in layer_type.keras_forms()]
        # Classes that a script of this app defines, since Keras has none.
        self.definitions = {
            ast.dump(ast.parse(form.definition).body[0]): form.names[0] for _, form in self.forms if form.definition
        }
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

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        name = self.definitions.get(ast.dump(definition)) if definition.name in self.definitions.values() else None
        return Symbol(f"keras.layers.{name}") if name else None

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        flowing = self._flowing([left, right])
        merging = [(layer_type, form) for layer_type, form in self.forms if sign and form.operator == sign]
        if merging and len(flowing) == 2:
            return self._merge(*merging[0], flowing, [], {}, line, text)
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    @contextmanager
    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> Iterator[None]:
        """What a function makes of tensors that it is given is a part of the network."""
        outside = self.tensors.part
        kinds = Tensor | Unknown if is_layer else Tensor
        if any(isinstance(item, kinds) for item in self.budget.inside(arguments)):
            self.tensors.part = Part(part_title(name), outside)
        try:
            yield
        finally:
            self.tensors.part = outside

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        for item in self.budget.inside([arguments, list(keywords.values())]):
            if isinstance(item, Configured):
                self.budget.make(len(item.arguments) + len(item.keywords))
        match function:
            case Symbol():
                return self._construct(function, arguments, keywords, line, text)
            case Member(owner=Model() as model, name=name):
                return self._method(model, name, arguments, keywords, line)
            case Member(owner=Instance(), name="compile" | "fit" as name):
                # A model class that the source defines; its layers are found where they are called.
                return self._method(self._sequential(line), name, arguments, keywords, line)
            case LayerCall() | Model() | Unknown() | Configured():
                return self._apply(function, [*arguments, *keywords.values()], line, text)
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
            model = self._sequential(line, _text(keywords.get("name")))
            self.models.append(model)
            items = arguments[0] if arguments else keywords.get("layers", [])
            for item in items if isinstance(items, tuple | list) else [items]:
                self._add(model, item, line)
            return model
        if name in ("Input", "InputLayer"):
            self.understood_calls += 1
            shape = declared_input_shape(keywords)
            return self.tensors.start(line, arguments[0] if shape is None and arguments else shape)
        if name in ("Model", "Functional"):
            return self._model(arguments, keywords, line)
        if name == "image_data_format":
            return "channels_last"
        flowing = self._flowing([*arguments, *keywords.values()])
        if not flowing:
            return Configured(name, tuple(arguments), keywords, line)
        rest = [item for item in arguments if not self._flowing([item])]
        options = {key: item for key, item in keywords.items() if not self._flowing([item])}
        merging = [(layer_type, form) for layer_type, form in self.forms if name in form.functions]
        if merging and len(flowing) > 1:
            return self._merge(*merging[0], flowing, rest, options, line, text)
        functions = [(layer_type, form) for layer_type, form in self.forms if is_function(layer_type, form, name)]
        if functions and len(flowing) == 1:
            layer_type, function = functions[0]
            taken = function.function_arguments.get(name, ())
            options |= {str(function.function_argument): name, **dict(zip(taken, rest, strict=False))}
            for item in rest[len(taken) :]:
                self.notes.add(line, f"“{describe_value(item)}” of {text} is left out.")
            read = read_layer(layer_type, function, text, [], options, line, self.notes)
            return self._apply(read, flowing, line, text)
        return self._pass_unchanged(flowing, text, line)

    def _sequential(self, line: int, name: str | None = None) -> Model:
        """A model without layers yet."""
        start = self.tensors.start(line)
        return Model(line, [start], [start], name)

    def _merge(
        self,
        layer_type: type[Layer],
        form: KerasForm,
        flowing: list[Tensor],
        arguments: list[Any],
        keywords: dict[str, Any],
        line: int,
        text: str,
    ) -> Tensor:
        """The output of a layer that a function or an operator stands for."""
        self.budget.make(LAYER_ENTRIES)
        read = read_layer(layer_type, form, text, arguments, keywords, line, self.notes)
        return self._apply(read, flowing, line, text)

    def _flowing(self, items: list[Any]) -> list[Tensor]:
        """The tensors among some values, also those that stand for a value that is not known."""
        inside = list(self.budget.inside(items))
        known = [self.starts.get(item, item) if isinstance(item, Unknown | Symbol) else item for item in inside]
        return [item for item in known if isinstance(item, Tensor)]

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
        ends = self._flowing([outputs])
        if not ends:
            return Unknown("Model", line)
        self.understood_calls += 1
        inputs = self._flowing([keywords.get("inputs", arguments[0] if arguments else None)])
        name = _text(keywords.get("name"))
        model = Model(line, inputs or self._starts_of(ends), [ends[0]], name, others=tuple(ends[1:]))
        self.models.append(model)
        return model

    def _starts_of(self, outputs: list[Tensor]) -> list[Tensor]:
        return [tensor for tensor in leading_to(outputs, (), self.budget) if tensor.made_by is None]

    def _pass_unchanged(self, flowing: list[Tensor], text: str, line: int) -> Tensor:
        """Note an unknown operation on a tensor; the tensor passes unchanged."""
        self.understood_calls += 1
        several = len(set(flowing)) > 1
        joins = f"“{text}” joins branches in a way that is not known here, so only the longest is kept."
        self.notes.add(line, joins if several else f"“{text}” is not known here and is left out.", other_network=True)
        return max(flowing, key=lambda tensor: tensor.depth)

    # Layers are called, added

    def _apply(self, function: Any, arguments: list[Any], line: int, text: str) -> Any:
        flowing = self._flowing(arguments)
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
            flowing = [self._unknown_start(arguments, line)]
        if isinstance(function, Model):
            function.nested = True
            self._take(flowing, len(function.inputs), line)
            self._give_shape(flowing[0], function.start.input_shape)
            made = self.tensors.applied_model(function, flowing, part_title(function.name, "Nested model"))
            return made if len(made) > 1 else made[0]
        layer = function.source_layers[0].layer
        self._take(flowing, layer.most_inputs, line)
        if len(flowing) < layer.least_inputs:
            if any(isinstance(item, Unknown | Symbol) for item in self.budget.inside(arguments)):
                note = f"Of the inputs of this {function.name} only one is known here, which passes unchanged."
                self.notes.add(line, note, other_network=True)
            return flowing[0]
        self._give_shape(flowing[0], function.input_shape)
        made = self.tensors.chained(function.source_layers, tuple(flowing))
        self.tensors.applied += made
        return made[-1]

    def _unknown_start(self, arguments: list[Any], line: int) -> Tensor:
        """A new input for a layer of whose arguments none is a tensor."""
        note = "What goes into this layer is not known here; the network begins with it."
        self.notes.add(line, note, other_network=True)
        start = self.tensors.start(line)
        unknown = next((item for item in self.budget.inside(arguments) if isinstance(item, Unknown | Symbol)), None)
        if unknown is not None:
            self.starts[unknown] = start
        return start

    def _take(self, flowing: list[Tensor], most: int, line: int) -> None:
        """Leave out what a layer or a model cannot read besides."""
        if len(flowing) > most:
            note = f"A layer gets several inputs and takes {counted(most, 'input')} here; the others are left out."
            self.notes.add(line, note, other_network=True)
            del flowing[most:]

    def _give_shape(self, tensor: Tensor, input_shape: Any) -> None:
        """Where the network begins with a layer or a model that says what it reads."""
        if tensor.made_by is None and tensor.input_shape is None:
            tensor.input_shape = input_shape

    def _add(self, model: Model, item: Any, line: int) -> None:
        self.understood_calls += 1
        match item:
            case LayerCall():
                self.used[id(item)] = item
                self._give_shape(model.output, item.input_shape)
                model.outputs.append(self.tensors.chained(item.source_layers, (model.output,))[-1])
            case Model():
                item.nested = True
                self._give_shape(model.output, item.start.input_shape)
                title = part_title(item.name, "Nested model")
                model.outputs.append(self.tensors.applied_model(item, [model.output], title)[0])
            case Instance():
                made = self._flowing([self.follower.call_instance(item, [model.output], {})])
                if made:
                    model.outputs.append(made[0])
                else:
                    self._note_left_out(item, line)
            case Tensor(made_by=None, input_shape=shape):
                model.start.input_shape = shape
            case Configured():
                self._give_shape(model.output, declared_input_shape(item.keywords))
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

    def _method(self, model: Model, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "add":
            for item in [*arguments, *keywords.values()]:
                self._add(model, item, line)
        elif name == "pop" and len(model.outputs) > 1:
            self.understood_calls += 1
            model.outputs.pop()
        elif name == "build" and (arguments or keywords):
            self.understood_calls += 1
            shape = arguments[0] if arguments else next(iter(keywords.values()))
            if isinstance(shape, tuple | list):
                model.start.input_shape = tuple(shape[1:])
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
        for other in self.models:
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
        return KerasReading(architecture, self.settings, self.notes.in_order())

    def _choose_model(self) -> Model:
        candidates = [model for model in self.models if model.has_layers and not model.nested]
        if not candidates and self.tensors.applied:
            longest = max(self.tensors.applied, key=lambda tensor: tensor.depth)
            starts = self._starts_of([longest])
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
        for other in self.models:
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
        for key, layer in self.created.items():
            if key not in self.used:
                self.notes.add(layer.line, f"This {layer.name} is created but not used in a network that is read.")
        for lines in self.skipped:
            if not self.used_lines & set(lines):
                for line in lines:
                    self.notes.add(line, "This is not about the network and was skipped.")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
