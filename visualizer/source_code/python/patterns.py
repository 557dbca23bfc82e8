"""What a pattern of `match` fits. `PATTERNS` has a handler for every class."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from visualizer.source_code.python.binding import assign
from visualizer.source_code.python.following import Following
from visualizer.source_code.python.operations import CONTAINERS, compare
from visualizer.source_code.python.values import REST, Rest, Symbol, Unknown

_KINDS: Mapping[str, type] = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "tuple": tuple}


def fits(following: Following, pattern: ast.pattern, value: Any) -> bool | None:
    """Whether a value fits a pattern, whose names it then has; None if that is not known."""
    following.budget.evaluate()
    if isinstance(value, Unknown) and not isinstance(pattern, ast.MatchAs | ast.MatchOr):
        return None
    return PATTERNS[type(pattern)](following, pattern, value)


def _bind(following: Following, name: str | None, value: Any) -> None:
    if name is not None:
        assign(following, ast.Name(name, ast.Store()), value)


def _value(following: Following, pattern: ast.MatchValue, value: Any) -> bool | None:
    answer = compare(following, ast.Eq(), value, following.value(pattern.value), pattern.value)
    return None if isinstance(answer, Unknown) else bool(answer)


def _singleton(following: Following, pattern: ast.MatchSingleton, value: Any) -> bool | None:
    if value is None or isinstance(value, bool | int | float | str | CONTAINERS):
        return value is pattern.value
    return None


def _sequence(following: Following, pattern: ast.MatchSequence, value: Any) -> bool | None:
    if not isinstance(value, list | tuple):
        return False if value is None or isinstance(value, int | float | str | dict | set) else None
    if any(isinstance(item, Rest) for item in value):
        return None
    parts = pattern.patterns
    star = next((index for index, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    if star is None:
        if len(parts) != len(value):
            return False
        items = list(value)
    else:
        if len(value) < len(parts) - 1:
            return False
        after = len(value) - (len(parts) - 1 - star)
        items = [*value[:star], following.checked(list(value[star:after]), pattern), *value[after:]]
    return _all(following, list(zip(parts, items, strict=True)))


def _all(following: Following, pairs: list[tuple[ast.pattern, Any]]) -> bool | None:
    answer: bool | None = True
    for part, item in pairs:
        fit = fits(following, part, item)
        if fit is False:
            return False
        if fit is None:
            answer = None
    return answer


def _star(following: Following, pattern: ast.MatchStar, value: Any) -> bool | None:
    _bind(following, pattern.name, value)
    return True


def _mapping(following: Following, pattern: ast.MatchMapping, value: Any) -> bool | None:
    if not isinstance(value, dict):
        return False if value is None or isinstance(value, int | float | str | list | tuple | set) else None
    if REST in value:
        return None
    keys = [following.value(key) for key in pattern.keys]
    if any(isinstance(key, Unknown | Symbol) for key in keys):
        return None
    if not all(key in value for key in keys):
        return False
    if pattern.rest is not None:
        rest = {key: item for key, item in value.items() if key not in keys}
        _bind(following, pattern.rest, following.checked(rest, pattern))
    return _all(following, [(part, value[key]) for key, part in zip(keys, pattern.patterns, strict=True)])


def _class(following: Following, pattern: ast.MatchClass, value: Any) -> bool | None:
    kind = following.value(pattern.cls)
    known = isinstance(kind, Symbol) and kind.path in _KINDS
    if not known or pattern.kwd_patterns or len(pattern.patterns) > 1:
        return None
    if not isinstance(value, int | float | str | list | tuple | dict | set | None):
        return None
    if not isinstance(value, _KINDS[kind.path]):
        return False
    return _all(following, [(part, value) for part in pattern.patterns])


def _as(following: Following, pattern: ast.MatchAs, value: Any) -> bool | None:
    answer = True if pattern.pattern is None else fits(following, pattern.pattern, value)
    if answer:
        _bind(following, pattern.name, value)
    return answer


def _or(following: Following, pattern: ast.MatchOr, value: Any) -> bool | None:
    for part in pattern.patterns:
        answer = fits(following, part, value)
        if answer is not False:
            return answer
    return False


PATTERNS: Mapping[type[ast.pattern], Callable[[Following, Any, Any], bool | None]] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchSequence: _sequence,
    ast.MatchStar: _star,
    ast.MatchMapping: _mapping,
    ast.MatchClass: _class,
    ast.MatchAs: _as,
    ast.MatchOr: _or,
}
