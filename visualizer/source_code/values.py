"""The values that expressions in source can have, besides plain Python values, and how they are described."""

import ast
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 60
MAX_SHOWN = 4
MAX_DEPTH = 2


@dataclass(frozen=True)
class Symbol:
    """A name that the source imports or never defines, such as `keras.layers.Conv2D`."""

    path: str

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Unknown:
    """A value that does not follow from the source; `text` is the code of its expression."""

    text: str
    line: int


@dataclass(frozen=True)
class Member:
    """A method of an object that the library created, about to be called."""

    owner: Any
    name: str


@dataclass(frozen=True, eq=False)
class Partial:
    """The result of functools.partial: a function with arguments that it always gets."""

    function: Any
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


@dataclass(frozen=True)
class Function:
    """A function that the source defines."""

    code: ast.FunctionDef


@dataclass(frozen=True, eq=False)
class Class:
    """A class that the source defines, with its methods."""

    name: str
    methods: dict[str, ast.FunctionDef]


@dataclass(frozen=True, eq=False)
class Instance:
    """An object of a class that the source defines."""

    created_from: Class
    attributes: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Configured:
    """An object of the library that is not a layer of ours, such as an optimiser: its name and its arguments."""

    name: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    line: int


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
    elif isinstance(value, str | int | float | None):
        text = repr(value[: MAX_LENGTH + 1] if isinstance(value, str) else value)
    elif isinstance(value, tuple | list) and depth < MAX_DEPTH:
        inside = ", ".join(describe_value(item, depth + 1) for item in value[:MAX_SHOWN])
        inside += ", …" if len(value) > MAX_SHOWN else "," if isinstance(value, tuple) and len(value) == 1 else ""
        text = f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    else:
        text = "something computed"
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
