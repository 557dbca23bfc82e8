"""The values that expressions in source can have, besides plain Python values, and how they are described.

Numbers, texts, tuples, lists, sets and dictionaries are Python's own. A list of which it is not known what it holds has
one item, a `Rest`; a dictionary has the key `REST` and an object of a class the attribute `REST`.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_LENGTH = 60
MAX_SHOWN = 4
MAX_DEPTH = 2
NOTHING = object()
REST = "**"  # the key under which a dictionary, or an object, may hold anything


@dataclass(frozen=True)
class Symbol:
    """A name that the source imports or never defines, such as `keras.layers.Conv2D`."""

    path: str

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.rsplit(".", 1)[-1]

    @property
    def top(self) -> str:
        """Its first part."""
        return self.path.split(".", 1)[0]


@dataclass(frozen=True)
class Assumption:
    """What was assumed where the source does not say it: a line, and a sentence for a note.

    Of line 0 it is assumed wherever a condition asks for it.
    """

    line: int
    sentence: str


@dataclass(frozen=True)
class Unknown:
    """A value that does not follow from the source.

    Attributes:
        text: The code of its expression.
        line: Where that is.
        likely: The value if what is assumed holds; NOTHING where nothing is likely.
        assumed: What `likely` rests on.
        may_be: The objects that can change and that it may be.
    """

    text: str
    line: int
    likely: Any = field(default=NOTHING, compare=False, repr=False)
    assumed: tuple[Assumption, ...] = field(default=(), compare=False)
    may_be: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Rest(Unknown):
    """In a list, a tuple or the places of a call: any number of items, none of which is known; `likely` is a list."""


@dataclass(frozen=True)
class Member:
    """A method or attribute of an object that the interpreter does not follow."""

    owner: Any
    name: str


class Dimensions(tuple[Any, ...]):
    """The shape of a tensor: a tuple that can be asked for more."""

    __slots__ = ()


class Phase(int):
    """What a network likely gives its layers as `training`: true, since it is built as it is trained."""

    def __repr__(self) -> str:
        return str(bool(self))


@dataclass(frozen=True, eq=False)
class Partial:
    """The result of functools.partial, or a method of an object: a function with arguments that it always gets."""

    function: Any
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


@dataclass(eq=False)
class Stream:
    """An iterator, such as `zip` gives: its items can be taken once.

    Attributes:
        items: They.
        sources: The lists that it goes through, and what they held: it gives what they hold when it comes to it.
    """

    items: list[Any]
    sources: tuple[tuple[list[Any], list[Any]], ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """What `keys`, `values` or `items` (its `kind`) of a dictionary gives; it changes as the dictionary does."""

    owner: dict[Any, Any]
    kind: str


@dataclass(eq=False)
class Scope:
    """The names of a module, a function or the body of a class.

    Attributes:
        names: Their values.
        outer: The scope around it; None for the module.
        local: The names that are its own, of a function; others belong to a scope around it.
        of_class: Whether it is a class's body, whose names the functions in it do not see.
        of_comprehension: Whether it is one, whose names are its own.
        declared: The names that `global` (True) or `nonlocal` (False) declares.
        defined_in: The class whose method this is, and its object, for `super()`.
    """

    names: dict[str, Any] = field(repr=False)
    outer: "Scope | None" = field(default=None, repr=False)
    local: frozenset[str] = frozenset()
    of_class: bool = False
    of_comprehension: bool = False
    declared: Mapping[str, bool] = field(default_factory=dict)
    defined_in: "tuple[Class, Any] | None" = None

    @property
    def module(self) -> "Scope":
        """The outermost scope."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


@dataclass(frozen=True, eq=False)
class Function:
    """A function that the source defines.

    Attributes:
        code: Its syntax.
        scope: Where it is defined.
        defaults: The values of its last places that have one.
        keyword_defaults: The same for arguments that have a name only.
        owner: The class that it is a method of.
    """

    code: ast.FunctionDef | ast.Lambda
    scope: Scope = field(repr=False)
    defaults: tuple[Any, ...] = ()
    keyword_defaults: Mapping[str, Any] = field(default_factory=dict)
    owner: "Class | None" = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return getattr(self.code, "name", "lambda")


