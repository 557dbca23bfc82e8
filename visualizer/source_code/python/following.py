"""What following a source needs everywhere: names, what is not known, and branches that are taken both ways."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from visualizer.source_code.python.budget import MAX_IDLE, Budget
from visualizer.source_code.python.effects import Effects, FunctionNames, effects_of, names_in
from visualizer.source_code.python.journal import NETWORK, Changes, Journal, Place
from visualizer.source_code.python.library import Library
from visualizer.source_code.python.quoting import Quotes
from visualizer.source_code.python.values import (
    NOTHING,
    REST,
    Assumption,
    Class,
    Configured,
    Function,
    Instance,
    Member,
    Partial,
    Phase,
    Rest,
    Scope,
    Stream,
    Symbol,
    Unknown,
    View,
    is_open,
)

MAX_CALL_DEPTH = 12
MAX_PATH = 200  # characters of a name with its dots
MAX_QUOTED = 1_000  # characters of a string
LARGEST_NUMBER = 1e12
_MAX_COMPARED = 2_000  # values, of which two branches differ or not
_MAX_ASSUMED = 4  # of one value
_FORK_ENTRIES = 20  # of the budget, for what is remembered of both ways
PLAIN = (int, float, complex, str, bytes, type(None), type(...), range, slice)


class Returned(Exception):
    """A function is left, with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Left(Exception):
    """A `break` (for good) or a `continue`."""

    def __init__(self, for_good: bool) -> None:
        self.for_good = for_good


class Raised(Exception):
    """The source raises an exception: its class, or None if that is not known."""

    def __init__(self, kind: type[BaseException] | None) -> None:
        self.kind = kind


Handler = Callable[["Following", Any], Any]


@dataclass(frozen=True)
class Way:
    """One of the ways that the source may take.

    Attributes:
        run: Follows it.
        sentence: What a note says where it is assumed.
    """

    run: Callable[[], Any]
    sentence: str


@dataclass
class _Taken:
    """What came of a way: its value, how it was left, what it changed, whether it called what the library knows."""

    value: Any
    left: Exception | None
    changes: Changes
    calls: bool


