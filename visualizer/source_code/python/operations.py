"""What operators make of values that are known."""

import ast
import math
import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from visualizer.source_code.python.budget import MAX_ITEMS
from visualizer.source_code.python.following import PLAIN, Following
from visualizer.source_code.python.values import (
    REST,
    Assumption,
    Class,
    Function,
    Instance,
    Member,
    Partial,
    Rest,
    Stream,
    Symbol,
    Unknown,
    View,
    is_open,
)

CONTAINERS = (list, tuple, dict, set, frozenset)
_MAX_BITS = 64
LONG_FIELD = re.compile(r"\d{4}|\*")  # in a format, a width that makes a long text

_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.LShift: ("<<", operator.lshift),
    ast.RShift: (">>", operator.rshift),
    ast.BitOr: ("|", operator.or_),
    ast.BitXor: ("^", operator.xor),
    ast.BitAnd: ("&", operator.and_),
    ast.MatMult: ("@", operator.matmul),
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FAILURES = (ArithmeticError, TypeError, ValueError, LookupError, AttributeError)


def is_plain(following: Following, value: Any) -> bool:
    """Whether a value is Python's own throughout, and small enough to be compared or formatted."""
    waiting = [value]
    for _ in range(MAX_ITEMS):
        if not waiting:
            return True
        item = waiting.pop()
        following.budget.make(1)
        if isinstance(item, dict):
            if REST in item:
                return False
            waiting.extend(item.values())
        elif isinstance(item, list | tuple | set | frozenset):
            waiting.extend(item)
        elif not isinstance(item, PLAIN):
            return False
    return not waiting


def is_opaque(value: Any) -> bool:
    """Whether a value is neither Python's own, nor unknown, nor defined by the source."""
    known = (Unknown, Symbol, Function, Class, Partial, Stream, View, Instance, Member)
    return not isinstance(value, (*PLAIN, *CONTAINERS, *known))


def truth(value: Any) -> bool | None:
    """Whether a condition with this value holds; None if that does not follow from the source."""
    if isinstance(value, Instance):
        kind = value.created_from
        open_ = kind.find("__bool__") or kind.find("__len__") or kind.library_bases
        return None if open_ and not _is_of_library(kind) else True
    if isinstance(value, View):
        value = value.owner
    if isinstance(value, list | tuple | set) and any(isinstance(item, Rest) for item in value):
        return True if any(not isinstance(item, Rest) for item in value) else None
    if isinstance(value, dict) and REST in value:
        return True if len(value) > 1 else None
    if is_open(value):
        return None
    return bool(value)  # of what a library made, whether it holds something


def _is_of_library(kind: Class) -> bool:
    return not (kind.find("__bool__") or kind.find("__len__"))


def binary(following: Following, op: ast.operator, left: Any, right: Any, node: ast.expr | ast.stmt) -> Any:
    """`left op right`."""
    if is_opaque(left) or is_opaque(right):
        sign = _OPERATORS[type(op)][0]
        return following.library.combine(sign, left, right, node.lineno, following.quotes.text(node))
    if isinstance(left, Instance) or isinstance(right, Instance):
        for side in (left, right):  # its methods, such as __add__, are not followed
            if isinstance(side, Instance):
                following.forget_body(side, node)
                following.forget_object(side, node)
        return following.unknown(node, left, right)

    def compute(one: Any, other: Any) -> Any:
        likely = is_opaque(one) or is_opaque(other)
        return binary(following, op, one, other, node) if likely else _computed(following, op, one, other, node)

    return following.lifted(node, (left, right), compute)


def _computed(following: Following, op: ast.operator, left: Any, right: Any, node: ast.expr | ast.stmt) -> Any:
    if not _is_cheap(op, left, right):
        return following.unknown(node, left, right)
    if isinstance(left, set | frozenset) and not (is_plain(following, left) and is_plain(following, right)):
        return following.unknown(node, left, right)
    try:
        return following.checked(_OPERATORS[type(op)][1](left, right), node)
    except FAILURES as error:
        return following.failed(node, error)


