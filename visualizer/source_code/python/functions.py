"""Python's own functions and methods, as far as they are computed."""

import ast
import builtins
import json
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from visualizer.source_code.python.budget import MAX_ITEMS
from visualizer.source_code.python.following import LARGEST_NUMBER, PLAIN, Following
from visualizer.source_code.python.operations import (
    CONTAINERS,
    FAILURES,
    LONG_FIELD,
    held,
    is_opaque,
    is_plain,
    known_items,
    length,
    likely_items,
    truth,
)
from visualizer.source_code.python.values import (
    NOTHING,
    REST,
    Class,
    Function,
    Instance,
    Rest,
    Stream,
    Symbol,
    Unknown,
    View,
)

Call = Callable[[Any, list[Any], dict[str, Any], ast.expr], Any]  # calls a function of the source

_LONGEST_RANGE = 20 * MAX_ITEMS
_MOST_DIGITS = 20  # after the point, or before it


def _power(base: Any, exponent: Any) -> float | int:
    power = float(_number(base)) ** float(_number(exponent))
    whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return int(power) if whole and power < LARGEST_NUMBER else power


# Functions of plain values alone, which give what they give in Python.
_PURE: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "round": round, "pow": _power, "int": int, "float": float, "complex": complex, "bool": bool, "str": str,
    "divmod": divmod, "ord": ord, "chr": chr, "slice": slice, "hex": hex, "bin": bin, "repr": repr,
    "math.ceil": math.ceil, "math.floor": math.floor, "math.trunc": math.trunc, "math.sqrt": math.sqrt,
    "math.log": math.log, "math.log2": math.log2, "math.log10": math.log10, "math.exp": math.exp, "math.pow": math.pow,
    "math.gcd": math.gcd, "math.prod": math.prod, "math.fabs": math.fabs, "math.sin": math.sin, "math.cos": math.cos,
    "math.isqrt": math.isqrt, "math.hypot": math.hypot, "math.log1p": math.log1p,
    "numpy.ceil": lambda x: float(math.ceil(_number(x))), "numpy.floor": lambda x: float(math.floor(_number(x))),
    "numpy.sqrt": lambda x: math.sqrt(_number(x)), "numpy.log2": lambda x: math.log2(_number(x)),
    "numpy.log": lambda x: math.log(_number(x)), "numpy.exp": lambda x: math.exp(_number(x)),
    "numpy.abs": lambda x: abs(_number(x)), "numpy.prod": lambda items: math.prod(_numbers(items)),
    "numpy.sum": lambda items: sum(_numbers(items)), "numpy.max": lambda items: max(_numbers(items)),
    "numpy.min": lambda items: min(_numbers(items)), "numpy.power": _power,
    "numpy.round": lambda x: float(round(_number(x))), "numpy.log10": lambda x: math.log10(_number(x)),
    "operator.add": operator.add, "operator.sub": operator.sub, "operator.floordiv": operator.floordiv,
    "json.loads": json.loads,
}  # fmt: skip
# Methods of values that never change, and of lists and dictionaries where they change nothing.
_TEXT_METHODS = frozenset(
    {
        "upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines",
        "startswith", "endswith", "replace", "find", "rfind", "index", "count", "isdigit", "isalpha", "isupper",
        "islower", "join", "partition", "rpartition", "swapcase", "isnumeric", "removeprefix", "removesuffix",
    }
)  # fmt: skip
_CLASSES = {
    name: getattr(builtins, name)
    for name in [
        "int",
        "float",
        "complex",
        "str",
        "bytes",
        "bool",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "range",
        "slice",
    ]
}


def _number(value: Any) -> float | int:
    if not isinstance(value, int | float):
        raise TypeError
    return value


def _numbers(items: Any) -> list[float | int]:
    return [_number(item) for item in (items if isinstance(items, list | tuple) else [items])]


def full_path(path: str) -> str:
    """The path of a function of the standard library or numpy, whatever it is called for short."""
    head, _, tail = path.partition(".")
    return f"numpy.{tail}" if head == "np" and tail else path


