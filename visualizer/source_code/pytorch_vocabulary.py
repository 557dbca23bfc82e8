"""What the names of PyTorch mean in source that is followed: modules, tensors, and how a network is trained."""

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import visualizer.architecture
from visualizer.architecture.shapes import Shape, is_maps, numbers_in
from visualizer.architecture.torch_form import Arriving
from visualizer.source_code.keras_graph import Part, Tensor, Tensors, part_title
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.interpreter import Interpreter
from visualizer.source_code.python.journal import NETWORK, NO_MATTER
from visualizer.source_code.python.statements import ONCE
from visualizer.source_code.python.values import (
    REST,
    Class,
    Configured,
    Instance,
    Member,
    Rest,
    Stream,
    Super,
    Symbol,
    Unknown,
    describe_value,
    name_of,
)
from visualizer.source_code.python_source import cannot_follow
from visualizer.source_code.pytorch_input import (
    DATASETS,
    RESIZING,
    Expected,
    Hints,
    Shapes,
    reads_vectors,
)
from visualizer.source_code.pytorch_learning import Learning, Said
from visualizer.source_code.pytorch_modules import Forms, Module, read_module
from visualizer.source_code.pytorch_tensors import SAME, TO_VECTOR, drops_single_axes, sizes, viewed
from visualizer.source_code.pytorch_training import (
    LOSSES,
    OPTIMIZER_NAMES,
    read_epochs,
    read_loader,
    read_loss,
    read_optimizer,
)
from visualizer.source_code.pytorch_values import BATCH, TRAINS, Batch, Chain, Drawn, Parameters, Parser

EPOCHS = "__epochs__"  # the name of the function that is put around what a loop over epochs goes through
_ROOTS = frozenset(
    {"torch", "nn", "F", "functional", "optim", "torchvision", "transforms", "datasets", "models", "data", "T"}
)
_MODULE_BASES = ("Module", "Sequential", "ModuleList", "ModuleDict", "LightningModule", "ScriptModule")
_DRAWN = ("randn", "rand", "zeros", "ones", "empty", "randint", "full")
_WRAPPERS = ("DataParallel", "DistributedDataParallel", "compile", "tqdm", "trange", "Variable")
# Functions that draw first weights, as methods of them.
DRAWING = ("normal_", "uniform_", "trunc_normal_", "orthogonal_", "xavier_uniform_", "kaiming_normal_")
_PLANS = ("LR", "LambdaLR", "ReduceLROnPlateau", "CosineAnnealingWarmRestarts")
_REWEIGHTED = ("spectral_norm", "weight_norm")
# Methods of modules that give the module itself.
_ITSELF = ("to", "cuda", "cpu", "train", "eval", "float", "half", "double", "requires_grad_", "share_memory", "apply")
# Functions that look at a tensor for a test of the program's own.
_CHECKS = ("isnan", "isinf", "isfinite", "is_tensor", "allclose", "equal", "numel", "item", "is_contiguous")
# What pools whole maps, by the function that does if its window is as large.
_WHOLE_MAPS = {"avg_pool2d": "AdaptiveAvgPool2d", "max_pool2d": "AdaptiveMaxPool2d"}
# Attributes that every module has.
_OF_MODULES = frozenset(
    {*_ITSELF, "training", "forward", "modules", "named_modules", "children", "named_children", "parameters"}
    | {"named_parameters", "buffers", "named_buffers", "add_module", "register_module", "register_buffer"}
    | {"register_parameter", "state_dict", "load_state_dict", "zero_grad", "get_submodule", "get_parameter"}
    | {"_modules", "_parameters", "_buffers", "bfloat16", "type", "extra_repr", "dump_patches"}
)
_OF_TENSORS = ("view", "reshape", "squeeze", "unsqueeze", "size", "dim", "ndimension")
_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_OWN_MODULES = ("own_modules.py", "padded_average.py")
APPLIED_ENTRIES = 15  # for one that is run
MAX_NESTING = 50  # of chains in chains
_MOST_PARTS = 16  # into which a tensor is split
SMALLEST_DRAWN = 4  # pixels of what a tensor is taken for a picture with: a single pixel is noise, mostly
MODULE_ENTRIES = 20  # of the budget, for one module with its arguments


