"""Classes of the standard library that only hold values: `namedtuple`, `NamedTuple`, `SimpleNamespace` and `Enum`."""

from collections.abc import Sequence
from typing import Any

from visualizer.source_code.python.following import Following
from visualizer.source_code.python.values import REST, Class, Configured, Instance, Rest, Symbol, Unknown

_RECORDS = ("namedtuple", "collections.namedtuple")
_NAMESPACES = ("SimpleNamespace", "types.SimpleNamespace", "Namespace", "argparse.Namespace")
_ENUMS = ("Enum", "enum.Enum")


def call_record(following: Following, path: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """What `namedtuple(...)` or `SimpleNamespace(...)` makes; None where it is another function, or is not known."""
    if path in _RECORDS and not keywords.keys() - {"defaults", "field_names", "typename"} and len(arguments) <= 2:
        given = dict(zip(("typename", "field_names"), arguments, strict=False)) | keywords
        names, defaults = given.get("field_names"), given.get("defaults") or ()
        names = names.replace(",", " ").split() if isinstance(names, str) else names
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            return None
        if not isinstance(given.get("typename"), str) or not isinstance(defaults, list | tuple):
            return None
        if any(isinstance(item, Rest) for item in defaults) or len(defaults) > len(names):
            return None
        following.budget.make(len(names))
        return Class(
            given["typename"], (), dict(zip(names[::-1], defaults[::-1], strict=False)), {}, tuple(names), True
        )
    if path in _NAMESPACES and not arguments and REST not in keywords:
        made = Instance(Class("SimpleNamespace", ()), dict(keywords))
        following.budget.make(2 + len(keywords))
        following.journal.add_fresh(made.attributes)
        return made
    return None


def is_record(bases: Sequence[Any]) -> bool:
    """Whether a class with these bases is a tuple of its fields."""
    return any(isinstance(base, Symbol) and base.path in ("NamedTuple", "typing.NamedTuple") for base in bases)


def make_members(following: Following, made: Class) -> None:
    """The names that the body of an Enum gives values become its members."""
    base = made.bases[0] if len(made.bases) == 1 else None
    if not isinstance(base, Symbol) or base.path not in _ENUMS:
        return
    for name, value in made.attributes.items():
        if not name.startswith("_") and isinstance(value, int | float | str | tuple | Unknown | Configured):
            following.budget.make(3)
            made.attributes[name] = Instance(made, {"value": value, "name": name})
