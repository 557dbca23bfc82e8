"""What each class of expression gives. `EXPRESSIONS` has a handler for every one."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from visualizer.source_code.python.binding import assign
from visualizer.source_code.python.calls import attribute, call, call_at_once
from visualizer.source_code.python.following import (
    MAX_PATH,
    PLAIN,
    Following,
    Handler,
    Way,
)
from visualizer.source_code.python.laziness import can_run_ahead
from visualizer.source_code.python.operations import (
    binary,
    compare,
    formatted,
    is_plain,
    known_items,
    likely_items,
    subscript,
    truth,
    unary,
)
from visualizer.source_code.python.values import NOTHING, REST, Function, Rest, Stream, Symbol, Unknown

HOLDS = "It is not known whether this condition holds; it is assumed to hold."
HOLDS_NOT = "It is not known whether this condition holds; it is assumed not to hold."
# What takes all that a generator gives, at once.
_CONSUMING = frozenset(
    {
        "list", "tuple", "set", "frozenset", "sum", "sorted", "min", "max", "dict", "Sequential",
        "ModuleList", "OrderedDict",
    }
)  # fmt: skip


def _constant(following: Following, node: ast.Constant) -> Any:
    return following.checked(node.value, node) if not isinstance(node.value, bool) else node.value


def _name(following: Following, node: ast.Name) -> Any:
    if node.id == "__name__":
        return "__main__"
    found = following.look_up(node.id)
    if found is not NOTHING:
        return found
    return Symbol(node.id) if len(node.id) <= MAX_PATH else following.unknown(node)


def parts(following: Following, nodes: list[ast.expr]) -> Iterator[Any]:
    """The values of items or arguments, some of which may have a star."""
    for node in nodes:
        if not isinstance(node, ast.Starred):
            yield following.value(node)
            continue
        value = eager(following, node.value)
        if isinstance(value, Unknown) and value.likely is not NOTHING:
            likely = known_items(following, value.likely)
            if likely is not None:
                held = following.checked(list(likely), node)
                yield Rest(value.text, value.line, held, value.assumed, value.may_be)
                continue
        if isinstance(value, list | tuple):
            items: Any = value
        else:
            items = known_items(following, value)
        if items is None or (isinstance(items, range) and len(items) > 1_000):
            following.doubts += 1
            unknown = following.unknown(node, value)
            following.forget_object(value if isinstance(value, Stream) else unknown, node) if isinstance(
                value, Stream
            ) else None
            yield Rest(unknown.text, unknown.line, may_be=unknown.may_be)
        else:
            following.budget.make(len(items))
            yield from list(items)


def _tuple(following: Following, node: ast.Tuple) -> Any:
    return following.checked(tuple(parts(following, node.elts)), node)


def _list(following: Following, node: ast.List) -> Any:
    return following.checked(list(parts(following, node.elts)), node)


def _set(following: Following, node: ast.Set) -> Any:
    items = list(parts(following, node.elts))
    if not is_plain(following, items):
        return following.unknown(node, *items)
    try:
        return following.checked(set(items), node)
    except TypeError as error:
        return following.failed(node, error)


def _dict(following: Following, node: ast.Dict) -> Any:
    made: dict[Any, Any] = {}
    vague: list[Any] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if key_node is None:  # **other
            other = following.value(value_node)
            if isinstance(other, dict):
                following.budget.make(len(other))
                made |= other
            else:
                vague.append(other)
            continue
        key, value = following.value(key_node), following.value(value_node)
        if isinstance(key, PLAIN) or (isinstance(key, tuple) and is_plain(following, key)):
            try:
                made[key] = value
            except TypeError as error:
                return following.failed(node, error)
        else:
            vague.append(value)
    if vague:
        unknown = following.unknown(node, *vague, *made.values())
        made = {REST: Rest(unknown.text, unknown.line, may_be=unknown.may_be)}
    return following.checked(made, node)


def _attribute(following: Following, node: ast.Attribute) -> Any:
    return attribute(following, following.value(node.value), node.attr, node)


def _unary(following: Following, node: ast.UnaryOp) -> Any:
    return unary(following, node.op, following.value(node.operand), node)


def _binary(following: Following, node: ast.BinOp) -> Any:
    # A long chain of operators is deep to the left: what is inside first, without going deep.
    chain: list[ast.BinOp] = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        following.budget.evaluate()
        chain.append(chain[-1].left)
    value = following.value(chain[-1].left)
    for item in reversed(chain):
        value = binary(following, item.op, value, following.value(item.right), item)
    return value


def _either(following: Following, node: ast.BoolOp) -> Any:
    """`or` is decided by what is true, `and` by what is false; what comes after that is not looked at."""
    decisive = isinstance(node.op, ast.Or)

    def rest(start: int) -> Any:
        for index, part in enumerate(node.values[start:], start):
            value = following.value(part)
            holds = truth(value)
            if index == len(node.values) - 1 or holds is decisive:
                return value
            if holds is None:
                return after_unknown(value, index + 1)
        raise AssertionError

    def after_unknown(value: Any, start: int) -> Any:
        # What comes after it is looked at or not. If it decides, as a truth, either way has the same.
        ways = (Way(lambda: rest(start), HOLDS_NOT if decisive else HOLDS), Way(lambda: value, HOLDS))
        following.doubts += 1
        taken: list[Any] = []

        def first() -> Any:
            taken.append(ways[0].run())
            return taken[0]

        found = following.fork(node, (Way(first, ways[0].sentence), ways[1]))
        if taken and isinstance(taken[0], bool) and taken[0] is decisive:
            return decisive
        if isinstance(value, Unknown) and value.likely is not NOTHING:
            return found
        return following.unknown(node, found, value)

    return rest(0)


def _compare(following: Following, node: ast.Compare) -> Any:
    left = following.value(node.left)
    pairs = list(zip(node.ops, node.comparators, strict=True))
    if len(pairs) == 1:
        return compare(following, pairs[0][0], left, following.value(pairs[0][1]), node)
    result: Any = True
    for index, (op, operand) in enumerate(pairs):
        right = following.value(operand)
        result = compare(following, op, left, right, node)
        if isinstance(result, Unknown):
            # Whether the others are looked at is not known.
            following.forget(node, [item for _, item in pairs[index + 1 :]])
            return following.unknown(node)
        if not result:
            return False
        left = right
    return result


def _subscript(following: Following, node: ast.Subscript) -> Any:
    owner = following.value(node.value)
    return subscript(following, owner, following.value(node.slice), node)


def _slice(following: Following, node: ast.Slice) -> Any:
    ends = [None if part is None else following.value(part) for part in (node.lower, node.upper, node.step)]

    def compute(*values: Any) -> Any:
        if all(value is None or isinstance(value, int) for value in values):
            return slice(*values)
        return following.unknown(node)

    return following.lifted(node, ends, compute)


def _conditional(following: Following, node: ast.IfExp) -> Any:
    test = following.value(node.test)
    holds = truth(test)
    if holds is not None:
        return following.value(node.body if holds else node.orelse)
    ways = [
        Way(lambda: following.value(node.body), HOLDS),
        Way(lambda: following.value(node.orelse), HOLDS_NOT),
    ]
    if isinstance(test, Unknown) and test.likely is not NOTHING and truth(test.likely) is False:
        ways.reverse()
    following.doubts += 1
    return following.fork(node, ways, because=test.assumed if isinstance(test, Unknown) else ())


def _call(following: Following, node: ast.Call) -> Any:
    function = following.value(node.func)
    consuming = isinstance(function, Symbol) and function.name in _CONSUMING
    consuming |= isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "extend", "update")
    if consuming and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        arguments = [eager(following, node.args[0])]
    else:
        arguments = list(parts(following, node.args))
    return call(following, function, arguments, given_names(following, node), node)


def given_names(following: Following, node: ast.Call) -> dict[str, Any]:
    """The named arguments of a call."""
    keywords: dict[str, Any] = {}
    for keyword in node.keywords:
        value = following.value(keyword.value)
        if keyword.arg:
            keywords[keyword.arg] = value
            continue
        if isinstance(value, Unknown) and isinstance(value.likely, dict):
            value = following.settle(value)
        if isinstance(value, dict):  # **settings
            following.budget.make(len(value))
            keywords |= {name: item for name, item in value.items() if isinstance(name, str)}
        else:
            unknown = following.unknown(keyword.value, value)
            keywords[REST] = Rest(unknown.text, unknown.line, may_be=unknown.may_be)
    return keywords


def _starred(following: Following, node: ast.Starred) -> Any:
    return following.unknown(node, following.value(node.value))


def _walrus(following: Following, node: ast.NamedExpr) -> Any:
    value = following.value(node.value)
    scope = following.scope
    while following.scope.of_comprehension and following.scope.outer is not None:
        following.scope = following.scope.outer
    try:
        following.bind(node.target.id, value)
    finally:
        following.scope = scope
    return value


def _lambda(following: Following, node: ast.Lambda) -> Any:
    return made_function(following, node)


def made_function(following: Following, node: ast.FunctionDef | ast.Lambda, **details: Any) -> Function:
    """The function that a definition makes; its defaults are looked at now."""
    defaults = tuple(following.value(default) for default in node.args.defaults)
    keyword_defaults = {
        item.arg: following.value(default)
        for item, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is not None
    }
    following.budget.make(1 + len(defaults) + len(keyword_defaults))
    return Function(node, following.scope, defaults, keyword_defaults, **details)


# Comprehensions


def _comprehended(
    following: Following,
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
    elements: list[ast.expr],
) -> Any:
    """What a comprehension gives: a list of the values of its elements; an Unknown if that does not follow."""
    others = [*elements, node.generators[0].target, *node.generators[0].ifs, *node.generators[1:]]
    first = eager_for(following, node.generators[0].iter, others)
    likely = isinstance(first, Unknown) and first.likely is not NOTHING
    if isinstance(first, list | tuple) and any(isinstance(item, Rest) for item in first):
        first = likely_items(following, first, node)
        likely = first.likely is not NOTHING
    source = first.likely if likely else first
    items = source if isinstance(source, range) else known_items(following, source)
    names = frozenset(
        name.id for generator in node.generators for name in ast.walk(generator.target) if isinstance(name, ast.Name)
    )
    outside = following.scope
    following.scope = following.new_scope(outside, local=names, of_comprehension=True)
    found: list[Any] = []
    idle = following.budget.idle
    state = [following.budget.evaluations, following.library.understood_calls]

    def turn(depth: int, values: Any) -> bool:
        """Whether all of it was known."""
        generator = node.generators[depth]
        for item in list(values) if isinstance(values, list) else values:
            following.budget.evaluate()
            if following.library.understood_calls != state[1]:
                state[:] = following.budget.evaluations, following.library.understood_calls
            elif following.budget.evaluations - state[0] > idle:
                following.budget.spend_idle(following.budget.evaluations - state[0])
                return False
            assign(following, generator.target, item)
            tests = [truth(following.value(test)) for test in generator.ifs[:1]]
            for test in generator.ifs[1:]:
                if tests[-1]:
                    tests.append(truth(following.value(test)))
            if None in tests:
                return False
            if False in tests:
                continue
            if depth + 1 < len(node.generators):
                inner = following.value(node.generators[depth + 1].iter)
                inner = inner if isinstance(inner, range) else known_items(following, inner)
                if inner is None or not turn(depth + 1, inner):
                    return False
            else:
                following.budget.make(1)
                values_here = [following.value(element) for element in elements]
                found.append(values_here[0] if len(values_here) == 1 else tuple(values_here))
        return True

    try:
        asynchronous = any(generator.is_async for generator in node.generators)
        whole = items is not None and not asynchronous and turn(0, items)
        if not whole:
            following.forget(node, [*elements, *node.generators])
    finally:
        following.scope = outside
    if not whole:
        return following.unknown(node, first, *found)
    made = following.checked(found, node)
    return following.assumed(made, node, *first.assumed) if likely else made


def _list_comprehension(following: Following, node: ast.ListComp) -> Any:
    made = _comprehended(following, node, [node.elt])
    if isinstance(made, Unknown) and made.likely is NOTHING:
        rest = Rest(made.text, made.line, may_be=made.may_be)
        return following.checked([rest], node)
    return made


def _set_comprehension(following: Following, node: ast.SetComp) -> Any:
    return following.lifted(
        node,
        (_comprehended(following, node, [node.elt]),),
        lambda items: (
            following.checked(set(items), node)
            if is_plain(following, items) and _hashable(items)
            else following.unknown(node)
        ),
    )


def _dict_comprehension(following: Following, node: ast.DictComp) -> Any:
    made = _comprehended(following, node, [node.key, node.value])

    def compute(pairs: Any) -> Any:
        if not all(is_plain(following, key) for key, _ in pairs) or not _hashable([key for key, _ in pairs]):
            return following.unknown(node, *pairs)
        return following.checked(dict(pairs), node)

    return following.lifted(node, (made,), compute)


def _hashable(items: list[Any]) -> bool:
    try:
        return bool({hash(item) for item in items}) or True
    except TypeError:
        return False


def _generator(following: Following, node: ast.GeneratorExp) -> Any:
    # When its items are computed is not known.
    value = following.value(node.generators[0].iter)
    following.forget(node, [node.elt, *node.generators])
    empty = ast.arguments([], [], None, [], [], None, [])
    body = ast.copy_location(ast.ListComp(node.elt, node.generators), node)
    later = Function(ast.copy_location(ast.Lambda(empty, body), node), following.scope)
    return following.unknown(node, value, later)


def is_lazy(following: Following, node: ast.expr) -> bool:
    """Whether what an expression gives is computed when its items are taken, and can be computed at once instead."""
    if isinstance(node, ast.GeneratorExp):
        return True
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Name)
        or node.func.id in following.scope.declared
    ):
        return False
    function = following.look_up(node.func.id)
    if isinstance(function, Function):
        return following.names_of(function.code).yields
    return function is NOTHING and node.func.id in ("map", "filter")


def eager(following: Following, node: ast.expr) -> Any:
    """The value of an expression of which all items are taken at once."""
    if isinstance(node, ast.Call) and is_lazy(following, node):
        following.budget.evaluate()
        function = following.value(node.func)
        return call_at_once(following, function, list(parts(following, node.args)), given_names(following, node), node)
    if not isinstance(node, ast.GeneratorExp):
        return following.value(node)
    made = _comprehended(following, node, [node.elt])
    return following.lifted(node, (made,), Stream) if isinstance(made, Unknown) else Stream(made)


def eager_for(following: Following, node: ast.expr, body: Sequence[ast.AST]) -> Any:
    """The value of an expression whose items are taken one by one, and `body` done with each."""
    if is_lazy(following, node) and not can_run_ahead(following, node, body):
        return following.value(node)
    return eager(following, node)


# Texts


def _joined(following: Following, node: ast.JoinedStr) -> Any:
    pieces = [following.value(part) for part in node.values]

    def compute(*texts: Any) -> Any:
        if not all(isinstance(text, str) for text in texts):
            return following.unknown(node)
        following.budget.make(1 + sum(map(len, texts)) // 100)
        return following.checked("".join(texts), node)

    return following.lifted(node, pieces, compute)


def _formatted(following: Following, node: ast.FormattedValue) -> Any:
    value = following.value(node.value)
    spec = following.value(node.format_spec) if node.format_spec else ""

    def compute(item: Any, text: Any) -> Any:
        return formatted(following, item, text, node.conversion, node) if isinstance(text, str) else None

    return following.lifted(node, (value, spec), compute)


# Generators, whose items are all taken at once


def _yield(following: Following, node: ast.Yield) -> Any:
    if following.yielded is None:
        return _forgotten(following, node)
    value = None if node.value is None else following.value(node.value)
    following.journal.save_whole(following.yielded)
    following.budget.make(1)
    following.yielded.append(value)
    return None  # what a loop sends


def _yield_from(following: Following, node: ast.YieldFrom) -> Any:
    if following.yielded is None:
        return _forgotten(following, node)
    yielded = list(parts(following, [ast.copy_location(ast.Starred(node.value), node)]))
    following.journal.save_whole(following.yielded)
    following.budget.make(len(yielded))
    following.yielded.extend(yielded)
    return following.unknown(node)


# What is not computed


def _forgotten(following: Following, node: ast.expr) -> Any:
    following.forget(node, [node])
    return following.unknown(node)


COMPUTED_EXPRESSIONS: Mapping[type[ast.expr], Callable[[Following, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.Attribute: _attribute,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.BoolOp: _either,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.IfExp: _conditional,
    ast.Call: _call,
    ast.Starred: _starred,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.ListComp: _list_comprehension,
    ast.SetComp: _set_comprehension,
    ast.DictComp: _dict_comprehension,
    ast.GeneratorExp: _generator,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}
FORGOTTEN_EXPRESSIONS: tuple[type[ast.expr], ...] = (ast.Await,)
EXPRESSIONS: Mapping[type[ast.expr], Handler] = {
    **COMPUTED_EXPRESSIONS,
    **dict.fromkeys(FORGOTTEN_EXPRESSIONS, _forgotten),
}
