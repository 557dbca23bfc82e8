"""What each class of statement does. `STATEMENTS` has a handler for every one."""

import ast
import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from visualizer.source_code.python.binding import assign, delete, set_attribute, set_entry
from visualizer.source_code.python.calls import attribute, call
from visualizer.source_code.python.expressions import HOLDS, HOLDS_NOT, eager, eager_for, made_function
from visualizer.source_code.python.following import Following, Handler, Left, Raised, Returned, Way
from visualizer.source_code.python.operations import binary, known_items, likely_items, subscript, truth
from visualizer.source_code.python.patterns import fits
from visualizer.source_code.python.records import is_record, make_members
from visualizer.source_code.python.values import (
    NOTHING,
    Assumption,
    Class,
    Configured,
    Function,
    Instance,
    Rest,
    Stream,
    Symbol,
    Unknown,
)

ONCE = "It is not known how often this is repeated; it is followed once."
_NEVER = "It is not known how often this is repeated; it is left out."
_GOES_WELL = "It is not known whether this raises an exception; it is assumed that it does not."
_FAILS = "It is not known whether this raises an exception; it is assumed that it does."
_THIS_CASE = "It is not known which case this is; the first that may be is assumed."
_OTHER_CASE = "It is not known which case this is; a later one is assumed."
# Decorators that leave a function what it is, as far as a network is built with it.
_PLAIN_DECORATORS = frozenset(
    {
        "function", "register_keras_serializable", "lru_cache", "cache", "wraps", "override", "abstractmethod",
        "no_grad", "jit", "script", "export", "typechecked", "final", "njit",
    }
)  # fmt: skip
_METHOD_KINDS = ("staticmethod", "classmethod", "property", "cached_property")


# Packages that are there wherever networks are built; of others, an import that is tried may fail.
_THERE = {"keras", "tensorflow", "torch", "torchvision", "numpy", "matplotlib", "__future__", *sys.stdlib_module_names}


def _doubt_import(following: Following, name: str) -> None:
    if following.tries and name.split(".")[0] not in _THERE:
        following.doubts += 1


def _import(following: Following, node: ast.Import) -> None:
    following.budget.make(len(node.names))
    for alias in node.names:
        _doubt_import(following, alias.name)
        top = alias.name.split(".")[0]
        following.bind(alias.asname or top, Symbol(alias.name if alias.asname else top))


def _import_from(following: Following, node: ast.ImportFrom) -> None:
    following.budget.make(len(node.names))
    _doubt_import(following, node.module or "")
    for alias in node.names:
        if alias.name != "*":
            following.bind(alias.asname or alias.name, Symbol(f"{node.module or ''}.{alias.name}"))


def _assign(following: Following, node: ast.Assign) -> None:
    # What several targets share is taken at once, also of a generator.
    several = any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)
    value = eager(following, node.value) if several else following.value(node.value)
    for target in node.targets:
        assign(following, target, value)