@dataclass
class Following:
    """Follows the syntax of one source.

    Each class of syntax node has one handler, in one of the tables. A handler that does not compute what its node may
    have changed calls `forget`.

    Attributes:
        library: Says what the names mean that the source does not define.
        budget: What following may cost.
        quotes: The code of nodes.
        expressions: The handlers of expressions, by class.
        statements: The handlers of statements.
        journal: Remembers changes while a branch is open.
        scope: The names where the source is followed now.
        depth: How many functions of the source are being followed in each other.
        tries: How many blocks that catch exceptions there are around.
        doubts: How many things were not known so far; each may have raised an exception.
        yielded: What the generator has given that is being followed, all of whose items are taken at once.
        by_phase: Whether two ways are compared of which `training` decides.
        return_doubt, loop_doubt: Why the function, or the loop, that is being followed may have been left before.
    """

    library: Library
    budget: Budget
    quotes: Quotes
    expressions: Mapping[type[ast.expr], Handler]
    statements: Mapping[type[ast.stmt], Handler]
    journal: Journal = field(default_factory=Journal)
    scope: Scope = field(default_factory=lambda: Scope({}))
    depth: int = 0
    tries: int = 0
    doubts: int = 0
    yielded: list[Any] | None = None
    by_phase: bool = False
    return_doubt: Assumption | None = None
    loop_doubt: Assumption | None = None
    began: tuple[int, int] = (0, 0)  # the evaluations and the understood calls before the statement of the module
    instances: list[Instance] = field(default_factory=list)
    called: set[int] = field(default_factory=set)  # ids of instances, all of which are in the list above
    lost: dict[int, Function] = field(default_factory=dict)  # functions that what is unknown may be, by their code
    _effects: dict[int, Effects] = field(default_factory=dict)
    _returns: dict[int, bool] = field(default_factory=dict)
    _names: dict[int, FunctionNames] = field(default_factory=dict)

    # Nodes

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        self.budget.evaluate()
        return self.expressions[type(node)](self, node)

    def statement(self, node: ast.stmt) -> None:
        """Follow a statement."""
        self.budget.line = node.lineno
        self.budget.evaluate()
        self.statements[type(node)](self, node)

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Follow statements one after the other."""
        for statement in statements:
            self.statement(statement)

    def unknown(self, node: ast.AST, *parts: Any) -> Unknown:
        """A value that does not follow; it may be one of the objects that are among `parts`, or in them."""
        self.doubts += 1
        changing = tuple(self._changing(parts)) if parts else ()
        return Unknown(self.quotes.text(node), getattr(node, "lineno", 0), may_be=changing)

    def failed(self, node: ast.AST, error: Exception) -> Unknown:
        """What follows of an operation that raises an exception: it is caught by the source, or there is no value."""
        self.doubts += 1
        if self.tries:
            raise Raised(type(error))
        return Unknown(self.quotes.text(node), getattr(node, "lineno", 0))

    def checked(self, value: Any, node: ast.AST) -> Any:
        """A computed value, counted, unless it is too large to be of use."""
        if isinstance(value, float | int | complex):
            return value if abs(value) <= LARGEST_NUMBER else self.unknown(node)
        if isinstance(value, str | bytes):
            self.budget.make(1 + len(value) // 100)
            return value if len(value) <= MAX_QUOTED else self.unknown(node)
        if isinstance(value, list | tuple | dict | set | frozenset):
            self.budget.make(1 + len(value))
            self.journal.add_fresh(value)
        return value

    # What is assumed

    def settle(self, value: Any) -> Any:
        """A value as the library needs it: what is likely, with a note of what that rests on."""
        if isinstance(value, Unknown) and value.likely is not NOTHING:
            if not isinstance(value.likely, Phase):  # which layers are given as it is
                for assumption in value.assumed:
                    self.library.assume(assumption.line, assumption.sentence)
            return self.settle(value.likely)
        if isinstance(value, list | tuple) and any(isinstance(item, Unknown | list | tuple) for item in value):
            self.budget.make(len(value))
            items: list[Any] = []
            for item in value:
                settled = self.settle(item) if item is not value else item
                if isinstance(item, Rest) and isinstance(settled, list):
                    items.extend(settled)
                else:
                    items.append(settled)
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, dict) and any(isinstance(item, Unknown) for item in value.values()):
            self.budget.make(len(value))
            return {key: self.settle(item) for key, item in value.items()}
        if isinstance(value, Configured):
            given = [*value.arguments, *value.keywords.values()]
            if any(isinstance(item, Unknown | list | tuple) for item in given):
                self.budget.make(len(given))
                arguments = tuple(self.settle(item) for item in value.arguments)
                keywords = {key: self.settle(item) for key, item in value.keywords.items()}
                return replace(value, arguments=arguments, keywords=keywords)
        return value

    def lifted(self, node: ast.AST, values: Sequence[Any], compute: Callable[..., Any]) -> Any:
        """What `compute` makes of values; where some are only likely, so is the result."""
        unknown = [value for value in values if isinstance(value, Unknown)]
        if not unknown:
            return compute(*values)
        if any(value.likely is NOTHING for value in unknown):
            return self.unknown(node, *values)
        likely = compute(*(value.likely if isinstance(value, Unknown) else value for value in values))
        assumptions = (assumption for value in unknown for assumption in value.assumed)
        return self.assumed(likely, node, *assumptions, other=tuple(values))

    def assumed(self, likely: Any, node: ast.AST, *assumptions: Assumption, other: Any = NOTHING) -> Unknown:
        """A value that is likely, if what is assumed holds; else it may be `other`."""
        self.doubts += 1
        if isinstance(likely, Unknown):
            assumptions = (*assumptions, *likely.assumed)
            other, likely = (likely, other), likely.likely
        return Unknown(
            self.quotes.text(node),
            getattr(node, "lineno", 0),
            likely,
            tuple(dict.fromkeys(assumptions))[:_MAX_ASSUMED],
            tuple(self._changing((likely, other))),
        )

    def _changing(self, parts: Sequence[Any]) -> list[Any]:
        """The objects among some values that can change, also those of which an unknown one may be one."""
        found: list[Any] = []
        for part in parts:
            self.budget.make(1)
            if isinstance(part, list | dict | set | Stream | Instance | Class | Function):
                found.append(part)
            elif isinstance(part, tuple):
                found.extend(self._changing(part))
            elif isinstance(part, Unknown):
                found.extend(part.may_be)
            elif isinstance(part, View | Member):
                found.extend(self._changing((part.owner,)))
            elif isinstance(part, Partial):
                found.extend(self._changing((part.function, *part.arguments)))
            elif not isinstance(part, PLAIN) and self.library.is_built(part):
                found.append(part)
        self.budget.make(len(found))
        return found

    # Names

    def names_of(self, code: ast.FunctionDef | ast.Lambda) -> FunctionNames:
        """The names of a function's own."""
        if id(code) not in self._names:
            self._names[id(code)] = names = names_in(code)
            self.budget.make(names.size)
        return self._names[id(code)]

    def look_up(self, name: str) -> Any:
        """The value of a name; NOTHING if the source does not give it any."""
        scope: Scope | None = self.scope
        declared = self.scope.declared.get(name)
        if declared is not None:
            scope = self.scope.module if declared else self.scope.outer
        own = True
        while scope is not None:
            if own or not scope.of_class:
                if name in scope.names:
                    return scope.names[name]
                if name in scope.local:
                    return Unknown(name, self.budget.line)  # before it has a value
            scope, own = scope.outer, False
        return NOTHING

    def bind(self, name: str, value: Any) -> None:
        """Give a name a value, in the scope that it belongs to."""
        scope = self._home(name)
        self.journal.save_entry(scope.names, name)
        scope.names[name] = value

    def unbind(self, name: str) -> None:
        """Delete a name."""
        scope = self._home(name)
        self.journal.save_entry(scope.names, name)
        scope.names.pop(name, None)

    def _home(self, name: str) -> Scope:
        declared = self.scope.declared.get(name)
        if declared is None:
            return self.scope
        scope: Scope | None = self.scope.module if declared else self.scope.outer
        while scope is not None and not declared:
            if not scope.of_class and (name in scope.local or name in scope.names):
                return scope
            scope = scope.outer
        return scope or self.scope.module

    def new_scope(self, outer: Scope, **details: Any) -> Scope:
        """A scope without names yet."""
        scope = Scope({}, outer, **details)
        self.journal.add_fresh(scope.names)
        return scope

    # What is not known any more

    def forget(self, node: ast.AST, nodes: Sequence[ast.AST], assumed: Assumption | None = None) -> None:
        """Make unknown whatever `nodes`, which are not followed, may change; likely as it is if something is assumed.

        Args:
            node: What notes quote.
            nodes: The syntax.
            assumed: Why it may be otherwise than it is now.
        """
        self._forget(node, nodes, assumed, set(), frozenset())

    def _forget(
        self,
        node: ast.AST,
        nodes: Sequence[ast.AST],
        assumed: Assumption | None,
        seen: set[int],
        own: frozenset[str],
    ) -> None:
        effects = self.effects(nodes)
        self.budget.make(1 + len(effects.names) + len(effects.owners) + len(effects.calls))
        for name in (effects.names | effects.declared.keys()) - own:
            before = self.look_up(name)
            self.bind(name, self._doubtful(before, node, assumed))
        for owner in effects.owners:
            self.forget_object(self.peek(owner), node, assumed, seen)
        if effects.yields and self.yielded is not None:
            self.forget_object(self.yielded, node, assumed, seen)
        for code in effects.functions:
            self.lost.setdefault(id(code), Function(code, self.scope))
            self.forget_body(self.lost[id(code)], node, assumed, seen)
        for call in effects.calls:
            self._forget_call(call, node, assumed, seen)

    def effects(self, nodes: Sequence[ast.AST]) -> Effects:
        """What some nodes may change; computed once."""
        if not nodes:
            return Effects()
        key = id(nodes[0]) * 31 + len(nodes)
        if key not in self._effects:
            self._effects[key] = found = effects_of(nodes)
            self.budget.make(found.size)
        return self._effects[key]

    def _doubtful(self, value: Any, node: ast.AST, assumed: Assumption | None) -> Any:
        if value is NOTHING or assumed is None:
            return self.unknown(node, value)
        return value if self.library.is_built(value) else self.assumed(value, node, assumed)

    def _forget_call(self, call: ast.Call, node: ast.AST, assumed: Assumption | None, seen: set[int]) -> None:
        function = self.peek(call.func)
        if isinstance(call.func, ast.Attribute):
            owner = self.peek(call.func.value)
            method = Member(owner, call.func.attr)
            of_library = owner is not NOTHING and self.library.is_built(owner)
            if not self._is_pure(owner, call.func.attr) and not (of_library and self.library.keeps(method)):
                self.forget_object(owner, node, assumed, seen)
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if function is NOTHING or not self.library.keeps(function):
            for argument in given:
                self.forget_object(self.peek(argument), node, assumed, seen)
        self.forget_body(function, node, assumed, seen)
        if function is NOTHING or isinstance(function, Unknown):
            for item in [*(function.may_be if isinstance(function, Unknown) else ()), *self.lost.values()]:
                self.forget_body(item, node, assumed, seen)

    def _is_pure(self, owner: Any, method: str) -> bool:
        if method in READING and owner is not NOTHING and self.library.has(owner, method):
            return True
        return isinstance(owner, PLAIN) or (isinstance(owner, list | tuple | dict | set) and method in PURE_METHODS)

    def forget_body(
        self, function: Any, node: ast.AST, assumed: Assumption | None = None, seen: set[int] | None = None
    ) -> None:
        """Make unknown what a function of the source may change besides its arguments, were it called."""
        seen = set() if seen is None else seen
        while isinstance(function, Partial):
            function = function.function
        for code in self._codes(function):
            if id(code.code) in seen:
                continue
            seen.add(id(code.code))
            names = self.names_of(code.code)
            body: Sequence[ast.AST] = code.code.body if isinstance(code.code.body, list) else [code.code.body]
            outside, self.scope = self.scope, Scope({}, code.scope, names.local, declared=names.declared)
            try:
                self._forget(node, body, assumed, seen, names.local)
            finally:
                self.scope = outside

    def may_return(self, node: ast.AST) -> bool:
        """Whether a statement may leave the function that it is in."""
        if id(node) not in self._returns:
            self._returns[id(node)] = any(isinstance(item, ast.Return) for item in ast.walk(node))
        return self._returns[id(node)]

    @property
    def is_idle(self) -> bool:
        """Whether the statement of the module that is being followed takes long and builds nothing."""
        evaluations, calls = self.began
        return self.library.understood_calls == calls and self.budget.evaluations - evaluations > MAX_IDLE

    def forget_calls(self, function: Any, node: ast.AST) -> None:
        """Make unknown what a call may change that is not known: it may be of any function that was lost sight of."""
        seen: set[int] = set()
        objects = function.may_be if isinstance(function, Unknown) else (function,)
        for item in (*objects, *(self.lost.values() if isinstance(function, Unknown) else ())):
            self.budget.make(1)
            self.forget_body(item, node, None, seen)

    def _codes(self, function: Any) -> list[Function]:
        if isinstance(function, Function):
            return [function]
        kind = function.created_from if isinstance(function, Instance) else function
        if isinstance(kind, Class):
            return [
                item
                for owner in kind.order
                for name, item in owner.attributes.items()
                if isinstance(item, Function) and name.startswith("__") | (name == "call")
            ]
        return []

    def peek(self, node: ast.expr) -> Any:
        """The value of an expression where it can be seen without following it; NOTHING otherwise.

        Of what holds several, such as a conditional expression, it is a tuple of them.
        """
        match node:
            case ast.Name(id=name):
                return self.look_up(name)
            case ast.Attribute(value=inner, attr=name):
                owner = self.peek(inner)
                if isinstance(owner, Instance):
                    if name in owner.attributes:
                        return owner.attributes[name]
                    found = owner.created_from.find(name)
                    return found[1] if found else NOTHING
                if isinstance(owner, Class):
                    found = owner.find(name)
                    return found[1] if found else NOTHING
                return Symbol(f"{owner.path}.{name}"[:MAX_PATH]) if isinstance(owner, Symbol) else owner
            case ast.Subscript(value=inner) | ast.Starred(value=inner) | ast.NamedExpr(value=inner):
                return self.peek(inner)
            case ast.IfExp(body=body, orelse=orelse):
                return self.peek(body), self.peek(orelse)
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self.peek(part) for part in parts)
            case ast.Call(args=parts):
                return tuple(self.peek(part) for part in parts)  # zip(a, b) takes what a gives once
        return NOTHING

    def forget_object(
        self, value: Any, node: ast.AST, assumed: Assumption | None = None, bodies: set[int] | None = None
    ) -> None:
        """Make unknown what an object holds, and the objects in it, since something not known may have changed it.

        `bodies` are the ids of the functions that were asked already.
        """
        waiting, seen = [value], set()
        bodies = set() if bodies is None else bodies
        while waiting:
            value = waiting.pop()
            self.budget.make(1)
            if isinstance(value, PLAIN) or id(value) in seen:
                continue
            seen.add(id(value))
            match value:
                case tuple():
                    waiting.extend(value)
                case Unknown(may_be=objects):
                    waiting.extend(objects)
                case Partial(arguments=arguments):
                    waiting.extend(arguments)
                case View(owner=owner) | Member(owner=owner):
                    waiting.append(owner)
                case Function():
                    self.forget_body(value, node, assumed, bodies)
                case list() | set():
                    waiting.extend(value)
                    self.journal.save_whole(value)
                    rest = self._rest(list(value), node, assumed)
                    value.clear()
                    value.append(rest) if isinstance(value, list) else value.add(rest)
                case dict():
                    waiting.extend(value.values())
                    self.journal.save_whole(value)
                    rest = self._rest(dict(value), node, assumed)
                    value.clear()
                    value[REST] = rest
                case Stream(items=items):
                    waiting.extend(items)
                    self.journal.save_attribute(value, "items")
                    value.items = [self._rest(items, node, assumed)]
                case Instance(attributes=attributes):
                    self._forget_attributes(attributes, waiting, node, assumed)
                case Class(attributes=attributes):
                    for name in [name for name, item in attributes.items() if not isinstance(item, Function)]:
                        self.journal.save_entry(attributes, name)
                        waiting.append(attributes[name])
                        attributes[name] = self._doubtful(attributes[name], node, assumed)
                case _ if value is not NOTHING and assumed is None:
                    self.library.forget(value, getattr(node, "lineno", 0), self.quotes.text(node))

    def _forget_attributes(
        self, attributes: dict[str, Any], waiting: list[Any], node: ast.AST, assumed: Assumption | None
    ) -> None:
        for name in [name for name in attributes if name != REST]:
            self.journal.save_entry(attributes, name)
            waiting.append(attributes[name])
            attributes[name] = self._doubtful(attributes[name], node, assumed)
        if assumed is None or REST not in attributes:  # there may be others
            self.journal.save_entry(attributes, REST)
            attributes[REST] = self.unknown(node) if assumed is None else self.assumed(None, node, assumed)

    def _rest(self, held: Any, node: ast.AST, assumed: Assumption | None) -> Rest:
        """What stands for all that a list or a dictionary holds."""
        self.doubts += 1
        line, text = getattr(node, "lineno", 0), self.quotes.text(node)
        items = tuple(held.values()) if isinstance(held, dict) else tuple(held)
        self.budget.make(len(items))
        changing = tuple(self._changing(items))
        if assumed is None or any(isinstance(item, Rest) for item in items):
            return Rest(text, line, may_be=changing)
        return Rest(text, line, held, (assumed,), changing)

    # Branches

    def fork(
        self,
        node: ast.AST,
        ways: Sequence[Way],
        certain: Callable[[], bool] | None = None,
        because: tuple[Assumption, ...] = (),
    ) -> Any:
        """Follow each of several ways from the same state, and go on with what is the same after all of them.

        Where the network differs, or how the ways are left, one is chosen, and a note says which. A name whose value
        differs is unknown afterwards; the one of the chosen way is likely.

        Args:
            node: Where the ways part.
            ways: At least one, the likeliest first.
            certain: Asked after the first way: whether there is no other.
            because: What was assumed before if the first way is likely for that.

        Returns:
            The value of the chosen way's `run`; an Unknown if they differ.
        """
        self.budget.make(_FORK_ENTRIES)
        taken: list[_Taken] = []
        for way in ways:
            taken.append(self._take(way))
            if certain is not None and certain():
                break
            certain = None
        alive = [index for index, item in enumerate(taken) if self.tries or not isinstance(item.left, Raised)]
        going = [index for index in alive if not isinstance(taken[index].left, Raised)] or alive or [0]
        chosen = next((index for index in going if self._matters(taken[index])), None)
        if chosen is None:  # rather one that goes on than one that leaves a function with something not known
            chosen = next((index for index in going if not isinstance(taken[index].left, Returned)), going[0])
        others = [taken[index] for index in alive if index != chosen]
        assumption = Assumption(getattr(node, "lineno", 0), ways[chosen].sentence)
        if because and chosen == 0:
            assumption = because[0] if because[0].line else replace(because[0], line=assumption.line)
        outside, self.by_phase = self.by_phase, bool(because) and not because[0].line
        try:
            return self._go_on(node, taken[chosen], others, assumption)
        finally:
            self.by_phase = outside

    def _take(self, way: Way) -> _Taken:
        calls = self.library.understood_calls
        value, left = None, None
        self.journal.open()
        try:
            value = way.run()
        except (Returned, Left, Raised) as signal:
            left = signal
        except BaseException:
            self.journal.apply(self.journal.close())  # what was built stays
            raise
        return _Taken(value, left, self.journal.close(), self.library.understood_calls > calls)

    def _matters(self, taken: _Taken) -> bool:
        """Whether a way does something that speaks for it."""
        if isinstance(taken.left, Returned) and not (is_open(taken.left.value) or taken.left.value is None):
            return True
        if isinstance(taken.left, Left) or taken.calls:
            return True
        return any(
            place.weight == NETWORK
            or (
                (place.weight and place.after is not NOTHING and not self.is_same(place.after, place.before))
                and not is_open(place.after)
            )
            for place in taken.changes.places.values()
        )

    def _go_on(self, node: ast.AST, chosen: _Taken, others: list[_Taken], assumption: Assumption) -> Any:
        self.journal.apply(chosen.changes)
        value, left = chosen.value, chosen.left
        named = False
        for other in others:
            for key in chosen.changes.places.keys() | other.changes.places.keys():
                here, there = chosen.changes.places.get(key), other.changes.places.get(key)
                place = here or there
                assert place is not None
                mine = here.after if here else place.before
                theirs = there.after if there else place.before
                if place.weight and not self.is_same(mine, theirs):
                    named |= self._part(place, mine, theirs, node, assumption)
            if not self._left_alike(left, other.left):
                named = True
                self._leave_in_doubt(left, other.left, assumption)
            elif isinstance(left, Returned) and isinstance(other.left, Returned):
                if self.library.is_built(left.value) or self.library.is_built(other.left.value):
                    named |= not self.is_same(left.value, other.left.value)
                left = Returned(self.merged(left.value, other.left.value, node, assumption))
            else:
                if self.library.is_built(value) or self.library.is_built(other.value):
                    named |= not self.is_same(value, other.value)
                value = self.merged(value, other.value, node, assumption)
        if named:
            self.library.assume(assumption.line, assumption.sentence)
        if left is not None:
            raise left
        return value

    def _left_alike(self, left: Exception | None, other: Exception | None) -> bool:
        if isinstance(left, Left) and isinstance(other, Left):
            return left.for_good == other.for_good
        return type(left) is type(other)

    def _leave_in_doubt(self, left: Exception | None, other: Exception | None, assumption: Assumption) -> None:
        if isinstance(left, Returned) or isinstance(other, Returned):
            self.return_doubt = assumption
        if isinstance(left, Left) or isinstance(other, Left):
            self.loop_doubt = assumption

    def _part(self, place: Place, mine: Any, theirs: Any, node: ast.AST, assumption: Assumption) -> bool:
        """Make a place unknown that differs between two ways. Returns whether that is to be named at once."""
        if place.weight == NETWORK:
            return True
        if place.is_whole:
            self.journal.save_whole(place.owner)
            place.put(self._merged_whole(mine, theirs, node, assumption))
            return any(map(self.library.is_built, self._items(mine))) or any(
                map(self.library.is_built, self._items(theirs))
            )
        if mine is NOTHING:
            if isinstance(place.owner, dict):
                self.journal.save_entry(place.owner, place.key)
                place.put(self.unknown(node, theirs))
            return self.library.is_built(theirs)
        if isinstance(place.owner, dict):
            self.journal.save_entry(place.owner, place.key)
        else:
            self.journal.save_attribute(place.owner, place.key[1])
        built = self.library.is_built(mine) or self.library.is_built(theirs)
        merged = self.merged(mine, theirs, node, assumption)
        if isinstance(place.owner, Stream):
            merged = [self._rest(mine, node, assumption)]
        place.put(merged)
        return built

    def _items(self, value: Any) -> list[Any]:
        return list(value.values()) if isinstance(value, dict) else list(value)

    def _merged_whole(self, mine: Any, theirs: Any, node: ast.AST, assumption: Assumption) -> Any:
        """What a list, a set or a dictionary holds, of which two ways make something else."""
        self.budget.make(len(mine) + len(theirs))
        vague = any(isinstance(item, Rest) for item in (*self._items(mine), *self._items(theirs)))
        if isinstance(mine, dict):
            if list(mine) == list(theirs) and not vague:
                return {key: self.merged(item, theirs[key], node, assumption) for key, item in mine.items()}
            rest = self._rest(mine, node, assumption)
            return {REST: replace(rest, may_be=(*rest.may_be, *self._changing(list(theirs.values()))))}
        if isinstance(mine, list) and len(mine) == len(theirs) and not vague:
            return [self.merged(item, other, node, assumption) for item, other in zip(mine, theirs, strict=True)]
        rest = self._rest(list(mine), node, assumption)
        rest = replace(rest, may_be=(*rest.may_be, *self._changing(list(theirs))))
        return [rest] if isinstance(mine, list) else {rest}

    def merged(self, mine: Any, theirs: Any, node: ast.AST, assumption: Assumption) -> Any:
        """The value where two ways meet: what is the same, else an Unknown of which the first is likely."""
        if self.is_same(mine, theirs):
            return mine
        if self.library.is_built(mine):
            return mine
        if mine is NOTHING:
            return self.unknown(node, theirs)
        tuples = isinstance(mine, tuple) and isinstance(theirs, tuple) and len(mine) == len(theirs)
        if tuples and not any(isinstance(item, Rest) for item in (*mine, *theirs)):
            self.budget.make(len(mine))
            return tuple(self.merged(one, other, node, assumption) for one, other in zip(mine, theirs, strict=True))
        return self.assumed(mine, node, assumption, other=theirs)

    def is_same(self, mine: Any, theirs: Any) -> bool:
        """Whether two values are the same, as far as can be seen with little work."""
        waiting, compared = [(mine, theirs)], 0
        seen: set[tuple[int, int]] = set()
        while waiting:
            mine, theirs = waiting.pop()
            compared += 1
            if mine is theirs or (id(mine), id(theirs)) in seen:
                continue
            self.budget.make(1)
            if compared > _MAX_COMPARED:
                return False
            pairs = self._pairs(mine, theirs)
            if pairs is None:
                return False
            if pairs:
                seen.add((id(mine), id(theirs)))
                waiting.extend(pairs)
        return True

    def _pairs(self, mine: Any, theirs: Any) -> list[tuple[Any, Any]] | None:
        """What has to be the same for two values to be so; None if they are not."""
        if type(mine) is not type(theirs):
            return None
        match mine:
            case int() | float() | complex() | str() | bytes() | range() | Symbol():
                return [] if mine == theirs else None
            case Unknown():
                same = mine == theirs and mine.likely is NOTHING and theirs.likely is NOTHING
                return [] if same and mine.may_be == theirs.may_be else None
            case list() | tuple():
                return list(zip(mine, theirs, strict=True)) if len(mine) == len(theirs) else None
            case dict():
                return [(mine[key], theirs[key]) for key in mine] if list(mine) == list(theirs) else None
            case set() | frozenset():
                return [] if mine == theirs and not any(isinstance(item, Rest) for item in mine) else None
            case Instance():
                if mine.created_from is not theirs.created_from:
                    return None
                return self._pairs(mine.attributes, theirs.attributes)
            case Configured():
                if mine.name != theirs.name:
                    return None
                return [(mine.arguments, theirs.arguments), (mine.keywords, theirs.keywords)]
            case Function():
                return [] if mine.code is theirs.code and mine.scope is theirs.scope else None
        return [] if self.library.is_same(mine, theirs) else None


# Methods of what a library made that only look at it, or say that it is trained.
READING = frozenset(
    {
        "parameters", "named_parameters", "modules", "named_modules", "children", "named_children", "buffers",
        "state_dict", "train", "eval", "zero_grad",
    }
)  # fmt: skip
# Methods that change neither their owner nor what it holds.
PURE_METHODS = frozenset(
    {
        "index", "count", "copy", "get", "keys", "values", "items", "union", "intersection", "difference", "issubset",
    }
)  # fmt: skip