def call_builtin(
    following: Following, path: str, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call
) -> Any:
    """The value of a call of one of Python's own functions; NOTHING if it is none, or not one that is computed."""
    path = full_path(path)
    special = _SPECIAL.get(path)
    if path not in _PURE and special is None:
        return NOTHING
    if any(isinstance(item, Rest) for item in arguments) or REST in keywords:
        for item in arguments:
            following.forget_object(item, node)
        return following.unknown(node, *arguments)
    for item in arguments:
        if isinstance(item, Unknown):  # it may be an iterator, whose items are taken
            for object_ in item.may_be:
                if isinstance(object_, Stream | Function) and path not in ("isinstance", "len", "bool", "print"):
                    following.forget_object(object_, node)
    if special is not None:
        try:
            return special(following, arguments, keywords, node, call)
        except FAILURES as error:
            return following.failed(node, error)
    if path in ("repr", "str") and any(isinstance(item, set | frozenset) for item in arguments):
        return following.unknown(node)  # their order is open
    names, values = list(keywords), [*arguments, *keywords.values()]
    return following.lifted(
        node, values, lambda *given: _apply_pure(following, path, given, names, len(arguments), node)
    )


def _apply_pure(
    following: Following, path: str, given: tuple[Any, ...], names: list[str], places: int, node: ast.expr
) -> Any:
    if path == "bool" and len(given) == 1:
        holds = truth(given[0])
        return following.unknown(node) if holds is None else holds
    if not all(is_plain(following, item) for item in given):
        return following.unknown(node, *given)
    long_text = any(isinstance(item, str | bytes) and len(item) > 300 for item in given) and path in ("int", "float")
    long_range = any(isinstance(item, range) and len(item) > MAX_ITEMS for item in given)
    digits = path == "round" and any(isinstance(item, int) and abs(item) > _MOST_DIGITS for item in given[1:])
    if long_text or long_range or digits:
        return following.unknown(node)
    named = dict(zip(names, given[places:], strict=True))
    try:
        return following.checked(_PURE[path](*given[:places], **named), node)
    except FAILURES as error:
        return following.failed(node, error)


# Functions with rules of their own


