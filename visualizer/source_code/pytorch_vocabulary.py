"""What the names of PyTorch mean in source that is followed: modules, tensors, and how a network is trained."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import visualizer.architecture
from visualizer.architecture.shapes import is_maps
from visualizer.source_code.keras_graph import Part, Tensor, part_title
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.interpreter import Interpreter
from visualizer.source_code.python.journal import NO_MATTER
from visualizer.source_code.python.statements import ONCE
from visualizer.source_code.python.values import (
    REST,
    Configured,
    Instance,
    Member,
    Rest,
    Stream,
    Super,
    Symbol,
    Unknown,
    View,
    describe_value,
    name_of,
)
from visualizer.source_code.python_source import cannot_follow
from visualizer.source_code.pytorch_modules import Module, read_module
from visualizer.source_code.pytorch_penalties import Measured, adds_penalty, computed, measured, of_loss
from visualizer.source_code.pytorch_tensor_words import TensorWords
from visualizer.source_code.pytorch_tensors import drops_single_axes, sizes
from visualizer.source_code.pytorch_training import (
    LOSSES,
)
from visualizer.source_code.pytorch_training_words import EPOCHS
from visualizer.source_code.pytorch_values import (
    BATCH,
    TRAINS,
    Batch,
    Chain,
    Drawn,
    ModuleDict,
    ModuleList,
    Parameters,
    Parser,
)
from visualizer.source_code.pytorch_words import MODULE_BASES

_ROOTS = frozenset(
    {"torch", "nn", "F", "functional", "optim", "torchvision", "transforms", "datasets", "models", "data", "T"}
)
# Functions that draw first weights, as methods of them.
DRAWING = ("normal_", "uniform_", "trunc_normal_", "orthogonal_", "xavier_uniform_", "kaiming_normal_")
# Methods of modules that give the module itself.
_ITSELF = ("to", "cuda", "cpu", "train", "eval", "float", "half", "double", "requires_grad_", "share_memory", "apply")
# Attributes that every module has.
_OF_MODULES = frozenset(
    {*_ITSELF, "training", "forward", "modules", "named_modules", "children", "named_children", "parameters"}
    | {"named_parameters", "buffers", "named_buffers", "add_module", "register_module", "register_buffer"}
    | {"register_parameter", "state_dict", "load_state_dict", "zero_grad", "get_submodule", "get_parameter"}
    | {"_modules", "_parameters", "_buffers", "bfloat16", "type", "extra_repr", "dump_patches"}
)
# Methods of weights that ask how many there are, or for one of them.
_COUNTING = ("numel", "nelement", "size", "dim", "item", "tolist", "numpy")
# Whether the network is being written down for another program.
_TRACING = ("is_scripting", "is_tracing", "is_in_onnx_export", "_get_tracing_state", "is_compiling", "is_exporting")
_LAZY = "Lazy"  # what the names begin with of modules that do not say how many maps, or numbers, arrive
_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_OWN_MODULES = ("own_modules.py", "padded_average.py")
MAX_NESTING = 50  # of chains in chains
MODULE_ENTRIES = 20  # of the budget, for one module with its arguments


class Vocabulary(TensorWords):
    """The vocabulary of PyTorch, for one source; a `Library`."""

    def __init__(self, budget: Budget, lines: list[bytes]) -> None:
        super().__init__(budget, Interpreter(self, budget, lines))

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
            what = f"“{text}”" if text else "Something that is not known"
            self.note(line, f"{what} may change a layer, which is not followed.", other_network=True)

    def keeps(self, function: Any) -> bool:
        if isinstance(function, Member):
            function = function.owner
        known = Symbol | Module | Chain | Tensor | Instance | Super | Configured | Parser | Drawn | Parameters | Member
        return isinstance(function, known | ModuleList | ModuleDict)

    def is_own_container(self, value: Any) -> bool:
        return isinstance(value, ModuleList | ModuleDict)

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
            case Member(owner=Instance() | Module() | Chain() | ModuleList() | ModuleDict() as owner, name=name):
                return self._module_method(owner, name, arguments, keywords, line, text)
            case Member(owner=Drawn() as drawn, name=name):
                return sizes(drawn.shape[1:]) if name == "size" else drawn
        if name_of(function) in LOSSES:
            if isinstance(function, Configured):
                made = [said for said in self.learning.said if said.kind == "loss" and said.line == function.line]
                for said in made[-1:]:
                    self._set_up(replace(said, is_likelier=True))
            return of_loss(name_of(function) or "", line)
        if isinstance(function, Member) and isinstance(function.owner, Member | Parameters | Measured):
            size = computed(function.name, (function.owner, *arguments), line)
            if size is not None:
                return size
            if function.name in _COUNTING:
                return Unknown(text, line)
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

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        left, right = (self._settled(side) for side in (left, right))
        if isinstance(left, Chain) and isinstance(right, Chain) and sign == "+":
            return self._chain([*left.items, *right.items], line)
        if isinstance(left, Chain) and isinstance(right, int) and sign == "*":
            self.budget.make(len(left.items) * max(right, 0))
            return self._chain(left.items * right, line)
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
        if flowing:
            return self._pass_unchanged(flowing, text, line)
        if sign in ("+", "-") and adds_penalty(left, right):
            why = "adds a penalty for the size of weights to the loss; it is left out, as cards have their own."
            self.note(line, f"“{text}” {why}")
        return measured("computed", (left, right), line) or Unknown(text, line)

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
            if name in ("data", "grad"):
                return replace(owner, are_gradients=owner.are_gradients or name == "grad")
            return Member(owner, name) if name != "requires_grad" else Unknown(text, line)
        if isinstance(owner, Member) and isinstance(owner.owner, Module):
            return owner if name == "data" else Member(owner, name)
        if isinstance(owner, Chain) and name in owner.names:
            return owner.names[name]
        if isinstance(owner, ModuleDict) and name in owner:
            return owner[name]
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
        if isinstance(owner, Instance | Module | Chain | ModuleList | ModuleDict | Drawn | Configured):
            return Member(owner, name)
        return Unknown(text, line)

    def items(self, value: Any) -> list[Any] | None:
        if isinstance(value, Parameters):  # one of them stands for all
            weights = replace(value, named=False)
            return [(Unknown("name", 0), weights)] if value.named else [weights]
        return value.items if isinstance(value, Chain) else None

    def held(self, instance: Instance) -> list[Any] | dict[Any, Any] | None:
        bases = {base.name for base in instance.created_from.library_bases if isinstance(base, Symbol)}
        if "ModuleDict" in bases:
            return ModuleDict(self._names_in(instance))
        return ModuleList(self._names_in(instance).values()) if bases & {"ModuleList", "Sequential"} else None

    def is_kind(self, value: Any, kind: Symbol) -> bool | None:
        if isinstance(value, Module):
            return value.name == kind.name if kind.name != "Module" else True
        if isinstance(value, Chain | ModuleList | ModuleDict):
            own = "Sequential" if isinstance(value, Chain) else type(value).__name__
            return kind.name in (own, "Module")
        if isinstance(value, Instance) and self.is_module_class(value.created_from):
            bases = [base.name for base in value.created_from.library_bases if isinstance(base, Symbol)]
            return kind.name in (*bases, "Module")
        if isinstance(value, Tensor | Drawn):
            return kind.name == "Tensor"
        if isinstance(value, list | tuple | dict | int | float | str | None) and kind.name in ("Tensor", "Module"):
            return False
        return None

    def entry(self, owner: Any, index: Any, line: int, text: str) -> Any:
        if isinstance(owner, Parser) and isinstance(index, str):
            return owner.defaults.get(index, Unknown(text, line))
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
            if index[:1] == (...,) and all(place is None for place in index[1:]) and not is_maps(shape):
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
        if isinstance(index, str):
            index = next((place for place, item in enumerate(owner.items) if item is owner.names.get(index)), None)
        if not isinstance(index, int) or not -len(owner.items) <= index < len(owner.items):
            return False
        self.journal.save_whole(owner.items)
        for name in [name for name, item in owner.names.items() if item is owner.items[index]]:
            self.journal.save_entry(owner.names, name)
            owner.names[name] = value
        owner.items[index] = value
        return True

    def has(self, owner: Any, name: str) -> bool | None:
        if isinstance(owner, Module | Chain | ModuleList | ModuleDict):
            return name in _OF_MODULES
        bases = owner.created_from.library_bases if isinstance(owner, Instance) else [None]
        if all(isinstance(base, Symbol) and base.name in MODULE_BASES for base in bases):
            return name in _OF_MODULES
        return None

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

    def _symbol(self, symbol: Symbol, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        name = symbol.name
        if name.removeprefix(_LAZY) in self.forms.names and name.startswith(_LAZY):
            name, arguments = name.removeprefix(_LAZY), [None, *arguments]  # what arrives counts
        given = [*arguments, *keywords.values()]
        if name == EPOCHS:
            return self._epochs(given, line, text)
        if symbol.path.endswith(("cuda.is_available", "cuda.device_count", "mps.is_available")):
            return 0 if name == "device_count" else False  # it does not matter here where the source would compute
        if name in _TRACING:
            return False
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
        size = computed(name, given, line)
        return Configured(name, tuple(arguments), keywords, line) if size is None else size

    def _module(self, name: str, arguments: list[Any], keywords: dict[str, Any], line: int) -> Any:
        if name == "Identity":
            return self._chain([], line)
        if name == "Sequential":
            return self._sequential(arguments, line)
        if name == "ModuleList":
            items = arguments[0] if arguments else []
            known = items.items if isinstance(items, Chain | Stream) else items
            return ModuleList(known if isinstance(known, list | tuple) else [Rest(describe_value(items), line)])
        if name == "ModuleDict":
            return ModuleDict(self._dictionary(arguments[0] if arguments else {}, line))
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
        if name in ("items", "keys", "values") and isinstance(owner, Instance):
            inside = self.held(owner)
            return View(inside, name) if isinstance(inside, dict) else Unknown(text, line)
        if name in ("register_parameter", "register_buffer") and isinstance(owner, Instance):
            given = [*arguments, *keywords.values()]
            if len(given) > 1 and isinstance(given[0], str):
                self._set(owner, given[0], given[1])
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
        if any(isinstance(base, Symbol) and base.name == "ModuleList" for base in owner.created_from.library_bases):
            arguments = self._module("ModuleList", arguments, {}, line)
            for index, item in enumerate(arguments):
                self._set(owner, str(index), item)
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
        elif isinstance(owner, ModuleDict) and len(given) == 2 and isinstance(given[0], str):
            self.journal.save_entry(owner, given[0])
            owner[given[0]] = given[1]
        elif isinstance(owner, ModuleList) and name in ("add_module", "register_module") and len(given) == 2:
            self.journal.save_whole(owner)
            owner.append(given[1])
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
