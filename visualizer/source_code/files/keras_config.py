"""Keras's own description of a model, `model.to_json()`, becomes an Architecture, with where each layer's weights are.

Sequential and functional models are read, as Keras 2 and 3 write them, and models inside of models. Sources:
https://keras.io/api/models/model_saving_apis/model_config_serialization/ and
https://github.com/keras-team/keras/blob/v3.15.1/keras/src/models/functional.py (functional_from_config)
"""

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from visualizer.architecture.architecture import MAX_LAYERS, Architecture, one_line, summarize
from visualizer.architecture.layer import Layer
from visualizer.architecture.layers.activation import Activation
from visualizer.architecture.layers.multiply import Multiply
from visualizer.architecture.layers.rescaling import Rescaling
from visualizer.architecture.layers.reshape import Reshape
from visualizer.architecture.shapes import is_maps
from visualizer.limits import limits
from visualizer.source_code.files.keras_config_layer import (
    ConfiguredLayer,
    LayerForms,
    is_keras_own,
    layer_of,
    plain_value,
)
from visualizer.source_code.files.number_order import Ordered, in_order_of_keras
from visualizer.source_code.files.reading import NetworkFileError, cannot_open
from visualizer.source_code.keras_graph import Arranged, Model, Tensor, Tensors, arrange, blocks_of, part_title
from visualizer.source_code.keras_kernels import KERAS_INITIALIZATION
from visualizer.source_code.keras_layers import SourceLayer, declared_input_shape
from visualizer.source_code.keras_training import read_compile
from visualizer.source_code.notes import Note, Notes
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.journal import Journal
from visualizer.source_code.python.values import describe_value
from visualizer.source_code.python_source import SourceError
from visualizer.words import counted

MAX_BYTES = 2_000_000  # of a description: 1,000 layers have half of that
DEFAULT_INPUT = (64, 64, 3)  # height, width and channels of whatever is left open
LAYER_ENTRIES = 20  # of the budget, for one layer with its settings
_MAX_NESTED = 12  # models inside of models
_MOST_ENTRIES = 2 * MAX_LAYERS  # with those that are left out
_MAX_CALLS = 20_000  # of layers, in one model
_MAX_DEPTH = 12  # of lists and objects in the arguments of a call
_SEQUENTIAL, _FUNCTIONAL = ("Sequential",), ("Functional", "Model")
_TENSOR = "__keras_tensor__"
# Functions of Keras and TensorFlow by what they do with a number; the names of both for them.
_ARITHMETIC = {"add": "add", "subtract": "subtract", "sub": "subtract", "multiply": "multiply", "mul": "multiply"}
_ARITHMETIC |= {"divide": "divide", "truediv": "divide", "true_divide": "divide"}
# What changes pictures or outputs while a network trains, and nothing afterwards.
_ONLY_IN_TRAINING: tuple[str, ...] = (
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
)
_ONLY_IN_TRAINING += ("RandomBrightness", "GaussianDropout", "AlphaDropout", "ActivityRegularization")
_HARD_SILU, _HARD_SILU_NAMES = "hard_silu", ("hard_silu", "hard_swish")  # a product of two layers here
_FULL_RANGE = 255  # of pixels, where Keras's layers take bytes
_MOST_SCALE = 1000


@dataclass(frozen=True, eq=False)
class Place:
    """Where the weights of a layer are in a file of Keras.

    Attributes:
        name: Of the layer.
        top: The layer of the whole model that it is in, or that it is itself.
        path: Of its group in a .keras file, such as ("layers", "conv2d_1").
        lacking: The weights that it does not have there though it has them here, by Keras's names.
        kind: Keras's class of the layer.
    """

    name: str
    top: str
    path: tuple[str, ...]
    lacking: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True, eq=False)
class KerasModel:
    """A model as Keras describes it.

    Attributes:
        architecture: The network; its layers need not fit together.
        settings: Values for `TrainingSettings`, as far as the description has them.
        notes: What was left out or changed.
        exact: Whether it answers as in Keras, once it has the same weights.
        places: Where the weights of each layer are.
        orders: Of the input of each layer, torch's places of the numbers in Keras's order; None where they are the
            same, and everywhere if the layers do not fit.
    """

    architecture: Architecture
    settings: dict[str, Any]
    notes: tuple[Note, ...]
    exact: bool
    places: tuple[Place | None, ...]
    orders: Ordered