def _is_cheap(op: ast.operator, left: Any, right: Any) -> bool:
    """Whether an operator can be applied: its operands are Python's own, and what it makes is not large."""
    if not isinstance(left, (*PLAIN, *CONTAINERS)) or not isinstance(right, (*PLAIN, *CONTAINERS)):
        return False
    numbers = isinstance(left, int | float | complex) and isinstance(right, int | float | complex)
    if isinstance(op, ast.Pow) and numbers:
        if isinstance(left, int) and isinstance(right, int):
            return right < 0 or left.bit_length() * right <= _MAX_BITS
        return True
    if isinstance(op, ast.LShift) and numbers:
        return isinstance(right, int) and right <= _MAX_BITS
    if isinstance(op, ast.Mult) and not numbers:
        many, times = (left, right) if isinstance(right, int) else (right, left)
        if not isinstance(times, int) or not isinstance(many, str | bytes | list | tuple):
            return True  # an error
        return len(many) * times <= MAX_ITEMS and not _has_rest(many)
    if isinstance(op, ast.Add) and isinstance(left, list | tuple | str | bytes) and isinstance(right, type(left)):
        return len(left) + len(right) <= 20 * MAX_ITEMS
    if isinstance(op, ast.Mod) and isinstance(left, str | bytes):
        text = left.decode(errors="replace") if isinstance(left, bytes) else left
        parts = right if isinstance(right, tuple) else (right,)
        return not LONG_FIELD.search(text) and all(isinstance(part, str | int | float) for part in parts)
    if isinstance(left, dict) or isinstance(right, dict):
        return isinstance(op, ast.BitOr) and not (
            (isinstance(left, dict) and REST in left) or (isinstance(right, dict) and REST in right)
        )
    return True


def _has_rest(items: Any) -> bool:
    return isinstance(items, list | tuple | set) and any(isinstance(item, Rest) for item in items)


def unary(following: Following, op: ast.unaryop, operand: Any, node: ast.expr) -> Any:
    """`op operand`."""
    if isinstance(op, ast.Not):
        holds = truth(operand)
        if holds is not None:
            return not holds
        return following.lifted(node, (operand,), lambda value: _negated(following, value, node))
    if is_opaque(operand):
        return following.library.combine("", operand, operand, node.lineno, following.quotes.text(node))
    if isinstance(operand, Instance):
        following.forget_object(operand, node)
        return following.unknown(node, operand)

    def compute(value: Any) -> Any:
        if not isinstance(value, int | float | complex):
            return following.unknown(node, value)
        try:
            return following.checked(_UNARY[type(op)](value), node)
        except FAILURES as error:
            return following.failed(node, error)

    return following.lifted(node, (operand,), compute)


def _negated(following: Following, value: Any, node: ast.expr) -> Any:
    holds = truth(value)
    return following.unknown(node) if holds is None else not holds


def compare(following: Following, op: ast.cmpop, left: Any, right: Any, node: ast.expr) -> Any:
    """`left op right`, for one comparison: True, False or an Unknown."""
    if isinstance(op, ast.Eq | ast.NotEq) and _are_members(left, right):
        return (left is right) == isinstance(op, ast.Eq)
    for side in (left, right):
        if isinstance(side, Instance) and not isinstance(op, ast.Is | ast.IsNot):
            following.forget_body(side, node)
            following.forget_object(side, node)
            return following.unknown(node)
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, Stream):
        following.forget_object(right, node)
        return following.unknown(node)
    return following.lifted(node, (left, right), lambda one, other: _compared(following, op, one, other, node))


def _compared(following: Following, op: ast.cmpop, left: Any, right: Any, node: ast.expr) -> Any:
    if left is None or right is None:
        other = right if left is None else left
        if isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and not is_open(other):
            return (other is None) == isinstance(op, ast.Is | ast.Eq)
        if not isinstance(op, ast.In | ast.NotIn):
            return following.unknown(node)
    if isinstance(op, ast.Is | ast.IsNot):
        return _identical(following, left, right, isinstance(op, ast.Is), node)
    if isinstance(left, Symbol) and isinstance(right, Symbol) and left == right:
        return (
            isinstance(op, ast.Eq | ast.LtE | ast.GtE)
            if isinstance(op, ast.Eq | ast.NotEq)
            else following.unknown(node)
        )
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, View) and right.kind != "items":
        right = known_items(following, right)
    if isinstance(op, ast.In | ast.NotIn) and not isinstance(right, (*CONTAINERS, str, bytes, range)):
        return following.unknown(node)
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, dict):
        right = [REST] if REST in right else list(right)
        if right == [REST]:
            return following.unknown(node)
    if isinstance(op, ast.Eq | ast.NotEq) and isinstance(left, tuple) and isinstance(right, tuple):
        same = _same_tuples(following, left, right)
        if same is not None:
            return same == isinstance(op, ast.Eq)
    if not is_plain(following, left) or not is_plain(following, right):
        return following.unknown(node)
    try:
        if isinstance(op, ast.In | ast.NotIn):
            if isinstance(left, range) or (isinstance(right, range) and not isinstance(left, int)):
                return following.unknown(node)
            return (left in right) == isinstance(op, ast.In)
        return bool(_COMPARISONS[type(op)](left, right))
    except FAILURES as error:
        return following.failed(node, error)