def _annotated(following: Following, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(following, node.target, following.value(node.value))


def _augmented(following: Following, node: ast.AugAssign) -> None:
    target = node.target
    owner = index = None
    if isinstance(target, ast.Attribute):
        owner = following.value(target.value)
        before = attribute(following, owner, target.attr, target)
    elif isinstance(target, ast.Subscript):
        owner, index = following.value(target.value), following.value(target.slice)
        before = subscript(following, owner, index, target)
    else:
        before = following.value(ast.copy_location(ast.Name(target.id, ast.Load()), target))
    value = _changed_in_place(following, node, before, following.value(node.value))
    if isinstance(target, ast.Attribute):
        set_attribute(following, owner, target.attr, value, target)
    elif isinstance(target, ast.Subscript):
        set_entry(following, owner, index, value, target)
    else:
        following.bind(target.id, value)


def _changed_in_place(following: Following, node: ast.AugAssign, before: Any, by: Any) -> Any:
    """The value of `before op= by`: a list, a set or a dictionary stays the object that it is."""
    if isinstance(before, list) and isinstance(node.op, ast.Add):
        items = list(by) if isinstance(by, list) else known_items(following, by)
        following.journal.save_whole(before)
        if items is None or (isinstance(items, range) and len(items) > 1_000):
            unknown = following.unknown(node, by)
            items = [Rest(unknown.text, unknown.line, may_be=unknown.may_be)]
        following.budget.make(len(items))
        before.extend(items)
        return before
    if isinstance(before, list | set | dict):
        made = binary(following, node.op, before, by, node)
        if isinstance(made, type(before)):
            following.journal.save_whole(before)
            before.clear()
            before.extend(made) if isinstance(before, list) else before.update(made)
        else:
            following.forget_object(before, node)
        return before
    if isinstance(before, Unknown):
        following.forget_object(before, node)
    return binary(following, node.op, before, by, node)


def _expression(following: Following, node: ast.Expr) -> None:
    following.value(node.value)


def _delete(following: Following, node: ast.Delete) -> None:
    for target in node.targets:
        following.budget.make(1)
        delete(following, target)


def _nothing(following: Following, node: ast.stmt) -> None:
    """`pass`, and `global` and `nonlocal`, which say what the names of the whole function are."""


def _return(following: Following, node: ast.Return) -> None:
    raise Returned(following.value(node.value) if node.value else None)


def _leave(following: Following, node: ast.Break | ast.Continue) -> None:
    raise Left(isinstance(node, ast.Break))


def _raise(following: Following, node: ast.Raise) -> None:
    if node.exc is None:
        raise Raised(None)
    value = following.value(node.exc)
    name = value.name if isinstance(value, Configured) else getattr(value, "path", None)
    name = name or (getattr(node.exc.func, "id", None) if isinstance(node.exc, ast.Call) else None)
    kind = getattr(builtins, name, None) if isinstance(name, str) else None
    raise Raised(kind if isinstance(kind, type) and issubclass(kind, BaseException) else None)


def _assert(following: Following, node: ast.Assert) -> None:
    if truth(following.value(node.test)) is False and following.tries:
        raise Raised(AssertionError)


# Branches


def _if(following: Following, node: ast.If) -> None:
    test = following.value(node.test)
    holds = truth(test)
    if holds is not None:
        following.block(node.body if holds else node.orelse)
        return
    following.doubts += 1
    ways = [
        Way(lambda: following.block(node.body), HOLDS),
        Way(lambda: following.block(node.orelse), HOLDS_NOT),
    ]
    likely = truth(test.likely) if isinstance(test, Unknown) and test.likely is not NOTHING else None
    if likely is False or (likely is None and _calls_nothing(node.body) and not _calls_nothing(node.orelse)):
        ways.reverse()  # the network is rather built in the other
    following.fork(node.test, ways, because=test.assumed if isinstance(test, Unknown) else ())


def _calls_nothing(statements: Sequence[ast.stmt]) -> bool:
    return all(isinstance(item, ast.Assign) and not isinstance(item.value, ast.Call) for item in statements)


def _match(following: Following, node: ast.Match) -> None:
    _cases(following, node, following.value(node.subject), 0)


def _cases(following: Following, node: ast.Match, subject: Any, start: int) -> None:
    for index, case in enumerate(node.cases[start:], start):
        fit = fits(following, case.pattern, subject)
        if fit is None:
            following.forget(case.pattern, [case.pattern])
        elif fit and case.guard is not None:
            fit = truth(following.value(case.guard))
        if fit:
            following.block(case.body)
            return
        if fit is None:
            following.doubts += 1
            body, rest = case.body, index + 1
            following.fork(
                case.pattern,
                [
                    Way(lambda body=body: following.block(body), _THIS_CASE),  # type: ignore[misc]
                    Way(lambda rest=rest: _cases(following, node, subject, rest), _OTHER_CASE),  # type: ignore[misc]
                ],
            )
            return


def _try(following: Following, node: ast.Try | ast.TryStar) -> None:
    try:
        if node.handlers:
            _handled(following, node)
        else:
            following.block(node.body)
            following.block(node.orelse)
    except (Returned, Left, Raised):
        following.block(node.finalbody)
        raise
    following.block(node.finalbody)


# Nobody is assumed to interrupt the program.
_INTERRUPTS = ("KeyboardInterrupt", "SystemExit", "GeneratorExit")


def _handled(following: Following, node: ast.Try | ast.TryStar) -> None:
    doubts = following.doubts
    sure = [True]

    def goes_well() -> None:
        following.tries += 1
        try:
            following.block(node.body)
            sure[0] = following.doubts == doubts
        except (Returned, Left):
            sure[0] = following.doubts == doubts
            raise
        except Raised as raised:
            following.tries -= 1
            handler = _handler(following, node, raised) if following.doubts <= doubts + 1 else None
            following.tries += 1
            sure[0] = handler is not None
            if handler is None:
                raise
            following.tries -= 1
            try:
                _handle(following, handler)
            finally:
                following.tries += 1
            return
        finally:
            following.tries -= 1
        following.block(node.orelse)

    def fails(handler: ast.ExceptHandler) -> None:
        following.forget(handler, node.body)
        _handle(following, handler)

    ways = [Way(goes_well, _GOES_WELL)]
    for handler in node.handlers:
        if getattr(handler.type, "id", None) in _INTERRUPTS:
            continue
        ways.append(Way(lambda handler=handler: fails(handler), _FAILS))  # type: ignore[misc]
    following.fork(node, ways, lambda: sure[0])


def _handler(following: Following, node: ast.Try | ast.TryStar, raised: Raised) -> ast.ExceptHandler | None:
    """The handler that catches an exception; None if that is not known, or none does."""
    if raised.kind is None:
        return None
    for handler in node.handlers:
        if handler.type is None:
            return handler
        kinds = following.value(handler.type)
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            known = getattr(builtins, kind.path, None) if isinstance(kind, Symbol) else None
            if not isinstance(known, type):
                return None
            if issubclass(raised.kind, known):
                return handler
    return None


def _handle(following: Following, handler: ast.ExceptHandler) -> None:
    if handler.name:
        following.bind(handler.name, following.unknown(handler))
    following.block(handler.body)
    if handler.name:
        following.unbind(handler.name)


def _with(following: Following, node: ast.With | ast.AsyncWith) -> None:
    suppressing = False
    for item in node.items:
        value = following.value(item.context_expr)
        if isinstance(value, Instance):  # its methods __enter__ and __exit__ are not followed
            following.forget_body(value, node)
            following.forget_object(value, node)
        suppressing |= isinstance(value, Configured) and value.name == "suppress"
        if item.optional_vars is not None:
            entered = value if isinstance(value, Configured) else following.unknown(item.context_expr, value)
            assign(following, item.optional_vars, entered)
    if not suppressing:
        following.block(node.body)
        return
    doubts = following.doubts
    following.tries += 1
    try:
        following.fork(
            node,
            [
                Way(lambda: following.block(node.body), _GOES_WELL),
                Way(lambda: following.forget(node, node.body), _FAILS),
            ],
            lambda: following.doubts == doubts,
        )
    except Raised:
        pass
    finally:
        following.tries -= 1


# Loops


def _for(following: Following, node: ast.For | ast.AsyncFor) -> None:
    iterable = eager_for(following, node.iter, [node.target, *node.body])
    if isinstance(node, ast.AsyncFor):
        iterable = following.unknown(node.iter, iterable)
    if isinstance(iterable, list | tuple) and any(isinstance(item, Rest) for item in iterable):
        iterable = likely_items(following, iterable, node.iter)
    if isinstance(iterable, Unknown) and iterable.likely is not NOTHING:
        likely = iterable.likely if isinstance(iterable.likely, range) else known_items(following, iterable.likely)
        if likely is not None:
            _likely_loop(following, node, likely, iterable)
            return
    items = iterable if isinstance(iterable, list | range) else known_items(following, iterable)
    if items is None:
        following.forget_object(iterable if isinstance(iterable, Unknown | Stream) else None, node.iter)
        _open_loop(following, node, iterable)
        return
    _loop(following, node, _live(items))


def _live(items: Any) -> Iterator[Any]:
    """The items of a list, also those that are appended meanwhile."""
    if not isinstance(items, list):
        yield from items
        return
    place = 0
    while place < len(items):
        yield items[place]
        place += 1


def _loop(following: Following, node: ast.For | ast.AsyncFor, items: Iterator[Any]) -> None:
    """Follow a loop over known items."""
    _turned(following, node, lambda: _next_item(following, node, items))


def _next_item(following: Following, node: ast.For | ast.AsyncFor, items: Iterator[Any]) -> bool | None:
    item = next(items, NOTHING)
    if item is NOTHING:
        return False
    if isinstance(item, Rest):
        return None
    assign(following, node.target, item)
    return True


def _turned(following: Following, node: ast.For | ast.AsyncFor | ast.While, begins: Callable[[], bool | None]) -> None:
    """Follow a loop: `begins` says whether there is another turn; None if that is not known."""
    outside, following.loop_doubt = following.loop_doubt, None
    try:
        ends = _turns(following, node, begins)
    finally:
        doubt, following.loop_doubt = following.loop_doubt, outside
    if doubt is not None:
        following.forget(node, [node], doubt)
        _doubt_return(following, node, doubt)
    if ends is None:
        _any_turns(following, node)
    elif ends:
        _otherwise(following, node, doubt)


def _turns(
    following: Following, node: ast.For | ast.AsyncFor | ast.While, begins: Callable[[], bool | None]
) -> bool | None:
    """Follow the turns of a loop. Returns whether it comes to its end; None if it is not known how many there are."""
    idle, start, calls = following.budget.idle, following.budget.evaluations, following.library.understood_calls
    while True:
        following.budget.evaluate()
        again = begins()
        if again is None:
            return None
        if not again:
            return True
        try:
            following.block(node.body)
        except Left as left:
            if left.for_good:
                return False
        if following.library.understood_calls != calls:
            start, calls = following.budget.evaluations, following.library.understood_calls
        elif following.budget.evaluations - start > idle:
            # It builds nothing: what it changes is not known, and the rest is followed.
            following.budget.spend_idle(following.budget.evaluations - start)
            following.forget(node, [node])
            _doubt_return(following, node, Assumption(node.lineno, ONCE))
            return False


def _otherwise(following: Following, node: ast.For | ast.AsyncFor | ast.While, doubt: Assumption | None) -> None:
    """Follow the `else` of a loop, which comes to its end, or does so unless something else holds than is assumed."""
    if doubt is None:
        following.block(node.orelse)
    elif node.orelse:
        ways = [Way(lambda: following.block(node.orelse), doubt.sentence), Way(lambda: None, doubt.sentence)]
        following.fork(node, ways, because=(doubt,))


def _doubt_return(following: Following, node: ast.stmt, doubt: Assumption) -> None:
    """Remember that the function may have been left in a loop of which it is not known how it goes."""
    following.budget.make(1)
    if following.may_return(node):
        following.return_doubt = doubt


def _any_turns(
    following: Following, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], None] = lambda: None
) -> None:
    """Follow a loop once of which it is not known how many turns it takes; what it changes is unknown afterwards."""
    outside, following.loop_doubt = following.loop_doubt, None
    following.doubts += 1
    assumption = Assumption(node.lineno, ONCE)

    def once() -> None:
        begin()
        with suppress(Left):
            following.block(node.body)

    try:
        following.fork(node, [Way(once, ONCE), Way(lambda: None, _NEVER)])
    finally:
        following.loop_doubt = outside
    following.forget(node, [node], assumption)  # there may be more turns
    _doubt_return(following, node, assumption)
    _otherwise(following, node, assumption)


