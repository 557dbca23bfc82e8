"""What a piece of syntax may change, seen without following it."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Effects:
    """What some nodes may change.

    Attributes:
        names: The names that they bind or delete in their own scope.
        owners: Whose attributes or entries they change, and whatever they take items of.
        calls: Their calls.
        declared: The names that `global` (True) or `nonlocal` (False) declares.
        functions: What they define, which may be called.
        yields: Whether they make a function a generator.
        size: How many nodes there are.
    """

    names: set[str] = field(default_factory=set)
    owners: list[ast.expr] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    declared: dict[str, bool] = field(default_factory=dict)
    functions: list[ast.FunctionDef | ast.Lambda] = field(default_factory=list)
    yields: bool = False
    size: int = 0


def effects_of(nodes: Sequence[ast.AST]) -> Effects:
    """What these nodes may change when they are followed; the bodies of functions in them are not, but when called."""
    found = Effects()
    waiting: list[tuple[ast.AST, bool]] = [(node, True) for node in nodes]
    while waiting:
        node, own = waiting.pop()
        found.size += 1
        _add(node, own, found)
        for child in _children(node):
            # What a comprehension or a class binds is its own, but for the names that := binds.
            inner = isinstance(node, ast.ClassDef) or (isinstance(node, ast.comprehension) and child is node.target)
            waiting.append((child, own and not inner))
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What is followed when a node is: of functions only the defaults and the decorators."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        yield from node.args.defaults
        yield from (default for default in node.args.kw_defaults if default)
        yield from getattr(node, "decorator_list", ())
    elif isinstance(node, ast.ClassDef):
        yield from (*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list)
        yield from node.body
    else:
        yield from ast.iter_child_nodes(node)


def _add(node: ast.AST, own: bool, found: Effects) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            if own:
                found.names.add(name)
        case ast.NamedExpr(target=ast.Name(id=name)):
            found.names.add(name)
        case ast.FunctionDef(name=name):
            found.functions.append(node)
            if own:
                found.names.add(name)
        case ast.Lambda():
            found.functions.append(node)
        case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            if own:
                found.names.add(name)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            found.names.update((alias.asname or alias.name.split(".")[0]) for alias in aliases)
        case (
            ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name)
        ):
            found.names.add(name)
        case ast.MatchMapping(rest=str() as name):
            found.names.add(name)
        case ast.Global(names=names):
            found.declared.update(dict.fromkeys(names, True))
        case ast.Nonlocal(names=names):
            found.declared.update(dict.fromkeys(names, False))
        case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
            found.owners.append(owner)
        case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
            found.owners.append(owner)
        case ast.AugAssign(target=ast.Name(id=name)):
            found.owners.append(ast.Name(name, ast.Load()))  # += changes a list
        case ast.AugAssign(target=ast.Attribute() | ast.Subscript() as target):
            found.owners.append(target)
        case ast.Call():
            found.calls.append(node)
        case ast.For(iter=iterable) | ast.comprehension(iter=iterable) | ast.Starred(value=iterable):
            found.owners.append(iterable)  # what gives its items once
        case ast.YieldFrom() | ast.Yield() | ast.Await():
            found.yields = True


@dataclass(frozen=True)
class FunctionNames:
    """Which names a function has of its own.

    Attributes:
        local: They.
        declared: Those that it declares to be the module's (True) or of a function around it (False).
        functions: What they define, which may be called.
        yields: Whether it is a generator.
    """

    local: frozenset[str]
    declared: dict[str, bool]
    yields: bool
    size: int


def names_in(code: ast.FunctionDef | ast.Lambda) -> FunctionNames:
    """The names of a function's own."""
    body: Sequence[ast.AST] = code.body if isinstance(code.body, list) else [code.body]
    inside = effects_of(body)
    arguments = code.args
    parameters = {item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    parameters |= {item.arg for item in (arguments.vararg, arguments.kwarg) if item}
    local = frozenset((inside.names | parameters) - inside.declared.keys())
    return FunctionNames(local, inside.declared, inside.yields, inside.size)