class Vocabulary:
    """The vocabulary of PyTorch, for one source; a `Library`.

    Attributes:
        interpreter: Follows the source.
        notes: What was left out or changed.
        understood_calls: How many calls had a meaning.
        tensors: Makes the tensors of the network.
        shapes: Theirs.
        expected: What layers say that they read.
        settings: Values for `TrainingSettings`, those that were said last.
        learning: All that is said of the training.
        hints: What the source says about its pictures.
        modules: All objects of classes of torch that it creates.
        chains: All `nn.Sequential`.
        trained: The modules that are trained or run, in order, by id.
        applied: The ids of the modules that are used in what is built.
        activations: The function that a source layer is, by its id.
        ends: The lines of source layers that may only end the network, by id.
        made_of: The module that a source layer stands for, by its id.
        starts: The functions that draw first weights, with their lines.
        used_lines: Lines that say how the network is trained.
        epoch_lines: Those of loops over epochs.
        gradients: Those in which gradients are computed.
        deciding_lines: Those of conditions.
        training_lines: Those of code that runs the network and builds none.
    """

    def __init__(self, budget: Budget, lines: list[bytes]) -> None:
        self.budget = budget
        self.interpreter = Interpreter(self, budget, lines)
        self.journal = self.interpreter.journal
        self.notes = Notes(self.journal)
        self.understood_calls = 0
        self.tensors = Tensors(budget, self.journal)
        self.shapes = Shapes()
        self.expected: list[Expected] = []
        self.settings: dict[str, Any] = {}
        self.learning = Learning(self.journal)
        self.hints = Hints()
        self.modules: list[Module] = []
        self.chains: list[Chain] = []
        self.trained: dict[int, Any] = {}
        self.applied: set[int] = set()
        self.activations: dict[int, str] = {}
        self.ends: dict[int, int] = {}
        self.made_of: dict[int, Module] = {}
        self.skipped: list[range] = []
        self.used_lines: set[int] = set()
        self.epoch_lines: set[int] = set()
        self.training_lines: set[int] = set()
        self.gradients: list[int] = []
        self.deciding_lines: set[int] = set()
        self.starts: list[tuple[str, int]] = []
        self.forms = Forms()
        self._flat: dict[Tensor, Tensor] = {}  # the vector that maps of one number each were made of
        self._positive: set[Tensor] = set()
        self._muted = 0
        self._nesting = 0
        self._depth = 0
        self._replaced: dict[Tensor, Tensor] = {}  # what became of a tensor that was changed in place
        self._copied: dict[Tensor, Tensor] = {}  # what a tensor is a copy of, with numbers of its own
        self._kept: list[Any] = []  # whose ids are known

    # Notes

    def note(self, line: int, sentence: str, *, other_network: bool = False) -> None:
        """Note something, unless a network is followed of which nothing is built."""
        if not self._muted:
            self.notes.add(line, sentence, other_network=other_network)

    def skip(self, first: int, last: int, why: str) -> None:
        if why:
            self.understood_calls += 1
            self.note(first, why, other_network=True)
        else:
            self.journal.save_end(self.skipped, weight=NO_MATTER)
            self.skipped.append(range(first, last + 1))

    def assume(self, line: int, sentence: str) -> None:
        trains = line in self.training_lines and not self._depth
        if line not in self.epoch_lines and not (trains and sentence == ONCE):
            self.note(line, sentence, other_network=not trains)

    def forget(self, value: Any, line: int, text: str) -> None:
        if isinstance(value, Module | Chain):
            self.note(line, f"“{text}” may change a layer, which is not followed.", other_network=True)

    def keeps(self, function: Any) -> bool:
        if isinstance(function, Member):
            function = function.owner
        known = Symbol | Module | Chain | Tensor | Instance | Super | Configured | Parser | Drawn | Parameters | Member
        return isinstance(function, known)

    # What is built

    def is_built(self, value: Any) -> bool:
        return isinstance(value, Tensor | Module | Chain)

    def is_same(self, left: Any, right: Any) -> bool:
        if isinstance(left, Batch | Drawn | Member):
            return bool(left == right)
        if isinstance(left, Tensor) and isinstance(right, Tensor):
            return self._same_tensors(left, right)
        if isinstance(left, Module) and isinstance(right, Module):
            return left.name == right.name and left.line == right.line and left.values == right.values
        return left is right

    def _same_tensors(self, left: Tensor, right: Tensor) -> bool:
        left, right = self.original(left), self.original(right)
        while left is not right:
            self.budget.make(1)
            if left.made_by is None or left.made_by is not right.made_by or len(left.reads) != 1 != len(right.reads):
                return False
            (left,), (right,) = left.reads, right.reads
        return True

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        known = _own_classes().get(definition.name)
        return Symbol(f"torch.nn.{definition.name}") if known == ast.dump(definition) else None

    @contextmanager
    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> Iterator[None]:
        """What a function or a module makes of tensors that it is given is a part of the network."""
        outside = self.tensors.part
        flows = any(isinstance(item, Tensor) for item in self.budget.inside(arguments))
        if flows and self._depth:  # the network itself is no part
            self.tensors.part = Part(part_title(name), outside)
        elif is_layer and len(arguments) > 1 and not flows and not self._muted:
            self._train(arguments[0])
        self._depth += flows
        self._muted += is_layer and not flows
        try:
            yield
        finally:
            self.tensors.part = outside
            self._depth -= flows
            self._muted -= is_layer and not flows

    def is_module_class(self, kind: Class) -> bool:
        """Whether a class of the source is one of modules."""
        return any(isinstance(base, Symbol) and base.name in _MODULE_BASES for base in kind.library_bases)

    def _names_in(self, owner: Any) -> dict[str, Any]:
        """The modules that are attributes or items of a module, by their names."""
        if isinstance(owner, Chain):
            names = {id(item): name for name, item in owner.names.items()}
            found = {names.get(id(item), str(index)): item for index, item in enumerate(owner.items)}
        else:
            attributes = owner.attributes if isinstance(owner, Instance) else {}
            found = {name: item for name, item in attributes.items() if self.is_module(item)}
        self.budget.make(1 + len(found))
        return found

    def is_module(self, item: Any) -> bool:
        """Whether something is a module, of torch or of the source."""
        return isinstance(item, Module | Chain) or (
            isinstance(item, Instance) and self.is_module_class(item.created_from)
        )

    def children(self, owner: Any) -> list[Any]:
        """The modules that are attributes or items of a module, in order."""
        if isinstance(owner, Instance):
            items: Sequence[Any] = list(owner.attributes.values())
        elif isinstance(owner, dict):
            items = list(owner.values())
        else:
            items = owner.items if isinstance(owner, Chain) else owner if isinstance(owner, list | tuple) else []
        self.budget.make(1 + len(items))
        return [item for item in items if isinstance(item, Module | Chain | Instance | list | dict)]

    def inside_of(self, owner: Any) -> list[Any]:
        """A module and all modules in it, each once."""
        found: list[Any] = []
        seen: set[int] = set()
        waiting = [owner]
        while waiting:
            item = waiting.pop()
            if id(item) not in seen:
                seen.add(id(item))
                found.append(item)
                waiting.extend(reversed(self.children(item)))
        return found

    # Calls

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        arguments = [self.interpreter.settle(item) for item in arguments]
        keywords = {name: self.interpreter.settle(item) for name, item in keywords.items()}
        function = self.interpreter.settle(function)
        rest = keywords.pop(REST, None)
        if isinstance(rest, dict):
            keywords = rest | keywords
        elif rest is not None and isinstance(function, Symbol):
            self.note(
                line,
                f"“{describe_value(rest)}” in the arguments of {function.name} is not known here.",
                other_network=function.name in self.forms.names,
            )
        if isinstance(function, Symbol) and function.name in self.forms.names:
            vague = next((item for item in arguments if isinstance(item, Rest)), None)
            if vague is not None:
                note = f"“{vague.text}” in the arguments of {function.name} is not known here."
                self.note(line, note, other_network=True)
                arguments = arguments[: arguments.index(vague)]
        match function:
            case Symbol():
                return self._symbol(function, arguments, keywords, line, text)
            case Module() | Chain():
                return self._run_with(function, arguments, keywords, line, text)
            case Member(owner=Tensor() as tensor, name=name):
                return self._tensor_method(self._now(tensor), name, arguments, keywords, line, text)
            case Member(owner=Parser() as parser, name=name):
                return self._parser_method(parser, name, arguments, keywords, line)
            case Member(owner=Super(owner=owner), name=name):
                return self._module_method(owner, name, arguments, keywords, line, text)
            case Member(owner=Instance() | Module() | Chain() as owner, name=name):
                return self._module_method(owner, name, arguments, keywords, line, text)
            case Member(owner=Drawn() as drawn, name=name):
                return sizes(drawn.shape[1:]) if name == "size" else drawn
        if name_of(function) in LOSSES:
            if isinstance(function, Configured):
                made = [said for said in self.learning.said if said.kind == "loss" and said.line == function.line]
                for said in made[-1:]:
                    self._set_up(replace(said, is_likelier=True))
            return Unknown(text, line)
        if isinstance(function, Member) and isinstance(function.owner, Member | Parameters):
            if function.name.endswith("_") and function.name in DRAWING:
                self._start(function.name, function.owner, line)
            elif function.name == "requires_grad_":
                self._note_frozen(arguments, line)
            return function.owner if isinstance(function.owner, Parameters) else Unknown(text, line)
        if isinstance(function, Member) and isinstance(function.owner, Configured) and function.name == "fit":
            for item in arguments[:1]:
                self._train(item)
        flowing = self._flowing([*arguments, *keywords.values()])
        what = describe_value(function) if isinstance(function, Configured) else text
        return self._pass_unchanged(flowing, what, line) if flowing else Unknown(text, line)

    def _parser_method(
        self, parser: Parser, name: str, arguments: list[Any], keywords: dict[str, Any], line: int
    ) -> Any:
        self.used_lines.add(line)
        self.journal.save_whole(parser.defaults)
        if name == "add_argument":
            parser.add(arguments, keywords)
        elif name == "set_defaults":
            parser.defaults.update(keywords)
        elif name.startswith("add_"):
            return parser
        elif name.startswith("parse_"):
            parser.parse(arguments[0] if arguments else keywords.get("args"))
            return (parser, []) if "known" in name else parser
        return None

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        left, right = (self._settled(side) for side in (left, right))
        if isinstance(left, Chain) and isinstance(right, Chain) and sign == "+":
            return self._chain([*left.items, *right.items], line)
        if isinstance(left, Chain) and isinstance(right, int) and sign == "*":
            return self._chain([item for _ in range(min(right, MAX_NESTING)) for item in left.items], line)
        made = self._combined(sign, left, right, line, text)
        if isinstance(left, Tensor) and isinstance(made, Tensor) and sign and f"{sign}=" in text:
            self._replace(left, made)
        return made

    def _settled(self, value: Any) -> Any:
        value = self.interpreter.settle(value)
        return self._now(value) if isinstance(value, Tensor) else value

    def _combined(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        flowing = [item for item in (left, right) if isinstance(item, Tensor)]
        if len(flowing) == 2:
            found = self.forms.of_operator(sign)
            if found is not None:
                return self._apply(read_module(found, text, [], {}, line, self.notes), flowing, line, text)
        elif len(flowing) == 1:
            number = right if flowing[0] is left else left
            turned = flowing[0] is right and sign in ("-", "/")
            found = self.forms.of_function(_SIGNS.get(sign, ""), 1)
            if found is not None and isinstance(number, int | float) and not turned:
                return self._apply(read_module(found, text, [number], {}, line, self.notes), flowing, line, text)
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    def attribute(self, owner: Any, name: str, line: int, text: str) -> Any:
        owner = self._settled(owner)
        if isinstance(owner, Tensor):
            if name == "shape":
                return self._sizes(owner, text, line)
            if name == "ndim":
                return self._dimensions(owner, text, line)
            return self._pass_unchanged([owner], text, line) if name in ("T", "mT", "H") else Member(owner, name)
        if isinstance(owner, Parser):
            methods = name.startswith(("add_", "parse_")) or name == "set_defaults"
            return Member(owner, name) if methods else owner.defaults.get(name, Unknown(text, line))
        if isinstance(owner, Parameters):
            return (
                owner
                if name in ("data", "grad")
                else Member(owner, name)
                if name != "requires_grad"
                else Unknown(text, line)
            )
        if isinstance(owner, Member) and isinstance(owner.owner, Module) and (name == "data" or name.endswith("_")):
            return owner if name == "data" else Member(owner, name)
        if isinstance(owner, Chain) and name in owner.names:
            return owner.names[name]
        if isinstance(owner, Drawn) and name == "shape":
            return (BATCH, *owner.shape[1:])
        if isinstance(owner, Instance) and name == "training":
            if self._depth and line in self.deciding_lines:
                self.note(line, f"“{text}” counts as true here, as while training; what is done after it is left out.")
            return TRAINS
        if name == "_modules" and isinstance(owner, Instance | Chain):
            return self._names_in(owner)
        if (
            isinstance(owner, Module)
            and name in ("kernel_size", "stride", "padding", "dilation")
            and "2d" in owner.name
        ):
            given = owner.values.get(name)
            return (given, given) if isinstance(given, int) and "Pool" not in owner.name else given
        if isinstance(owner, Module) and name in owner.values:
            return owner.values[name]
        if isinstance(owner, Instance | Module | Chain | Drawn | Configured):
            return Member(owner, name)
        return Unknown(text, line)

    def items(self, value: Any) -> list[Any] | None:
        if isinstance(value, Parameters):  # one of them stands for all
            weights = replace(value, named=False)
            return [(Unknown("name", 0), weights)] if value.named else [weights]
        return value.items if isinstance(value, Chain) else None

    def is_kind(self, value: Any, kind: Symbol) -> bool | None:
        if isinstance(value, Module):
            return value.name == kind.name if kind.name != "Module" else True
        if isinstance(value, Chain):
            return kind.name in ("Sequential", "Module")
        if isinstance(value, Instance) and self.is_module_class(value.created_from):
            bases = [base.name for base in value.created_from.library_bases if isinstance(base, Symbol)]
            return kind.name in (*bases, "Module")
        if isinstance(value, Tensor | Drawn):
            return kind.name == "Tensor"
        return None

    def entry(self, owner: Any, index: Any, line: int, text: str) -> Any:
        if isinstance(owner, Chain):
            try:
                found = owner.items[index]
            except (TypeError, IndexError):
                return Unknown(text, line)
            return self._chain(found, owner.line) if isinstance(found, list) else found
        shape = self._shape(owner) if isinstance(owner, Tensor) else None
        if shape is not None and isinstance(index, tuple):
            whole = slice(None, None, None)
            if index == (whole, whole, 0, 0) and drops_single_axes(shape):
                return self._flattened(owner, line, text)
            if index[0] is ... and index[1:] and set(index[1:]) == {None} and not is_maps(shape):
                index = (whole, whole, *index[1:])
            new = [place for place in index if place is None]
            kept = [place for place in index if place is not None]
            if new and kept == [whole] * (1 + len(shape)) and index[-len(new) :] == (None,) * len(new):
                return self._as_maps(owner, (shape[0], 1, 1), line, text) if len(shape) == 1 else owner
            if not new and all(place in (whole, ...) for place in kept):
                return owner
        flowing = self._flowing([owner])
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    def set_entry(self, owner: Any, index: Any, value: Any, line: int, text: str) -> bool:
        value = self.interpreter.settle(value)
        if isinstance(owner, Unknown) and index == "lr":
            self.note(line, f"“{text}” is left out: the learning rate stays the same here.")
            return True
        if isinstance(owner, Tensor):
            self.note(line, f"What “{text}” is set to is left out.", other_network=bool(self._depth))
            return True
        if not isinstance(owner, Chain) or not isinstance(value, Module | Chain | Instance):
            return False
        index = next((place for place, item in enumerate(owner.items) if item is owner.names.get(index)), index)
        if not isinstance(index, int) or not -len(owner.items) <= index < len(owner.items):
            return False
        self.journal.save_whole(owner.items)
        for name in [name for name, item in owner.names.items() if item is owner.items[index]]:
            self.journal.save_entry(owner.names, name)
            owner.names[name] = value
        owner.items[index] = value
        return True

    def has(self, owner: Any, name: str) -> bool | None:
        if isinstance(owner, Module | Chain):
            return name in _OF_MODULES
        bases = owner.created_from.library_bases if isinstance(owner, Instance) else [None]
        if all(isinstance(base, Symbol) and base.name in _MODULE_BASES for base in bases):
            return name in _OF_MODULES
        return None

    def _note_frozen(self, arguments: list[Any], line: int) -> None:
        if False in arguments:
            self.understood_calls += 1
            self.note(line, "“requires_grad = False” is left out: every layer learns here.")

    def set_attribute(self, owner: Any, name: str, value: Any, line: int) -> None:
        if isinstance(owner, Parser):
            self.journal.save_entry(owner.defaults, name)
            owner.defaults[name] = value
            return
        weights = isinstance(owner, Parameters) or (isinstance(owner, Member) and isinstance(owner.owner, Module))
        if weights and name == "requires_grad":
            self._note_frozen([self.interpreter.settle(value)], line)
        if isinstance(owner, Module | Chain) and name not in ("training", "requires_grad"):
            self.note(line, f"“{name}” of a layer is changed, which is not followed.", other_network=True)

    # Names of torch

    def _symbol(self, symbol: Symbol, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        name = symbol.name
        given = [*arguments, *keywords.values()]
        if name == EPOCHS:
            return self._epochs(given, line, text)
        if symbol.path.endswith(("cuda.is_available", "cuda.device_count", "mps.is_available")):
            return 0 if name == "device_count" else False  # it does not matter here where the source would compute
        if symbol.path.split(".")[0] not in _ROOTS and "." in symbol.path:
            built = self._elsewhere(name, arguments, keywords, line)
            if built is not None:
                return built
        elif name in self.forms.names or name in ("Sequential", "ModuleList", "ModuleDict", "Identity"):
            self.understood_calls += 1
            self.budget.make(MODULE_ENTRIES)
            return self._module(name, arguments, keywords, line)
        else:
            built = self._training(name, arguments, keywords, line)
            if built is not None:
                return built
            built = self._elsewhere(name, arguments, keywords, line)
            if built is not None:
                return built
            flowing = self._flowing(given)
            if flowing:
                return self._function(name, flowing, arguments, keywords, line, text)
        flowing = self._flowing(given)
        if flowing:
            return self._pass_unchanged(flowing, text, line)
        if "." in symbol.path and symbol.path.split(".")[0] not in _ROOTS:
            for item in given:
                if isinstance(item, Module | Chain) or (isinstance(item, Instance) and self.children(item)):
                    self.note(line, f"“{text}” gets the network, and what it does with it is not followed.")
        return Configured(name, tuple(arguments), keywords, line)

    def _module(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "Identity":
            return self._chain([], line)
        if name == "Sequential":
            return self._sequential(arguments, line)
        if name == "ModuleList":
            items = arguments[0] if arguments else []
            known = items.items if isinstance(items, Chain | Stream) else items
            return list(known) if isinstance(known, list | tuple) else [Rest(describe_value(items), line)]
        if name == "ModuleDict":
            return self._dictionary(arguments[0] if arguments else {}, line)
        found = self.forms.of_class(name, arguments, keywords)
        assert found is not None
        module = read_module(found, name, arguments, keywords, line, self.notes)
        if self._depth and module.form.reads:
            why = "is created anew each time that the network runs, and does not learn in the source; here it does."
            self.note(line, f"This {name} {why}", other_network=True)
        self.journal.save_end(self.modules, weight=NO_MATTER)
        self.modules.append(module)
        return module

    def _sequential(self, arguments: list[Any], line: int) -> Chain:
        if len(arguments) == 1 and isinstance(arguments[0], dict):
            chain = self._chain(list(arguments[0].values()), line)
            chain.names.update((name, item) for name, item in arguments[0].items() if isinstance(name, str))
            return chain
        return self._chain(arguments, line)

    def _chain(self, items: list[Any], line: int) -> Chain:
        self.budget.make(1 + len(items))
        chain = Chain(items, line)
        self.journal.add_fresh(chain.items)
        self.journal.save_end(self.chains, weight=NO_MATTER)
        self.chains.append(chain)
        return chain

    def _dictionary(self, source: Any, line: int) -> dict[Any, Any]:
        """What an ordered dictionary, or one of modules, holds that is made of another one or of pairs."""
        if isinstance(source, dict):
            return dict(source)
        source = source.items if isinstance(source, Stream) else source
        pairs = source if isinstance(source, list | tuple) else [source]
        if all(isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str | int) for item in pairs):
            return dict(pairs)
        return {REST: Rest(describe_value(source), line)}

    def _elsewhere(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """What names of other libraries mean, as far as training loops use them; None if nothing."""
        if name == "OrderedDict":
            return self._dictionary(arguments[0] if arguments else {}, line)
        if name in ("ArgumentParser", "Namespace", "SimpleNamespace", "EasyDict", "AttrDict"):
            self.used_lines.add(line)
            return Parser({} if name == "ArgumentParser" else dict(keywords))
        if name == "vars" and arguments and isinstance(arguments[0], Parser):
            return dict(arguments[0].defaults)
        if name == "Trainer" and isinstance(keywords.get("max_epochs"), int):
            self.used_lines.add(line)
            self._set_up(Said("epochs", name, line, read_epochs(keywords["max_epochs"], line, self.notes)))
        if name == "trange" and arguments and all(isinstance(item, int) for item in arguments):
            return range(*arguments)
        if name == "summary" and arguments:
            self._train(arguments[0])
            shape = keywords.get("input_size", arguments[1] if len(arguments) > 1 else None)
            if isinstance(shape, tuple | list):
                self.hints.draw(shape)
            return Unknown(name, line)
        if name in _WRAPPERS and arguments:
            return arguments[0]
        if name in _REWEIGHTED and arguments:
            self.note(line, f"“{name}” of a layer's weights is left out.", other_network=True)
            return arguments[0]
        return None

    def _training(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        """What names of torch mean that say how the network is trained; None if they do not."""
        if name in OPTIMIZER_NAMES:
            owners = [
                item.owner
                for item in self.budget.inside([*arguments, *keywords.values()])
                if isinstance(item, Parameters)
            ]
            for owner in owners:
                self._train(owner)
            inside = frozenset(id(item) for owner in owners for item in self.inside_of(owner))
            settings = read_optimizer(name, arguments, keywords, line, self.notes)
            self._set_up(Said("optimizer", name, line, settings, inside))
        elif name in LOSSES:
            is_function = name[0].islower()
            settings = read_loss(name, () if is_function else arguments, keywords, line, self.notes)
            self._set_up(Said("loss", name, line, settings, is_likelier=is_function))
            self._note_own_loss(name, line)
        elif name == "DataLoader":
            settings = read_loader(arguments, keywords, line, self.notes)
            shuffles = (*arguments[2:3], keywords.get("shuffle"))[0] is True or "sampler" in keywords
            if settings:
                self._set_up(Said("batch", name, line, settings, is_likelier=shuffles))
        elif name.endswith(_PLANS):
            self.understood_calls += 1
            self.note(line, f"“{name}” is left out: the learning rate stays the same here.")
        elif name.startswith("clip_grad"):
            self.note(line, f"“{name}” is left out: gradients are not clipped here.")
        elif name in ("no_grad", "inference_mode") and self._depth:
            self.note(line, f"“{name}” is left out: every layer learns here.")
        elif name in DATASETS:
            self.hints.dataset = self.hints.dataset or name
        elif name in RESIZING:
            self.hints.resize(arguments[0] if arguments else keywords.get("size"))
        elif name == "Grayscale":
            channels = arguments[0] if arguments else keywords.get("num_output_channels", 1)
            self.hints.channels = channels if channels in (1, 3) else None
        elif name in _DRAWN:
            shape = keywords.get("size", arguments)
            shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
            if not isinstance(shape, tuple | list):
                return None
            if not self._depth:
                self.hints.draw(shape, SMALLEST_DRAWN)
            self.used_lines.add(line)
            return Drawn(tuple(shape))
        elif name.endswith("_") and any(isinstance(item, Member | Parameters) for item in arguments[:1]):
            self._start(name, arguments[0], line)
        else:
            return None
        self.used_lines.add(line)
        return Configured(name, tuple(arguments), keywords, line)

    def _epochs(self, given: list[Any], line: int, text: str) -> Any:
        (items,) = given
        self.epoch_lines.add(line)
        self.used_lines.add(line)
        if isinstance(items, range) or (
            isinstance(items, list | tuple) and not any(isinstance(item, Rest) for item in items)
        ):
            self._set_up(Said("epochs", EPOCHS, line, read_epochs(len(items), line, self.notes)))
        else:
            self.note(line, "How many epochs there are does not follow from the text.")
        return Unknown(text, line)

    def _start(self, name: str, what: Any, line: int) -> None:
        """Remember a function that draws first weights; those of a bias have no settings here."""
        self.understood_calls += 1
        if not (isinstance(what, Member) and "bias" in what.name):
            self.journal.save_end(self.starts, weight=NO_MATTER)
            self.starts.append((name, line))

    def _note_own_loss(self, name: str, line: int) -> None:
        """Note a loss that is a part of another one, which the source defines."""
        scope = self.interpreter.scope
        kind = scope.defined_in[0] if scope.defined_in is not None else None
        if kind is not None and kind.find("forward") and not kind.find("training_step"):
            self.notes.add(line, f"“{name}” is a part of “{kind.name}”, a loss of its own; it is used by itself here.")

    @contextmanager
    def noting(self, notes: Notes) -> Iterator[None]:
        """Collect notes apart."""
        outside, self.notes = self.notes, notes
        try:
            yield
        finally:
            self.notes = outside

    def _set_up(self, said: Said) -> None:
        """Take over training settings."""
        self.learning.add(said)
        for name, value in said.settings.items():
            self.journal.save_entry(self.settings, name, weight=NETWORK)
            self.settings[name] = value

    def _train(self, owner: Any) -> None:
        """Remember that a module is trained, or run."""
        self._kept.append(owner)
        self.journal.save_entry(self.trained, id(owner), weight=NO_MATTER)
        self.trained.pop(id(owner), None)
        self.trained[id(owner)] = owner

    # Modules are run

    def run(self, module: Any, start: Tensor, line: int) -> Any:
        """What a module makes of a tensor."""
        return self._run(module, [start], line, "")

    def _run_with(
        self, module: Module | Chain, arguments: list[Any], keywords: dict[str, Any], line: int, text: str
    ) -> Any:
        """What a module makes, of which only what flows counts here; a size that is given besides is not followed."""
        flowing = [item for item in (*arguments, *keywords.values()) if self._flowing([item])]
        given = [describe_value(item) for item in arguments if flowing and not self._flowing([item])]
        named = keywords.items() if flowing else ()
        given += [f"{name}={describe_value(item)}" for name, item in named if not self._flowing([item])]
        if given:
            self.note(line, f"“{given[0]}”, which “{text}” is called with, is left out.", other_network=True)
        return self._run(module, flowing or arguments, line, text)

    def _run(self, module: Any, arguments: list[Any], line: int, text: str) -> Any:
        if isinstance(module, Chain):
            return self._run_chain(module, arguments, line, text)
        if isinstance(module, Module):
            flowing = self._flowing(arguments)
            if not flowing:
                return self._nothing_flows(module.name, arguments, line, text)
            made = self._apply(module, flowing, line, text)
            return (made, Unknown(text, line)) if module.values.get("return_indices") is True else made
        if isinstance(module, Instance):
            if any(module.created_from.find(name) for name in ("__call__", "forward")):
                return self.interpreter.call_instance(module, arguments, {})
            return self._run_children(module, arguments, line, text)
        return self._pass_unchanged(self._flowing(arguments), describe_value(module), line)

    def _run_chain(self, chain: Chain, arguments: list[Any], line: int, text: str) -> Any:
        value = arguments[0] if len(arguments) == 1 else Unknown(text, line)
        if not self._flowing([value]):
            self._train(chain)
            return Unknown(text, line)
        outside = self.tensors.part
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise cannot_follow("Its modules lie too deep in each other.")
        for item in list(chain.items):
            if isinstance(item, Rest):
                note = f"“{item.text}” is not known here; what it holds is left out."
                self.note(item.line or line, note, other_network=True)
                continue
            made = self.interpreter.settle(self._run(item, [value], line, text))
            flowing = self._flowing([made])
            if not flowing:
                note = f"What “{describe_value(item)}” makes is not known here; it is left out."
                self.note(line, note, other_network=True)
            value = made if flowing else value
        self._nesting -= 1
        self.tensors.part = outside
        return value

    def _nothing_flows(self, name: str, arguments: list[Any], line: int, text: str) -> Unknown:
        if self.shapes.of and not self._muted:
            self.note(line, f"What goes into “{name}” is not known here; it is left out.", other_network=True)
        return Unknown(text, line)

    def _apply(self, module: Module, flowing: list[Tensor], line: int, text: str) -> Tensor:
        self.understood_calls += 1
        self.budget.make(APPLIED_ENTRIES)
        if not self._muted:
            self._kept.append(module)
            self.applied.add(id(module))
        if module.form.to_vector and flowing[0] in self._flat:
            return self._flat[flowing[0]]
        arriving = Arriving(self._shape(flowing[0]), all(tensor in self._positive for tensor in flowing))
        layers = module.layers(arriving, line, self.notes)
        starts = bool(layers) and flowing[0].made_by is None and arriving.shape is not None
        if starts and reads_vectors(layers[0].layer, arriving.shape or ()):
            self.note(line, "The network reads a vector; here it reads a picture, which Flatten makes one of.")
            return self._apply(module, [self._flattened(flowing[0], line, text)], line, text)
        count = module.values.get(module.form.reads)
        if isinstance(count, int) and not isinstance(count, bool):
            self.expected.append(Expected(self.original(flowing[0]), count, line, module.name))
        most = layers[0].layer.most_inputs if layers else len(flowing)
        if len(flowing) > most:
            note = f"“{text}” gets several inputs and takes {most} here; the others are left out."
            self.note(line, note, other_network=True)
            del flowing[most:]
        made = self._made(module, layers, flowing)
        if module.in_place:
            self._replace(flowing[0], made)
        return made

    def _made(self, module: Module, layers: Sequence[Any], flowing: list[Tensor]) -> Tensor:
        flowing = [self.original(tensor) for tensor in flowing]
        made = self.tensors.chained(tuple(layers), tuple(flowing))
        self.tensors.applied += made
        for tensor in made:
            self.shapes.add(tensor)
        if not made:
            return flowing[0]
        self._remember(module, layers)
        form, last = module.form, made[-1]
        if form.is_positive or (form.keeps_sign and all(tensor in self._positive for tensor in flowing)):
            self._positive.update(made)
        before, shape = last.reads[0], self._shape(last)
        if shape is not None and drops_single_axes(shape) and self._shape(before) == shape[:1]:
            self._flat[last] = before
        return last

    def _remember(self, module: Module, layers: Sequence[Any]) -> None:
        """What is known of layers by the form that they come from."""
        for layer in layers:
            if module.form.activation:
                self.activations[id(layer)] = module.form.activation
            self.made_of[id(layer)] = module
            if module.form.ends:
                self.ends[id(layer)] = layer.line

    def stands_for_vector(self, tensor: Tensor) -> bool:
        """Whether it is a vector again, as maps of one number each, which nothing needs to read."""
        return tensor in self._flat

    def _flattened(self, tensor: Tensor, line: int, text: str) -> Tensor:
        if tensor in self._flat:
            return self._flat[tensor]
        found = self.forms.of_class("Flatten", [], {})
        assert found is not None
        return self._apply(read_module(found, "Flatten", [], {}, line, self.notes), [tensor], line, text)

    def _shape(self, tensor: Tensor) -> Shape | None:
        return self.shapes.of.get(tensor)

    def _flowing(self, items: list[Any]) -> list[Tensor]:
        """The tensors among some values."""
        found: list[Tensor] = []
        for item in items:
            if isinstance(item, Tensor):
                found.append(item)
            elif isinstance(item, tuple | list):
                found += [inner for inner in self.budget.inside(item) if isinstance(inner, Tensor)]
            elif isinstance(item, dict):
                found += [inner for inner in item.values() if isinstance(inner, Tensor)]
        return [self._now(tensor) for tensor in found]

    def _now(self, tensor: Tensor) -> Tensor:
        """What a tensor is now, where it was changed in place."""
        while tensor in self._replaced:
            self.budget.make(1)
            tensor = self._replaced[tensor]
        return tensor

    def _copy(self, tensor: Tensor) -> Tensor:
        """The same numbers at another place: what is changed in place later is one of the two."""
        made = replace(tensor)
        self._copied[made] = self.original(tensor)
        for known in (self.shapes.of, self._flat):
            if tensor in known:
                known[made] = known[tensor]  # type: ignore[assignment]
        if tensor in self._positive:
            self._positive.add(made)
        return made

    def original(self, tensor: Tensor) -> Tensor:
        """What a layer makes, of which a tensor may be a copy."""
        return self._copied.get(tensor, tensor)

    def last(self, tensor: Tensor) -> Tensor:
        """What a layer makes that a tensor is in the end, after all that changed it in place."""
        return self.original(self._now(tensor))

    def _replace(self, before: Tensor, after: Tensor) -> None:
        """A tensor was changed in place: whatever name it has, it is another one from now on."""
        if before is not after:
            self.journal.save_entry(self._replaced, before, weight=NO_MATTER)
            self._replaced[before] = after

    def _pass_unchanged(self, flowing: list[Tensor], text: str, line: int) -> Any:
        """Note an unknown operation on a tensor; the tensor passes unchanged."""
        if not flowing:
            return Unknown(text, line)
        self.understood_calls += 1
        several = len(set(flowing)) > 1
        joins = f"“{text}” joins branches in a way that is not known here, so only the longest is kept."
        self.note(line, joins if several else f"“{text}” is not known here and is left out.", other_network=True)
        return max(flowing, key=lambda tensor: tensor.depth)

    # Functions and methods of tensors

    def _function(
        self,
        name: str,
        flowing: list[Tensor],
        arguments: list[Any],
        keywords: dict[str, Any],
        line: int,
        text: str,
    ) -> Any:
        """What a function of torch makes of tensors; it has a method's name, mostly."""
        rest = [item for item in arguments if not self._flowing([item])]
        options = {key: item for key, item in keywords.items() if not self._flowing([item])}
        if name in _CHECKS:
            return Unknown(text, line)
        found = self.forms.of_function(name, len(flowing))
        if found is None and name.endswith("_"):  # it does in place what the function without it does
            found = self.forms.of_function(name[:-1], len(flowing))
        if name in ("cat", "concat") and isinstance(given := (*arguments, None)[0], list | tuple) and len(given) == 1:
            return flowing[0]
        if found is not None:
            if name in ("dropout", "dropout2d") and options.get("training", (*rest[1:2], True)[0]) is True:
                self.note(line, f"“{name}” drops numbers after training too in the source; here only while it trains.")
            if "axis" in options:
                options["dim"] = options.pop("axis")
            if name in _WHOLE_MAPS and self._covers_maps(flowing[0], rest, options):
                found, rest, options = self.forms.of_class(_WHOLE_MAPS[name], [1], {}) or found, [1], {}
            module = read_module(found, name, rest, options, line, self.notes)
            made = self._apply(module, flowing, line, text)
            return (made, Unknown(text, line)) if module.values.get("return_indices") is True else made
        if len(flowing) == 1 and (name in _OF_TENSORS or name in SAME):
            return self._tensor_method(flowing[0], name, rest, options, line, text)
        made = self._pass_unchanged(flowing, text, line)
        return self._several(made, name, rest, options) if len(flowing) == 1 else made

    def _covers_maps(self, tensor: Tensor, rest: list[Any], options: dict[str, Any]) -> bool:
        """Whether a window is as large as the maps, as in `F.avg_pool2d(x, x.size()[2:])`, and nothing else is said."""
        shape = self._shape(tensor)
        size = (*rest, *options.values(), None)[0]
        if shape is None or not is_maps(shape) or len(rest) + len(options) != 1 or options.keys() - {"kernel_size"}:
            return False
        sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
        return sides == shape[1:]

    def _several(self, tensor: Any, name: str, rest: list[Any], options: dict[str, Any]) -> Any:
        """What a function gives that makes several tensors of one; each is the whole one here."""
        first = (*rest, *options.values(), None)[0]
        if name == "chunk" and isinstance(first, int) and 0 < first <= _MOST_PARTS:
            return (tensor,) * first
        if name in ("split", "tensor_split") and isinstance(first, list | tuple) and len(first) <= _MOST_PARTS:
            return (tensor,) * len(first)
        if name == "split" and isinstance(first, int) and first > 0:
            axis = options.get("dim", (*rest[1:], 0)[0])
            shape = self._shape(tensor)
            if shape is not None and isinstance(axis, int) and 1 <= axis <= len(shape):
                parts = -(-shape[axis - 1] // first)
                return (tensor,) * parts if parts <= _MOST_PARTS else tensor
        if name in ("max", "min", "topk", "sort", "median") and first is not None:
            return tensor, Unknown(name, 0)
        return tensor

    def _tensor_method(
        self, tensor: Tensor, name: str, arguments: list[Any], keywords: dict[str, Any], line: int, text: str
    ) -> Any:
        shape = self._shape(tensor)
        if name == "clone":
            return self._copy(tensor)
        if name == "detach":
            self.note(line, "“detach” is left out: what is before it learns here too.")
        if name in SAME:
            return tensor
        if name == "size":
            whole = self._sizes(tensor, text, line)
            axis = arguments[0] if arguments else keywords.get("dim")
            if axis is None or not isinstance(whole, tuple):
                return whole
            fits = isinstance(axis, int) and -len(whole) <= axis < len(whole)
            return whole[axis] if fits else Unknown(text, line)
        if name in ("dim", "ndimension"):
            return self._dimensions(tensor, text, line)
        if name in ("view", "reshape"):
            return self._viewed(tensor, arguments or list(keywords.values()), line, text)
        if name == "squeeze" and (drops_single_axes(shape) or (shape is not None and not is_maps(shape))):
            return self._flattened(tensor, line, text)
        if name == "squeeze" and shape is not None and shape[0] > 1 and min(shape[1:]) > 1:
            return tensor
        if name == "unsqueeze" and shape is not None and arguments and arguments[0] in (2, 3, -1):
            if not is_maps(shape):
                return self._as_maps(tensor, (shape[0], 1, 1), line, text)
            if tensor in self._flat:  # the second of two, x.unsqueeze(2).unsqueeze(3)
                return tensor
        flowing = [tensor, *self._flowing([*arguments, *keywords.values()])]
        if name in _OF_TENSORS:
            return self._pass_unchanged(flowing, text, line)
        return self._function(name, flowing, arguments, keywords, line, text)

    def _sizes(self, tensor: Tensor, text: str, line: int) -> Any:
        whole = sizes(self._shape(tensor))
        return Unknown(text, line) if whole is None else whole

    def _dimensions(self, tensor: Tensor, text: str, line: int) -> Any:
        shape = self._shape(tensor)
        return Unknown(text, line) if shape is None else 1 + len(shape)

    def _viewed(self, tensor: Tensor, arguments: list[Any], line: int, text: str) -> Any:
        shape = self._shape(tensor)
        target, expected = viewed(arguments, shape)
        if expected is not None:
            self.expected.append(Expected(self.original(tensor), expected, line, text, of_view=True))
        if target == TO_VECTOR:
            return self._flattened(tensor, line, text)
        if isinstance(target, tuple):
            if target == shape:
                return tensor
            if shape is None or not is_maps(shape):
                return self._as_maps(tensor, target, line, text)
        if arguments == [-1] and shape is not None and numbers_in(shape) == 1:
            return self._flattened(tensor, line, text)
        return self._pass_unchanged([tensor], text, line)

    def _as_maps(self, tensor: Tensor, target: tuple[int, ...], line: int, text: str) -> Tensor:
        found = self.forms.of_class("Unflatten", [], {})
        assert found is not None
        return self._apply(read_module(found, text, [1, target], {}, line, self.notes), [tensor], line, text)

    # Methods of modules

    def _module_method(
        self, owner: Any, name: str, arguments: list[Any], keywords: dict[str, Any], line: int, text: str
    ) -> Any:
        if name == "__init__":
            return self._initialize(owner, arguments, line)
        if name in ("forward", "__call__"):
            return self._run_children(owner, arguments, line, text)
        if name == "save_hyperparameters" and isinstance(owner, Instance):
            names = {key: item for key, item in self.interpreter.scope.names.items() if item is not owner}
            self.budget.make(len(names))
            self._set(owner, "hparams", Parser(names))
            return None
        if name in ("add_module", "register_module", "append", "insert", "extend"):
            return self._add(owner, name, arguments, keywords, line)
        if name == "pop" and isinstance(owner, Chain):
            gone = owner.items[arguments[0] if arguments and isinstance(arguments[0], int) else -1 :][:1]
            self._add(owner, name, arguments, keywords, line)
            return gone[0] if gone else Unknown(text, line)
        if name in ("modules", "named_modules", "children", "named_children"):
            found = self.inside_of(owner) if name.endswith("modules") else self.children(owner)
            if not name.startswith("named"):
                return found
            named = {id(item): key for key, item in self._names_in(owner).items()} if name == "named_children" else {}
            return [(named.get(id(item), Unknown(text, line)), item) for item in found]
        if name in ("parameters", "named_parameters"):
            return Parameters(owner, named=name.startswith("named"))
        if name in _ITSELF:
            if name == "requires_grad_":
                self._note_frozen([*arguments, *keywords.values()], line)
            if name == "apply":
                self.used_lines.add(line)
                self.note(line, f"“{text}” is left out: the first weights are drawn in one way here.")
            return owner
        if name.startswith("register_forward"):
            self.note(line, f"“{text}” is not followed here.", other_network=True)
        flowing = self._flowing([*arguments, *keywords.values()])
        return self._pass_unchanged(flowing, text, line) if flowing else Unknown(text, line)

    def _initialize(self, owner: Any, arguments: list[Any], line: int) -> None:
        """`super().__init__(...)` of a class that inherits from one of torch's: a chain is given its modules."""
        if not isinstance(owner, Instance) or not arguments:
            return
        if any(isinstance(base, Symbol) and base.name == "Sequential" for base in owner.created_from.library_bases):
            for index, item in enumerate(self._sequential(arguments, line).items):
                self._set(owner, str(index), item)

    def _set(self, owner: Instance, name: str, value: Any) -> None:
        self.journal.save_entry(owner.attributes, name)
        owner.attributes[name] = value

    def _add(self, owner: Any, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        self.understood_calls += 1
        self.budget.make(1)
        given = [*arguments, *keywords.values()]
        if isinstance(owner, Instance) and len(given) == 2 and isinstance(given[0], str):
            self._set(owner, given[0], given[1])
        elif isinstance(owner, Instance) and name == "append" and len(given) == 1:
            self._set(owner, str(len(owner.attributes)), given[0])
        elif isinstance(owner, Chain) and self._change_chain(owner, name, given):
            pass
        else:
            self.note(line, f"“{name}” of a module is not followed here.", other_network=True)
        return owner

    def _change_chain(self, chain: Chain, name: str, given: list[Any]) -> bool:
        """What a method of `nn.Sequential` does to its modules; False where that does not follow."""
        items = list(chain.items)
        match name, given:
            case "append", [item]:
                items.append(item)
            case (("add_module" | "register_module"), [str(key), item]):
                before = chain.names.get(key)
                items = [item if inner is before else inner for inner in items] if before else [*items, item]
                self.journal.save_entry(chain.names, key)
                chain.names[key] = item
            case "insert", [int(index), item]:
                items.insert(index, item)
            case "extend", [Chain(items=more) | list(more) | tuple(more)]:
                items.extend(more)
            case "pop", [] | [int()]:
                try:
                    items.pop(*given)
                except IndexError:
                    return False
            case _:
                return False
        self.budget.make(len(items))
        self.journal.save_whole(chain.items)
        chain.items[:] = items
        return True

    def _run_children(self, owner: Any, arguments: list[Any], line: int, text: str) -> Any:
        """What a module does whose class defines no `forward`: one that inherits from `nn.Sequential`."""
        if isinstance(owner, Instance):
            return self._run_chain(Chain(self.children(owner), line), arguments, line, text)
        return self._run(owner, arguments, line, text)


@cache
def _own_classes() -> dict[str, str]:
    """The classes that scripts of this app define, since torch has none, by name: their syntax."""
    (folder,) = visualizer.architecture.__path__
    trees = [ast.parse((Path(folder) / name).read_text(encoding="utf-8")) for name in _OWN_MODULES]
    return {item.name: ast.dump(item) for tree in trees for item in tree.body if isinstance(item, ast.ClassDef)}