def _are_members(left: Any, right: Any) -> bool:
    """Whether both are members of one Enum."""
    if not isinstance(left, Instance) or not isinstance(right, Instance) or left.created_from.find("__eq__"):
        return False
    members = left.created_from.attributes.values()
    return any(left is item for item in members) and any(right is item for item in members)


def is_answer(value: Any, truth_value: Any) -> bool:
    """Whether one is a truth, and the other a library's number that stands for one, such as `self.training`."""
    return isinstance(truth_value, bool) and isinstance(value, int) and type(value) not in (int, bool)


def _same_tuples(following: Following, left: tuple[Any, ...], right: tuple[Any, ...]) -> bool | None:
    """Whether two tuples are equal, of which some items may be the library's, such as the size of a batch."""
    if _has_rest(left) or _has_rest(right):
        return None
    if len(left) != len(right):
        return False
    sure = True
    for one, other in zip(left, right, strict=True):
        if is_plain(following, one) and is_plain(following, other):
            if one != other:
                return False
        elif not (is_opaque(one) and is_opaque(other) and following.library.is_same(one, other)):
            sure = False
    return True if sure else None


def _identical(following: Following, left: Any, right: Any, same: bool, node: ast.expr) -> Any:
    changing = (list, dict, set, Instance, Class, Function, Stream)
    if (isinstance(left, changing) and isinstance(right, changing)) or (is_opaque(left) and is_opaque(right)):
        return (left is right) == same
    if isinstance(left, bool) and isinstance(right, bool):
        return (left == right) == same
    if is_answer(left, right) or is_answer(right, left):
        return (left == right) == same
    plain = (*PLAIN, *CONTAINERS)
    if isinstance(left, plain) and isinstance(right, plain) and type(left) is not type(right):
        return not same
    return following.unknown(node)


def known_items(following: Following, value: Any) -> Any:
    """The items of something that can be gone through, in order; None where they are not known.

    What gives its items once has none afterwards.
    """
    if isinstance(value, Stream):
        items = value.items
        changed = any(
            len(owner) != len(held) or any(one is not other for one, other in zip(owner, held, strict=True))
            for owner, held in value.sources
        )
        following.budget.make(len(items))
        following.journal.save_attribute(value, "items")
        value.items = []
        return None if changed or _has_rest(items) else items
    if isinstance(value, Instance):
        if value.items is not None:
            return value.items
        inside = held(following, value)
        return None if inside is None else list(inside)
    if isinstance(value, View):
        if REST in value.owner:
            return None
        following.budget.make(len(value.owner))
        return list(value.owner if value.kind == "keys" else getattr(value.owner, value.kind)())
    if isinstance(value, list | tuple):
        return None if _has_rest(value) else value
    if isinstance(value, dict):
        return None if REST in value else list(value)
    if isinstance(value, set | frozenset):
        return list(value) if len(value) < 2 and not _has_rest(value) else None  # else their order is open
    if isinstance(value, range):
        return value if len(value) <= 20 * MAX_ITEMS else None  # whoever takes them one by one asks the range itself
    if isinstance(value, str | bytes):
        return value
    if isinstance(value, Unknown):  # it may be an iterator, whose items are taken
        for item in value.may_be:
            if isinstance(item, Stream | Function):
                following.forget_object(item, ast.Pass())
    return following.library.items(value) if is_opaque(value) else None


def held(following: Following, instance: Instance) -> list[Any] | dict[Any, Any] | None:
    """What an object holds that can be gone through as the library does it, if its class does not say so itself."""
    own = any(instance.created_from.find(name) for name in ("__iter__", "__len__", "__getitem__", "__contains__"))
    return None if own or REST in instance.attributes else following.library.held(instance)


