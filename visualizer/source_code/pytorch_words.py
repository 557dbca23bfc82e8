"""What reading PyTorch source remembers, and what its modules hold."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from visualizer.source_code.keras_graph import Tensor, Tensors
from visualizer.source_code.notes import Notes
from visualizer.source_code.python.budget import Budget
from visualizer.source_code.python.interpreter import Interpreter
from visualizer.source_code.python.journal import NO_MATTER
from visualizer.source_code.python.values import (
    REST,
    Class,
    Configured,
    Instance,
    Rest,
    Stream,
    Symbol,
    describe_value,
)
from visualizer.source_code.pytorch_input import (
    Expected,
    Hints,
    Shapes,
)
from visualizer.source_code.pytorch_learning import Learning
from visualizer.source_code.pytorch_modules import Forms, Module
from visualizer.source_code.pytorch_values import Chain, ModuleDict, ModuleList

LOOSE_WEIGHTS = ("Parameter", "ParameterList", "ParameterDict", "UninitializedParameter")
MODULE_BASES = ("Module", "Sequential", "ModuleList", "ModuleDict", "LightningModule", "ScriptModule")


class Words:
    """What is remembered while one source is followed.

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
        copies: Modules that are copied, with their copies.
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

    def __init__(self, budget: Budget, interpreter: Interpreter) -> None:
        self.budget = budget
        self.interpreter = interpreter
        self.journal = interpreter.journal
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
        self.copies: list[tuple[Any, Any]] = []
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
        self._views: dict[Tensor, Tensor] = {}  # what a tensor shows in another shape
        self._seen_through: dict[Tensor, None] = {}  # those that were changed in place in another shape
        self._kept: list[Any] = []  # whose ids are known

    def note(self, line: int, sentence: str, *, other_network: bool = False) -> None:
        """Note something, unless a network is followed of which nothing is built."""
        if not self._muted:
            self.notes.add(line, sentence, other_network=other_network)

    @contextmanager
    def noting(self, notes: Notes) -> Iterator[None]:
        """Collect notes apart."""
        outside, self.notes = self.notes, notes
        try:
            yield
        finally:
            self.notes = outside

    def _train(self, owner: Any) -> None:
        """Remember that a module is trained, or run."""
        self._kept.append(owner)
        self.journal.save_entry(self.trained, id(owner), weight=NO_MATTER)
        self.trained.pop(id(owner), None)
        self.trained[id(owner)] = owner

    def is_module_class(self, kind: Class) -> bool:
        """Whether a class of the source is one of modules."""
        return any(isinstance(base, Symbol) and base.name in MODULE_BASES for base in kind.library_bases)

    def is_module(self, item: Any) -> bool:
        """Whether something is a module, of torch or of the source."""
        return isinstance(item, Module | Chain | ModuleList | ModuleDict) or (
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

    def _copied_module(self, item: Any, made: dict[int, Any]) -> Any:
        """A module, or what holds modules, with copies of all modules in it; anything else as it is."""
        self.budget.make(2)
        if id(item) in made:
            return made[id(item)]
        if isinstance(item, Module):
            made[id(item)] = copy = replace(item, _made={})
            self.journal.save_end(self.modules, weight=NO_MATTER)
            self.modules.append(copy)
            return copy
        if isinstance(item, Chain):
            made[id(item)] = chain = Chain([], item.line)
            chain.items.extend(self._copied_module(inner, made) for inner in item.items)
            chain.names.update((name, self._copied_module(inner, made)) for name, inner in item.names.items())
            self.journal.save_end(self.chains, weight=NO_MATTER)
            self.chains.append(chain)
            return chain
        if isinstance(item, Instance):
            made[id(item)] = instance = Instance(item.created_from, {})
            instance.attributes.update((name, self._copied_module(a, made)) for name, a in item.attributes.items())
            self.journal.save_end(self.interpreter.instances, weight=NO_MATTER)
            self.interpreter.instances.append(instance)
            return instance
        if isinstance(item, list):
            made[id(item)] = items = type(item)()
            items.extend(self._copied_module(inner, made) for inner in item)
            return items
        if isinstance(item, dict):
            made[id(item)] = entries = type(item)()
            entries.update((key, self._copied_module(inner, made)) for key, inner in item.items())
            return entries
        return item

    def loose_weights(self, owner: Any) -> list[Configured]:
        """What a module holds of weights that belong to no layer."""
        found = []
        for item in self.inside_of(owner):
            held = item.attributes if isinstance(item, Instance) else item if isinstance(item, dict) else {}
            values = item if isinstance(item, list) else list(held.values())
            found += [value for value in values if isinstance(value, Configured) and value.name in LOOSE_WEIGHTS]
        return found

    def _names_in(self, owner: Any) -> dict[str, Any]:
        """The modules that are attributes or items of a module, by their names."""
        if isinstance(owner, Chain):
            names = {id(item): name for name, item in owner.names.items()}
            found = {names.get(id(item), str(index)): item for index, item in enumerate(owner.items)}
        elif isinstance(owner, list):
            found = {str(index): item for index, item in enumerate(owner) if self.is_module(item)}
        elif isinstance(owner, dict):
            found = {str(name): item for name, item in owner.items() if self.is_module(item)}
        else:
            attributes = owner.attributes if isinstance(owner, Instance) else {}
            found = {name: item for name, item in attributes.items() if self.is_module(item)}
        self.budget.make(1 + len(found))
        return found

    def _dictionary(self, source: Any, line: int) -> dict[Any, Any]:
        """What an ordered dictionary, or one of modules, holds that is made of another one or of pairs."""
        if isinstance(source, dict):
            return dict(source)
        source = source.items if isinstance(source, Stream) else source
        pairs = source if isinstance(source, list | tuple) else [source]
        if all(isinstance(item, tuple | list) and len(item) == 2 and isinstance(item[0], str | int) for item in pairs):
            return dict(pairs)
        return {REST: Rest(describe_value(source), line)}