def read_keras_json(text: str | bytes, keras_version: str = "") -> KerasModel:
    """The model that Keras's `to_json()`, or the config.json of a .keras file, describes.

    Args:
        text: The description, of at most 2 MB.
        keras_version: Of the Keras that wrote it, if that is known and it does not say so itself.

    Raises:
        NetworkFileError: It is no such description, or too large.
        UserError: The network is larger than any here.
    """
    if len(text) > MAX_BYTES:
        raise cannot_open(f"Its description has over {MAX_BYTES // 1_000_000} MB, more than any network here.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise cannot_open(
            "Its description is not JSON, or it ends too early.", "Write it again with model.to_json()."
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("class_name"), str):
        raise _no_model("It is JSON, but it does not describe a model of Keras.")
    return _ConfigReader(str(document.get("keras_version", keras_version))).read(document)


def _no_model(why: str) -> NetworkFileError:
    return cannot_open(why, "Write the description with model.to_json(), or save the model as a .keras file.")


def _damaged(why: str) -> NetworkFileError:
    return cannot_open(why, "Save the model again.")


@dataclass(frozen=True, eq=False)
class _Call:
    """One call of a layer in a functional model: its arguments that are tensors, and those that are numbers."""

    entry: int
    number: int
    reads: tuple[tuple[str, int, int], ...]
    numbers: tuple[float, ...]
    as_in_training: bool


