"""What a call does: functions, classes and objects of the source, Python's own functions, and those of the library."""

import ast
from collections.abc import Sequence
from typing import Any

from visualizer.source_code.python.binding import set_attribute
from visualizer.source_code.python.budget import MAX_ITEMS
from visualizer.source_code.python.following import (
    MAX_CALL_DEPTH,
    MAX_PATH,
    PLAIN,
    Following,
    Raised,
    Returned,
    Way,
)
from visualizer.source_code.python.functions import call_builtin, call_method, full_path
from visualizer.source_code.python.operations import CONSTANTS, CONTAINERS, known_items
from visualizer.source_code.python.records import call_record
from visualizer.source_code.python.values import (
    NOTHING,
    REST,
    Assumption,
    Class,
    Dimensions,
    Function,
    Instance,
    Member,
    Partial,
    Phase,
    Rest,
    Scope,
    Stream,
    Super,
    Symbol,
    Unknown,
    View,
)

INIT, BUILD, CALL = "__init__", "build", "call"


def call(following: Following, function: Any, arguments: list[Any], keywords: dict[str, Any], node: Any) -> Any:
    """The value of a call; `node` is what notes quote."""
    if isinstance(function, Unknown) and function.likely is not NOTHING:
        if isinstance(function.likely, Function | Partial | Class | Instance | Member):
            return _call_likely(following, function, arguments, keywords, node)
        function = following.settle(function)
    if isinstance(function, Partial):  # never nested
        following.budget.make(len(function.arguments) + len(function.keywords))
        arguments = [*function.arguments, *arguments]
        keywords = function.keywords | keywords
        function = function.function
    match function:
        case Function():
            return call_function(following, function, arguments, keywords, node)
        case Class():
            return instantiate(following, function, arguments, keywords, node)
        case Instance():
            return call_instance(following, function, arguments, keywords, node)
        case Member(owner=owner, name=name) if isinstance(owner, (*CONTAINERS, *PLAIN)) and hasattr(owner, name):
            return call_method(following, owner, name, arguments, keywords, node, _caller(following))
        case Symbol(path="super"):
            return _super(following, arguments, node)
        case Symbol(path=path):
            if full_path(path).rsplit(".", 1)[-1] == "partial" and arguments:
                return _partial(following, arguments[0], tuple(arguments[1:]), keywords, node)
            if path in ("setattr", "getattr", "reduce", "functools.reduce"):
                found = _special(following, path, arguments, keywords, node)
                if found is not NOTHING:
                    return found
            record = call_record(following, path, arguments, keywords)
            if record is not None:
                return record
            found = call_builtin(following, path, arguments, keywords, node, _caller(following))
            if found is not NOTHING:
                return found
    return _call_library(following, function, arguments, keywords, node)


def _call_likely(
    following: Following, function: Unknown, arguments: list[Any], keywords: dict[str, Any], node: ast.expr | ast.stmt
) -> Any:
    """What a function does that it only likely is; it may be another one too, of which nothing is known."""

    def other() -> Any:
        for item in (function, *arguments, *keywords.values()):
            following.forget_object(item, node)
        following.forget_body(function.likely, node)
        following.forget_calls(function, node)
        return following.unknown(node, *arguments, *keywords.values())

    ways = [Way(lambda: call(following, function.likely, arguments, keywords, node), LIKELY), Way(other, LIKELY)]
    return following.fork(node, ways, because=function.assumed)


LIKELY = "It is not known what this calls; the likeliest is assumed."


def _caller(following: Following) -> Any:
    return lambda function, arguments, keywords, node: call(following, function, arguments, keywords, node)


def _call_library(
    following: Following, function: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.expr | ast.stmt
) -> Any:
    library = following.library
    before = library.understood_calls
    text = following.quotes.text(getattr(node, "func", node))
    value = library.call(function, arguments, keywords, node.lineno, text)
    if library.understood_calls == before or isinstance(value, Unknown):
        following.doubts += 1
    if library.understood_calls == before and not library.keeps(function):
        # It may change what it is given, and call it.
        for item in (function, *arguments, *keywords.values()):
            if isinstance(item, Function | Partial | Class | Instance):
                following.forget_body(item, node)
            following.forget_object(item, node)
        if isinstance(function, Unknown):
            following.forget_calls(function, node)
        if isinstance(value, Unknown):
            given = following.unknown(node, *arguments, *keywords.values())
            value = Unknown(value.text, value.line, may_be=given.may_be)
    return value