def _len(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    (value,) = arguments
    if isinstance(value, Instance) and value.items is not None:
        value = value.items
    if isinstance(value, Instance):
        items = held(following, value)
        if items is not None:
            return len(items)
        following.forget_body(value, node)
        following.forget_object(value, node)
        return following.unknown(node)

    if isinstance(value, list | tuple) and any(isinstance(item, Rest) for item in value):
        value = likely_items(following, value, node)

    def compute(items: Any) -> Any:
        found = length(following, items, node)
        return following.unknown(node) if found is None else found

    return following.lifted(node, (value,), compute)


def _range(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    def compute(*numbers: Any) -> Any:
        if not all(isinstance(number, int) for number in numbers):
            if all(isinstance(number, PLAIN) for number in numbers):
                return following.failed(node, TypeError())
            return following.unknown(node)
        try:
            return range(*numbers)
        except FAILURES as error:
            return following.failed(node, error)

    return following.lifted(node, arguments, compute)


def _gathered(kind: Callable[[Any], Any]) -> Any:
    def gather(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
        if not arguments:
            return following.checked(kind(()), node)
        (source,) = arguments

        def compute(value: Any) -> Any:
            if kind in (set, frozenset) and isinstance(value, set | frozenset) and is_plain(following, value):
                return following.checked(kind(value), node)
            if kind is list and isinstance(value, list):
                return following.checked(list(value), node)  # also with a Rest
            if isinstance(value, range) and len(value) > 20 * MAX_ITEMS:
                return following.unknown(node)
            items = known_items(following, value)
            if items is None:
                return following.unknown(node, value)
            if kind in (set, frozenset) and not is_plain(following, items):
                return following.unknown(node, *items)
            return following.checked(kind(items), node)

        return following.lifted(node, (source,), compute)

    return gather


def _dict(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    if not arguments:
        return following.checked(dict(keywords), node)
    (source,) = arguments
    if isinstance(source, dict):
        return following.checked({**source, **keywords}, node)
    pairs = known_items(following, source)
    if pairs is None or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):
        return following.unknown(node, source)
    if not all(is_plain(following, key) for key, _ in pairs):
        return following.unknown(node, source)
    return following.checked({**dict(pairs), **keywords}, node)


def _streamed(make: Callable[..., Any]) -> Any:
    def stream(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
        count = 1 if make is enumerate else len(arguments)
        sources, rest = arguments[:count], arguments[count:]
        settings = [*rest, *keywords.values()]
        # Of what is only likely, what comes out is likely too.
        if any(isinstance(item, Unknown) for item in (*sources, *settings)):
            return following.lifted(
                node, (*sources, *settings), lambda *given: _stream_of(following, make, given, count, keywords, node)
            )
        return _stream_of(following, make, (*sources, *settings), count, keywords, node)

    return stream


def _stream_of(
    following: Following,
    make: Callable[..., Any],
    given: tuple[Any, ...],
    count: int,
    keywords: dict[str, Any],
    node: ast.expr,
) -> Any:
    sources, owners = [], []
    for source in given[:count]:
        items = known_items(following, source)
        if isinstance(source, Stream):
            source.items = [Rest("", node.lineno)]  # it is taken from as this is
        elif isinstance(source, list):
            owners.append((source, list(source)))
        if items is None or (isinstance(items, range) and len(items) > 20 * MAX_ITEMS):
            return following.unknown(node, *given)
        sources.append(items)
        following.budget.make(len(items))
    named = dict(zip(keywords, given[len(given) - len(keywords) :], strict=True))
    places = given[count : len(given) - len(keywords)]
    if make is zip:
        shortest = min(map(len, sources), default=0)
        strict = named.get("strict", False)
        if strict and any(len(items) != shortest for items in sources):
            return following.failed(node, ValueError())
        following.budget.make(shortest * len(sources))
        items = list(zip(*sources, strict=False))
    elif make is enumerate:
        start = named.get("start", places[0] if places else 0)
        if not isinstance(start, int):
            return following.unknown(node, *given)
        following.budget.make(2 * len(sources[0]))
        items = list(enumerate(sources[0], start))
    elif make is reversed:
        items = list(reversed(sources[0]))
    else:
        items = list(sources[0])
    stream = Stream(items, tuple(owners))
    following.journal.add_fresh(stream)
    return stream


def _extreme(choose: Callable[..., Any]) -> Any:
    def extreme(
        following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call
    ) -> Any:
        def compute(*given: Any) -> Any:
            items: Any = list(given)
            if len(given) == 1:
                source = given[0]
                if isinstance(source, set | frozenset) and is_plain(following, source):
                    items = list(source)
                else:
                    items = known_items(following, source)
            if items is None or set(keywords) - {"key", "default"}:
                return following.unknown(node, *given)
            if not items and "default" in keywords:
                return keywords["default"]
            keys = _keys(following, items, keywords.get("key"), node, call)
            if keys is None or not is_plain(following, keys):
                return following.unknown(node, *items)
            following.budget.make(len(keys))
            best = choose(range(len(keys)), key=keys.__getitem__)
            return items[best]

        return following.lifted(node, arguments, compute)

    return extreme


def _keys(following: Following, items: Any, key: Any, node: ast.expr, call: Call) -> list[Any] | None:
    if key is None:
        return list(items)
    if not isinstance(key, Function | Symbol):
        return None
    return [call(key, [item], {}, node) for item in items]


def _sorted(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    (source,) = arguments

    def compute(value: Any) -> Any:
        if isinstance(value, set | frozenset) and is_plain(following, value):
            items: Any = list(value)
        else:
            items = known_items(following, value)
        reverse = keywords.get("reverse", False)
        if items is None or not isinstance(reverse, bool | int) or set(keywords) - {"key", "reverse"}:
            return following.unknown(node, value)
        keys = _keys(following, items, keywords.get("key"), node, call)
        if keys is None or not is_plain(following, keys):
            return following.unknown(node, *items)
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(reverse))
        return following.checked([items[index] for index in order], node)

    return following.lifted(node, (source,), compute)


def _sum(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    def compute(source: Any, start: Any = 0) -> Any:
        if isinstance(source, set | frozenset) and is_plain(following, source):
            items: Any = [*source] if all(isinstance(item, int) for item in source) else None
        else:
            items = known_items(following, source)
        if items is not None and isinstance(start, list) and all(isinstance(item, list) for item in items):
            return _joined(following, [start, *items], node)
        if items and any(map(is_opaque, items)):
            total = items[0] if start == 0 else start
            for item in items[1:] if start == 0 else items:
                text = following.quotes.text(node)
                total = following.library.combine("+", total, item, node.lineno, text)
            return total
        if items is None or not is_plain(following, items) or not is_plain(following, start):
            return following.unknown(node, source)
        lists = isinstance(start, list | tuple)
        if lists and sum(len(item) if isinstance(item, list | tuple) else 1 for item in items) > MAX_ITEMS:
            return following.unknown(node, source)
        return following.checked(sum(items, start), node)

    return following.lifted(node, [*arguments, *keywords.values()], compute)


def _joined(following: Following, lists: Any, node: ast.expr) -> Any:
    """One list of the items of several."""
    found = [known_items(following, items) for items in lists]
    if None in found or sum(map(len, found)) > MAX_ITEMS:
        return following.unknown(node, *lists)
    return following.checked([item for items in found for item in items], node)


def _chained(of_one: bool) -> Any:
    def chained(
        following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call
    ) -> Any:
        lists = known_items(following, arguments[0]) if of_one else arguments
        joined = following.unknown(node, *arguments) if lists is None else _joined(following, lists, node)
        return _stream_of(following, iter, (joined,), 1, {}, node) if isinstance(joined, list) else joined

    return chained


def _filtered(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    function, source = arguments
    items = known_items(following, source)
    if items is None or not (function is None or isinstance(function, Function)):
        following.forget_body(function, node)
        following.forget_object(source, node)
        return following.unknown(node, *arguments)
    kept = []
    for item in items:
        holds = _holds(following, item if function is None else call(function, [item], {}, node))
        if holds is None:
            return following.unknown(node, *arguments)
        kept += [item] if holds else []
    return _stream_of(following, iter, (following.checked(kept, node),), 1, {}, node)


def _holds(following: Following, value: Any) -> bool | None:
    return True if following.library.is_built(value) else truth(value)


def _every(decisive: bool) -> Any:
    def every(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
        (source,) = arguments
        if isinstance(source, Stream):
            following.forget_object(source, node)
            return following.unknown(node)
        items = known_items(following, source)
        if items is None:
            return following.unknown(node)
        truths = [truth(item) for item in items]
        if decisive in truths:
            return decisive
        return following.unknown(node) if None in truths else not decisive

    return every


def _mapped(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    function, *sources = arguments
    items = [known_items(following, source) for source in sources]
    if not isinstance(function, Symbol) or function.path not in _PURE or None in items or len(items) != 1:
        following.forget_body(function, node)
        for source in sources:
            following.forget_object(source, node)
        return following.unknown(node, *arguments)
    stream = Stream([call(function, [item], {}, node) for item in items[0]])
    following.budget.make(len(stream.items))
    following.journal.add_fresh(stream)
    return stream


def _next(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    stream = arguments[0]
    if not isinstance(stream, Stream) or any(isinstance(item, Rest) for item in stream.items):
        for item in arguments:
            following.forget_object(item, node)
        return following.unknown(node, *arguments)
    if not stream.items:
        return arguments[1] if len(arguments) > 1 else following.failed(node, StopIteration())
    following.journal.save_attribute(stream, "items")
    following.budget.make(len(stream.items))
    first, *stream.items = stream.items
    return first


def _isinstance(
    following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call
) -> Any:
    value, kinds = arguments

    def is_kind(item: Any, kind: Any) -> bool | None:
        if isinstance(kind, Class):
            if isinstance(item, Instance):
                return kind in item.created_from.order
            return False if isinstance(item, (*PLAIN, *CONTAINERS)) else None
        if isinstance(kind, Symbol) and kind.path in _CLASSES and isinstance(item, (*PLAIN, *CONTAINERS)):
            return isinstance(item, _CLASSES[kind.path])
        return following.library.is_kind(item, kind) if isinstance(kind, Symbol) else None

    def compute(item: Any, *_: Any) -> Any:
        several = kinds if isinstance(kinds, tuple) else (kinds,)
        answers = [is_kind(item, kind) for kind in several]
        if True in answers:
            return True
        return following.unknown(node) if None in answers else False

    return following.lifted(node, (value,), compute)


def _hasattr(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    owner, name = arguments
    if isinstance(owner, Instance) and isinstance(name, str) and REST not in owner.attributes:
        if name in owner.attributes or owner.created_from.find(name):
            return following.unknown(node) if isinstance(owner.attributes.get(name), Unknown) else True
        if not owner.created_from.find("__getattr__"):
            has = following.library.has(owner, name) if owner.created_from.library_bases else False
            return following.unknown(node) if has is None else has
    return following.unknown(node)


def _print(following: Following, arguments: list[Any], keywords: dict[str, Any], node: ast.expr, call: Call) -> Any:
    for item in arguments:
        if isinstance(item, Stream | Instance):  # print(*zip(a, b)), or a method __str__
            following.forget_body(item, node)
    return None


_SPECIAL: Mapping[str, Callable[..., Any]] = {
    "len": _len,
    "range": _range,
    "list": _gathered(list),
    "tuple": _gathered(tuple),
    "set": _gathered(set),
    "frozenset": _gathered(frozenset),
    "dict": _dict,
    "enumerate": _streamed(enumerate),
    "zip": _streamed(zip),
    "reversed": _streamed(reversed),
    "iter": _streamed(iter),
    "min": _extreme(min),
    "max": _extreme(max),
    "sorted": _sorted,
    "sum": _sum,
    "any": _every(True),
    "all": _every(False),
    "map": _mapped,
    "next": _next,
    "filter": _filtered,
    "itertools.chain": _chained(False),
    "itertools.chain.from_iterable": _chained(True),
    "isinstance": _isinstance,
    "hasattr": _hasattr,
    "print": _print,
}


# Methods


def call_method(
    following: Following,
    owner: Any,
    name: str,
    arguments: list[Any],
    keywords: dict[str, Any],
    node: ast.expr,
    call: Call,
) -> Any:
    """The value of a method of Python's own kinds of values; it is unknown, and so is its owner, if it is not known."""
    vague = any(isinstance(item, Rest) for item in arguments) or REST in keywords
    try:
        if isinstance(owner, list) and not vague:
            return _list_method(following, owner, name, arguments, keywords, node, call)
        if isinstance(owner, dict) and not vague and not keywords:
            return _dict_method(following, owner, name, arguments, node)
        if isinstance(owner, set) and not vague and not keywords:
            return _set_method(following, owner, name, arguments, node)
        if isinstance(owner, str) and not vague:
            return _text_method(following, owner, name, arguments, keywords, node)
        if isinstance(owner, tuple) and name in ("index", "count") and not keywords:
            if is_plain(following, owner) and is_plain(following, arguments):
                return getattr(owner, name)(*arguments)
            return following.unknown(node)
        if isinstance(owner, int | float) and name in ("bit_length", "is_integer") and not arguments:
            return getattr(owner, name)()
    except FAILURES as error:
        return following.failed(node, error)
    following.forget_object(owner, node)
    for item in (*arguments, *keywords.values()):
        following.forget_object(item, node)
    return following.unknown(node, owner, *arguments)


def _list_method(
    following: Following,
    items: list[Any],
    name: str,
    arguments: list[Any],
    keywords: dict[str, Any],
    node: ast.expr,
    call: Call,
) -> Any:
    vague = any(isinstance(item, Rest) for item in items)
    following.journal.save_whole(items)
    match name, arguments:
        case "append", [item] if not keywords:
            following.budget.make(1)
            items.append(item)
            return None
        case "extend", [more] if not keywords:
            added = list(more) if isinstance(more, list) else known_items(following, more)
            if added is not None:
                if isinstance(added, range) and len(added) > 20 * MAX_ITEMS:
                    added = [following.unknown(node)]
                following.budget.make(len(added))
                items.extend(added)
                return None
        case "clear", [] if not keywords:
            items.clear()
            return None
        case "copy", [] if not keywords:
            return following.checked(list(items), node)
        case "insert", [int(place), item] if not vague and not keywords:
            following.budget.make(1)
            items.insert(place, item)
            return None
        case "pop", [] | [int()] if not vague and not keywords:
            return items.pop(*arguments)
        case "reverse", [] if not vague and not keywords:
            items.reverse()
            return None
        case (("index" | "count" | "remove"), _) if not vague and not keywords:
            if is_plain(following, items) and is_plain(following, arguments):
                return getattr(items, name)(*arguments)
        case "sort", [] if not vague:
            ordered = _sorted(following, [list(items)], keywords, node, call)
            if isinstance(ordered, list):
                items[:] = ordered
                return None
    if name in ("index", "count"):
        return following.unknown(node)
    following.forget_object(items, node)
    for item in arguments:
        following.forget_object(item, node)
    return following.unknown(node, items, *arguments)


def _dict_method(following: Following, items: dict[Any, Any], name: str, arguments: list[Any], node: ast.expr) -> Any:
    vague = REST in items
    plain_key = bool(arguments) and is_plain(following, arguments[0])
    following.journal.save_whole(items)
    match name, arguments:
        case (("keys" | "values" | "items"), []):
            return View(items, name)
        case "copy", []:
            return following.checked(dict(items), node)
        case "get", [_] | [_, _] if plain_key and not vague:
            return items.get(*arguments)
        case "setdefault", [_] | [_, _] if plain_key and not vague:
            following.budget.make(1)
            return items.setdefault(*arguments)
        case "pop", [_] | [_, _] if plain_key and not vague:
            return items.pop(*arguments)
        case "update", [dict() as other]:
            following.budget.make(len(other))
            items.update(other)
            return None
        case "clear", []:
            items.clear()
            return None
    if name == "get":
        return following.unknown(node, items, *arguments)
    following.forget_object(items, node)
    for item in arguments:
        following.forget_object(item, node)
    return following.unknown(node, items, *arguments)


def _set_method(following: Following, items: set[Any], name: str, arguments: list[Any], node: ast.expr) -> Any:
    if is_plain(following, items) and all(is_plain(following, item) for item in arguments):
        following.budget.make(len(items))
        if name in ("add", "discard", "remove", "clear", "update"):
            following.journal.save_whole(items)
            return getattr(items, name)(*arguments)
        if name in ("union", "intersection", "difference", "issubset", "issuperset", "copy", "isdisjoint"):
            return following.checked(getattr(items, name)(*arguments), node)
    following.forget_object(items, node)
    for item in arguments:
        following.forget_object(item, node)
    return following.unknown(node)


def _text_method(
    following: Following, text: str, name: str, arguments: list[Any], keywords: dict[str, Any], node: ast.expr
) -> Any:
    given = [*arguments, *keywords.values()]
    if name == "join" and len(arguments) == 1 and not keywords:
        pieces = known_items(following, arguments[0])
        if pieces is None or not is_plain(following, pieces):
            return following.unknown(node)
        following.budget.make(len(pieces))
        return following.checked(text.join(pieces), node)
    if not all(is_plain(following, item) and not isinstance(item, set | frozenset) for item in given):
        for item in given:
            following.forget_object(item, node)
        return following.unknown(node)
    if name == "format":
        if LONG_FIELD.search(text) or (any(sign in text for sign in ".[") and "{" in text and _reaches(text)):
            return following.unknown(node)
        return following.checked(text.format(*arguments, **keywords), node)
    if name in _TEXT_METHODS:
        if name == "replace" and len(text) * (1 + max((len(str(item)) for item in given), default=0)) > 100_000:
            return following.unknown(node)
        return following.checked(getattr(text, name)(*arguments, **keywords), node)
    return following.unknown(node)


def _reaches(text: str) -> bool:
    """Whether a format asks for attributes or entries of what it is given."""
    inside = False
    for sign in text:
        inside = sign == "{" or (inside and sign not in ":!}")
        if inside and sign in ".[":
            return True
    return False