def length(following: Following, value: Any, node: ast.expr) -> Any:
    """`len(value)`."""
    if isinstance(value, View):
        value = value.owner
    if _has_rest(value) or (isinstance(value, dict) and REST in value):
        return following.unknown(node)
    if isinstance(value, (str, bytes, range, *CONTAINERS)):
        return following.checked(len(value), node)
    if isinstance(value, PLAIN):
        return following.failed(node, TypeError())
    items = following.library.items(value) if is_opaque(value) else None
    return None if items is None else len(items)


def subscript(following: Following, owner: Any, index: Any, node: ast.expr) -> Any:
    """`owner[index]`."""
    owners = owner
    if isinstance(owner, list | tuple) and _has_rest(owner):
        owner = likely_items(following, owner, node)
        if isinstance(owner, Unknown) and isinstance(owner.likely, list):
            return following.lifted(node, (owner, index), lambda one, at: _at(following, one, at, node))
        owner = owners
        if isinstance(index, int) and _is_before_rest(owner, index):
            return owner[index]
        return following.unknown(node, *owner)
    if isinstance(owner, Instance) and owner.items is not None:
        owner = owner.items
    if isinstance(owner, Instance):
        inside = held(following, owner)
        if inside is not None:
            return subscript(following, inside, index, node)
        following.forget_body(owner, node)
        following.forget_object(owner, node)
        return following.unknown(node, owner)
    if is_opaque(owner):
        return following.library.entry(owner, index, node.lineno, following.quotes.text(node))
    if isinstance(index, Unknown) and isinstance(owner, list | tuple | dict):
        items = owner.values() if isinstance(owner, dict) else owner
        following.budget.make(len(owner))
        inside = [item for item in items if not isinstance(item, PLAIN)]
        if index.likely is not None and not inside:
            return following.lifted(node, (owner, index), lambda one, at: _at(following, one, at, node))
        return following.unknown(node, *inside)
    return following.lifted(node, (owner, index), lambda one, at: _at(following, one, at, node))


def _is_before_rest(items: list[Any] | tuple[Any, ...], index: int) -> bool:
    """Whether the item at an index is known though how many there are is not."""
    if index >= 0:
        return index < len(items) and not any(isinstance(item, Rest) for item in items[: index + 1])
    return -index <= len(items) and not any(isinstance(item, Rest) for item in items[index:])


def _at(following: Following, owner: Any, index: Any, node: ast.expr) -> Any:
    if isinstance(owner, dict) and REST in owner:
        rest = owner[REST]
        if isinstance(rest, Rest) and isinstance(rest.likely, dict) and len(owner) == 1:
            inner = _at(following, rest.likely, index, node)
            return following.assumed(inner, node, *rest.assumed)
        return following.unknown(node, *owner.values())
    sequence = isinstance(owner, list | tuple | str | bytes | range) and isinstance(index, int | slice)
    key = isinstance(owner, dict) and is_plain(following, index)
    if not sequence and not key:
        if isinstance(owner, PLAIN):
            return following.failed(node, TypeError())
        return following.unknown(node, owner)
    try:
        found = owner[index]
    except FAILURES as error:
        return following.failed(node, error)
    return following.checked(found, node) if isinstance(index, slice) else found


def likely_items(following: Following, items: Iterable[Any], node: ast.AST) -> Unknown:
    """What a list with a `Rest` likely holds."""
    found: list[Any] = []
    assumed: list[Assumption] = []
    for item in items:
        if isinstance(item, Rest):
            if not isinstance(item.likely, list | tuple):
                return following.unknown(node, *items)
            found.extend(item.likely)
            assumed.extend(item.assumed)
        else:
            found.append(item)
    return following.assumed(following.checked(found, node), node, *assumed)


def formatted(following: Following, value: Any, spec: str, conversion: int, node: ast.expr) -> Any:
    """The text for a value in an f-string."""
    if not is_plain(following, value) or isinstance(value, set | frozenset) or LONG_FIELD.search(spec):
        return following.unknown(node)
    try:
        if conversion == ord("r"):
            value = repr(value)
        elif conversion == ord("a"):
            value = ascii(value)
        elif conversion == ord("s"):
            value = str(value)
        return following.checked(format(value, spec), node)
    except FAILURES as error:
        return following.failed(node, error)


CONSTANTS = {"math.pi": math.pi, "math.e": math.e, "math.tau": math.tau, "numpy.pi": math.pi, "np.pi": math.pi}