def _partial(
    following: Following, function: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], node: ast.AST
) -> Any:
    if any(isinstance(item, Rest) for item in arguments) or REST in keywords:
        return following.unknown(node, function, *arguments)
    if isinstance(function, Partial):
        following.budget.make(len(function.arguments) + len(function.keywords))
        arguments, keywords = (*function.arguments, *arguments), function.keywords | keywords
        function = function.function
    return Partial(function, arguments, keywords)


def _special(following: Following, path: str, arguments: list[Any], keywords: dict[str, Any], node: Any) -> Any:
    """`setattr`, `getattr` and `reduce`; NOTHING where the name or the items are not known."""
    match path, arguments:
        case "setattr", [owner, str(name), value]:
            set_attribute(following, owner, name, value, node)
            return None
        case "getattr", [owner, str(name)]:
            return attribute(following, owner, name, node)
        case "getattr", [Instance() as owner, str(name), default]:
            of_library = bool(owner.created_from.library_bases) and following.library.has(owner, name) is not False
            known = not of_library and REST not in owner.attributes
            if name in owner.attributes or owner.created_from.find(name):
                return attribute(following, owner, name, node)
            return default if known else NOTHING
        case (("reduce" | "functools.reduce"), [function, source, *start]) if not keywords:
            items = known_items(following, source)
            if items is None or not (start or len(items)):
                return NOTHING
            given = list(start)
            given.extend(items)
            first = given[0]
            for item in given[1:]:
                following.budget.evaluate()
                first = call(following, function, [first, item], {}, node)
            return first
    return NOTHING


def _super(following: Following, arguments: list[Any], node: ast.AST) -> Any:
    if len(arguments) == 2 and isinstance(arguments[0], Class):
        return Super(arguments[1], arguments[0])
    scope: Scope | None = following.scope
    while scope is not None and scope.defined_in is None:
        scope = scope.outer
    if scope is None or scope.defined_in is None or arguments:
        return following.unknown(node)
    return Super(scope.defined_in[1], scope.defined_in[0])


# Classes and their objects


def instantiate(
    following: Following, kind: Class, arguments: list[Any], keywords: dict[str, Any], node: ast.expr | ast.stmt
) -> Any:
    """A new object of a class of the source."""
    if any(isinstance(item, Instance) and item.created_from is kind for item in kind.attributes.values()):
        return following.unknown(node, kind)  # a member of an Enum
    instance = Instance(kind, {})
    following.budget.make(2)
    following.journal.add_fresh(instance.attributes)
    following.journal.save_end(following.instances, weight=0)
    following.instances.append(instance)
    if kind.fields is not None and kind.find(INIT) is None:
        rest = next((index for index, item in enumerate(arguments) if isinstance(item, Rest)), None)
        given = dict(zip(kind.fields, arguments[:rest], strict=False)) | keywords
        vague = keywords.get(REST) if rest is None else arguments[rest]
        following.budget.make(len(kind.fields))
        for name in kind.fields:
            if vague is not None:  # which of the others these are is not known
                given.setdefault(name, Unknown(vague.text, vague.line, may_be=vague.may_be))
            found = kind.find(name)
            instance.attributes[name] = given.get(name, found[1] if found else following.unknown(node))
        return instance
    found = kind.find(INIT)
    if found is not None and isinstance(found[1], Function):
        call_function(following, found[1], [instance, *arguments], keywords, node, instance=instance)
    elif kind.library_bases and (arguments or keywords):
        following.library.call(
            Member(Super(instance, kind), INIT), arguments, keywords, node.lineno, following.quotes.text(node)
        )
    elif kind.find("__new__"):
        following.forget_object(instance, node)
    return instance


def call_instance(
    following: Following,
    instance: Instance,
    arguments: list[Any],
    keywords: dict[str, Any],
    node: ast.expr | ast.stmt | None = None,
) -> Any:
    """Follow what is done when an object is called: its method `__call__`, or `call` or `forward` of a network."""
    kind = instance.created_from
    _build(following, instance, [*arguments, *keywords.values()])
    following.called.add(id(instance))
    names = ("__call__", CALL, "forward")
    found = next((found for name in names if (found := kind.find(name)) and isinstance(found[1], Function)), None)
    if found is None:
        if node is None:
            return Unknown(CALL, 0)
        return _call_library(following, Member(instance, "__call__"), arguments, keywords, node)
    function: Function = found[1]
    if function.name == CALL:
        keywords = {"training": _PHASE} | keywords if _takes(function, "training") else keywords
    return call_function(
        following, function, [instance, *arguments], keywords, node or function.code, kind.name, instance=instance
    )


