"""Whether the items of a generator can be computed before something is done with each of them."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from visualizer.source_code.python.following import Following
from visualizer.source_code.python.values import NOTHING, Class, Function, Instance, Partial, Scope, Symbol

_MOST_OBJECTS = 200


@dataclass
class _Touched:
    """What some syntax reads and changes: names, and the ids of objects."""

    reads: set[Any] = field(default_factory=set)
    changes: set[Any] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)


def can_run_ahead(following: Following, lazy: ast.expr, body: Sequence[ast.AST]) -> bool:
    """Whether neither `lazy`, which gives items, nor `body`, which is done with each, changes what the other reads."""
    mine, theirs = _Touched(), _Touched()
    _add(following, [lazy], frozenset(), mine)
    leaves = (ast.Break, ast.Return, ast.Raise)
    if following.tries or (mine.changes and any(isinstance(i, leaves) for item in body for i in ast.walk(item))):
        return False  # not all items may be taken
    _add(following, body, frozenset(), theirs)
    return not (mine.changes & (theirs.reads | theirs.changes) or theirs.changes & mine.reads)


def _add(following: Following, nodes: Sequence[ast.AST], own: frozenset[str], found: _Touched) -> None:
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        following.budget.make(1)
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                _reach(following, name, own, found, found.reads)
            case ast.Name(id=name):
                found.changes |= {name} - own
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                _change(following, node, own, found)
            case ast.AugAssign(target=target):
                _change(following, target, own, found)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                if not isinstance(following.peek(function), Symbol):
                    given = [*arguments, *(keyword.value for keyword in keywords)]
                    for item in [function, *given] if isinstance(function, ast.Attribute) else given:
                        _change(following, item, own, found)


def _change(following: Following, node: ast.AST, own: frozenset[str], found: _Touched) -> None:
    """The names in an expression are of what may change."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(following.look_up(inner.id), Function | Class):
            _reach(following, inner.id, own, found, found.changes)


def _reach(following: Following, name: str, own: frozenset[str], found: _Touched, touched: set[Any]) -> None:
    """A name, the objects that it leads to, and what functions of the source touch among them."""
    if name in own:
        return
    value = following.look_up(name)
    if value is NOTHING or isinstance(value, Symbol):
        return
    touched.add(name)
    waiting = [value]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            break
        value = waiting.pop()
        following.budget.make(1)
        match value:
            case Function(code=code, scope=scope) if id(code) not in found.seen:
                found.seen.add(id(code))
                names = following.names_of(code)
                outside, following.scope = following.scope, Scope({}, scope, names.local, declared=names.declared)
                try:
                    body = code.body if isinstance(code.body, list) else [code.body]
                    _add(following, body, names.local, found)
                finally:
                    following.scope = outside
            case Partial(function=function, arguments=arguments):
                waiting += [function, *arguments]
            case Class():
                touched.add(id(value))
                waiting += [item for kind in value.order for item in kind.attributes.values()]
            case Instance(created_from=kind, attributes=attributes):
                touched.add(id(value))
                waiting += [kind, *attributes.values()]
            case list() | set() | tuple():
                touched.add(id(value))
                waiting += value
            case dict():
                touched.add(id(value))
                waiting += value.values()
