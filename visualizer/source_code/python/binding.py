"""What an assignment changes."""

import ast
from typing import Any

from visualizer.source_code.python.following import PLAIN, Following
from visualizer.source_code.python.operations import is_plain, known_items
from visualizer.source_code.python.values import NOTHING, REST, Class, Function, Instance, Rest, Symbol, Unknown

_MOST_TARGETS = 1_000


def assign(following: Following, target: ast.expr, value: Any) -> None:
    """Give a target a value: a name, an attribute, an entry, or several of them at once."""
    following.budget.make(1)
    match target:
        case ast.Name(id=name):
            following.bind(name, value)
        case ast.Attribute(value=owner, attr=name):
            set_attribute(following, following.value(owner), name, value, target)
        case ast.Subscript(value=owner, slice=index):
            set_entry(following, following.value(owner), following.value(index), value, target)
        case ast.Starred(value=inner):
            assign(following, inner, value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part, item in zip(parts, _spread(following, parts, value, target), strict=True):
                assign(following, part, item)


def _spread(following: Following, parts: list[ast.expr], value: Any, target: ast.expr) -> list[Any]:
    """What each of several targets gets."""
    following.budget.make(len(parts))
    if isinstance(value, Unknown) and value.likely is not NOTHING:
        likely = _spread(following, parts, value.likely, target)
        return [following.assumed(item, target, *value.assumed) for item in likely]
    items = known_items(following, value)
    if items is None or len(items) > 20 * _MOST_TARGETS:
        if isinstance(value, Symbol):  # (x_train, y_train) = data
            following.doubts += 1
        return [following.unknown(target, value) if not isinstance(part, ast.Starred) else
                following.checked([_rest(following, target, value)], target) for part in parts]  # fmt: skip
    star = next((index for index, part in enumerate(parts) if isinstance(part, ast.Starred)), None)
    items = list(items)
    if star is None:
        if len(items) == len(parts):
            return items
    elif len(items) >= len(parts) - 1:
        after = len(parts) - 1 - star
        middle = following.checked(items[star : len(items) - after], target)
        return [*items[:star], middle, *items[len(items) - after :]]
    failed = following.failed(target, ValueError())
    return [failed for _ in parts]


def _rest(following: Following, target: ast.expr, value: Any) -> Rest:
    unknown = following.unknown(target, value)
    return Rest(unknown.text, unknown.line, may_be=unknown.may_be)


def set_attribute(following: Following, owner: Any, name: str, value: Any, node: ast.AST) -> None:
    """`owner.name = value`."""
    if isinstance(owner, Instance):
        found = owner.created_from.find(name)
        own = owner.created_from.find("__setattr__")
        if own or (found and found[0].kinds.get(name) == "property"):
            following.forget_body(owner, node)
            following.forget_object(owner, node)
            return
        following.journal.save_entry(owner.attributes, name)
        owner.attributes[name] = value
        if owner.created_from.library_bases:
            following.library.set_attribute(owner, name, value, getattr(node, "lineno", 0))
    elif isinstance(owner, Class):
        following.journal.save_entry(owner.attributes, name)
        owner.attributes[name] = value
    elif isinstance(owner, Unknown):
        following.forget_object(owner, node)
        following.library.set_attribute(owner, name, value, getattr(node, "lineno", 0))
    elif isinstance(owner, (Symbol, Function, *PLAIN)):
        pass
    else:
        following.library.set_attribute(owner, name, value, getattr(node, "lineno", 0))


def set_entry(following: Following, owner: Any, index: Any, value: Any, node: ast.expr) -> None:
    """`owner[index] = value`."""
    if isinstance(owner, list) and isinstance(index, int | slice) and not any(isinstance(i, Rest) for i in owner):
        following.journal.save_whole(owner)
        items = value if isinstance(index, int) else known_items(following, value)
        if not isinstance(index, slice) or items is not None:
            following.budget.make(1 if isinstance(index, int) else len(items))
            try:
                owner[index] = items if isinstance(index, int) else list(items)
            except (IndexError, ValueError) as error:
                following.failed(node, error)
            return
    elif isinstance(owner, dict) and REST not in owner and is_plain(following, index):
        following.journal.save_whole(owner)
        try:
            owner[index] = value
        except TypeError as error:
            following.failed(node, error)
        return
    elif isinstance(owner, (Symbol, *PLAIN)):
        return
    elif isinstance(owner, Instance):
        following.forget_body(owner, node)
        following.forget_object(value, node)
    elif following.library.set_entry(owner, index, value, node.lineno, following.quotes.text(node)):
        return
    following.forget_object(owner, node)
    if isinstance(owner, list | dict) and value is not None:
        following.forget_object(value, node)


def delete(following: Following, target: ast.expr) -> None:
    """`del target`."""
    match target:
        case ast.Name(id=name):
            following.unbind(name)
        case ast.Attribute(value=owner_node, attr=name):
            owner = following.value(owner_node)
            if isinstance(owner, Instance) and name in owner.attributes:
                following.journal.save_entry(owner.attributes, name)
                del owner.attributes[name]
            else:
                following.forget_object(owner, target)
        case ast.Subscript(value=owner_node, slice=index_node):
            owner, index = following.value(owner_node), following.value(index_node)
            known = isinstance(owner, list) and isinstance(index, int | slice)
            known = known and not any(isinstance(item, Rest) for item in owner)
            if known or (isinstance(owner, dict) and REST not in owner and is_plain(following, index)):
                following.journal.save_whole(owner)
                try:
                    del owner[index]
                except (LookupError, TypeError) as error:
                    following.failed(target, error)
            else:
                following.forget_object(owner, target)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                delete(following, part)
