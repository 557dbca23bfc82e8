"""Follows Python source by its syntax tree, as far as networks are written with it; runs none of it.

It follows names, numbers, tuples, lists, arithmetic, conditions, loops over known items, and functions of the source
itself. A `Library` says what a call means; everything else is `Unknown`.
"""

import ast
import operator
from collections import ChainMap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from visualizer.source_code.python_source import MAX_TEXT, SourceError, cannot_follow
from visualizer.source_code.values import Class, Configured, Function, Instance, Member, Partial, Symbol, Unknown

MAX_EVALUATIONS = 50_000
# Entries of lists, strings and calls that are created on the way, whether they stay or not; each takes up to 100 bytes.
MAX_ENTRIES = 300_000
MAX_CALL_DEPTH = 12
MAX_ITEMS = 1_000
MAX_WORD = 200  # characters of a name with its dots
MAX_QUOTED = 1_000  # characters of a string
# Characters of expressions that are unparsed for notes: of one, and of all; others are quoted as written.
_MAX_UNPARSED, _MAX_UNPARSED_TOTAL = 400, 200_000
_END = object()
_NEVER = MAX_CALL_DEPTH + 1
INIT, CALL = "__init__", "call"
LARGEST_NUMBER = 1e12


class Budget:
    """What following one source may still cost. It counts everything that is created, in whatever way.

    Attributes:
        line: The line that is being followed, for the error message.
    """

    def __init__(self) -> None:
        self.line = 0
        self._evaluations = MAX_EVALUATIONS
        self._entries = MAX_ENTRIES

    def evaluate(self) -> None:
        """Count a statement or expression. Raises SourceError if there are too many."""
        self._evaluations -= 1
        if self._evaluations < 0:
            raise cannot_follow("It does too much before the network is built.")

    def make(self, entries: int) -> None:
        """Count entries that are about to be created, copied or visited. Raises SourceError if there are too many."""
        self._entries -= entries
        if self._entries < 0:
            raise cannot_follow(f"Line {self.line} makes lists, arguments or layers in the hundred thousands.")

    def inside(self, items: Any) -> Iterator[Any]:
        """The items of nested lists. Their number is limited, as a list may contain itself; each step is counted."""
        waiting = [iter((items,))]
        for _ in range(MAX_ITEMS):
            while (item := next(waiting[-1], _END)) is _END:
                waiting.pop()
                if not waiting:
                    return
            self.make(1)
            if isinstance(item, list | tuple):
                waiting.append(iter(item))
            else:
                yield item


class Library(Protocol):
    """What the source calls without defining it. It counts what it creates and visits in the same `Budget`."""

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any], line: int, text: str) -> Any:
        """The value of a call; an Unknown if its meaning is not known."""

    def combine(self, sign: str, left: Any, right: Any, line: int, text: str) -> Any:
        """The value of an operator such as "+" between things that the library created."""

    def inside(self, name: str, arguments: list[Any], *, is_layer: bool) -> AbstractContextManager[None]:
        """Entered while a function of the source is followed, or (`is_layer`) an object of one of its classes."""

    def known_class(self, definition: ast.ClassDef) -> Symbol | None:
        """What a class of the source is, where the library knows it; its methods are then not followed."""

    def skip(self, first: int, last: int, why: str) -> None:
        """Called with the lines of a statement that is not followed, and why; empty if it is not about the library."""

    @property
    def understood_calls(self) -> int:
        """The number of calls so far that had a meaning."""


_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
}
_LIBRARIES = ("keras", "tensorflow", "tf")  # whose names are never None
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
MAX_EXPONENT = 32


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Leave(Exception):
    """A `break` (for good) or a `continue`."""

    def __init__(self, for_good: bool) -> None:
        self.for_good = for_good


