"""What the names of Keras mean: the vocabulary with which Keras source is followed."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import isclose, prod
from typing import Any

from visualizer.architecture.keras_form import KerasForm
from visualizer.architecture.layer import Layer, layer_types
from visualizer.architecture.layers.reshape import Reshape
from visualizer.source_code.command_line import PARSING, Options, option_of
from visualizer.source_code.keras_1 import FIT_ARGUMENTS, in_keras_2
from visualizer.source_code.keras_applications import APPLICATIONS, FROM_MINUS_ONE, UNCHANGED, read_application
from visualizer.source_code.keras_data import (
    Array,
    array_entry,
    array_method,
    image_function,
    load_data,
    makes_batches,
    new_array,
    split,
)
from visualizer.source_code.keras_graph import Model, Part, Tensor, Tensors, leading_to, part_title, same_tensors
from visualizer.source_code.keras_layers import (
    LayerCall,
    SourceLayer,
    declared_input_shape,
    is_function,
    matches_form,
    read_layer,
)
from visualizer.source_code.keras_places import Place, counted_places, places_in
from visualizer.source_code.keras_training import is_optimizer, read_compile, read_fit, read_fit_generator
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.interpreter import Interpreter
from visualizer.source_code.python.journal import NETWORK, NO_MATTER
from visualizer.source_code.python.values import (
    REST,
    Configured,
    Dimensions,
    Function,
    Instance,
    Member,
    Partial,
    Phase,
    Rest,
    Super,
    Symbol,
    Unknown,
    describe_value,
)
from visualizer.words import counted

LAYER_ENTRIES = 20  # of the budget, for one layer with its settings

# Modules whose `get` makes of a name what the name stands for as well.
_NAMED = (["activations"], ["initializers"], ["regularizers"], ["optimizers"], ["losses"])
_SIZES = ("Resizing", "CenterCrop")
DEFAULT_CHANNELS = 3
# Layers that change pictures at random, in training alone.
_AUGMENTING = ("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness")
# Layers that are not needed here, and why.
NOT_NEEDED = dict.fromkeys(_AUGMENTING, "Train can change the training pictures at random.") | {
    "Normalization": "Pictures here go from 0 to 1 already.",
    "Resizing": "Pictures are resized to the network's input here.",
    "CenterCrop": "Pictures are resized to the network's input here.",
    "Identity": "It changes nothing.",
}
# Methods of a model that leave its layers as they are.
_KEEPING = frozenset(
    {
        "summary", "evaluate", "predict", "save", "save_weights", "load_weights", "get_weights", "set_weights",
        "to_json", "to_yaml", "get_config", "count_params", "predict_classes", "predict_proba", "train_on_batch",
        "test_on_batch", "predict_on_batch", "predict_generator", "evaluate_generator", "get_layer", "reset_states",
        "export", "get_build_config", "get_metrics_result", "reset_metrics", "__call__",
    }
)  # fmt: skip
# Python's own functions and packages that change neither a list nor a model that they are given.
_HARMLESS = frozenset(
    {
        "print", "len", "str", "repr", "type", "id", "hash", "sum", "min", "max", "sorted", "list", "tuple", "dict",
        "set", "zip", "enumerate", "isinstance", "format", "open", "vars", "keras", "tensorflow", "tf", "K", "np",
        "numpy", "plt", "matplotlib", "os", "sys", "time", "math", "json", "pickle", "cv2", "PIL", "sklearn", "pandas",
        "pd", "sns", "seaborn", "datetime", "pathlib", "shutil", "glob", "wandb", "mlflow", "visualkeras",
        "tensorboard", "callbacks", "layers", "models", "utils", "optimizers", "losses", "regularizers", "initializers",
        "datasets", "applications", "plot_model", "to_categorical", "partial", "reversed", "map", "filter", "tqdm",
        "pprint", "display", "abs", "round", "int", "float", "bool", "any", "all", "callable", "getattr", "hasattr",
        "input", "logging", "warnings",
    }
)  # fmt: skip
_MUTATING = ("shuffle", "fill", "put", "copyto", "clone_model_into")
# Settings of a layer whose change makes another layer of it.
_NOT_OF_A_LAYER = ("trainable", "name", "_name", "built", "run_eagerly", "stop_training", "supports_masking")
_READABLE = ("filters", "kernel_size", "strides", "units", "rate", "pool_size", "padding")  # of a layer
_LEAST_SCALE = 0.01  # of a Rescaling here; a smaller one is of bytes, where it stands at the beginning
_BYTES = 255  # the values of a picture in Keras, where they go from 0 to 1 here


class KerasVocabulary:
    """The names of Keras, for one source, and what it builds with them.

    Attributes:
        interpreter: Follows the source.
        notes: What was left out or changed.
        models: The models, in the order in which they are made.
        tensors: Makes tensors.
        settings: The training settings of each model.
        fits: The models that are trained, and the lines in which they are.
        created: The calls of layers, by id.
        used: What is used in a network, by id; stored, so that no other object gets the same id.
        skipped: The lines that are not about the network, unless they are in `used_lines`.
        understood_calls: The number of calls so far that had a meaning.
    """

    def __init__(self, budget: Budget, lines: list[bytes]) -> None:
        self.budget = budget
        self.interpreter = Interpreter(self, budget, lines)
        self.journal = self.interpreter.journal
        self.notes = Notes(self.journal)
        self.understood_calls = 0
        self.models: list[Model] = []
        self.tensors = Tensors(budget, self.journal)
        self.starts: dict[Unknown | Symbol, Tensor] = {}  # for values that are not known, once a layer read them
        self.settings: dict[tuple[int, str], Any] = {}  # by the id of the model, or 0 for an object of the source's
        self.fits: dict[tuple[int, int], None] = {}
        self.created: dict[int, LayerCall] = {}
        self.used: dict[int, Any] = {}
        self.skipped: list[range] = []
        self.sequences: dict[int, tuple[Instance, Model]] = {}  # objects of classes that inherit from Sequential
        self.inherited: dict[int, tuple[Instance, LayerCall]] = {}  # objects of classes that inherit from a layer
        self.bases: dict[int, tuple[Configured, Tensor]] = {}  # of keras.applications, which are not known here
        self.used_lines: dict[int, None] = {}
        self.left_out: dict[Tensor, int] = {}  # how many layers after it are not built here
        self.scaled: dict[Tensor, None] = {}  # pictures that the source has brought to 0 to 1
        self.forms = [(layer_type, form) for layer_type in layer_types().values() for form in layer_type.keras_forms()]
        self._rescaling = next(found for found in self.forms if "Rescaling" in found[1].names)
        self.layer_names = {name for _, form in self.forms for name in form.names} | {"Layer", "InputLayer"}
        # Classes that a script of this app defines, since Keras has none.
        self.definitions = {
            ast.dump(ast.parse(form.definition).body[0]): form.names[0] for _, form in self.forms if form.definition
        }
        # Why a layer can be left out, by its name.
        self.not_needed = NOT_NEEDED | {
            name: form.otherwise for _, form in self.forms if form.otherwise for name in form.names
        }

    # The methods of a Library

    def skip(self, first: int, last: int, why: str) -> None:
        if why:
            self.understood_calls += 1
            self.notes.add(first, why)
        else:
            self.journal.save_end(self.skipped, weight=NO_MATTER)
            self.skipped.append(range(first, last + 1))

    def assume(self, line: int, sentence: str) -> None:
        self._use_line(line)
        self.notes.add(line, sentence)

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        name = self.definitions.get(ast.dump(definition)) if definition.name in self.definitions.values() else None
        return Symbol(f"keras.layers.{name}") if name else None

    def is_built(self, value: Any) -> bool:
        return isinstance(value, Tensor | Model)

    def is_same(self, left: Any, right: Any) -> bool:
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            return same_tensors(left, right, self.budget, in_use=self.interpreter.by_phase)
        if isinstance(left, Model) and isinstance(right, Model):
            if len(left.all_outputs) != len(right.all_outputs) or left.trained != right.trained:
                return False
            ends = zip(left.all_outputs, right.all_outputs, strict=True)
            return all(same_tensors(one, other, self.budget) for one, other in ends)
        if isinstance(left, LayerCall) and isinstance(right, LayerCall):
            layers = [[made.layer for made in item.source_layers] for item in (left, right)]
            return layers[0] == layers[1] and not any(made.open_settings for made in left.source_layers)
        return isinstance(left, Array | Member) and left == right

    def keeps(self, function: Any) -> bool:
        match function:
            case Symbol():
                capital = function.name[:1].isupper()
                return function.name not in _MUTATING and (function.top in _HARMLESS or capital)
            case Member(owner=Model(), name=name):
                return name in _KEEPING or name in ("fit", "fit_generator", "build")
            case Member(owner=Configured(name="layers")):
                return False
            case Member(owner=Options()):
                return True
            case Member(owner=Symbol() | Configured() | Unknown() | Array() | Tensor() | Instance() | Super()):
                return True
        return isinstance(function, LayerCall | Model | Configured)

    def forget(self, value: Any, line: int, text: str) -> None:
        if isinstance(value, Model) or (isinstance(value, Configured) and value.name == "layers"):
            self.understood_calls += 1
            self.notes.add(line, f"“{text}” may change the model in a way that is not known here.", other_network=True)

    def attribute(self, owner: Any, name: str, line: int, text: str) -> Any:
        match owner:
            case Model():
                return self._attribute_of_model(owner, name)
            case Tensor() if name in ("shape", "_keras_shape", "get_shape"):
                shape = self.tensors.shape_of(owner)
                if name == "get_shape":
                    return Partial(Symbol("keras.backend.int_shape"), (owner,), {})
                return Unknown(text, line) if shape is None else Dimensions((None, *shape[1:], shape[0]))
            case LayerCall(source_layers=(made, *_)) if name in _READABLE and name not in dict(made.open_settings):
                return getattr(made.layer, name, Unknown(text, line))
            case LayerCall(label=str(label)) if name == "name":
                return label
            case Configured(name="layer", arguments=(Model() as model,)) if name in ("output", "input"):
                return self._end_of_layer(model, owner, name, line, text)
            case Configured(name="layer") if isinstance(item := self._item(owner), LayerCall):
                return self.attribute(item, name, line, text)
            case Configured(keywords={"include_top": _}) if name in ("output", "input", "outputs", "inputs"):
                base = self._unknown_base(owner)
                return [base] if name.endswith("s") else base
            case Options(defaults=defaults) if name not in PARSING:
                return defaults.get(name, Unknown(text, line))
            case Array(shape=shape, lines=lines) if name in ("shape", "ndim"):
                for made_in in lines:
                    self._use_line(made_in)
                known = tuple(Unknown(text, line) if size is None else size for size in shape)
                return known if name == "shape" else len(shape)
        return Member(owner, name)

    def _end_of_layer(self, model: Model, layer: Configured, name: str, line: int, text: str) -> Tensor:
        """What goes into a layer of a model, or comes out of it."""
        self.understood_calls += 1
        place, index = self._place(layer), layer.keywords.get("index")
        if place is not None and (name == "output" or len(place.reads) == 1):
            return place.output if name == "output" else place.reads[0]
        if name == "input" and index == 0:
            return model.start
        if name == "output" and index == -1:
            return model.output
        note = f"Which layer “{text}” asks for is not known here; the output of the whole model is read."
        self.notes.add(line, note, other_network=True)
        return model.output

    def _place(self, layer: Configured) -> Any:
        """The Place that `layers[index]` or `get_layer(name)` of a model means; None where that is not known."""
        if "place" in layer.keywords:
            return layer.keywords["place"]
        model, index, name = layer.arguments[0], layer.keywords.get("index"), layer.keywords.get("name")
        if isinstance(name, str):
            named = [place for place in places_in(model, self.budget) or () if place.name == name]
            return named[0] if len(named) == 1 else None
        places = counted_places(model, self.left_out, self.budget)
        if places is None or not isinstance(index, int) or not -len(places) <= index < len(places):
            return None
        return places[index]

    def _item(self, item: Any) -> Any:
        """The layer that `layers[index]` or `get_layer(name)` of a model means, if it is known; others are as given."""
        if not isinstance(item, Configured) or item.name != "layer" or not item.arguments:
            return item
        place = self._place(item)
        if place is None:
            return item
        return place.output if place.item is None else place.item

    def _count_left_out(self, tensor: Tensor) -> None:
        """Count a layer after a tensor that is not built here."""
        self.journal.save_entry(self.left_out, tensor, weight=NETWORK)
        self.left_out[tensor] = self.left_out.get(tensor, 0) + 1

    def _unknown_base(self, base: Configured) -> Tensor:
        """What a base of keras.applications that is not known here gives: the pictures, unchanged."""
        self.understood_calls += 1
        if id(base) not in self.bases:
            given = base.keywords.get("input_tensor")
            start = (
                given if isinstance(given, Tensor) else self.tensors.start(base.line, base.keywords.get("input_shape"))
            )
            self._note_left_out(base, base.line)
            self.journal.save_entry(self.bases, id(base), weight=NO_MATTER)
            self.bases[id(base)] = (base, start)
        return self.bases[id(base)][1]

    def _attribute_of_model(self, model: Model, name: str) -> Any:
        match name:
            case "output":
                return model.output
            case "outputs":
                return list(model.all_outputs)
            case "input":
                return model.start
            case "inputs":
                return list(model.inputs)
            case "layers":
                return Configured("layers", (model,), {}, 0)
            case "output_shape" | "input_shape":
                return self.attribute(model.output if name == "output_shape" else model.start, "shape", 0, name)
        return Member(model, name)

    def items(self, value: Any) -> list[Any] | None:
        if isinstance(value, Configured) and value.name == "layers" and value.arguments:
            places = counted_places(value.arguments[0], self.left_out, self.budget)
            if places is None:
                return None
            return [self._layer_at(value, index, place=place) for index, place in enumerate(places)]
        both = isinstance(value, Configured) and value.keywords.get("subset") == "both"
        return [value, value] if both else None  # training and validation

    def _layer_at(self, layers: Configured, index: Any, **known: Place) -> Configured:
        return Configured("layer", layers.arguments, {"index": index, **known}, layers.line)

    def held(self, instance: Instance) -> list[Any] | dict[Any, Any] | None:
        return None

    def is_kind(self, value: Any, kind: Symbol) -> bool | None:
        value = self._item(value)
        if isinstance(value, Tensor) and isinstance(kind, Symbol):
            return kind.name == "InputLayer" if kind.name in self.layer_names else None
        if not isinstance(value, LayerCall) or kind.name not in self.layer_names:
            return None
        same = any(value.name in form.names and kind.name in form.names for _, form in self.forms)
        derived = value.name in ("Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")  # in some versions
        return kind.name == "Layer" or same or (None if derived else False)

    def entry(self, owner: Any, index: Any, line: int, text: str) -> Any:
        if isinstance(owner, Tensor):
            last = isinstance(index, tuple) and len(index) > 1 and index[-1] is None
            if last and all(part is ... or part == slice(None) for part in index[:-1]) and self._widened([owner, -1]):
                return owner
            return self._pass_unchanged([owner], text, line)
        if isinstance(owner, Configured) and owner.name == "layers" and owner.arguments:
            if not isinstance(index, slice):
                return self._layer_at(owner, index)
            layers = self.items(owner)
            return Unknown(text, line) if layers is None else layers[index]
        found = array_entry(owner, index) if isinstance(owner, Array) else None
        return Unknown(text, line) if found is None else found.made_in(line, owner)

    def _widened(self, arguments: list[Any], axis: Any = None) -> bool:
        """Whether a picture of two axes gets its channels, which it has here anyway."""
        tensor, axis = (arguments[0] if arguments else None), arguments[1] if len(arguments) > 1 else axis
        if not isinstance(tensor, Tensor) or tensor.made_by is not None or axis not in (-1, 3):
            return False
        if not isinstance(tensor.input_shape, tuple | list) or len(tensor.input_shape) != 2:
            return False
        self.understood_calls += 1
        self.journal.save_attribute(tensor, "input_shape", weight=NETWORK)
        tensor.input_shape = (*tensor.input_shape, 1)
        return True

    def set_entry(self, owner: Any, index: Any, value: Any, line: int, text: str) -> bool:
        return False

    def is_own_container(self, value: Any) -> bool:
        return False

    def has(self, owner: Any, name: str) -> bool | None:
        return None

    def set_attribute(self, owner: Any, name: str, value: Any, line: int) -> None:
        if isinstance(owner, Options):
            self.journal.save_entry(owner.defaults, name, weight=NETWORK)
            owner.defaults[name] = value
            return
        if name == "trainable" and value is False:
            self.understood_calls += 1
            self.notes.add(line, "“trainable = False” is left out: every layer learns here.")
        if self._note_rate(owner, f"{name} = {describe_value(value)}", line):
            return
        if name in _NOT_OF_A_LAYER or isinstance(owner, Instance):
            return
        owner = self._item(owner)
        if isinstance(owner, Model):
            self.notes.add(
                line,
                f"“{name}” of the model is set, which may change it in a way that is not known here.",
                other_network=True,
            )
        elif isinstance(owner, LayerCall):
            what = f"“{name}={describe_value(value)}”, set after {owner.name} was made, is left out."
            self.notes.add(line, what, other_network=True)
        elif isinstance(owner, Configured) and owner.name == "layer":
            what = f"“{name}={describe_value(value)}”, set for a layer after it was made, is left out."
            self.notes.add(line, what, other_network=True)

    def _note_rate(self, owner: Any, what: str, line: int) -> bool:
        """Whether something belongs to an optimiser, whose settings are changed after it was made; note that."""
        of_model = isinstance(owner, Member) and isinstance(owner.owner, Model) and owner.name == "optimizer"
        if not of_model and not (isinstance(owner, Configured) and is_optimizer(owner)):
            return False
        self.understood_calls += 1
        self.notes.add(line, f"“{what}”, set after the optimiser was made, is left out.")
        return True

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        flowing = self._flowing([left, right])
        merging = [(layer_type, form) for layer_type, form in self.forms if sign and form.operator == sign]
        if merging and len(flowing) == 2:
            return self._merge(*merging[0], flowing, [], {}, line, text)
        if not flowing and sign in tuple("+-*/"):
            arrays = [item for item in (left, right) if isinstance(item, Array)]
            if len(arrays) == 1:
                return arrays[0].made_in(line, arrays[0])
        if len(flowing) == 1 and left is flowing[0] and type(right) in (int, float):
            return self._scaled(left, sign, right, line, text)
        if len(flowing) == 1 and right is flowing[0] and type(left) in (int, float) and sign in "+*":
            return self._scaled(right, sign, left, line, text)
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    def _scaled(self, tensor: Tensor, sign: str, number: float, line: int, text: str) -> Tensor:
        """What a tensor is with a number added to it, or multiplied by it: a Rescaling where it can be one."""
        if not number or sign not in tuple("+-*/"):
            return self._pass_unchanged([tensor], text, line)
        scale = {"*": number, "/": 1 / number}.get(sign, 1)
        offset = {"+": number, "-": -number}.get(sign, 0)
        bytes_in = self._has_bytes(tensor)
        if bytes_in and isclose(scale * _BYTES, 1):
            self.understood_calls += 1
            self._note_bytes(tensor, text, line)
            return tensor
        if bytes_in and offset:
            return self._pass_unchanged([tensor], text, line)
        layer_type, form = self._rescaling
        settings = self._of_bytes(scale, offset, line) if bytes_in else {"scale": scale, "offset": offset}
        specs = {setting.name: setting.spec for setting in layer_type.settings()}
        if any(specs[name].check(float(value)) for name, value in settings.items()):
            return self._pass_unchanged([tensor], text, line)
        return self._merge(layer_type, form, [tensor], [], settings, line, text)

    @contextmanager
    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> Iterator[None]:
        """What a function makes of tensors that it is given is a part of the network."""
        outside = self.tensors.part
        kinds = Tensor | Unknown if is_layer else Tensor
        if any(isinstance(item, kinds) for item in self.budget.inside(arguments)):
            self.tensors.part = Part(part_title(name), outside, is_layer or bool(outside and outside.is_layer))
        try:
            yield
        finally:
            self.tensors.part = outside

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        self.budget.make(sum(map(len, keywords)) // 50)  # names are quoted in notes
        for item in self.budget.inside([arguments, list(keywords.values())]):
            if isinstance(item, Configured):
                self.budget.make(len(item.arguments) + len(item.keywords))
        if not (isinstance(function, Symbol) and function.path in ("print", "display", "len", "str")):
            settle = self.interpreter.settle if self._is_known(function) else self._settle_built
            arguments = list(settle(tuple(arguments)))
            keywords = {key: settle(value) for key, value in keywords.items()}
        match function:
            case Symbol():
                return self._construct(function, arguments, keywords, line, text)
            case Member(owner=Model() as model, name=name):
                return self._method(model, name, arguments, keywords, line)
            case Member(owner=Instance() as instance, name=name) if id(instance) in self.sequences:
                model = self.sequences[id(instance)][1]
                if name == "__call__":
                    return self._apply(model, arguments, keywords, line, text)
                return self._method(model, name, arguments, keywords, line)
            case Member(owner=Instance() as instance, name="call" | "__call__") if inherited := self._inherited(
                instance, [], {}, line
            ):
                return self._apply(inherited, arguments, keywords, line, text)
            case Member(owner=Instance() as instance, name="compile" | "fit" | "fit_generator" as name):
                data = keywords.get("x", arguments[0] if arguments else None)
                if name != "compile" and isinstance(data, Array) and id(instance) not in self.interpreter.called:
                    self._build(instance, [(None, *self._shape_of(data))], {}, line)
                # A model class that the source defines; its layers are found where they are called.
                return self._method(self._sequential(line), name, arguments, keywords, line)
            case Member(owner=Instance() as instance, name="build"):
                return self._build(instance, arguments, keywords, line)
            case Member(owner=Super(owner=Instance()), name=name):
                return self._of_super(function.owner.owner, name, arguments, keywords, line)
            case Member(owner=Options() as options, name=name):
                return self._of_options(options, name, arguments, keywords, line, text)
            case Member(owner=LayerCall() | Model() as layer, name="call" | "__call__"):
                return self._apply(layer, arguments, keywords, line, text)
            case Member(owner=Array() as array, name=name):
                found = array_method(array, name, arguments, keywords)
                return Unknown(text, line) if found is None else found.made_in(line, array)
            case Member(owner=Member(owner=owner, name=rate), name="assign") if arguments and self._note_rate(
                owner, f"{rate} = {describe_value(arguments[0])}", line
            ):
                return None
            case Member(owner=Configured() as owner, name=name):
                return Configured(name, tuple(arguments), keywords, line, owner)
            case Member(owner=Unknown() as owner, name=name) if makes_batches(name):
                return Configured(name, tuple(arguments), keywords, line, owner)
            case LayerCall() | Model() | Unknown() | Configured():
                return self._apply(function, arguments, keywords, line, text)
        return Unknown(text, line)

    def _is_known(self, function: Any) -> bool:
        """Whether a call builds or trains something, so that what is only likely of its arguments is assumed."""
        match function:
            case Symbol(name=name):
                known = name in ("Sequential", "Input", "InputLayer", "Model", "Functional") or name in APPLICATIONS
                return known or any(name in form.names or name in form.functions for _, form in self.forms)
            case Member(owner=Model() | Instance() | Super()):
                return function.name not in _KEEPING
        return isinstance(function, LayerCall | Model)

    def _settle_built(self, value: Any) -> Any:
        """A value of which only a part of the network is assumed where it is likely; other values stay open."""
        if isinstance(value, tuple) and any(isinstance(item, Unknown) for item in value):
            return tuple(self._settle_built(item) for item in value)
        several = isinstance(value, Unknown) and isinstance(value.likely, list | tuple | Tensor | Model)
        if several and any(self.is_built(item) for item in self.budget.inside(value.likely)):
            return self.interpreter.settle(value)
        return value

    # Constructors

    def _construct(self, symbol: Symbol, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        name = symbol.name
        if symbol.top == "torch":
            return Unknown(text, line)
        name, arguments, keywords = in_keras_2(name, arguments, keywords, line, self.notes)
        form = self._form(name, arguments, keywords)
        if form is not None:
            self.understood_calls += 1
            self.budget.make(LAYER_ENTRIES)
            given = [*arguments, *keywords.values()]
            self._use(given)
            for item in self.budget.inside(given):
                if isinstance(item, Unknown):
                    self._use_line(item.line)
            for item in given:
                self._mark_used(item)  # an activation that is a layer
            if REST in keywords:
                rest = describe_value(keywords.pop(REST))
                what = f"What “**{rest}” gives {name} does not follow from the text and is left out."
                self.notes.add(line, what, other_network=True)
            kept = name.startswith("Global") and keywords.pop("keepdims", None) is True
            read = read_layer(*form, name, arguments, keywords, line, self.notes)
            if kept:
                read = replace(read, source_layers=(*read.source_layers, SourceLayer(Reshape("maps", 1, 1), line)))
            read = replace(read, label=_text(keywords.get("name")))
            self.journal.save_entry(self.created, id(read), weight=NO_MATTER)
            self.created[id(read)] = read
            return read
        if name == "Sequential":
            return self._sequential_of(arguments, keywords, line)
        if name in ("Input", "InputLayer"):
            self.understood_calls += 1
            shape = declared_input_shape(keywords)
            return self.tensors.start(line, arguments[0] if shape is None and arguments else shape)
        if name in ("Model", "Functional"):
            return self._model(arguments, keywords, line)
        if name in APPLICATIONS:
            self.understood_calls += 1
            self._use([*arguments, *keywords.values()])
            model = read_application(name, arguments, keywords, line, self.tensors, self.notes)
            self._add_model(model)
            return model
        if name == "get" and symbol.path.split(".")[-2:-1] in _NAMED and len(arguments) == 1:
            function = arguments[0] or "linear" if "activations" in symbol.path else None
            if not isinstance(function, str):
                return arguments[0]
            self.understood_calls += 1
            return Symbol(f"keras.activations.{function}")
        if name in ("image_data_format", "image_dim_ordering"):
            return "channels_last" if name == "image_data_format" else "tf"
        if name in ("int_shape", "shape", "ndim") and len(arguments) == 1 and isinstance(arguments[0], Tensor):
            shape = self.attribute(arguments[0], "shape", line, text)
            return len(shape) if name == "ndim" and isinstance(shape, tuple) else shape
        if name in ("expand_dims", "newaxis") and self._widened(arguments, keywords.get("axis")):
            return arguments[0]
        if name == "set_value" and len(arguments) == 2 and isinstance(arguments[0], Member):
            rate, value = arguments
            if self._note_rate(rate.owner, f"{rate.name} = {describe_value(value)}", line):
                return None
        array = new_array(symbol.path, arguments, keywords)
        if array is not None:
            return array.made_in(line)
        data = load_data(symbol.path, frozenset({line, self.interpreter.at}))
        if data is not None:
            return data
        if name == "ArgumentParser":
            self.understood_calls += 1
            return Options()
        if arguments and isinstance(arguments[0], Array):
            parts = split(arguments, line) if name == "train_test_split" else None
            if parts is not None:
                return parts
            found = image_function(arguments[0], symbol.path, arguments[1:], keywords)
            if found is None:
                found = array_method(arguments[0], name, arguments[1:], keywords)
            if found is not None:
                return found.made_in(line, arguments[0])
        flowing = self._flowing([*arguments, *keywords.values()])
        if len(flowing) == 1 and (prepared := self._preprocessed(symbol, flowing[0], line)) is not None:
            return prepared
        return self._function(name, arguments, keywords, line, text)

    def _preprocessed(self, symbol: Symbol, tensor: Tensor, line: int) -> Tensor | None:
        """What `preprocess_input` of a module of keras.applications makes of pictures; None of other functions."""
        module = symbol.path.split(".")[-2:-1]
        if symbol.name != "preprocess_input" or not module or module[0] not in (*FROM_MINUS_ONE, *UNCHANGED):
            return None
        self.understood_calls += 1
        if module[0] in FROM_MINUS_ONE:
            return self._rescaled(Configured("Rescaling", (2 / _BYTES, -1.0), {}, line), tensor)
        self._count_left_out(tensor)
        return tensor

    def _of_options(
        self, options: Options, name: str, arguments: list[Any], keywords: dict[str, Any], line: int, text: str
    ) -> Any:
        """What a parser of a command line does."""
        self.understood_calls += 1
        if name == "add_argument" and REST not in keywords:
            option = option_of(arguments, keywords)
            if option is not None:
                self.set_attribute(options, *option, line)
        elif name == "set_defaults" and REST not in keywords:
            for key, value in keywords.items():
                self.set_attribute(options, key, value, line)
        elif name == "parse_known_args":
            return options, []
        elif name not in ("parse_args", "add_argument_group", "add_mutually_exclusive_group"):
            return Unknown(text, line)
        return options

    def _has_bytes(self, tensor: Tensor) -> bool:
        """Whether a tensor is a picture as Keras gets it, whose values are not from 0 to 1 yet."""
        return tensor.made_by is None and tensor not in self.scaled

    def _note_bytes(self, tensor: Tensor, text: str, line: int) -> None:
        """Note that a picture need not be brought to 0 to 1, as which it counts from now on."""
        self.journal.save_entry(self.scaled, tensor, weight=NETWORK)
        self.scaled[tensor] = None
        self.notes.add(line, f"“{text}” is left out. Pictures here go from 0 to 1 already.", about=tensor)

    def _of_bytes(self, scale: float, offset: float, line: int) -> dict[str, float]:
        """The arguments of a Rescaling of bytes, for pictures whose values go from 0 to 1."""
        if not 0 < scale < _LEAST_SCALE:
            return {"scale": scale, "offset": offset}
        factor = round(scale * _BYTES, 9)
        self.notes.add(
            line,
            f"Pictures here go from 0 to 1 already; Rescaling takes the factor {factor:g} and the offset {offset:g}.",
        )
        return {"scale": factor, "offset": offset}

    def _rescaled(self, item: Configured, tensor: Tensor) -> Tensor | None:
        """What a Rescaling by a small number, as of bytes, makes of a tensor; None if the number is not known."""
        given = dict(zip(("scale", "offset"), item.arguments, strict=False)) | item.keywords
        scale, offset = given.get("scale"), given.setdefault("offset", 0.0)
        if not isinstance(scale, int | float) or not isinstance(offset, int | float) or scale <= 0:
            return None
        self._mark_used(item)
        self._use_line(item.line)
        if self._has_bytes(tensor):
            if isclose(scale * _BYTES, 1) and not offset:
                self._note_bytes(tensor, item.name, item.line)
                return tensor
            given |= self._of_bytes(scale, offset, item.line)
        return self._merge(*self._rescaling, [tensor], [], given, item.line, item.name)

    def _function(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        """The value of a function of tensors, or of one that is not known."""
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
            return self._apply(read, flowing, {}, line, text)
        return self._pass_unchanged(flowing, text, line)

    def _sequential_of(self, arguments: list[Any], keywords: dict[str, Any], line: int) -> Model:
        self.understood_calls += 1
        model = self._sequential(line, _text(keywords.get("name")))
        self._add_model(model)
        items = arguments[0] if arguments else keywords.get("layers", [])
        for item in items if isinstance(items, tuple | list) else [items]:
            if item is not None:
                self._add(model, item, line)
        return model

    def _sequential(self, line: int, name: str | None = None) -> Model:
        """A model without layers yet."""
        start = self.tensors.start(line)
        return self._fresh(Model(line, [start], [start], name, sequential=True))

    def _fresh(self, model: Model) -> Model:
        self.journal.add_fresh(model)
        self.journal.add_fresh(model.outputs)
        return model

    def _add_model(self, model: Model) -> None:
        self._fresh(model)
        self.journal.save_end(self.models, weight=NETWORK)
        self.models.append(model)

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
        return self._apply(read, flowing, {}, line, text)

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
        keywords = {{"input": "inputs", "output": "outputs"}.get(key, key): item for key, item in keywords.items()}
        outputs = keywords.get("outputs", arguments[1] if len(arguments) > 1 else None)
        given = list(outputs.values()) if isinstance(outputs, dict) else outputs
        ends = self._flowing([given])
        if not ends:
            return Unknown("Model", line)
        self.understood_calls += 1
        starts = keywords.get("inputs", arguments[0] if arguments else None)
        inputs = self._flowing([list(starts.values()) if isinstance(starts, dict) else starts])
        name = _text(keywords.get("name"))
        model = Model(line, inputs or self.starts_of(ends), [ends[0]], name, others=tuple(ends[1:]))
        self._add_model(model)
        return model

    def starts_of(self, outputs: list[Tensor]) -> list[Tensor]:
        """The inputs that lead to some tensors."""
        return [tensor for tensor in leading_to(outputs, (), self.budget) if tensor.made_by is None]

    def _build(self, instance: Instance, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """`build` of a model that the source defines says what shape goes in."""
        shape = arguments[0] if arguments else keywords.get("input_shape")
        if not isinstance(shape, tuple | list) or len(shape) < 2:
            return Unknown("build", line)
        self.understood_calls += 1
        start = self.tensors.start(line, tuple(shape[1:]))
        made = self._flowing([self.interpreter.call_instance(instance, [start], {})])
        if made:
            self._add_model(Model(line, [start], [made[0]], others=tuple(made[1:])))
        return None

    def _of_super(
        self, instance: Instance, name: str, arguments: list[Any], keywords: dict[str, Any], line: int
    ) -> Any:
        """What a class of the source asks of the class of Keras that it inherits from."""
        if name == "__init__":
            self.understood_calls += 1
            if any(
                isinstance(base, Symbol) and base.name == "Sequential" for base in instance.created_from.library_bases
            ):
                self.journal.save_entry(self.sequences, id(instance), weight=NO_MATTER)
                self.sequences[id(instance)] = (instance, self._sequential_of(arguments, keywords, line))
                return None
            if self._flowing([*arguments, *keywords.values()]):
                self._model(arguments, keywords, line)
            else:
                self._inherited(instance, arguments, keywords, line)
            return None
        inherited = self._inherited(instance, [], {}, line) if name in ("call", "__call__") else None
        if inherited is not None:
            return self._apply(inherited, arguments, keywords, line, name)
        return None if name == "build" else Unknown(name, line)

    def _inherited(
        self, instance: Instance, arguments: list[Any], keywords: dict[str, Any], line: int
    ) -> LayerCall | None:
        """The layer of Keras's that an object is, whose class inherits from it; None if it is none that is known."""
        if id(instance) not in self.inherited:
            bases = [base for base in instance.created_from.library_bases if isinstance(base, Symbol)]
            kind = next((base for base in bases for _, form in self.forms if base.name in form.names), None)
            made = None if kind is None else self._construct(kind, arguments, keywords, line, kind.path)
            if not isinstance(made, LayerCall):
                return None
            self.journal.save_entry(self.inherited, id(instance), weight=NO_MATTER)
            self.inherited[id(instance)] = (instance, made)
        return self.inherited[id(instance)][1]

    def _pass_unchanged(self, flowing: list[Tensor], text: str, line: int) -> Tensor:
        """Note an unknown operation on a tensor; the tensor passes unchanged."""
        self.understood_calls += 1
        several = len(set(flowing)) > 1
        kept = max(flowing, key=lambda tensor: tensor.depth)
        joins = f"“{text}” joins branches in a way that is not known here, so only the longest is kept."
        note = joins if several else f"“{text}” is not known here and is left out."
        self.notes.add(line, note, other_network=True, about=kept)
        self._count_left_out(kept)
        return kept

    # Layers are called, added

    def _apply(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        flowing = self._flowing([*arguments, *keywords.values()])
        function = self._item(function)
        if isinstance(function, Tensor):  # an input among the layers of a model
            return flowing[0] if flowing else Unknown(text, line)
        if isinstance(function, Unknown | Configured):
            if not flowing:
                return Unknown(text, line)
            if isinstance(function, Configured):
                self._use_line(function.line)
                followed = self._of_configured(function, flowing)
                if followed:
                    self._note_made(followed[0], function, flowing)
                    return followed[0]
                if function.name in self.not_needed:
                    self.understood_calls += 1
                    self._leave_out(function, flowing[0], line)
                    return flowing[0]
            return self._pass_unchanged(flowing, describe_value(function), line)
        self.understood_calls += 1
        self._mark_used(function)
        # What a loop that trains by hand gives a model has no part in a network.
        is_known = bool(flowing) and not any(tensor in self.starts.values() for tensor in flowing)
        if is_known or isinstance(function, LayerCall):
            self._note_modes(function, arguments, keywords, line)
        arrays = [item for item in [*arguments, *keywords.values()] if isinstance(item, Array)]
        if not flowing and arrays:
            if isinstance(function, Model):
                self._give_pictures(function, arrays[0])
            flowing = [self.tensors.start(line, self._shape_of(arrays[0]))]
            is_known = False
        if not flowing:
            flowing = [self._unknown_start([*arguments, *keywords.values()], line)]
        if isinstance(function, Model):
            self._nest(function, "nested" if is_known else "tried")
            self._take(flowing, len(function.inputs), line)
            self._give_shape(flowing[0], function.start.input_shape)
            made = self.tensors.applied_model(function, flowing, part_title(function.name, "Nested model"))
            self._note_made(made[0], function, flowing)
            return made if len(made) > 1 else made[0]
        layer = function.source_layers[0].layer
        self._take(flowing, layer.most_inputs, line)
        if len(flowing) < layer.least_inputs:
            given = [*arguments, *keywords.values()]
            if any(isinstance(item, Unknown | Symbol) for item in self.budget.inside(given)):
                note = f"Of the inputs of this {function.name} only one is known here, which passes unchanged."
                self.notes.add(line, note, other_network=True)
            return flowing[0]
        self._give_shape(flowing[0], function.input_shape)
        if self._reshapes_input(function, flowing[0]):
            self._count_left_out(flowing[0])
            return flowing[0]
        made = self.tensors.chained(function.source_layers, tuple(flowing))
        self._note_made(made[-1], function, flowing)
        self.tensors.add_applied(made)
        return made[-1]

    def _of_configured(self, layer: Configured, flowing: list[Tensor]) -> list[Tensor]:
        """What a Lambda of a function of the source, or a Rescaling of bytes, makes; nothing where it is not known."""
        if layer.name == "Rescaling" and len(flowing) == 1:
            made = self._rescaled(layer, flowing[0])
            return [] if made is None else [made]
        function = layer.keywords.get("function", layer.arguments[0] if layer.arguments else None)
        if layer.name == "Lambda" and isinstance(function, Symbol) and len(flowing) == 1:
            made = self._preprocessed(function, flowing[0], layer.line)
            return [] if made is None else [made]
        if layer.name != "Lambda" or not isinstance(function, Function):
            return []
        self._mark_used(layer)
        return self._flowing([self.interpreter.call(function, [flowing[0] if len(flowing) == 1 else flowing])])

    def _note_modes(
        self, function: LayerCall | Model, arguments: list[Any], keywords: dict[str, Any], line: int
    ) -> None:
        places = [item for item in arguments[1:] if isinstance(item, bool)] if isinstance(function, LayerCall) else []
        training = keywords.get("training", places[0] if places else None)
        passed_on = isinstance(training, Phase) or (isinstance(training, Unknown) and training.text == "training")
        if training is not None and not passed_on:
            name = function.name or "the model"
            self.notes.add(
                line,
                f"“training={describe_value(training)}” of {name} is left out: here it works as in training while it "
                "is trained, and as in use afterwards.",
            )

    def _reshapes_input(self, function: LayerCall, start: Tensor) -> bool:
        """Whether a layer only arranges an input of other than three axes as a picture, which it is here anyway."""
        shape, target = start.input_shape, function.reshapes_to
        if start.made_by is not None or not isinstance(shape, tuple | list) or not isinstance(target, tuple | list):
            return False
        sizes, wanted = list(shape), list(target)
        if len(sizes) > 2 or len(wanted) != 3 or not all(type(size) is int and size > 0 for size in sizes):
            return False
        count = prod(sizes)
        if wanted.count(-1) == 1 and count % -prod(wanted) == 0:
            wanted[wanted.index(-1)] = count // -prod(wanted)
        if not all(type(size) is int and size > 0 for size in wanted) or prod(wanted) != count:
            return False
        self.journal.save_attribute(start, "input_shape", weight=NETWORK)
        start.input_shape = tuple(wanted)
        return True

    def _nest(self, model: Model, how: str = "nested") -> None:
        self.journal.save_attribute(model, how, weight=NO_MATTER)
        setattr(model, how, True)

    def _unknown_start(self, arguments: list[Any], line: int) -> Tensor:
        """A new input for a layer of whose arguments none is a tensor."""
        note = "What goes into this layer is not known here; the network begins with it."
        start = self.tensors.start(line)
        self.notes.add(line, note, other_network=True, about=start)
        unknown = next((item for item in self.budget.inside(arguments) if isinstance(item, Unknown | Symbol)), None)
        if unknown is not None:
            self.journal.save_entry(self.starts, unknown, weight=NO_MATTER)
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
            self.journal.save_attribute(tensor, "input_shape", weight=NETWORK)
            tensor.input_shape = input_shape

    def _shape_of(self, pictures: Array) -> Any:
        """The shape of one picture of an array of them, whose lines are used."""
        for line in pictures.lines:
            self._use_line(line)
        return tuple(pictures.shape[1:])

    def _give_pictures(self, model: Model, data: Any) -> None:
        """Where a model says nothing of its input, it reads what it is first called or trained with."""
        if isinstance(data, Array) and len(data.shape) > 1 and model.start.input_shape is None:
            self._give_shape(model.start, self._shape_of(data))

    def _note_made(self, made: Tensor, item: Any, reads: list[Tensor]) -> None:
        """Remember what made a tensor; what makes nothing of it is one layer after it."""
        if made in reads:
            self._count_left_out(made)
        else:
            made.made_as = (item, tuple(reads))

    def _append(self, model: Model, output: Tensor, item: Any) -> None:
        self._note_made(output, item, [model.output])
        self.journal.save_end(model.outputs, weight=NETWORK)
        model.outputs.append(output)

    def _add(self, model: Model, item: Any, line: int) -> None:
        self.understood_calls += 1
        item = self._item(item)
        if isinstance(item, Instance) and id(item) in self.sequences:
            item = self.sequences[id(item)][1]
        match item:
            case LayerCall():
                self._mark_used(item)
                self._give_shape(model.output, item.input_shape)
                if self._reshapes_input(item, model.output):
                    self._count_left_out(model.output)
                else:
                    self._append(model, self.tensors.chained(item.source_layers, (model.output,))[-1], item)
            case Model():
                self._nest(item)
                self._give_shape(model.output, item.start.input_shape)
                title = part_title(item.name, "Nested model")
                self._append(model, self.tensors.applied_model(item, [model.output], title)[0], item)
            case Instance() if not item.created_from.find("call") and (
                inherited := self._inherited(item, [], {}, line)
            ):
                self._add(model, inherited, line)
            case Instance():
                made = self._flowing([self.interpreter.call_instance(item, [model.output], {})])
                if made:
                    self._append(model, made[0], item)
                else:
                    self._count_left_out(model.output)
                    self._note_left_out(item, line)
            case Tensor(made_by=None, input_shape=shape):
                self.journal.save_attribute(model.start, "input_shape", weight=NETWORK)
                model.start.input_shape = shape
            case Configured():
                self._give_shape(model.output, declared_input_shape(item.keywords))
                followed = self._of_configured(item, [model.output])
                if not followed:
                    self._leave_out(item, model.output, line)
                elif followed[0] is not model.output:
                    self._append(model, followed[0], item)
                else:
                    self._count_left_out(model.output)
            case _:
                self._count_left_out(model.output)
                self._note_left_out(item, line)

    def _leave_out(self, item: Configured, tensor: Tensor, line: int) -> None:
        """Note a layer that is not built; what it makes of the input's size is the input here."""
        self._count_left_out(tensor)
        if item.name not in _SIZES:
            return self._note_left_out(item, line)
        sizes = dict(zip(("height", "width"), item.arguments, strict=False)) | dict(item.keywords)
        size = (sizes.get("height"), sizes.get("width"))
        if tensor.made_by is not None or not all(type(side) is int for side in size):
            self._mark_used(item)
            self.notes.add(item.line, f"“{item.name}” among other layers is left out.", other_network=True)
            return None
        shape = tensor.input_shape
        channels = tuple(shape[2:]) if isinstance(shape, tuple | list) and len(shape) == 3 else (DEFAULT_CHANNELS,)
        self.journal.save_attribute(tensor, "input_shape", weight=NETWORK)
        tensor.input_shape = (*size, *channels)
        return self._note_left_out(item, line)

    def _note_left_out(self, item: Any, line: int) -> None:
        """Note an item that is not built."""
        where = getattr(item, "line", 0) or line
        self._use_line(where)
        if isinstance(item, Configured):
            for inner in self.budget.inside([*item.arguments, *item.keywords.values()]):
                self._mark_used(inner)
        if isinstance(item, Configured) and item.name in self.not_needed:
            self.notes.add(where, f"“{item.name}” is left out. {self.not_needed[item.name]}")
        else:
            text = describe_value(item)
            sentence = f"“{text}” is not known here and is left out."
            if isinstance(item, Rest):
                sentence = f"The layers in “{text}” do not follow from the text and are left out."
            self.notes.add(where, sentence, other_network=True)

    def _method(self, model: Model, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "add":
            for item in [*arguments, *keywords.values()]:
                self._add(model, item, line)
            return None
        if name == "pop" and self.left_out.get(model.output):
            self.understood_calls += 1
            self.journal.save_entry(self.left_out, model.output, weight=NETWORK)
            self.left_out[model.output] -= 1
            return None
        if name == "pop" and len(model.outputs) > 1:
            self.understood_calls += 1
            self.journal.save_whole(model.outputs, weight=NETWORK)
            model.outputs.pop()
            return None
        if name == "build" and (arguments or keywords):
            self.understood_calls += 1
            shape = arguments[0] if arguments else next(iter(keywords.values()))
            if isinstance(shape, tuple | list):
                self.journal.save_attribute(model.start, "input_shape", weight=NETWORK)
                model.start.input_shape = tuple(shape[1:])
            return None
        if name == "compile":
            self._train(model)
            self._use([*arguments, *keywords.values()])
            self._set(model, read_compile(arguments, keywords, line, self.notes))
            return None
        if name in ("fit", "fit_generator"):
            self._train(model)
            keywords = {FIT_ARGUMENTS.get(key, key): value for key, value in keywords.items()}
            self._use([keywords.get("callbacks"), *arguments[:1], keywords.get("x"), keywords.get("generator")])
            read = read_fit if name == "fit" else read_fit_generator
            self._count_fit(model, line)
            self._give_pictures(model, keywords.get("x", arguments[0] if arguments else None))
            self._set(model, read(arguments, keywords, line, self.notes))
        elif name == "get_layer":
            given = dict(zip(("name", "index"), arguments, strict=False)) | keywords
            return Configured("layer", (model,), given, line)
        elif name not in _KEEPING:
            return Configured(name, tuple(arguments), keywords, line)
        return Unknown(name, line)

    def _train(self, model: Model) -> None:
        self.understood_calls += 1
        self.journal.save_attribute(model, "trained", weight=NO_MATTER)
        model.trained = True

    def _set(self, model: Model, settings: dict[str, Any]) -> None:
        owner = id(model) if model in self.models else 0
        for name, value in settings.items():
            self.journal.save_entry(self.settings, (owner, name), weight=NETWORK)
            self.settings[owner, name] = value

    def _count_fit(self, model: Model, line: int) -> None:
        """Note that a model is trained several times, of which the last time counts."""
        owner = id(model) if model in self.models else 0
        if any(trained == owner for trained, _ in self.fits):
            self.notes.add(
                line, "The model is trained several times; epochs and batch size are those of the last time."
            )
        self.journal.save_entry(self.fits, (owner, line), weight=NO_MATTER)
        self.fits[owner, line] = None

    def settings_of(self, model: Model) -> dict[str, Any]:
        """The training settings of a model; where it has none, those of objects of which the model is not known."""
        own = {name: value for (owner, name), value in self.settings.items() if owner == id(model)}
        return own or {name: value for (owner, name), value in self.settings.items() if not owner}

    def _mark_used(self, item: Any) -> None:
        self.journal.save_entry(self.used, id(item), weight=NO_MATTER)
        self.used[id(item)] = item

    def _use_line(self, line: int) -> None:
        self.journal.save_entry(self.used_lines, line, weight=NO_MATTER)
        self.used_lines[line] = None

    def _use(self, items: list[Any]) -> None:
        """Record that objects are used, so that their lines are not noted as skipped."""
        for item in self.budget.inside(items):
            if isinstance(item, Configured) and id(item) not in self.used:
                self._mark_used(item)
                self._use_line(item.line)
                self._use([*item.arguments, *item.keywords.values(), item.owner])


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