def _build(following: Following, instance: Instance, given: list[Any]) -> None:
    """Follow `build(input_shape)` of a layer or a model of the source, which comes before its first call."""
    found = instance.created_from.find(BUILD)
    if id(instance) in following.called or found is None or not isinstance(found[1], Function) or not given:
        return
    if len(found[1].code.args.args) != 2 or not instance.created_from.library_bases:
        return
    code = found[1].code
    shape = Unknown(code.args.args[1].arg, code.lineno)
    if not isinstance(given[0], Unknown):
        shape = following.library.attribute(given[0], "shape", code.lineno, shape.text)
    call_function(following, found[1], [instance, shape], {}, code, instance=instance)


# What a network gives its layers as `training`. What it decides is read as it is while the network is trained.
_PHASE = Unknown("training", 0, Phase(True), (Assumption(0, "What “training” decides is read as in training."),))


def _takes(function: Function, name: str) -> bool:
    arguments = function.code.args
    return any(item.arg == name for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def attribute(following: Following, owner: Any, name: str, node: ast.expr) -> Any:
    """`owner.name`."""
    match owner:
        case Symbol(path=path):
            longer = f"{path}.{name}"
            if full_path(longer) in CONSTANTS:
                return CONSTANTS[full_path(longer)]
            return Symbol(longer) if len(longer) <= MAX_PATH else following.unknown(node)
        case Instance():
            return _attribute_of(following, owner, name, node)
        case Class():
            found = owner.find(name)
            if found is None:
                return owner.name if name == "__name__" else following.unknown(node, owner)
            return _bound(following, found, None, owner, node)
        case Super(owner=inner, defined_in=kind):
            of = inner.created_from if isinstance(inner, Instance) else inner
            found = of.find(name, kind) if isinstance(of, Class) else None
            return _bound(following, found, inner, of, node) if found else Member(owner, name)
        case Unknown():
            return following.lifted(node, (owner,), lambda value: attribute(following, value, name, node))
        case Stream() | View() | Function() | Partial():
            return following.unknown(node, owner)
    if isinstance(owner, Dimensions) and name in ("ndims", "rank", "as_list"):
        return Partial(Symbol("list"), (owner,), {}) if name == "as_list" else len(owner)
    if isinstance(owner, (*CONTAINERS, *PLAIN)):
        if not hasattr(owner, name) and following.library.is_own_container(owner):
            return following.library.attribute(owner, name, node.lineno, following.quotes.text(node))
        if name.startswith("__") or not hasattr(owner, name):
            return following.failed(node, AttributeError()) if not hasattr(owner, name) else following.unknown(node)
        if isinstance(owner, int | float) and name in ("real", "imag", "numerator", "denominator"):
            return getattr(owner, name)
        return Member(owner, name)
    return following.library.attribute(owner, name, node.lineno, following.quotes.text(node))


def _attribute_of(following: Following, instance: Instance, name: str, node: ast.expr) -> Any:
    kind = instance.created_from
    found = kind.find(name)
    if found and found[0].kinds.get(name) == "property":
        return _bound(following, found, instance, kind, node)
    if name in instance.attributes:
        return instance.attributes[name]
    rest = instance.attributes.get(REST)
    if rest is not None and (rest.likely is NOTHING or not found):
        return following.unknown(node, instance)
    if found:
        value = _bound(following, found, instance, kind, node)
        return value if rest is None or isinstance(value, Partial) else following.assumed(value, node, *rest.assumed)
    if kind.library_bases or kind.find("__getattr__"):
        return following.library.attribute(instance, name, node.lineno, following.quotes.text(node))
    if name.startswith("__"):
        return following.unknown(node, instance)
    if following.tries:
        raise Raised(AttributeError)
    return following.library.attribute(instance, name, node.lineno, following.quotes.text(node))


def _bound(following: Following, found: tuple[Class, Any], instance: Any, kind: Any, node: ast.expr) -> Any:
    """An attribute of a class as it is seen from one of its objects (`instance`), or from the class (None)."""
    home, value = found
    if not isinstance(value, Function) or value.owner is not home:
        return value
    how = home.kinds.get(value.name)
    if how == "classmethod":
        return Partial(value, (kind,), {})
    if instance is None or how == "staticmethod":
        return value
    if how == "property":
        return call_function(following, value, [instance], {}, node, instance=instance)
    return Partial(value, (instance,), {})


# Functions


def call_function(
    following: Following,
    function: Function,
    arguments: list[Any],
    keywords: dict[str, Any],
    node: ast.AST,
    name: str | None = None,
    *,
    instance: Any = None,
    at_once: bool = False,
) -> Any:
    """Follow a function of the source with some arguments; what is missing is unknown.

    Args:
        following: Follows it.
        function: The function.
        arguments: The places.
        keywords: The named ones.
        node: The call.
        name: Of the class, where it is what an object of it does when it is called.
        instance: The object whose method it is, if that does not stand first.
        at_once: Whether all that a generator gives is taken now.
    """
    code = function.code
    names = following.names_of(code)
    if following.depth >= MAX_CALL_DEPTH or (names.yields and not at_once) or following.is_idle:
        following.forget_body(function, node)
        for item in (*arguments, *keywords.values()):
            following.forget_object(item, node)
        # A generator does what it does when its items are taken.
        return following.unknown(node, function, *arguments, *keywords.values())
    scope = following.new_scope(function.scope, local=names.local, declared=names.declared)
    scope.names.update(_parameters(following, function, arguments, keywords))
    if function.owner is not None:
        scope.defined_in = (function.owner, arguments[0] if arguments else instance)
    outside = following.scope, following.return_doubt, following.loop_doubt
    following.scope, following.return_doubt, following.loop_doubt = scope, None, None
    following.depth += 1
    line = following.budget.line
    try:
        given = [*arguments, *keywords.values()]
        with following.library.inside(name or function.name, given, is_layer=name is not None):
            value = _followed(following, code)
        if following.return_doubt is not None:
            doubt = following.return_doubt
            body: Sequence[ast.AST] = code.body if isinstance(code.body, list) else [code.body]
            following.forget(node, body, doubt)
            if not following.library.is_built(value):
                value = following.assumed(value, node, doubt)
        return value
    finally:
        following.depth -= 1
        following.scope, following.return_doubt, following.loop_doubt = outside
        following.budget.line = line


def call_at_once(
    following: Following, function: Any, arguments: list[Any], keywords: dict[str, Any], node: ast.Call
) -> Any:
    """What `map`, `filter` or a generator of the source gives, all of whose items are taken at once."""
    if isinstance(function, Function) and following.depth < MAX_CALL_DEPTH and not following.is_idle:
        given = following.checked([], node)
        outside, following.yielded = following.yielded, given
        try:
            call_function(following, function, arguments, keywords, node, at_once=True)
        finally:
            following.yielded = outside
        return given
    if function == Symbol("map") and len(arguments) > 1 and not keywords:
        items = [known_items(following, source) for source in arguments[1:]]
        sizes = [len(source) for source in items if source is not None]
        if len(sizes) == len(items) and min(sizes) <= MAX_ITEMS and not isinstance(arguments[0], Unknown | Rest):
            following.budget.make(min(sizes))
            rows = list(zip(*items, strict=False))
            return following.checked([call(following, arguments[0], list(row), {}, node) for row in rows], node)
    return call(following, function, arguments, keywords, node)


def _followed(following: Following, code: ast.FunctionDef | ast.Lambda) -> Any:
    if isinstance(code, ast.Lambda):
        return following.value(code.body)
    try:
        following.block(code.body)
    except Returned as returned:
        return returned.value
    return None


def _parameters(
    following: Following, function: Function, arguments: list[Any], keywords: dict[str, Any]
) -> dict[str, Any]:
    """The names of a function's arguments and their values."""
    spec = function.code.args
    places = [item.arg for item in (*spec.posonlyargs, *spec.args)]
    named = {item.arg for item in (*spec.args, *spec.kwonlyargs)}
    following.budget.make(len(places) + len(named) + len(arguments) + len(keywords))
    local: dict[str, Any] = {}
    rest = next((index for index, item in enumerate(arguments) if isinstance(item, Rest)), None)
    sure = arguments if rest is None else arguments[:rest]
    local.update(zip(places, sure, strict=False))
    if spec.vararg:
        extra = arguments[len(places) :] if rest is None or rest >= len(places) else arguments[rest:]
        local[spec.vararg.arg] = tuple(extra)
    more = {key: value for key, value in keywords.items() if key not in named}
    local |= {key: value for key, value in keywords.items() if key in named}
    if spec.kwarg:
        following.journal.add_fresh(more)
        local[spec.kwarg.arg] = more
    vague = arguments[rest] if rest is not None else keywords.get(REST)
    if vague is not None:
        # Which of the others these are is not known.
        for key in (*places[len(sure) :], *named):
            local.setdefault(key, Unknown(vague.text, vague.line, may_be=vague.may_be))
    for key, value in zip(places[len(places) - len(function.defaults) :], function.defaults, strict=True):
        local.setdefault(key, value)
    for key, value in function.keyword_defaults.items():
        local.setdefault(key, value)
    line = getattr(function.code, "lineno", 0)
    for key in (*places, *(item.arg for item in spec.kwonlyargs)):
        local.setdefault(key, Unknown(key, line))
    return local
