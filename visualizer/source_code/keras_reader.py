"""Keras source -> Architecture and training settings. The source is followed, never run.

Read are `Sequential` models and chains of the functional API, as Keras 2 and 3 write them. What has no counterpart here
is named with its line, and the rest is built.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from visualizer.architecture.architecture import MAX_INPUT_SIZE, MAX_NAME_LENGTH, Architecture
from visualizer.architecture.layer import Layer, layer_types
from visualizer.architecture.settings import SettingError
from visualizer.errors import UserError
from visualizer.source_code.keras_layers import Placed, ReadLayer, read_layer
from visualizer.source_code.keras_training import Configured, read_compile, read_fit
from visualizer.source_code.notes import Note, Notes
from visualizer.source_code.python_subset import Follower, Member, Symbol, Unknown, parse

DEFAULT_INPUT = (3, 64, 64)

# Layers that have no work to do here, and why.
NOT_NEEDED = {
    "Rescaling": "pictures here go from 0 to 1 already",
    "Normalization": "pictures here go from 0 to 1 already",
    "Resizing": "pictures are resized to the network's input here",
    "CenterCrop": "pictures are resized to the network's input here",
}
_INPUT_ARGUMENTS = ("input_shape", "shape", "batch_input_shape", "batch_shape", "input_dim")


@dataclass(frozen=True)
class KerasReading:
    """What was read.

    Attributes:
        architecture: The network; its layers need not fit together.
        settings: Values for `TrainingSettings`, as far as the source says them.
        notes: What was left out or taken otherwise, by line.
    """

    architecture: Architecture
    settings: Mapping[str, Any]
    notes: tuple[Note, ...]


class NoNetworkError(UserError):
    """The source holds no network that can be read."""


@dataclass
class _Stack:
    """A model: layers one after the other."""

    line: int
    name: str | None = None
    input_shape: Any = None
    layers: list[Placed] = field(default_factory=list)
    nested: bool = False
    trained: bool = False


@dataclass(frozen=True)
class _Chain:
    """What flows in the functional API: the input and the layers that it went through."""

    line: int
    input_shape: Any = None
    layers: tuple[Placed, ...] = ()


def read_keras(source: str) -> KerasReading:
    """The network and the training settings in Keras source.

    Raises:
        SourceError: The text is no Python source.
        NoNetworkError: It builds no network of layers that are known here.
    """
    module = parse(source)
    reader = _Reader()
    Follower(reader).follow(module)
    return reader.reading()


class _Reader:
    """Says what the names of Keras mean. Made for one source."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.heard = 0
        self.stacks: list[_Stack] = []
        self.chains: list[_Chain] = []
        self.settings: dict[str, Any] = {}
        self.initializers: set[str] = set()
        self.passed: set[int] = set()
        self.forms = {
            name: (layer_type, form)
            for layer_type in layer_types().values()
            for form in layer_type.keras_forms()
            for name in form.names
        }

    # What python_subset.Library asks

    def passed_over(self, line: int, why: str) -> None:
        if why:
            self.notes.add(line, why[0].upper() + why[1:])
        else:
            self.passed.add(line)

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        match function:
            case Symbol():
                return self._construct(function, arguments, keywords, line, text)
            case Member(owner=_Stack() as stack, name=name):
                return self._method(stack, name, arguments, keywords, line)
            case ReadLayer() | _Stack() | Unknown() | Configured():
                return self._apply(function, arguments, line, text)
        return Unknown(text, line)

    # Constructors

    def _construct(self, symbol: Symbol, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        name = symbol.name
        if name in self.forms:
            self.heard += 1
            layer_type, form = self.forms[name]
            read = read_layer(layer_type, form, arguments, keywords, line, self.notes)
            self.initializers |= {read.initializer} if read.initializer else set()
            # tf.nn.relu(x) and keras.layers.concatenate([a, b]) take what flows, not settings.
            return read
        if name == "Sequential":
            self.heard += 1
            stack = _Stack(line, name=_text(keywords.get("name")))
            self.stacks.append(stack)
            given = arguments[0] if arguments else keywords.get("layers", [])
            for item in given if isinstance(given, tuple | list) else [given]:
                self._add(stack, item, line)
            return stack
        if name in ("Input", "InputLayer"):
            self.heard += 1
            return _Chain(line, _input_shape(arguments, keywords))
        if name in ("Model", "Functional"):
            return self._model(arguments, keywords, line)
        if name == "image_data_format":
            return "channels_last"
        flowing = [item for item in _flat([arguments, list(keywords.values())]) if isinstance(item, _Chain)]
        if flowing:
            return self._unknown_on(flowing, text, line)
        if name in NOT_NEEDED:
            return Configured(name, {}, line)
        if "preprocessing" in symbol.path or name.startswith("Random"):
            return Unknown(text, line)
        return Configured(name, dict(enumerate(arguments)) | keywords, line)

    def _model(self, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        outputs = keywords.get("outputs", arguments[1] if len(arguments) > 1 else None)
        ends = [item for item in _flat([outputs]) if isinstance(item, _Chain)]
        if not ends:
            return Unknown("Model", line)
        self.heard += 1
        if len(ends) > 1:
            self.notes.add(line, f"The model has {len(ends)} outputs; one can be built here, the first")
        stack = _Stack(line, _text(keywords.get("name")), ends[0].input_shape, list(ends[0].layers))
        self.stacks.append(stack)
        return stack

    def _unknown_on(self, flowing: list[_Chain], text: str, line: int) -> _Chain:
        """Something unknown is done with what flows: it goes on unchanged."""
        self.heard += 1
        longest = max(flowing, key=lambda chain: len(chain.layers))
        if len(flowing) > 1:
            self.notes.add(line, f"`{text}` joins branches; a network here is one chain, so only the longest is kept")
        else:
            self.notes.add(line, f"`{text}` is not known here and is left out")
        return longest

    # Layers are called, added

    def _apply(self, function: Any, arguments: list[Any], line: int, text: str) -> Any:
        flowing = [item for item in _flat(arguments) if isinstance(item, _Chain)]
        if not flowing:
            return Unknown(text, line)
        if isinstance(function, Unknown | Configured):
            name = function.name if isinstance(function, Configured) else function.text
            if isinstance(function, Configured) and function.name in NOT_NEEDED:
                self.heard += 1
                self.notes.add(line, f"`{name}` is left out: {NOT_NEEDED[function.name]}")
                return flowing[0]
            return self._unknown_on(flowing, name, line)
        self.heard += 1
        chain = flowing[0]
        if len(flowing) > 1:
            self.notes.add(line, "A layer gets several inputs; a network here is one chain, so only the first is kept")
        if isinstance(function, _Stack):
            function.nested = True
            shape = chain.input_shape if chain.input_shape is not None else function.input_shape
            result = _Chain(chain.line, shape, (*chain.layers, *function.layers))
        else:
            result = _Chain(chain.line, chain.input_shape, (*chain.layers, *function.placed))
        self.chains.append(result)
        return result

    def _add(self, stack: _Stack, item: Any, line: int) -> None:
        self.heard += 1
        match item:
            case ReadLayer():
                if stack.input_shape is None and not stack.layers:
                    stack.input_shape = item.input_shape
                stack.layers.extend(item.placed)
            case _Stack():
                item.nested = True
                if stack.input_shape is None and not stack.layers:
                    stack.input_shape = item.input_shape
                stack.layers.extend(item.layers)
            case _Chain(input_shape=shape, layers=()):
                stack.input_shape = shape
            case Configured(name=name, line=where) if name in NOT_NEEDED:
                self.notes.add(where, f"`{name}` is left out: {NOT_NEEDED[name]}")
            case Configured(name=name, line=where) | Unknown(text=name, line=where):
                self.notes.add(where or line, f"`{name}` is not known here and is left out")
            case Symbol(path=path):
                self.notes.add(line, f"`{path}` is not known here and is left out")
            case _:
                self.notes.add(line, "Something that is no layer is left out")

    def _method(self, stack: _Stack, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "add":
            for item in [*arguments, *keywords.values()]:
                self._add(stack, item, line)
        elif name == "pop" and stack.layers:
            self.heard += 1
            return stack.layers.pop()
        elif name == "build" and (arguments or keywords):
            self.heard += 1
            shape = arguments[0] if arguments else next(iter(keywords.values()))
            if isinstance(shape, tuple | list):
                stack.input_shape = tuple(shape[1:])
        elif name == "compile":
            self.heard += 1
            stack.trained = True
            self.settings |= read_compile(arguments, keywords, line, self.notes)
        elif name in ("fit", "fit_generator"):
            self.heard += 1
            stack.trained = True
            self.settings |= read_fit(arguments, keywords, line, self.notes)
        return Unknown(name, line)

    # The result

    def reading(self) -> KerasReading:
        stack = self._chosen()
        architecture = Architecture(
            (stack.name or "From Keras")[:MAX_NAME_LENGTH], self._input(stack), self._layers(stack)
        )
        self._initialization()
        self._say_what_was_passed()
        return KerasReading(architecture, self.settings, self.notes.in_order())

    def _chosen(self) -> _Stack:
        whole = [stack for stack in self.stacks if stack.layers and not stack.nested]
        if not whole and self.chains:
            longest = max(self.chains, key=lambda chain: len(chain.layers))
            whole = [_Stack(longest.line, None, longest.input_shape, list(longest.layers))]
        if not whole:
            raise NoNetworkError(
                "No network was found in this text",
                "it builds no Sequential model and no chain of layers that are known here",
                "Paste the lines that build the model, such as model.add(Conv2D(32, 3))",
            )
        trained = [stack for stack in whole if stack.trained]
        chosen = (trained or whole)[-1]
        for stack in whole:
            if stack is not chosen:
                self.notes.add(stack.line, f"Another model begins here; the one of line {chosen.line} is read")
        return chosen

    def _layers(self, stack: _Stack) -> tuple[Layer, ...]:
        return tuple(placed.layer for placed in stack.layers)

    def _input(self, stack: _Stack) -> tuple[int, int, int]:
        shape, line = stack.input_shape, stack.line
        channels, height, width = DEFAULT_INPUT
        default = f"{height} × {width} × {channels} is taken"
        if shape is None:
            self.notes.add(line, f"The input's shape is not said; {default}")
            return DEFAULT_INPUT
        sizes = list(shape) if isinstance(shape, tuple | list) else []
        sizes = [size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None for size in sizes]
        if len(sizes) == 1 and sizes[0]:
            return self._vector(sizes[0], line)
        if len(sizes) != 3:
            self.notes.add(line, f"The input's shape is not written as three numbers; {default}")
            return DEFAULT_INPUT
        if sizes[0] in (1, 3) and sizes[2] not in (1, 3) and sizes[2] is not None:
            self.notes.add(line, "The input's shape has the channels first; it is read so")
            sizes = [sizes[1], sizes[2], sizes[0]]
        if None in sizes:
            self.notes.add(line, "A part of the input's shape is open; 64 pixels and 3 channels are taken for it")
        found = [size or open_one for size, open_one in zip(sizes, (height, width, channels), strict=True)]
        if found[2] not in (1, 3):
            self.notes.add(line, f"The input has {found[2]} channels; here it has 1 or 3, and 3 are taken")
            found[2] = 3
        if max(found[:2]) > MAX_INPUT_SIZE:
            self.notes.add(line, f"The input is {found[0]} × {found[1]}; at most {MAX_INPUT_SIZE} pixels are taken")
        return found[2], min(found[0], MAX_INPUT_SIZE), min(found[1], MAX_INPUT_SIZE)

    def _vector(self, size: int, line: int) -> tuple[int, int, int]:
        """The picture that a vector of so many numbers is."""
        for channels in (1, 3):
            side = round((size / channels) ** 0.5)
            if channels * side * side == size and side <= MAX_INPUT_SIZE:
                self.notes.add(line, f"The input is a vector of {size}; here it is a {side} × {side} picture: add Flatten")
                return channels, side, side
        self.notes.add(line, f"The input is a vector of {size}, which is no picture; 64 × 64 × 3 is taken")
        return DEFAULT_INPUT

    def _initialization(self) -> None:
        from visualizer.source_code.keras_training import INITIALIZERS

        if len(self.initializers) == 1:
            name = next(iter(self.initializers))
            if name in INITIALIZERS:
                self.settings["initialization"] = INITIALIZERS[name]

    def _say_what_was_passed(self) -> None:
        if self.passed:
            self.notes.add(0, f"{_lines(self.passed)} not about the network and passed over")


def _input_shape(arguments: list[Any], keywords: Mapping[str, Any]) -> Any:
    for name in _INPUT_ARGUMENTS:
        if name in keywords:
            shape = keywords[name]
            if name.startswith("batch") and isinstance(shape, tuple | list):
                return tuple(shape[1:])
            return (shape,) if name == "input_dim" else shape
    return arguments[0] if arguments else None


def _flat(items: Iterable[Any]) -> Iterable[Any]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _flat(item)
        else:
            yield item


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _lines(numbers: set[int]) -> str:
    """Such as "Lines 1–3 and 7 are"."""
    ordered = sorted(numbers)
    spans: list[list[int]] = []
    for number in ordered:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    parts = [str(first) if first == last else f"{first}–{last}" for first, last in spans]
    if len(ordered) == 1:
        return f"Line {parts[0]} is"
    return f"Lines {parts[0]} are" if len(parts) == 1 else f"Lines {', '.join(parts[:-1])} and {parts[-1]} are"


__all__ = ["KerasReading", "NoNetworkError", "SettingError", "read_keras"]