@dataclass
class Follower:
    """Follows a syntax tree, statement by statement.

    Attributes:
        library: Says what calls mean.
        budget: What following may cost.
        lines: The lines of the source, as in `Parsed`.
        names: The values of the source's names, those of the current function first.
    """

    library: Library
    budget: Budget
    lines: list[bytes]
    names: ChainMap[str, Any] = field(default_factory=ChainMap)
    _depth: int = 0
    _instances: list[Instance] = field(default_factory=list)
    _called: set[int] = field(default_factory=set)  # ids of instances, all of which are in the list above
    _texts: dict[int, str] = field(default_factory=dict)
    _unparsed: int = 0
    _changed_at: int = _NEVER  # how deep in functions a value changed since an open branch began, the least deep one

    def follow(self, module: ast.Module) -> None:
        """Follow the whole source, and at the end the functions that nothing calls. Raises SourceError."""
        try:
            for statement in module.body:
                self._follow_statement(statement)
            self._follow_uncalled(module)
        except (_Return, _Leave):
            pass
        except RecursionError as error:
            raise SourceError("The source cannot be followed.", "It is nested too deeply.", "Simplify it.") from error

    def _follow_uncalled(self, module: ast.Module) -> None:
        """Follow functions and classes that are meant for another program, and models, which Keras itself calls."""
        calls = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        called |= {function.attr for function in calls if isinstance(function, ast.Attribute)}
        for name, value in list(self.names.items()):
            if name in called:
                continue
            if isinstance(value, Function):
                self._call_function(value, [], {})
            elif isinstance(value, Class):
                self._follow_class(value, called)
        # A model comes before its layers, which it calls itself.
        for instance in self._instances:
            if CALL in instance.created_from.methods and id(instance) not in self._called:
                self.call_instance(instance, [], {})

    def _follow_class(self, followed: Class, called: set[str]) -> None:
        instance = self._instance(followed, [], {})
        for name, method in followed.methods.items():
            if CALL not in followed.methods and name not in called and not name.startswith("_"):
                self._call_any(self._attribute(instance, name, method), [], {}, method)

    def _follow_statement(self, statement: ast.stmt) -> None:
        before = self.library.understood_calls
        self._statement(statement)
        quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)
        constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        followed = isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.If)
        plain = followed and not any(isinstance(node, ast.Call) for node in ast.walk(statement))
        if self.library.understood_calls == before and not isinstance(statement, quiet) and not constant and not plain:
            self.library.skip(statement.lineno, statement.end_lineno or statement.lineno, "")

    def _skip(self, node: ast.stmt, why: str) -> None:
        self.library.skip(node.lineno, node.lineno, why)

    def _block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        self.budget.line = statement.lineno
        self.budget.evaluate()
        match statement:
            case ast.Import(names=aliases):
                self.budget.make(len(aliases))
                for alias in aliases:
                    top = alias.name.split(".")[0]
                    self.names[alias.asname or top] = Symbol(alias.name if alias.asname else top)
            case ast.ImportFrom(module=module, names=aliases):
                self.budget.make(len(aliases))
                for alias in aliases:
                    self.names[alias.asname or alias.name] = Symbol(f"{module or ''}.{alias.name}")
            case ast.Assign(targets=targets, value=value):
                result = self.value(value)
                for target in targets:
                    self._assign(target, result)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self.value(value))
            case ast.AugAssign(target=ast.Name() | ast.Attribute() as target, op=op, value=value):
                self._assign(target, self._arithmetic(op, self.value(target), self.value(value), statement))
            case ast.Expr(value=value):
                self.value(value)
            case ast.FunctionDef(name=name):
                self.names[name] = Function(statement)
            case ast.Return(value=value):
                raise _Return(self.value(value) if value else None)
            case ast.If():
                self._if(statement)
            case ast.For(target=target, iter=iterable, body=body):
                items = self.value(iterable)
                if not isinstance(items, tuple | list):
                    self._assign(target, self._unknown(iterable))
                    with suppress(_Leave):
                        self._follow_uncertain(
                            statement, body, "It is not known how often this is repeated; it is followed once."
                        )
                    return
                for item in items[:MAX_ITEMS]:
                    self._assign(target, item)
                    try:
                        self._block(body)
                    except _Leave as left:
                        if left.for_good:
                            break
            case ast.Break() | ast.Continue():
                raise _Leave(isinstance(statement, ast.Break))
            case ast.With(body=body) | ast.Try(body=body):
                self._block(body)
            case ast.ClassDef(name=name, body=body):
                self.budget.make(len(body))
                known = self.library.known_class(statement)
                self.names[name] = known or Class(
                    name, {item.name: item for item in body if isinstance(item, ast.FunctionDef)}
                )
            case ast.While() | ast.AsyncFunctionDef():
                self._skip(statement, "Loops with “while” and async code are not followed.")

    def _if(self, statement: ast.If) -> None:
        test = _truth(self.value(statement.test))
        if test is not None:
            self._block(statement.body if test else statement.orelse)
            return
        branches = [
            (statement.body, "It is not known whether this condition holds; it is assumed to hold."),
            (statement.orelse, "It is not known whether this condition holds; it is assumed not to hold."),
        ]
        if self._calls_nothing(statement.body) and not self._calls_nothing(statement.orelse):
            branches.reverse()  # the network is rather built in the other
        for body, why in branches:
            if self._follow_uncertain(statement, body, why):
                break

    def _calls_nothing(self, statements: list[ast.stmt]) -> bool:
        self.budget.make(len(statements))
        return all(isinstance(item, ast.Assign) and not isinstance(item.value, ast.Call) for item in statements)

    def _follow_uncertain(self, statement: ast.stmt, body: list[ast.stmt], why: str) -> bool:
        """Follow statements that may or may not run. Returns whether the network may depend on them."""
        calls, changed_before = self.library.understood_calls, self._changed_at
        self._changed_at = _NEVER
        leaves = True
        try:
            self._block(body)
            leaves = False
        finally:  # also on the way out of a loop or a function
            matters = leaves or self.library.understood_calls > calls or self._changed_at <= self._depth
            self._changed_at = min(self._changed_at, changed_before)
            if matters:
                self._skip(statement, why)
        return matters

    def _assign(self, target: ast.expr, value: Any) -> None:
        self.budget.make(1)
        match target:
            case ast.Name(id=name):
                self._remember_change(self.names.get(name), value, self._depth)
                self.names[name] = value
            case ast.Attribute(value=owner, attr=name):
                instance = self.value(owner)
                if isinstance(instance, Instance):
                    self._remember_change(instance.attributes.get(name), value)
                    instance.attributes[name] = value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                known = isinstance(value, tuple | list) and len(value) == len(parts)
                for index, part in enumerate(parts):
                    self._assign(part, value[index] if known else self._unknown(target))

    def _remember_change(self, old: Any, new: Any, depth: int = 0) -> None:
        """Remember that something has another value now, whose name is known so deep in functions (0: anywhere)."""
        if new is not old and not _is_open(new):
            self._changed_at = min(self._changed_at, depth)

    def value(self, node: ast.expr) -> Any:
        """The value of an expression."""
        self.budget.evaluate()
        match node:
            case ast.Constant(value=value):
                large = isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER
                long = isinstance(value, str | bytes) and len(value) > MAX_QUOTED
                return self._unknown(node) if large or long else value
            case ast.Name(id="__name__"):
                return "__main__"
            case ast.Name(id=name):
                return self.names[name] if name in self.names else self._symbol(name, node)
            case ast.Tuple(elts=parts):
                return tuple(self._parts(parts))
            case ast.List(elts=parts):
                return list(self._parts(parts))
            case ast.Dict(keys=keys, values=values):
                pairs = [(self.value(key), self.value(value)) for key, value in zip(keys, values, strict=True) if key]
                return {key: value for key, value in pairs if isinstance(key, str | int)}
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self.value(owner), name, node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self.value(operand)
                return -number if isinstance(number, int | float) else self._unknown(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = _truth(self.value(operand))
                return self._unknown(node) if truth is None else not truth
            case ast.BoolOp(op=op, values=parts):
                return self._either(parts, isinstance(op, ast.Or), node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(op, self.value(left), self.value(right), node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compare(op, self.value(left), self.value(right), node)
            case ast.Subscript(value=owner, slice=index):
                return self._subscript(self.value(owner), self.value(index), node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                truth = _truth(self.value(test))
                return self._unknown(node) if truth is None else self.value(body if truth else orelse)
            case ast.ListComp(elt=element, generators=[ast.comprehension(target=target, iter=iterable, ifs=[])]):
                items = self.value(iterable)
                return list(self._repeat(element, target, items)) if isinstance(items, tuple | list) else []
            case ast.Call():
                return self._call(node)
        return self._unknown(node)

    def _unknown(self, node: ast.AST) -> Unknown:
        return Unknown(self._text(node), getattr(node, "lineno", 0))

    def _symbol(self, path: str, node: ast.AST) -> Any:
        return Symbol(path) if len(path) <= MAX_WORD else self._unknown(node)

    def _text(self, node: ast.AST) -> str:
        """The start of a node's code; computed once, as a loop may ask for it often."""
        if id(node) not in self._texts:
            self._texts[id(node)] = self._format(node)
        return self._texts[id(node)]

    def _format(self, node: Any) -> str:
        """The code of a short node as Python writes it; the start of a long node as it is in the source."""
        rows = self.lines[node.lineno - 1 : node.end_lineno][:_MAX_UNPARSED]
        if node.end_lineno - node.lineno < len(rows):
            rows[-1] = rows[-1][: node.end_col_offset]
        rows[0] = rows[0][node.col_offset :]
        start = b"\n".join(row[: _MAX_UNPARSED + 1] for row in rows)
        self._unparsed += len(start)
        if len(start) <= _MAX_UNPARSED and self._unparsed <= _MAX_UNPARSED_TOTAL:
            try:
                return ast.unparse(node)[:MAX_TEXT]
            except (ValueError, RecursionError):
                pass
        return " ".join(start.decode(errors="ignore").split())[:MAX_TEXT]

    def _parts(self, parts: list[ast.expr]) -> Iterator[Any]:
        for part in parts:
            if isinstance(part, ast.Starred):
                items = self.value(part.value)
                items = items[:MAX_ITEMS] if isinstance(items, tuple | list) else [self._unknown(part)]
                self.budget.make(len(items))
                yield from items
            else:
                yield self.value(part)

    def _repeat(self, element: ast.expr, target: ast.expr, items: tuple[Any, ...] | list[Any]) -> Iterator[Any]:
        for item in items[:MAX_ITEMS]:
            self._assign(target, item)
            yield self.value(element)

    def _attribute(self, owner: Any, name: str, node: ast.AST) -> Any:
        if isinstance(owner, Symbol):
            return self._symbol(f"{owner.path}.{name}", node)
        if isinstance(owner, Instance) and name in owner.attributes:
            return owner.attributes[name]
        kind = owner.created_from if isinstance(owner, Instance) else owner
        if isinstance(kind, Class) and name in kind.methods:
            function = Function(kind.methods[name])
            self.budget.make(len(function.code.decorator_list))
            decorators = {self._text(item) for item in function.code.decorator_list}
            bound = isinstance(owner, Instance) or "classmethod" in decorators
            return Partial(function, (owner,), {}) if bound and "staticmethod" not in decorators else function
        if isinstance(owner, Unknown | int | float | str | bool | None):
            return self._unknown(node)
        return Member(owner, name)

    def _arithmetic(self, op: ast.operator, left: Any, right: Any, node: ast.AST) -> Any:
        sequences = isinstance(left, tuple | list) and type(left) is type(right) and isinstance(op, ast.Add)
        if sequences and len(left) + len(right) <= MAX_ITEMS:
            self.budget.make(len(left) + len(right))
            return left + right
        if isinstance(left, tuple | list) and isinstance(right, int) and isinstance(op, ast.Mult):
            if len(left) * right > MAX_ITEMS:
                return self._unknown(node)
            self.budget.make(max(0, len(left) * right))
            return left * right
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            opaque = not (isinstance(left, _PLAIN) and isinstance(right, _PLAIN))
            if opaque:
                sign, _ = _OPERATORS.get(type(op), ("", None))
                return self.library.combine(sign, left, right, getattr(node, "lineno", 0), self._text(node))
            return self._unknown(node)
        try:
            if isinstance(op, ast.Pow) and abs(right) <= MAX_EXPONENT and abs(left) <= LARGEST_NUMBER:
                result = left**right
            elif type(op) in _OPERATORS:
                result = _OPERATORS[type(op)][1](left, right)
            else:
                return self._unknown(node)
        except (ArithmeticError, ValueError):
            return self._unknown(node)
        known = isinstance(result, int | float) and abs(result) <= LARGEST_NUMBER
        return result if known else self._unknown(node)

    def _either(self, parts: list[ast.expr], decisive: bool, node: ast.AST) -> Any:
        """The value of parts with `or` (True is decisive) or `and` (False is) between them."""
        is_known = True
        for part in parts:
            value = self.value(part)
            truth = _truth(value)
            # After an unknown part, a decisive one says whether the whole holds, but not which value it has.
            if truth is decisive and (is_known or isinstance(value, bool)):
                return value
            is_known = is_known and truth is not None
        return value if is_known else self._unknown(node)

    def _compare(self, op: ast.cmpop, left: Any, right: Any, node: ast.AST) -> Any:
        if left is None or right is None:
            other = right if left is None else left
            if isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and not _is_open(other):
                return (other is None) == isinstance(op, ast.Is | ast.Eq)
            return self._unknown(node)
        # Nested lists are not compared: a list may contain another many times, and comparing would follow each path.
        plain = isinstance(left, int | float | str)
        if plain and isinstance(op, ast.In | ast.NotIn) and isinstance(right, tuple | list):
            self.budget.make(len(right))
            if all(isinstance(item, int | float | str | None) for item in right):
                return (left in right) == isinstance(op, ast.In)
        if not plain or not isinstance(right, int | float | str) or type(op) not in _COMPARISONS:
            return self._unknown(node)
        try:
            return _COMPARISONS[type(op)](left, right)
        except TypeError:
            return self._unknown(node)

    def _subscript(self, owner: Any, index: Any, node: ast.AST) -> Any:
        if isinstance(owner, tuple | list | dict) and isinstance(index, int | str):
            try:
                return owner[index]  # type: ignore[index]
            except (IndexError, KeyError, TypeError):
                pass
        return self._unknown(node)

    def _call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        arguments = list(self._parts(node.args))
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):  # **settings
                self.budget.make(len(value))
                keywords |= {name: item for name, item in value.items() if isinstance(name, str)}
        return self._call_any(function, arguments, keywords, node)

    def _call_any(
        self, function: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call | ast.FunctionDef
    ) -> Any:
        if isinstance(function, Partial):  # never nested
            self.budget.make(len(function.arguments) + len(function.keywords))
            arguments = [*function.arguments, *arguments]
            keywords = function.keywords | keywords
            function = function.function
        if isinstance(function, Function):
            return self._call_function(function, arguments, keywords)
        if isinstance(function, Class):
            return self._instance(function, arguments, keywords)
        if isinstance(function, Instance):
            return self.call_instance(function, arguments, keywords)
        if isinstance(function, Symbol) and function.name == "partial" and arguments:
            return self._partial(arguments[0], tuple(arguments[1:]), keywords)
        if isinstance(function, Member) and isinstance(function.owner, list) and isinstance(node, ast.Call):
            return self._change_list(function.owner, function.name, arguments, node)
        if isinstance(function, Symbol) and function.path in _BUILTINS:
            self.budget.make(sum(len(item) if isinstance(item, tuple | list) else 1 for item in arguments))
            try:
                result = _BUILTINS[function.path](*arguments)
            except (TypeError, ValueError, OverflowError):
                return self._unknown(node)
            self.budget.make(len(result) if isinstance(result, tuple | list) else 1)
            return result
        return self.library.call(function, arguments, keywords, node.lineno, self._text(getattr(node, "func", node)))

    def _partial(self, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Partial:
        if isinstance(function, Partial):
            self.budget.make(len(function.arguments) + len(function.keywords))
            arguments, keywords = (*function.arguments, *arguments), function.keywords | keywords
            function = function.function
        return Partial(function, arguments, keywords)

    def _instance(self, created_from: Class, arguments: list[Any], keywords: dict[str, Any]) -> Instance:
        instance = Instance(created_from, {})
        self._instances.append(instance)
        if INIT in created_from.methods:
            self._call_function(Function(created_from.methods[INIT]), [instance, *arguments], keywords)
        return instance

    def call_instance(self, instance: Instance, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Follow what Keras does when a layer or a model is called: its method `call`, as in training."""
        self._called.add(id(instance))
        methods = instance.created_from.methods
        method = methods.get(CALL) or methods.get(f"__{CALL}__")
        if method is None:
            return Unknown(CALL, 0)
        keywords = {"training": True} | keywords
        return self._call_function(Function(method), [instance, *arguments], keywords, instance.created_from.name)

    def _change_list(self, items: list[Any], method: str, arguments: list[Any], node: ast.Call) -> Any:
        """Follow a method of a list, as far as networks use it to collect layers."""
        match method, arguments:
            case "append", [item]:
                items.append(item)
            case "extend", [list() | tuple() as more]:
                self.budget.make(len(more))
                items.extend(more)
            case "insert", [int(place), item]:
                items.insert(place, item)
            case "pop", []:
                return items.pop() if items else self._unknown(node)
            case _:
                return self._unknown(node)
        self._remember_change(None, items)
        if len(items) > MAX_ITEMS:
            raise cannot_follow(f"Line {node.lineno} makes a list too long.")
        return None

    def _call_function(
        self, function: Function, arguments: list[Any], keywords: dict[str, Any], name: str | None = None
    ) -> Any:
        code = function.code
        if self._depth >= MAX_CALL_DEPTH:
            return self._unknown(code)
        parameters = code.args.posonlyargs + code.args.args
        named = {item.arg for item in (*parameters, *code.args.kwonlyargs)}
        self.budget.make(len(named))
        local: dict[str, Any] = dict(zip((item.arg for item in parameters), arguments, strict=False))
        defaults = code.args.defaults
        for parameter, default in zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True):
            local.setdefault(parameter.arg, self.value(default))
        for parameter, keyword_default in zip(code.args.kwonlyargs, code.args.kw_defaults, strict=True):
            local.setdefault(
                parameter.arg, self.value(keyword_default) if keyword_default else self._unknown(parameter)
            )
        local |= {name: value for name, value in keywords.items() if name in named}
        for parameter in parameters:
            local.setdefault(parameter.arg, Unknown(parameter.arg, code.lineno))
        outside, self.names = self.names, self.names.new_child(local)
        self._depth += 1
        try:
            given = [*arguments, *keywords.values()]
            with self.library.inside(name or code.name, given, is_layer=name is not None):
                self._block(code.body)
        except _Return as returned:
            return returned.value
        finally:
            self.names = outside
            self._depth -= 1
        return None


_PLAIN = (int, float, str, bytes, complex, type(None), type(...), tuple, list, dict, Unknown, Symbol, Function, Partial)


def _is_open(value: Any) -> bool:
    """Whether a value may be anything, also None or nothing: a name, or what an unknown function returned."""
    if isinstance(value, Configured):  # unless it is an object of a class
        return not value.name[:1].isupper()
    if isinstance(value, Symbol):  # unless it is something like tf.nn.relu
        return value.path.split(".")[0] not in _LIBRARIES
    return isinstance(value, Unknown | Member)


def _truth(value: Any) -> bool | None:
    """Whether a condition with this value holds; None if that does not follow from the source."""
    return None if _is_open(value) else bool(value)


def _range(*arguments: int) -> list[int]:
    numbers = range(*arguments)
    if len(numbers) > MAX_ITEMS:
        raise ValueError
    return list(numbers)


def _items(items: Any) -> list[Any]:
    if not isinstance(items, tuple | list):
        raise TypeError
    return list(items)


def _number(kind: type[int] | type[float]) -> Callable[[Any], int | float]:
    def convert(number: Any) -> int | float:
        if not isinstance(number, int | float):
            raise TypeError
        return kind(number)

    return convert


_BUILTINS: dict[str, Callable[..., Any]] = {
    "range": _range,
    "len": lambda items: len(_items(items)),
    "enumerate": lambda items: list(enumerate(_items(items))),
    "zip": lambda *several: list(zip(*map(_items, several), strict=False)),
    "reversed": lambda items: _items(items)[::-1],
    "tuple": lambda items=(): tuple(_items(items)),
    "list": lambda items=(): _items(items),
    "int": _number(int),
    "float": _number(float),
}