class _ConfigReader:
    """Reads one description."""

    def __init__(self, keras_version: str) -> None:
        self.is_old = keras_version[:1] in ("1", "2")
        self.budget = Budget()
        journal = Journal()  # of no use here: a description has no branches
        self.notes = Notes(journal)
        self.tensors = Tensors(self.budget, journal)
        self.forms = LayerForms()
        self.exact = True
        self.places: dict[int, Place] = {}  # by the id of a source layer, which `kept` has
        self.kept: list[SourceLayer] = []
        self.count = 0  # of the layers that were read
        self.first = True  # whether no layer has been read yet

    def differs(self, sentence: str) -> None:
        """Note that what is built does not answer what the model answers."""
        self.exact = False
        self.notes.add(0, sentence, other_network=True)

    def read(self, document: Mapping[str, Any]) -> KerasModel:
        try:
            return self.arranged(document)
        except SourceError as error:
            raise _no_model("Models in models make layers in the hundred thousands of it.") from error

    def arranged(self, document: Mapping[str, Any]) -> KerasModel:
        model = self.model(document, (), "", 0)
        if not model.has_layers:
            raise _no_model("It has no layers that are known here.")
        if len(model.all_outputs) > 1:
            self.differs(f"The model has {len(model.all_outputs)} outputs; one can be built here, the first.")
        arranged = arrange(model, self.budget)
        if arranged.inputs > 1:
            self.differs(
                f"The model has {arranged.inputs} inputs; one can be built. What only others lead to is left out."
            )
        settings = self.settings(document)
        layers = self.started(arranged, settings)
        name = "From Keras" if model.name is None else one_line(model.name)
        input_shape, added = self.input(arranged.start.input_shape)
        shift = len(added)
        wires = tuple(tuple(source + shift for source in sources) for sources in arranged.wires)
        first = tuple((index - 1,) for index in range(shift))
        architecture = Architecture(name, input_shape, (*added, *layers), (*first, *wires))
        blocks = tuple(
            replace(block, first=block.first + shift, last=block.last + shift) for block in blocks_of(arranged.tensors)
        )
        architecture = replace(architecture, blocks=blocks)
        self.note_layers(architecture, arranged, shift)
        places = (*[None] * shift, *(self.places.get(id(layer)) for layer in arranged.layers))
        report = summarize(architecture)
        fits = all(row.problem is None for row in report.layers)
        orders: Ordered = (None,) * len(architecture.layers)
        if fits and report.passed_bound() is None:
            architecture, orders = in_order_of_keras(architecture)
        return KerasModel(architecture, settings, self.notes.in_order(), self.exact and fits, places, orders)

    # Models

    def model(self, document: Mapping[str, Any], path: tuple[str, ...], top: str, depth: int) -> Model:
        """The model that an entry of a description is; `path` and `top` are those of its `Place`."""
        if depth > _MAX_NESTED:
            raise _damaged(f"Models lie over {_MAX_NESTED} deep in each other.")
        kind, config = document.get("class_name"), document.get("config")
        if kind in _SEQUENTIAL and isinstance(config, list):  # Keras 1
            config = {"layers": config}
        if kind not in (*_SEQUENTIAL, *_FUNCTIONAL) or not isinstance(config, dict) or "layers" not in config:
            raise _no_model(
                f"“{_shown(kind)}” is neither a Sequential nor a functional model; its program alone knows what it is."
            )
        entries = config["layers"]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise _damaged("Its layers are not a list of layers.")
        if len(entries) > MAX_LAYERS:
            raise _no_model(f"It has {len(entries):,} layers; at most {MAX_LAYERS:,} fit here.")
        name = config.get("name")
        read = self.sequential if kind in _SEQUENTIAL else self.functional
        model = read(config, entries, _entry_paths(entries, path), top, depth)
        model.name = name if isinstance(name, str) else None
        return model

    def sequential(
        self,
        config: Mapping[str, Any],
        entries: list[dict[str, Any]],
        paths: list[tuple[str, ...]],
        top: str,
        depth: int,
    ) -> Model:
        start = self.tensors.start(0, _shape_without_batch(config.get("build_input_shape")))
        output = start
        for entry, path in zip(entries, paths, strict=True):
            if entry.get("class_name") in ("InputLayer", "Input"):
                start.input_shape = self.declared(entry) or start.input_shape
                continue
            made = self.made(entry, path, top or _name(entry), depth)
            if output is start and start.input_shape is None:
                start.input_shape = made.start.input_shape if isinstance(made, Model) else self.declared(entry)
            output = self.applied(made, entry, [output], ())[0]
        return Model(0, [start], [output])

    def functional(
        self,
        config: Mapping[str, Any],
        entries: list[dict[str, Any]],
        paths: list[tuple[str, ...]],
        top: str,
        depth: int,
    ) -> Model:
        made: list[Any] = []
        outputs: dict[tuple[str, int], list[Tensor]] = {}
        calls: list[_Call] = []
        for number, (entry, path) in enumerate(zip(entries, paths, strict=True)):
            name = _name(entry)
            if entry.get("class_name") in ("InputLayer", "Input"):
                outputs[name, 0] = [self.tensors.start(0, self.declared(entry))]
                made.append(None)
                continue
            made.append(self.made(entry, path, top or name, depth))
            calls += _calls(number, entry.get("inbound_nodes"))
            if len(calls) > _MAX_CALLS:
                raise _damaged(f"It calls layers over {_MAX_CALLS:,} times.")
        for call in _in_order(calls, entries, outputs):
            entry = entries[call.entry]
            reads = [self.output(outputs, reference) for reference in call.reads]
            if not reads:
                raise _damaged(f"“{_shown(_name(entry))}” reads nothing.")
            if call.as_in_training:
                self.differs(f"“{_shown(_name(entry))}” always works as while training; here it does not.")
            outputs[_name(entry), call.number] = self.applied(made[call.entry], entry, reads, call.numbers)
        ends = [self.output(outputs, reference) for reference in _references(config.get("output_layers"))]
        starts = [self.output(outputs, reference) for reference in _references(config.get("input_layers"))]
        if not ends or not starts:
            raise _damaged("It does not say where it begins or ends.")
        return Model(0, starts, ends[:1], others=tuple(ends[1:]))

    def output(self, outputs: Mapping[tuple[str, int], list[Tensor]], reference: tuple[str, int, int]) -> Tensor:
        name, call, place = reference
        found = outputs.get((name, call), [])
        if not 0 <= place < len(found):
            raise _damaged(f"It reads an output of “{_shown(name)}” that does not exist.")
        return found[place]

    def declared(self, entry: Mapping[str, Any]) -> Any:
        """The shape of one picture that an entry declares, or None."""
        config = entry.get("config")
        shape = declared_input_shape(config) if isinstance(config, dict) else None
        return tuple(shape) if isinstance(shape, list | tuple) else None

    # Layers

    def made(self, entry: Mapping[str, Any], path: tuple[str, ...], top: str, depth: int) -> Any:
        """What an entry is: a model, a layer, or None for one that is not known here."""
        self.budget.make(LAYER_ENTRIES)
        self.count += 1
        if self.count > _MOST_ENTRIES:
            raise _no_model(
                f"It has over {_MOST_ENTRIES:,} layers in all models in it; at most {MAX_LAYERS:,} fit here."
            )
        config, kind = entry.get("config"), entry.get("class_name")
        if kind in (*_SEQUENTIAL, *_FUNCTIONAL):
            return self.model(entry, path, top, depth + 1)
        if not isinstance(kind, str) or not isinstance(config, dict):
            raise _damaged("One of its layers has no class or no settings.")
        is_first, self.first = self.first, False
        if is_keras_own(entry) and _is_hard_silu(entry):
            return _HARD_SILU
        if not is_keras_own(entry) or _function(entry):
            return None
        keywords = {str(name): plain_value(value, self.forms, self.notes) for name, value in config.items()}
        name = _shown(keywords.get("name"))
        title = f"{_shown(kind)} “{name}”"
        if kind in _ONLY_IN_TRAINING:
            self.notes.add(0, f"{title} works while training alone and is left out; Train has settings for that.")
            return ConfiguredLayer(())
        if kind == "Identity":
            return ConfiguredLayer(())
        if is_first and kind == "Rescaling":
            keywords = self.for_pixels(keywords, title)
            if keywords.get("scale") == 1 and keywords.get("offset") in (0, None):
                return ConfiguredLayer(())
        self.note_numbers(keywords, title)
        keeps_axes = kind.startswith("Global") and keywords.pop("keepdims", False) is True
        layer = layer_of(kind, keywords, title, self.forms, self.notes)
        if layer is None:
            return None
        self.exact = self.exact and layer.exact
        if self.is_old and "hard_sigmoid" in [value for value in keywords.values() if isinstance(value, str)]:
            self.differs(f"{title} has the hard sigmoid of Keras 2, min(max(0, x / 5 + 1/2), 1); here it is x / 6.")
        if keeps_axes:
            layer = self.keeping_axes(layer)
        self.kept += layer.source_layers
        for number, source in enumerate(layer.source_layers):
            if number:
                activation = config.get("activation")
                within = activation.get("config") if isinstance(activation, dict) else None
                place = Place(_raw_name(within), top, (*path, "activation"))
            else:
                place = Place(_raw_name(config), top, path, layer.lacking, kind)
            self.places[id(source)] = place
        return layer

    def for_pixels(self, keywords: dict[str, Any], title: str) -> dict[str, Any]:
        """The settings of a first Rescaling, which takes bytes in Keras and numbers from 0 to 1 here."""
        scale = keywords.get("scale")
        if not isinstance(scale, int | float) or not 0 < scale < 1 / 20:
            return keywords
        self.notes.add(0, f"{title} takes pixels from 0 to {_FULL_RANGE}; here they go from 0 to 1, and it is adapted.")
        return {**keywords, "scale": round(scale * _FULL_RANGE, 6)}

    def note_numbers(self, keywords: Mapping[str, Any], title: str) -> None:
        """Note numbers of another kind than float32, in which everything here computes."""
        given = keywords.get("dtype")
        kind = getattr(given, "keywords", {}).get("name", "") if not isinstance(given, str) else given
        if getattr(given, "name", "DTypePolicy") not in ("DTypePolicy", "Policy") or keywords.get(
            "quantization_config"
        ):
            self.differs(f"{title} computes with rounded weights; here it does not.")
        elif isinstance(kind, str) and kind not in ("", "float32"):
            self.notes.add(0, f"Some layers compute in {_shown(kind)}; here all compute in float32.")

    def keeping_axes(self, layer: ConfiguredLayer) -> ConfiguredLayer:
        """A global pooling whose output is maps of one pixel."""
        again = SourceLayer(Reshape("maps", 1, 1), 0)
        return replace(layer, source_layers=(*layer.source_layers, again))

    def applied(
        self, made: Any, entry: Mapping[str, Any], reads: list[Tensor], numbers: tuple[float, ...]
    ) -> list[Tensor]:
        """The outputs of an entry that reads these tensors, and these numbers besides."""
        if isinstance(made, Model):
            self.take(reads, len(made.inputs), entry)
            if reads[0].made_by is None and reads[0].input_shape is None:
                reads[0].input_shape = made.start.input_shape
            return self.tensors.applied_model(made, reads, part_title(made.name, "Nested model"))
        if made == _HARD_SILU:
            gates = self.tensors.chained((SourceLayer(Activation("hard_sigmoid"), 0),), tuple(reads[:1]))
            return self.tensors.chained((SourceLayer(Multiply(), 0),), (reads[0], gates[0]))
        if made is None:
            made = self.function(entry, len(reads), numbers)
        if made is None:
            self.leave_out(entry)
            return reads[:1]
        if not made.source_layers:
            return reads[:1]
        layer = made.source_layers[0].layer
        self.take(reads, layer.most_inputs, entry)
        if len(reads) < layer.least_inputs:
            if numbers:
                self.leave_out(entry)
            return reads[:1]
        if reads[0].made_by is None and reads[0].input_shape is None:
            reads[0].input_shape = self.declared(entry)
        made_tensors = self.tensors.chained(made.source_layers, tuple(reads))
        return made_tensors[-1:]

    def take(self, reads: list[Tensor], most: int, entry: Mapping[str, Any]) -> None:
        """Leave out what a layer or a model cannot read besides."""
        if len(reads) > most:
            what = f"“{_shown(_name(entry))}” gets {counted(len(reads), 'input')}"
            self.differs(f"{what} and takes {most} here; the others are left out.")
            del reads[most:]

    def leave_out(self, entry: Mapping[str, Any]) -> None:
        kind = _shown(_function(entry) or entry.get("class_name"))
        self.differs(f"{kind} “{_shown(_name(entry))}” is not known here and is left out.")

    def function(self, entry: Mapping[str, Any], tensors: int, numbers: tuple[float, ...]) -> ConfiguredLayer | None:
        """The layer that a function called on tensors is, such as `keras.ops.add`; None if it is not known here."""
        name, config = _function(entry), entry.get("config")
        if not name:
            return None
        keywords = {"axis": config["axis"]} if isinstance(config, dict) and "axis" in config else {}
        title = f"{name} “{_shown(_name(entry))}”"
        arithmetic = _ARITHMETIC.get(name)
        if tensors > 1 and not numbers and (form := self.forms.merging(arithmetic or name)):
            return self.made_by_function(form[1].names[0], keywords, title)
        if arithmetic and tensors == 1 and len(numbers) == 1:
            return _by_a_number(arithmetic, numbers[0])
        if tensors == 1 and not numbers and (form := self.forms.function(name)):
            return self.made_by_function(form[1].names[0], {str(form[1].function_argument): name, **keywords}, title)
        return None

    def made_by_function(self, kind: str, keywords: Mapping[str, Any], title: str) -> ConfiguredLayer | None:
        layer = layer_of(kind, keywords, title, self.forms, self.notes)
        if layer is not None:
            self.exact = self.exact and layer.exact
        return layer

    # The result

    def settings(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What `compile` was called with, where the description says it."""
        given = document.get("compile_config")
        if not isinstance(given, dict) or given.get("optimizer") is None:
            return {}
        values = {
            str(name): plain_value(value, self.forms, self.notes)
            for name, value in given.items()
            if name in ("optimizer", "loss", "metrics") and value is not None
        }
        optimizer = values["optimizer"]
        keywords = getattr(optimizer, "keywords", None)
        if isinstance(keywords, dict):
            of_averages = ("ema_momentum", "ema_overwrite_frequency", "is_legacy_optimizer", "jit_compile")
            for name in [
                key for key, value in keywords.items() if value is None or value is False or key in of_averages
            ]:
                del keywords[name]
        return read_compile([], values, 0, self.notes)

    def started(self, arranged: Arranged, settings: dict[str, Any]) -> tuple[Layer, ...]:
        """The layers, each with its own initialization, or the network with theirs where all start alike."""
        ways = {layer.initialization for layer in arranged.layers} - {None}
        network = ways.pop() if len(ways) == 1 else KERAS_INITIALIZATION
        settings["initialization"] = network
        return tuple(
            source.layer
            if source.initialization in (None, network)
            else source.layer.with_settings(kernel_initializer=source.initialization)
            for source in arranged.layers
        )

    def input(self, shape: Any) -> tuple[tuple[int, int, int], tuple[Layer, ...]]:
        """The shape of the network's input, (C, H, W), and the layers that make of it what the model reads."""
        sizes = [_size(size) for size in shape] if isinstance(shape, tuple | list) else []
        if len(sizes) == 1 and sizes[0]:
            for channels in (1, 3):
                side = round((sizes[0] / channels) ** 0.5)
                if channels * side * side == sizes[0] and 1 <= side <= limits().input_side:
                    self.notes.add(0, f"The input is a vector of {sizes[0]}: here a picture, written pixel by pixel.")
                    return (channels, side, side), (Reshape("vector"),)
        if len(sizes) != 3 or (sizes[2] is not None and sizes[2] not in (1, 3)):
            written = describe_value(shape) if isinstance(shape, tuple | list) else "unknown"
            self.differs(f"The input’s shape is {written}, no picture’s; 64 × 64 × 3 is used.")
            sizes = [None, None, None]
        elif None in sizes:
            self.notes.add(0, "Part of the input’s shape is left open; 64 pixels and 3 channels are used for it.")
        height, width, channels = (size or usual for size, usual in zip(sizes, DEFAULT_INPUT, strict=True))
        most = limits().input_side
        if max(height, width) > most:
            self.differs(f"The input is {height:,} × {width:,}; at most {most} pixels are used.")
        return (channels, min(height, most), min(width, most)), ()

    def note_layers(self, architecture: Architecture, arranged: Arranged, shift: int) -> None:
        """Note what is only known of layers in their places."""
        uses = Counter(map(id, arranged.layers))
        for source, row in zip(arranged.layers, summarize(architecture).layers[shift:], strict=True):
            place = self.places.get(id(source))
            name = _shown(place.name) if place else row.layer.title
            if row.problem:
                self.differs(f"“{name}” does not fit; its card offers what fixes it. {row.problem}")
            if source.on_maps and (row.input_shape is None or is_maps(row.input_shape)):
                self.differs(f"“{name}”: {source.on_maps}")
            if uses[id(source)] > 1 and row.parameters:
                times = f"“{name}” is used {uses[id(source)]} times with the same weights"
                self.notes.add(0, f"{times}; here each use has a copy, and training may change them apart.")


def _by_a_number(operation: str, number: float) -> ConfiguredLayer | None:
    """A tensor with a number added, subtracted, multiplied or divided; None where no layer does that."""
    if operation == "divide":
        operation, number = "multiply", 1 / number if number else 0.0
    number = -number if operation == "subtract" else number
    scale, offset = (number, 0.0) if operation == "multiply" else (1.0, number)
    if not 0.01 <= scale <= _MOST_SCALE or not -_MOST_SCALE <= offset <= _MOST_SCALE:
        return None
    return ConfiguredLayer((SourceLayer(Rescaling(float(scale), float(offset)), 0),))


def _entry_paths(entries: list[dict[str, Any]], path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The group of each layer of a model in a .keras file: its class's name, numbered where several have the same.

    Source: https://github.com/keras-team/keras/blob/v3.15.1/keras/src/saving/saving_lib.py (_save_container_state)
    """
    used: Counter[str] = Counter()
    paths = []
    for entry in entries:
        kind = entry.get("class_name")
        name = _snake_case(kind) if isinstance(kind, str) else ""
        is_layer = not str(entry.get("module")).startswith("keras.src.ops")
        numbered = f"{name}_{used[name]}" if used[name] else name
        used[name] += is_layer
        paths.append((*path, "layers", numbered))
    return paths


def _snake_case(name: str) -> str:
    """A class's name as Keras makes names of layers of it. Source: keras/src/utils/naming.py"""
    name = re.sub(r"\W+", "", name[:200])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _function(entry: Mapping[str, Any]) -> str:
    """The name of the function that an entry calls, such as "add"; empty for a layer."""
    config, kind, module = entry.get("config"), entry.get("class_name"), entry.get("module")
    if kind in ("TFOpLambda", "SlicingOpLambda") and isinstance(config, dict):
        return str(config.get("function", "unknown"))[:100].split(".")[-1].strip("_") or "unknown"
    # In an .h5 file there is no module; but what a layer always has is not there either.
    is_bare = module is None and isinstance(config, dict) and not {"trainable", "dtype"} & config.keys()
    is_function = is_bare and bool(entry.get("inbound_nodes"))
    if isinstance(kind, str) and (is_function or (isinstance(module, str) and module.startswith("keras.src.ops"))):
        return _snake_case(kind)
    return ""


def _is_hard_silu(entry: Mapping[str, Any]) -> bool:
    """Whether it is the activation x · min(max(0, x / 6 + 1/2), 1) as a layer or as a function."""
    config = entry.get("config")
    if _function(entry):
        return _function(entry) in _HARD_SILU_NAMES
    return (
        entry.get("class_name") == "Activation"
        and isinstance(config, dict)
        and config.get("activation") in _HARD_SILU_NAMES
    )


def _calls(entry: int, nodes: Any) -> Iterator[_Call]:
    """The calls of one layer of a functional model."""
    if not isinstance(nodes, list):
        raise _damaged("It does not say what its layers read.")
    for number, node in enumerate(nodes[: _MAX_CALLS + 1]):
        given = [node.get("args"), node.get("kwargs")] if isinstance(node, dict) else node
        reads, numbers = [], []
        for item in _inside(given):
            if isinstance(item, tuple):
                reads.append(item)
            else:
                numbers.append(item)
        yield _Call(entry, number, tuple(reads), tuple(numbers), _as_in_training(given))


def _as_in_training(given: Any, depth: int = 0) -> bool:
    """Whether the arguments of a call have training=True."""
    if depth > _MAX_DEPTH:
        return False
    if isinstance(given, dict):
        return given.get("training") is True
    return isinstance(given, list) and any(_as_in_training(item, depth + 1) for item in given)


def _references(value: Any) -> list[tuple[str, int, int]]:
    """The outputs of layers that a value names, as (layer, number of its call, number of its output)."""
    return [item for item in _inside(value) if isinstance(item, tuple)]


def _inside(value: Any, depth: int = 0) -> Iterator[tuple[str, int, int] | float]:
    """The tensors and numbers in the arguments of a call, as Keras 3 and Keras 2 write them, in order."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if value.get("class_name") == _TENSOR:
            config = value.get("config")
            yield from _inside(config.get("keras_history") if isinstance(config, dict) else None, depth + 1)
            return
        for item in value.values():
            yield from _inside(item, depth + 1)
    elif isinstance(value, list):
        if len(value) in (3, 4) and isinstance(value[0], str) and all(type(item) is int for item in value[1:3]):
            yield value[0], value[1], value[2]
            yield from _inside(value[3:], depth + 1)
            return
        for item in value:
            yield from _inside(item, depth + 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value) if abs(value) < 1e12 else float("inf")


def _in_order(
    calls: list[_Call], entries: list[dict[str, Any]], known: Mapping[tuple[str, int], Any]
) -> Iterator[_Call]:
    """The calls, each after all whose outputs it reads, otherwise as they are written."""
    waits: list[int] = []
    followers: dict[tuple[str, int], list[int]] = {}
    for index, call in enumerate(calls):
        before = {(name, number) for name, number, _ in call.reads if (name, number) not in known}
        waits.append(len(before))
        for reference in before:
            followers.setdefault(reference, []).append(index)
    ready = [index for index, count in enumerate(waits) if not count]
    done = 0
    while ready:
        call = calls[heapq.heappop(ready)]
        done += 1
        yield call
        for index in followers.pop((_name(entries[call.entry]), call.number), ()):
            waits[index] -= 1
            if not waits[index]:
                heapq.heappush(ready, index)
    if done < len(calls):
        raise _damaged("Its layers read each other in a circle, or one that does not exist.")


def _name(entry: Mapping[str, Any]) -> str:
    """A layer's name in its model."""
    name = entry.get("name")
    return name if isinstance(name, str) else _raw_name(entry.get("config"))


def _raw_name(config: Any) -> str:
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""


def _shown(value: Any) -> str:
    """A name from outside as a sentence shows it."""
    return one_line(value)[:40] if isinstance(value, str) and one_line(value) else "unnamed"


def _shape_without_batch(shape: Any) -> Any:
    return tuple(shape[1:]) if isinstance(shape, list) and len(shape) > 1 else None


def _size(size: Any) -> int | None:
    return size if type(size) is int and 0 < size < 10**9 else None