def _open_loop(following: Following, node: ast.For | ast.AsyncFor, iterable: Any) -> None:
    _any_turns(following, node, lambda: assign(following, node.target, following.unknown(node.iter, iterable)))


def _likely_loop(following: Following, node: ast.For | ast.AsyncFor, items: Any, source: Unknown) -> None:
    """Follow a loop over items that are only likely."""
    calls = following.library.understood_calls
    _loop(following, node, _live(items))
    if following.library.understood_calls != calls:
        for assumption in source.assumed:
            following.library.assume(assumption.line, assumption.sentence)
    following.forget(node, [node], source.assumed[0])


def _while(following: Following, node: ast.While) -> None:
    _turned(following, node, lambda: truth(following.value(node.test)))


# Definitions


def _function(following: Following, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    following.bind(node.name, _decorated(following, node, None)[0])


def _decorated(
    following: Following, node: ast.FunctionDef | ast.AsyncFunctionDef, owner: Class | None
) -> tuple[Any, str]:
    """The function that a definition makes with its decorators, and how it is called as part of a class."""
    if isinstance(node, ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            following.value(decorator)
        following.forget(node, [*node.args.defaults, *(item for item in node.args.kw_defaults if item)])
        return following.unknown(node), ""
    kind = ""
    following.budget.make(len(node.decorator_list))
    decorators = [(item, following.value(item)) for item in node.decorator_list]
    made: Any = made_function(following, node, owner=owner)
    for decorator, value in reversed(decorators):
        name = getattr(value, "name", "")
        if (isinstance(value, Symbol) and value.path in _METHOD_KINDS) or name == "cached_property":
            kind = "property" if name in ("property", "cached_property") else str(name)
        elif isinstance(value, Symbol | Configured) and name in _PLAIN_DECORATORS:
            pass
        elif isinstance(value, Function) or isinstance(made, Unknown):
            made = call(following, value, [made], {}, decorator)
        else:
            following.forget_body(made, node)
            made = following.unknown(decorator, made)
    return made, kind


def _class(following: Following, node: ast.ClassDef) -> None:
    following.budget.make(len(node.body))
    known = following.library.known_class(node)
    if known is not None:
        following.bind(node.name, known)
        return
    bases = tuple(following.value(base) for base in node.bases)
    for keyword in node.keywords:
        following.value(keyword.value)
    made = Class(node.name, () if is_record(bases) else bases, is_record=is_record(bases))
    following.budget.make(len(node.decorator_list) + len(bases))
    decorators = [following.value(item) for item in node.decorator_list]
    outside = following.scope
    following.scope = following.new_scope(outside, of_class=True)
    try:
        _class_body(following, node, made)
    finally:
        following.scope = outside
    value: Any = made
    make_members(following, made)
    for decorator in [Symbol("dataclass")] * made.is_record + decorators[::-1]:
        name = getattr(decorator, "name", "")
        if name == "dataclass":
            annotated = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
            fields = [target.id for target in annotated if isinstance(target, ast.Name)]
            inherited = [name for base in made.order[1:] for name in base.fields or ()]
            made.fields = tuple(dict.fromkeys([*inherited, *fields]))
        elif name not in _PLAIN_DECORATORS:
            value = following.unknown(node)
    if node.keywords and any(keyword.arg == "metaclass" for keyword in node.keywords):
        abstract = [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
        if not all(getattr(item, "attr", getattr(item, "id", "")) == "ABCMeta" for item in abstract):
            value = following.unknown(node)
    following.bind(node.name, value)


def _class_body(following: Following, node: ast.ClassDef, made: Class) -> None:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            following.budget.line = statement.lineno
            following.budget.evaluate()
            value, kind = _decorated(following, statement, made)
            following.bind(statement.name, value)
            if kind:
                made.kinds[statement.name] = kind
            else:
                made.kinds.pop(statement.name, None)
        else:
            following.statement(statement)
    made.attributes.update(following.scope.names)
    following.journal.add_fresh(made.attributes)
    for name, value in made.attributes.items():
        if isinstance(value, Configured) and value.name == "field":  # of a dataclass
            default = value.keywords.get("default", NOTHING)
            made.attributes[name] = default if default is not NOTHING else following.unknown(node)


# What is not computed


def _forgotten(following: Following, node: ast.stmt) -> None:
    following.forget(node, [node])


COMPUTED_STATEMENTS: Mapping[type[ast.stmt], Callable[[Following, Any], None]] = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Delete: _delete,
    ast.Pass: _nothing,
    ast.Global: _nothing,
    ast.Nonlocal: _nothing,
    ast.Return: _return,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.If: _if,
    ast.Match: _match,
    ast.Try: _try,
    ast.With: _with,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
# An exception group's handlers may all run; a context of `async with` may do anything before and after.
FORGOTTEN_STATEMENTS: tuple[type[ast.stmt], ...] = (ast.TryStar, ast.AsyncWith)
STATEMENTS: Mapping[type[ast.stmt], Handler] = {
    **COMPUTED_STATEMENTS,
    **dict.fromkeys(FORGOTTEN_STATEMENTS, _forgotten),
}