@dataclass(eq=False)
class Class:
    """A class that the source defines.

    Attributes:
        name: Its name.
        bases: What it inherits from: classes of the source, and symbols.
        attributes: What its body defines.
        kinds: How each of its functions is called: "staticmethod", "classmethod", "property"; others are methods.
        fields: Of a dataclass, the names that `__init__` takes.
        is_record: Whether its objects are tuples of their fields, such as `namedtuple` makes.
    """

    name: str
    bases: tuple[Any, ...]
    attributes: dict[str, Any] = field(default_factory=dict, repr=False)
    kinds: dict[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] | None = None
    is_record: bool = False

    @property
    def order(self) -> "list[Class]":
        """It and the classes of the source that it inherits from, in the order in which they are asked."""
        found: list[Class] = []
        waiting: list[Any] = [self]
        while waiting and len(found) < MAX_CLASSES:
            item = waiting.pop()
            if isinstance(item, Class):
                if item in found:
                    found.remove(item)  # what several inherit from comes after all of them
                found.append(item)
                waiting.extend(reversed(item.bases))
        return found

    @property
    def library_bases(self) -> list[Any]:
        """What it, or a class that it inherits from, inherits from that the source does not define."""
        return [
            base
            for item in self.order
            for base in item.bases
            if not isinstance(base, Class) and base != Symbol("object")
        ]

    def find(self, name: str, after: "Class | None" = None) -> "tuple[Class, Any] | None":
        """The class that has an attribute, and its value; `after` leaves out that class and those before it."""
        order = self.order
        if after is not None:
            order = order[order.index(after) + 1 :] if after in order else []
        return next(((item, item.attributes[name]) for item in order if name in item.attributes), None)


MAX_CLASSES = 50


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class that the source defines."""

    created_from: Class
    attributes: dict[str, Any]

    @property
    def items(self) -> tuple[Any, ...] | None:
        """What it holds as a tuple; None where it is none, or that is not known."""
        fields, held = self.created_from.fields or (), self.attributes
        own = self.created_from.is_record and not any(
            self.created_from.find(name) for name in ("__iter__", "__getitem__", "__len__", "__new__")
        )
        return tuple(held[name] for name in fields) if own and REST not in held and held.keys() >= {*fields} else None


@dataclass(frozen=True, eq=False)
class Super:
    """What `super()` gives in a method of `defined_in`, for an object or a class."""

    owner: Any
    defined_in: Class


@dataclass(frozen=True, eq=False)
class Configured:
    """An object of the library that is not a layer of ours, such as an optimiser: its name and its arguments.

    `owner` is the object whose method made it, if one did.
    """

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    line: int
    owner: Any = field(default=None, repr=False)


def is_open(value: Any) -> bool:
    """Whether a value may be anything, also None or nothing: a name, or what an unknown function returned."""
    if isinstance(value, Configured):  # unless it is an object of a class
        return not value.name[:1].isupper()
    if isinstance(value, Symbol):  # unless it is something like tf.nn.relu
        return value.top not in LIBRARIES
    return isinstance(value, Unknown | Member)


LIBRARIES = ("keras", "tensorflow", "tf", "torch", "nn")  # whose names are never None


def name_of(value: Any) -> str | None:
    """The name in a string, a name of the library, or an object of it ("relu", `tf.nn.relu`, `Adam()`), or None."""
    if isinstance(value, str):
        return value
    if isinstance(value, Symbol | Configured):
        return value.name
    return None


def describe_value(value: Any, depth: int = 0) -> str:
    """A value as short source code, for a note."""
    if isinstance(value, Symbol):
        text = value.path
    elif isinstance(value, Unknown):
        text = value.text
    elif isinstance(value, Configured):
        text = f"{value.name}(…)"
    elif isinstance(value, Instance):
        text = f"{value.created_from.name}(…)"
    elif isinstance(value, Member) and depth < MAX_DEPTH:
        text = f"{describe_value(value.owner, depth + 1)}.{value.name}"
    elif isinstance(value, str | int | float | None):
        text = repr(value[: MAX_LENGTH + 1] if isinstance(value, str) else value)
    elif isinstance(value, tuple | list) and depth < MAX_DEPTH:
        inside = ", ".join(describe_value(item, depth + 1) for item in value[:MAX_SHOWN])
        inside += ", …" if len(value) > MAX_SHOWN else "," if isinstance(value, tuple) and len(value) == 1 else ""
        text = f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    else:
        text = "something computed"
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
